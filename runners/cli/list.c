/* numamark list */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runners/cli/command.h"
#include "runners/cli/lists.h"
#include "topology/nearest.h"

enum { LISTS_MAX = 16 };

static const struct option_row rows[] = {
	{ "json", 0, NULL, "one array of objects; their keys are stable" },
	{ "markdown", 0, NULL, "a Markdown table" },
	{ 0 },
};

struct asked_list {
	const struct list *list;
	enum table_format format;
};

static int refuse_list(const char *name, struct fault *fault)
{
	const char *names[LISTS_MAX + 1] = { NULL };
	const char *nearest;

	for (size_t i = 0; i < lists_count && i < LISTS_MAX; i++)
		names[i] = lists[i].name;
	nearest = nearest_name(name, names);
	return fault_set(fault, -EINVAL,
			 "list %.60s: there is no such list%s%s%s; `numamark help list` names all",
			 name, nearest ? "; did you mean " : "", nearest ? nearest : "",
			 nearest ? "?" : "");
}

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct asked_list *const asked = values;

	if (row) {
		asked->format = !strcmp(row->name, "json") ? TABLE_JSON : TABLE_MARKDOWN;
		return 0;
	}
	if (asked->list)
		return fault_set(fault, -EINVAL, "list %.60s: one list at a time", text);
	for (size_t i = 0; i < lists_count; i++)
		if (!strcmp(lists[i].name, text))
			asked->list = &lists[i];
	return asked->list ? 0 : refuse_list(text, fault);
}

static void print_details(void)
{
	printf("Lists:\n");
	for (size_t i = 0; i < lists_count; i++)
		printf("  %-10s %s%s\n", lists[i].name, lists[i].about,
		       i ? "" : " (if none is named)");
}

static int run(const struct command *self, int count, char **words)
{
	struct asked_list asked = { .format = TABLE_TEXT };
	struct fault fault;
	const int error = options_read(self->options, count, words, take, &asked, &fault);
	const struct list *const list = asked.list ? asked.list : &lists[0];
	json_t *found;

	if (error)
		return cli_fail(error, &fault);
	found = list->rows();
	table_print(stdout, list->columns, found, asked.format);
	json_decref(found);
	return CLI_DONE;
}

const struct command command_list = {
	.name = "list",
	.arguments = "[WHAT] [--json|--markdown]",
	.summary = "List variants, presets, and the words of axes.",
	.options = rows,
	.details = print_details,
	.run = run,
};
