/* numamark topo */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runners/cli/command.h"
#include "runners/cli/topo.h"

static const struct option_row rows[] = {
	{ "input", 'i', "FILE.xml|SYNTHETIC",
	  "another machine: an hwloc XML file, or hwloc's synthetic words" },
	{ "json", 0, NULL, "one array of objects; their keys are stable" },
	{ "svg", 0, "FILE", "also draw it" },
	{ 0 },
};

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct topo_options *const options = values;

	if (!row)
		return fault_set(fault, -EINVAL, "topo %.60s: allowed are options alone", text);
	if (!strcmp(row->name, "input"))
		options->input = text;
	else if (!strcmp(row->name, "svg"))
		options->svg_path = text;
	else
		options->json = true;
	return 0;
}

static int run(const struct command *self, int count, char **words)
{
	struct topo_options options = { .json = false };
	struct fault fault;
	int error = options_read(self->options, count, words, take, &options, &fault);

	if (!error)
		error = topo_run(&options, stdout, &fault);
	return error ? cli_fail(error, &fault) : CLI_DONE;
}

const struct command command_topo = {
	.name = "topo",
	.arguments = "[--input FILE.xml|SYNTHETIC] [--json] [--svg FILE]",
	.summary = "Show the machine, and how each placement would use it.",
	.options = rows,
	.run = run,
};
