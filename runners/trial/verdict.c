#include "runners/trial/verdict.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const flag_names[TRIAL_FLAGS] = {
	[TRIAL_MISPLACED] = "misplaced",
	[TRIAL_RAGGED] = "ragged",
	[TRIAL_DRIFT] = "drift",
	[TRIAL_CRASHED] = "crashed",
	[TRIAL_TIMEOUT] = "timeout",
	[TRIAL_EXHAUSTED] = "exhausted",
	[TRIAL_CHECK_FAILED] = "check-failed",
	[TRIAL_UNMET] = "unmet",
	[TRIAL_UNSTEADY] = "unsteady",
	[TRIAL_APART] = "apart",
	[TRIAL_OVERSUBSCRIBED] = "oversubscribed",
	[TRIAL_CORRELATED] = "correlated",
};

static void add_clause(struct verdict *verdict, const char *format, va_list arguments)
{
	size_t used = strlen(verdict->reason);

	if (used && used + 2 < sizeof(verdict->reason)) {
		strcpy(verdict->reason + used, "; ");
		used += 2;
	}
	vsnprintf(verdict->reason + used, sizeof(verdict->reason) - used, format, arguments);
	/* What a dying child said may be any bytes; a record holds text. */
	for (char *c = verdict->reason + used; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

__attribute__((format(printf, 2, 3))) static void set_reason(struct verdict *verdict,
							     const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_clause(verdict, format, arguments);
	va_end(arguments);
}

void verdict_flag(struct verdict *verdict, enum trial_flag flag, const char *format, ...)
{
	va_list arguments;

	verdict_mark(verdict, flag);
	va_start(arguments, format);
	add_clause(verdict, format, arguments);
	va_end(arguments);
}

void verdict_mark(struct verdict *verdict, enum trial_flag flag)
{
	verdict->flags |= 1u << flag;
}

void verdict_skip(struct verdict *verdict, const char *format, ...)
{
	va_list arguments;

	verdict->is_skipped = true;
	va_start(arguments, format);
	add_clause(verdict, format, arguments);
	va_end(arguments);
}

bool verdict_has(const struct verdict *verdict, enum trial_flag flag)
{
	return verdict->flags & 1u << flag;
}

const char *verdict_status(const struct verdict *verdict)
{
	if (verdict->is_skipped)
		return "skipped";
	return verdict->flags & ((1u << TRIAL_FLAGS_INVALID) - 1) ? "invalid" : "valid";
}

int verdict_to_json(const struct verdict *verdict, json_t *record)
{
	json_t *flags = json_array();
	int error = 0;

	for (unsigned i = 0; i < TRIAL_FLAGS; i++)
		if (verdict_has(verdict, i))
			error |= json_array_append_new(flags, json_string(flag_names[i]));
	error |= json_object_set_new(record, "status", json_string(verdict_status(verdict)));
	error |= json_object_set_new(record, "flags", flags);
	error |= json_object_set_new(
		record, "reason", verdict->reason[0] ? json_string(verdict->reason) : json_null());
	return error ? -ENOMEM : 0;
}

static int find_flag(const char *name)
{
	for (unsigned i = 0; name && i < TRIAL_FLAGS; i++)
		if (!strcmp(flag_names[i], name))
			return (int)i;
	return -EINVAL;
}

int verdict_from_json(const json_t *record, struct verdict *verdict)
{
	const char *status = json_string_value(json_object_get(record, "status"));
	const json_t *flags = json_object_get(record, "flags");
	const json_t *reason = json_object_get(record, "reason");

	if (!status || !json_is_array(flags) || !(json_is_null(reason) || json_is_string(reason)))
		return -EINVAL;
	*verdict = (struct verdict){ .is_skipped = !strcmp(status, "skipped") };
	for (size_t i = 0; i < json_array_size(flags); i++) {
		const int flag = find_flag(json_string_value(json_array_get(flags, i)));

		if (flag < 0)
			return flag;
		verdict_mark(verdict, (enum trial_flag)flag);
	}
	if (json_is_string(reason))
		set_reason(verdict, "%s", json_string_value(reason));
	return strcmp(status, verdict_status(verdict)) ? -EINVAL : 0;
}
