/* numamark plot and numamark report: pictures and a page of a result folder. */
#include "runners/cli/plot_command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "plots/paper_table.h"
#include "plots/plot.h"
#include "plots/probe_heat.h"
#include "plots/report.h"
#include "runners/cli/command.h"
#include "runners/data_path.h"
#include "runners/results/google.h"
#include "runners/results/hdr.h"

static const struct option_row plot_rows[] = {
	{ "figure", 0, "NAME,...", "only these; `numamark list figures` names all" },
	{ "format", 0, "FORMAT,...", "svg, pdf, png, tikz, dumb (characters, here); default svg,pdf,png" },
	{ "columns", 0, "N", "of a page that a figure is to fill: 1 or 2 (default 2)" },
	{ 0 },
};

static const struct option_row report_rows[] = {
	{ "output", 'o', "FILE", "instead of a name in the folder" },
	{ "format", 0, "FORMAT", "html (default), markdown, latex, google-benchmark, hdr" },
	{ 0 },
};

/* Where numamark's own files for figures lie. */
struct own_files {
	char scripts[PATH_MAX], presets[PATH_MAX];
};

static int find_own_files(struct own_files *own, struct fault *fault)
{
	const int error = data_path_find("plots", own->scripts, sizeof(own->scripts), fault);

	return error ? error
		     : data_path_find("workloads/presets", own->presets, sizeof(own->presets), fault);
}

static int plot(struct plot_options options, unsigned *drawn, struct fault *fault)
{
	struct own_files own;
	const int error = find_own_files(&own, fault);

	options.scripts = own.scripts;
	options.ladders = own.presets;
	if (error)
		return error;
	return probe_heat_is_file(options.directory) ? probe_heat_draw(&options, drawn, fault)
						     : plot_directory(&options, drawn, fault);
}

int plot_folder(const char *directory, unsigned *drawn, struct fault *fault)
{
	return plot((struct plot_options){ .directory = directory }, drawn, fault);
}

int report_folder(const char *directory, const char *output, struct fault *fault)
{
	struct own_files own;
	const struct report_options options = { .directory = directory,
						.output = output,
						.scripts = own.scripts,
						.presets = own.presets };
	const int error = find_own_files(&own, fault);

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

static int write_markdown(const char *directory, const char *output, struct fault *fault)
{
	return paper_table_write(directory, output, PAPER_MARKDOWN, fault);
}

static int write_latex(const char *directory, const char *output, struct fault *fault)
{
	return paper_table_write(directory, output, PAPER_LATEX, fault);
}

/* What a report can be, and what it is called in the folder. */
static const struct report_format {
	const char *name, *file;
	int (*write)(const char *directory, const char *output, struct fault *fault);
} report_formats[] = {
	{ "html", "report.html", report_folder },
	{ "markdown", "table.md", write_markdown },
	{ "latex", "table.tex", write_latex },
	{ "google-benchmark", "google-benchmark.json", write_google },
	{ "hdr", "latency", write_hdr },
};

enum { REPORT_FORMATS = sizeof(report_formats) / sizeof(*report_formats) };

/* Both commands take a folder and some options with values. */
struct asked_plot {
	const char *directory, *figures, *formats, *output;
	unsigned columns;
};

static int take_columns(struct asked_plot *asked, const char *text, struct fault *fault)
{
	if (strcmp(text, "1") && strcmp(text, "2"))
		return fault_set(fault, -EINVAL, "--columns %.60s: allowed is 1 or 2", text);
	asked->columns = (unsigned)(*text - '0');
	return 0;
}

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct asked_plot *const asked = values;

	if (row && !strcmp(row->name, "figure")) {
		asked->figures = text;
	} else if (row && !strcmp(row->name, "columns")) {
		return take_columns(asked, text, fault);
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
		error = plot((struct plot_options){ .directory = asked.directory,
						    .figures = asked.figures,
						    .formats = asked.formats,
						    .columns = asked.columns },
			     &drawn, &fault);
	if (error)
		return cli_fail(error, &fault);
	if (asked.formats && !strcmp(asked.formats, "dumb"))
		return CLI_DONE;
	if (probe_heat_is_file(asked.directory))
		printf("%u files beside %s\n", drawn, asked.directory);
	else
		printf("%u files in %s/figures\n", drawn, asked.directory);
	return CLI_DONE;
}

static const struct report_format *find_format(const char *name, struct fault *fault)
{
	for (size_t i = 0; i < REPORT_FORMATS; i++)
		if (!name || !strcmp(report_formats[i].name, name))
			return &report_formats[i];
	fault_set(fault, -EINVAL, "--format %.60s: allowed is html, markdown, latex, google-benchmark, hdr", name);
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
	printf("markdown, latex: a table of all cells with their intervals, table.md or table.tex in the "
	       "folder.\n"
	       "google-benchmark: each trial in Google Benchmark's JSON format, "
	       "google-benchmark.json in the folder.\n"
	       "hdr: latency/CELL.hgrm in the folder for each cell with latencies, in "
	       "HdrHistogram's "
	       "percentile text\nformat, in nanoseconds, the samples of all valid trials "
	       "merged.\n");
}

const struct command command_plot = {
	.name = "plot",
	.arguments = "DIR|FILE.json [--figure NAME,...] [--format FORMAT,...] [--columns N]",
	.summary = "Draw figures of a result folder, or of a FILE.json that `probe --json` printed.",
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
