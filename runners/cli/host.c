/* numamark host: is it fit to measure on, and what is it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runners/cli/command.h"
#include "runners/cli/table.h"
#include "runners/preflight/preflight.h"
#include "runners/results/provenance.h"

static const struct option_row rows[] = {
	{ "json", 0, NULL, "one array of objects; their keys are stable" },
	{ 0 },
};

struct asked_host {
	const char *action;
	bool as_json;
};

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct asked_host *const asked = values;

	if (row) {
		asked->as_json = true;
		return 0;
	}
	if (asked->action || (strcmp(text, "check") && strcmp(text, "describe")))
		return fault_set(fault, -EINVAL, "host %.60s: allowed is check or describe", text);
	asked->action = text;
	return 0;
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
	printf("\nThis host: %s.\n", preflight_grade_name(preflight.grade));
	print_mending(&preflight);
	return CLI_DONE;
}

/*
 * An object as rows of {of, name, value}; nested objects give what their rows are of, arrays none.
 */
static void flatten(const char *of, const json_t *object, json_t *flat)
{
	const char *name;
	json_t *value;

	/* jansson's iteration takes no const object, and changes nothing. */
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		if (json_is_object(value))
			flatten(name, value, flat);
		else if (!json_is_array(value))
			json_array_append_new(flat, json_pack("{s:s, s:s, s:O}", "of", of, "name",
							      name, "value", value));
	}
}

static int describe(bool as_json, struct fault *fault)
{
	static const struct table_column columns[] = {
		{ "of", true, false },
		{ "name", true, false },
		{ "value", true, false },
		{ 0 },
	};
	struct topology *topology;
	const int error = topology_load(NULL, &topology, fault);
	json_t *facts, *flat;

	if (error)
		return error;
	facts = provenance_collect(topology);
	flat = json_array();
	flatten("machine", facts, flat);
	table_print(stdout, columns, flat, as_json ? TABLE_JSON : TABLE_TEXT);
	json_decref(flat);
	json_decref(facts);
	topology_free(topology);
	return 0;
}

static int run(const struct command *self, int count, char **words)
{
	struct asked_host asked = { .action = NULL };
	struct fault fault;
	int error = options_read(self->options, count, words, take, &asked, &fault);

	if (!error && !asked.action)
		error = fault_set(&fault, -EINVAL, "host: allowed is check or describe");
	if (!error && !strcmp(asked.action, "check"))
		return check(asked.as_json);
	if (!error)
		error = describe(asked.as_json, &fault);
	return error ? cli_fail(error, &fault) : CLI_DONE;
}

const struct command command_host = {
	.name = "host",
	.arguments = "check|describe [--json]",
	.summary = "Tell whether this host is fit to measure on, or what it is.",
	.options = rows,
	.run = run,
};
