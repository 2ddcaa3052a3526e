/* numamark host: is it fit to measure on, make it so, put it back, and what is it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "runners/cli/command.h"
#include "runners/cli/host_describe.h"
#include "runners/cli/table.h"
#include "runners/preflight/preflight.h"
#include "runners/preflight/settings.h"

static const struct option_row rows[] = {
	{ "json", 0, NULL, "one array of objects; their keys are stable" },
	{ "output", 'o', "DIR", "folder that describe writes (default: hosts/NAME)" },
	{ 0 },
};

enum action { CHECK, APPLY, RESTORE, DESCRIBE, ACTIONS };

static const char *const actions[ACTIONS] = { "check", "apply", "restore", "describe" };

#define ACTIONS_ALLOWED "allowed is check, apply, restore or describe"

struct asked_host {
	enum action action; /* ACTIONS: not yet told */
	const char *folder; /* NULL: the default */
	bool as_json;
};

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct asked_host *const asked = values;

	if (row && row->argument)
		asked->folder = text;
	else if (row)
		asked->as_json = true;
	if (row)
		return 0;
	for (unsigned i = 0; i < ACTIONS && asked->action == ACTIONS; i++)
		if (!strcmp(text, actions[i])) {
			asked->action = i;
			return 0;
		}
	return fault_set(fault, -EINVAL, "host %.60s: " ACTIONS_ALLOWED, text);
}

static const char *in_words(enum preflight_grade grade)
{
	return grade == PREFLIGHT_CAVEAT ? "usable with caveats" : preflight_grade_name(grade);
}

static void print_mending(const struct preflight *preflight)
{
	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_item *const item = &preflight->items[i];

		if (item->grade != PREFLIGHT_FIT)
			printf("%s: %s.\n    %s\n", item->name, item->why, item->mend);
	}
}

static int check(bool as_json)
{
	static const struct table_column columns[] = {
		{ "name", true, false },
		{ "found", true, false },
		{ "wanted", true, false },
		{ "grade", true, false },
		{ "why", false, false },
		{ "mend", false, false },
		{ 0 },
	};
	struct preflight preflight;
	json_t *items;

	preflight_check("", &preflight);
	items = preflight_to_json(&preflight);
	table_print(stdout, columns, items, as_json ? TABLE_JSON : TABLE_TEXT);
	json_decref(items);
	if (as_json)
		return CLI_DONE;
	printf("\nThis host: %s.\n", in_words(preflight.grade));
	print_mending(&preflight);
	return CLI_DONE;
}

/* What became of each setting; then the refusal, if there is one. */
static int tell_changes(const json_t *changes, bool as_json, int error, const struct fault *fault)
{
	static const struct table_column columns[] = {
		{ "path", true, false },
		{ "before", true, false },
		{ "wanted", true, false },
		{ "after", true, false },
		{ "applied", true, false },
		{ "reason", true, false },
		{ 0 },
	};

	if (as_json || json_array_size(changes))
		table_print(stdout, columns, changes, as_json ? TABLE_JSON : TABLE_TEXT);
	else if (!error)
		printf("Nothing to change.\n");
	return error ? cli_fail(error, fault) : CLI_DONE;
}

/* Apply, or restore. */
static int change(const struct asked_host *asked)
{
	json_t *const changes = json_array();
	char state[PATH_MAX];
	struct fault fault;
	int status, error = settings_state_path(state, sizeof(state), &fault);

	if (!error && asked->action == APPLY)
		error = settings_apply("", state, changes, &fault);
	else if (!error)
		error = settings_restore(state, changes, &fault);
	status = tell_changes(changes, asked->as_json, error, &fault);
	if (!error && !asked->as_json && asked->action == APPLY && json_array_size(changes))
		printf("\n%s keeps what was before: `numamark host restore` puts it back.\n",
		       state);
	json_decref(changes);
	return status;
}

static int run(const struct command *self, int count, char **words)
{
	struct asked_host asked = { .action = ACTIONS };
	struct fault fault;
	int error = options_read(self->options, count, words, take, &asked, &fault);

	if (!error && asked.action == ACTIONS)
		error = fault_set(&fault, -EINVAL, "host: " ACTIONS_ALLOWED);
	if (!error && asked.action == CHECK)
		return check(asked.as_json);
	if (!error && asked.action != DESCRIBE)
		return change(&asked);
	if (!error)
		error = host_describe(asked.folder, asked.as_json, &fault);
	return error ? cli_fail(error, &fault) : CLI_DONE;
}

const struct command command_host = {
	.name = "host",
	.arguments = "check|apply|restore|describe [-o DIR] [--json]",
	.summary = "Tell whether this host is fit to measure on, make it so, or describe it.",
	.options = rows,
	.run = run,
};
