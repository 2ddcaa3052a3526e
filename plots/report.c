#include "plots/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plots/ladder_page.h"
#include "plots/page.h"
#include "plots/text.h"

static void write_where(const struct page *page)
{
	const json_t *const session = page_session(page);
	const json_t *const host = json_object_get(session, "host");
	const json_int_t nodes = json_integer_value(json_object_get(host, "nodes"));

	fputs("<p class=\"where\">", page->out);
	text_put_html(page->out, page_text_at(host, "cpu"));
	fprintf(page->out, ", %lld PUs, %lld cores, %lld NUMA node%s, ",
		json_integer_value(json_object_get(host, "pus")),
		json_integer_value(json_object_get(host, "cores")), nodes, nodes == 1 ? "" : "s");
	text_put_html(page->out, page_text_at(host, "kernel"));
	fputs("; measured ", page->out);
	text_put_html(page->out, page_text_at(session, "time_utc"));
	fprintf(page->out, "; %zu trials of %zu cells</p>\n", page->results->trial_count,
		page->cells->count);
}

static void write_head(const struct page *page)
{
	const char *const title = page_text_at(page_session(page), "title");

	fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<link rel=\"icon\" href=\"data:,\">\n",
	      page->out);
	page_element(page, "title", title);
	fputs("<style>\n", page->out);
	page_copy(page, page->options->scripts, "report.css");
	fputs("</style></head><body>\n", page->out);
	page_element(page, "h1", title);
	write_where(page);
	fputs("<nav><a href=\"#answer\">Answer</a><a href=\"#caveats\">Caveats</a>"
	      "<a href=\"#figures\">Figures</a>",
	      page->out);
	if (page_has_preset(page))
		fputs("<a href=\"#preset\">Preset</a>", page->out);
	fputs("<a href=\"#cells\">Cells</a>"
	      "<a href=\"#refused\">Refused</a><a href=\"#host\">Host</a>"
	      "<a href=\"#method\">Method</a></nav>\n",
	      page->out);
}

/* A ladder file that cannot be read leaves the page without ladders, and fails it. */
static int write_ladders(const struct page *page, struct fault *fault)
{
	struct ladders ladders;
	int error;

	if (!page->options->presets)
		return 0;
	error = ladders_climb(page->options->presets, page->cells, &ladders, fault);
	if (error)
		return error;
	page_write_ladders(page, &ladders);
	ladders_free(&ladders);
	return 0;
}

static int write_page(const struct page *page, struct fault *fault)
{
	int error;

	write_head(page);
	error = page_write_answer(page);
	if (error)
		fault_set(fault, error, "no memory for the report of %s", page->options->directory);
	else
		error = write_ladders(page, fault);
	page_write_caveats(page);
	page_write_figures(page);
	page_write_preset(page);
	if (!error)
		error = page_write_published(page, fault);
	page_write_cells(page);
	page_write_counters(page);
	page_write_evidence(page);
	fputs("<script>\n", page->out);
	page_copy(page, page->options->scripts, "report.js");
	fputs("</script></body></html>\n", page->out);
	return error;
}

/* Written beside and renamed over: an older report is whole until the new one is. */
static int write_output(struct page *page, struct fault *fault)
{
	char path[PAGE_PATH_BYTES], beside[PAGE_PATH_BYTES + 8];
	int failed, error;

	if (page->options->output)
		snprintf(path, sizeof(path), "%s", page->options->output);
	else
		snprintf(path, sizeof(path), "%s/report.html", page->options->directory);
	snprintf(beside, sizeof(beside), "%s.new", path);
	page->out = fopen(beside, "we");
	if (!page->out)
		return fault_set(fault, -errno, "%s: cannot be written: %s", path, strerror(errno));
	error = write_page(page, fault);
	failed = ferror(page->out);
	failed |= fclose(page->out);
	if (!error && !failed && !rename(beside, path))
		return 0;
	if (!error)
		error = fault_set(fault, -EIO, "%s: cannot be written: %s", path, strerror(errno));
	unlink(beside);
	return error;
}

int report_directory(const struct report_options *options, struct fault *fault)
{
	struct results results;
	struct summary_list cells = { 0 };
	struct panels panels = { 0 };
	int error = results_load(options->directory, &results, fault);

	if (error)
		return error;
	error = results_summarise(&results, &cells);
	if (!error)
		error = panels_build(&results, &cells, FIGURE_THROUGHPUT, NULL, &panels);
	if (error)
		fault_set(fault, error, "no memory for the report of %s", options->directory);
	else
		error = write_output(&(struct page){ .options = options,
						     .results = &results,
						     .cells = &cells,
						     .panels = &panels },
				     fault);
	panels_free(&panels);
	summary_list_free(&cells);
	results_free(&results);
	return error;
}
