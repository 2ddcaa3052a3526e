#include "runners/cli/run_flags.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool has_flag(const char *flags, const char *flag, size_t length)
{
	while (flags && *flags) {
		const size_t next = strcspn(flags, ",");

		if (next == length && !strncmp(flags, flag, length))
			return true;
		flags += next + (flags[next] == ',');
	}
	return false;
}

static bool all_have(const struct summary_list *summaries, const char *flag, size_t length)
{
	for (size_t i = 0; i < summaries->count; i++)
		if (!has_flag(summaries->cells[i].flags, flag, length))
			return false;
	return true;
}

static void add_flag(char list[RUN_FLAGS_BYTES], const char *flag, size_t length)
{
	const size_t used = strlen(list);

	snprintf(list + used, RUN_FLAGS_BYTES - used, "%s%.*s", used ? "," : "", (int)length, flag);
}

void run_flags_shared(const struct summary_list *summaries, char shared[RUN_FLAGS_BYTES])
{
	const char *at = summaries->count > 1 ? summaries->cells[0].flags : NULL;

	shared[0] = '\0';
	while (at && *at) {
		const size_t length = strcspn(at, ",");

		if (all_have(summaries, at, length))
			add_flag(shared, at, length);
		at += length + (at[length] == ',');
	}
}

void run_flags_without(const char *flags, const char *shared, char rest[RUN_FLAGS_BYTES])
{
	rest[0] = '\0';
	while (flags && *flags) {
		const size_t length = strcspn(flags, ",");

		if (!has_flag(shared, flags, length))
			add_flag(rest, flags, length);
		flags += length + (flags[length] == ',');
	}
}
