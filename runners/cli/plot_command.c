/* numamark plot and numamark report: pictures and a page of a result folder. */
#include "runners/cli/plot_command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "plots/plot.h"
#include "plots/report.h"
#include "runners/cli/command.h"
#include "runners/data_path.h"
#include "runners/results/google.h"
#include "runners/results/hdr.h"

static const struct option_row plot_rows[] = {
	{ "figure", 0, "NAME,...", "only these; `numamark list figures` names all" },
	{ "format", 0, "FORMAT,...", "svg, pdf, png, tikz (default: svg,pdf,png)" },
	{ 0 },
};

static const struct option_row report_rows[] = {
	{ "output", 'o', "FILE", "instead of a name in the folder" },
	{ "format", 0, "FORMAT", "html (default), google-benchmark, hdr" },
	{ 0 },
};

int plot_folder(const char *directory, const char *figures, const char *formats, unsigned *drawn,
		struct fault *fault)
{
	char scripts[PATH_MAX];
	const struct plot_options options = {
		.directory = directory, .figures = figures, .formats = formats, .scripts = scripts
	};
	const int error = data_path_find("plots", scripts, sizeof(scripts), fault);

	return error ? error : plot_directory(&options, drawn, fault);
}

int report_folder(const char *directory, const char *output, struct fault *fault)
{
	char scripts[PATH_MAX];
	const struct report_options options = { .directory = directory,
						.output = output,
						.scripts = scripts };
	const int error = data_path_find("plots", scripts, sizeof(scripts), fault);

	return error ? error : report_directory(&options, fault);
}

static int write_google(const char *directory, const char *output, struct fault *fault)
{
	struct results results;
	int error = results_load(directory, &results, fault);

	if (error)
		return error;
	error = google_write(&results, output, fault);
	results_free(&results);
	return error;
}

static int write_hdr(const char *directory, const char *output, struct fault *fault)
{
	struct results results;
	unsigned written;
	int error = results_load(directory, &results, fault);

	if (error)
		return error;
	error = hdr_write_all(&results, output, &written, fault);
	results_free(&results);
	return error;
}

/* What a report can be, and what it is called in the folder. */
static const struct report_format {
	const char *name, *file;
	int (*write)(const char *directory, const char *output, struct fault *fault);
} report_formats[] = {
	{ "html", "report.html", report_folder },
	{ "google-benchmark", "google-benchmark.json", write_google },
	{ "hdr", "latency", write_hdr },
};

enum { REPORT_FORMATS = sizeof(report_formats) / sizeof(*report_formats) };

/* Both commands take a folder and some options with values. */
struct asked_plot {
	const char *directory, *figures, *formats, *output;
};

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct asked_plot *const asked = values;

	if (row && !strcmp(row->name, "figure")) {
		asked->figures = text;
	} else if (row && !strcmp(row->name, "format")) {
		asked->formats = text;
	} else if (row) {
		asked->output = text;
	} else {
		if (asked->directory)
			return fault_set(fault, -EINVAL, "%.60s: one result folder at a time",
					 text);
		asked->directory = text;
	}
	return 0;
}

static int read_words(const struct command *self, int count, char **words, struct asked_plot *asked,
		      struct fault *fault)
{
	const int error = options_read(self->options, count, words, take, asked, fault);

	if (error || asked->directory)
		return error;
	return fault_set(fault, -EINVAL, "%s: no result folder is given; usage: numamark %s %s",
			 self->name, self->name, self->arguments);
}

static int run_plot(const struct command *self, int count, char **words)
{
	struct asked_plot asked = { .directory = NULL };
	struct fault fault;
	unsigned drawn = 0;
	int error = read_words(self, count, words, &asked, &fault);

	if (!error)
		error = plot_folder(asked.directory, asked.figures, asked.formats, &drawn, &fault);
	if (error)
		return cli_fail(error, &fault);
	printf("%u files in %s/figures\n", drawn, asked.directory);
	return CLI_DONE;
}

static const struct report_format *find_format(const char *name, struct fault *fault)
{
	for (size_t i = 0; i < REPORT_FORMATS; i++)
		if (!name || !strcmp(report_formats[i].name, name))
			return &report_formats[i];
	fault_set(fault, -EINVAL, "--format %.60s: allowed is html, google-benchmark, hdr", name);
	return NULL;
}

static int run_report(const struct command *self, int count, char **words)
{
	struct asked_plot asked = { .directory = NULL };
	const struct report_format *format = NULL;
	char output[PATH_MAX];
	struct fault fault;
	int error = read_words(self, count, words, &asked, &fault);

	if (!error) {
		format = find_format(asked.formats, &fault);
		error = format ? 0 : -EINVAL;
	}
	if (!error) {
		if (asked.output)
			snprintf(output, sizeof(output), "%s", asked.output);
		else
			snprintf(output, sizeof(output), "%s/%s", asked.directory, format->file);
		error = format->write(asked.directory, output, &fault);
	}
	if (error)
		return cli_fail(error, &fault);
	printf("%s\n", output);
	return CLI_DONE;
}

static void print_report_details(void)
{
	printf("google-benchmark: each trial in Google Benchmark's JSON format, "
	       "google-benchmark.json in the folder.\n"
	       "hdr: latency/CELL.hgrm in the folder for each cell with latencies, in "
	       "HdrHistogram's "
	       "percentile text\nformat, in nanoseconds, the samples of all valid trials "
	       "merged.\n");
}

const struct command command_plot = {
	.name = "plot",
	.arguments = "DIR [--figure NAME,...] [--format FORMAT,...]",
	.summary = "Draw figures of a result folder.",
	.options = plot_rows,
	.run = run_plot,
};

const struct command command_report = {
	.name = "report",
	.arguments = "DIR [--format FORMAT] [-o FILE]",
	.summary = "Write one HTML page about a result folder, or its results for other tools.",
	.options = report_rows,
	.details = print_report_details,
	.run = run_report,
};
