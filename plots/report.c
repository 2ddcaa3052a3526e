#include "plots/report.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plots/panels.h"
#include "plots/plot.h"
#include "plots/text.h"

enum { PATH_BYTES = 4096, TRIALS_FOR_INTERVAL = 6 };

/* Everything a page is written from. */
struct page {
	FILE *out;
	const struct report_options *options;
	const struct results *results;
	const struct summary_list *cells;
	const struct panels *panels;
};

static const char *text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "unknown";
}

static const json_t *first_session(const struct page *page)
{
	return page->results->session_count ? page->results->sessions[0] : NULL;
}

static void put_element(FILE *out, const char *element, const char *text)
{
	fprintf(out, "<%s>", element);
	text_put_html(out, text);
	fprintf(out, "</%.*s>\n", (int)strcspn(element, " "), element);
}

static void put_rate(FILE *out, double rate)
{
	char text[32];

	text_rate(rate, text, sizeof(text));
	fputs(text, out);
}

static void put_interval(FILE *out, const struct point *point)
{
	put_rate(out, point->median);
	fputs(" ops/s [", out);
	put_rate(out, point->low);
	fputs(", ", out);
	put_rate(out, point->high);
	fputc(']', out);
}

/* Return: folder/name for reading, or NULL. */
static FILE *open_in(const char *folder, const char *name)
{
	char path[PATH_BYTES];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return NULL;
	return fopen(path, "re");
}

/* Copy a file of ours into the page as it stands. */
static void put_file(FILE *out, const char *folder, const char *name)
{
	FILE *file = open_in(folder, name);
	char block[4096];
	size_t length;

	while (file && (length = fread(block, 1, sizeof(block), file)) > 0)
		fwrite(block, 1, length, out);
	if (file)
		fclose(file);
}

static void put_base64(FILE *out, FILE *in)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char three[3];
	size_t n;

	while ((n = fread(three, 1, 3, in)) > 0) {
		const unsigned bits = (unsigned)three[0] << 16 | (n > 1 ? (unsigned)three[1] << 8 : 0) |
				      (n > 2 ? three[2] : 0);

		fputc(digits[bits >> 18], out);
		fputc(digits[bits >> 12 & 63], out);
		fputc(n > 1 ? digits[bits >> 6 & 63] : '=', out);
		fputc(n > 2 ? digits[bits & 63] : '=', out);
	}
}

static void write_head(const struct page *page)
{
	const json_t *session = first_session(page);
	const json_t *host = json_object_get(session, "host");
	FILE *const out = page->out;

	fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
	      out);
	put_element(out, "title", text_at(session, "title"));
	fputs("<style>\n", out);
	put_file(out, page->options->scripts, "report.css");
	fputs("</style></head><body>\n", out);
	put_element(out, "h1", text_at(session, "title"));
	fputs("<p class=\"where\">", out);
	text_put_html(out, text_at(host, "cpu"));
	fprintf(out, ", %lld PUs, %lld cores, %lld NUMA node%s, ",
		json_integer_value(json_object_get(host, "pus")),
		json_integer_value(json_object_get(host, "cores")),
		json_integer_value(json_object_get(host, "nodes")),
		json_integer_value(json_object_get(host, "nodes")) == 1 ? "" : "s");
	text_put_html(out, text_at(host, "kernel"));
	fputs("; measured ", out);
	text_put_html(out, text_at(session, "time_utc"));
	fputs("</p>\n", out);
}

static const struct point *point_at(const struct series *series, unsigned threads)
{
	for (size_t i = 0; i < series->count; i++)
		if (series->points[i].threads == threads)
			return &series->points[i];
	return NULL;
}

/* The same workload may be spread over several panels; a whole one is all parts with the same words. */
static int same_workload(const struct panel *a, const struct panel *b)
{
	return !strcmp(a->family, b->family) && !strcmp(a->workload, b->workload);
}

/* The fastest series of a workload at one number of threads; NULL if none was measured there. */
static const struct series *find_fastest(const struct page *page, const struct panel *panel,
					 unsigned threads)
{
	const struct series *fastest = NULL;

	for (size_t p = 0; p < page->panels->count; p++) {
		const struct panel *part = &page->panels->panels[p];

		for (size_t s = 0; same_workload(part, panel) && s < part->count; s++) {
			const struct point *point = point_at(&part->series[s], threads);

			if (point &&
			    (!fastest || point->median > point_at(fastest, threads)->median))
				fastest = &part->series[s];
		}
	}
	return fastest;
}

/* Those whose interval reaches into the fastest one's: no rank is drawn between them. */
static void write_ties(const struct page *page, const struct panel *panel,
		       const struct series *fastest, unsigned threads)
{
	unsigned ties = 0;

	for (size_t p = 0; p < page->panels->count; p++) {
		const struct panel *part = &page->panels->panels[p];

		for (size_t s = 0; same_workload(part, panel) && s < part->count; s++) {
			const struct series *series = &part->series[s];
			const struct point *point = point_at(series, threads);

			if (series == fastest || !point ||
			    point->high < point_at(fastest, threads)->low)
				continue;
			fputs(ties++ ? ", <code>" : "; not to be told from it (intervals overlap): <code>",
			      page->out);
			text_put_html(page->out, series->name);
			fputs("</code>", page->out);
		}
	}
	fputs(ties ? "" : "; no other interval reaches it", page->out);
}

static void write_fastest(const struct page *page, const struct panel *panel, unsigned threads)
{
	const struct series *fastest = find_fastest(page, panel, threads);

	if (!fastest)
		return;
	fprintf(page->out, "<li>On %u thread%s <code>", threads, threads == 1 ? "" : "s");
	text_put_html(page->out, fastest->name);
	fputs("</code> has the highest median, ", page->out);
	put_interval(page->out, point_at(fastest, threads));
	write_ties(page, panel, fastest, threads);
	fputs(".</li>\n", page->out);
}

static void write_answer(const struct page *page)
{
	fputs("<h2>Answer</h2>\n", page->out);
	for (size_t p = 0; p < page->panels->count; p++) {
		const struct panel *panel = &page->panels->panels[p];
		unsigned most = 1;

		if (panel->part > 1)
			continue;
		for (size_t k = 0; k < page->panels->count; k++)
			if (same_workload(panel, &page->panels->panels[k]) &&
			    panel_most_threads(&page->panels->panels[k]) > most)
				most = panel_most_threads(&page->panels->panels[k]);
		put_element(page->out, "h3", panel->family);
		put_element(page->out, "p class=\"note\"", panel->workload);
		fputs("<ul class=\"answer\">\n", page->out);
		write_fastest(page, panel, 1);
		if (most > 1)
			write_fastest(page, panel, most);
		fputs("</ul>\n", page->out);
	}
	if (!page->panels->count)
		fputs("<p class=\"warn\">No cell has a valid trial: there is no answer.</p>\n", page->out);
}

static int any_flag(const struct page *page, const char *flag)
{
	for (size_t i = 0; i < page->cells->count; i++)
		if (page->cells->cells[i].flags && strstr(page->cells->cells[i].flags, flag))
			return 1;
	return 0;
}

static int has_flawed(const struct page *page)
{
	for (size_t i = 0; i < page->cells->count; i++) {
		const char *flaw = json_string_value(json_object_get(page->cells->cells[i].first, "flaw"));

		if (flaw && strcmp(flaw, "none"))
			return 1;
	}
	return 0;
}

/* Whether two cells differ in a fact about their variants; "none" is no fact. */
static int mixes(const struct page *page, const char *fact)
{
	const char *first = NULL;

	for (size_t i = 0; i < page->cells->count; i++) {
		const char *word = json_string_value(json_object_get(page->cells->cells[i].first, fact));

		if (!word || !strcmp(word, "none"))
			continue;
		if (first && strcmp(first, word))
			return 1;
		first = word;
	}
	return 0;
}

static void write_caveats(const struct page *page)
{
	static const struct {
		const char *flag, *sentence;
	} caveats[] = {
		{ "unfit-host", "The host is not fit to measure on (see the checks below): compare variants "
				"within this run only, and quote no absolute figure from it." },
		{ "oversubscribed", "Some cells ran more threads than PUs: they measure the scheduler too." },
		{ "correlated", "Some cells cycle through their operations in a fixed order: branch "
				"prediction makes them cheaper than independent draws." },
		{ "unsteady", "Some trials had not settled when their warm-up ended." },
	};
	unsigned fewest = TRIALS_FOR_INTERVAL;

	fputs("<h2>What must not be concluded</h2>\n<ul>\n", page->out);
	for (size_t i = 0; i < sizeof(caveats) / sizeof(*caveats); i++)
		if (any_flag(page, caveats[i].flag))
			put_element(page->out, "li class=\"warn\"", caveats[i].sentence);
	for (size_t i = 0; i < page->cells->count; i++)
		if (page->cells->cells[i].valid && page->cells->cells[i].valid < fewest)
			fewest = page->cells->cells[i].valid;
	if (fewest < TRIALS_FOR_INTERVAL)
		fprintf(page->out,
			"<li>Cells with fewer than %d valid trials (the least has %u) show the range of "
			"their trials: too few for a 95&nbsp;%% interval.</li>\n",
			TRIALS_FOR_INTERVAL, fewest);
	if (mixes(page, "update"))
		put_element(page->out, "li",
			    "Variants that update in place and variants that replace a node stand side by "
			    "side: their overwrites cost differently by design. The table names each.");
	if (mixes(page, "scan_guarantee"))
		put_element(page->out, "li",
			    "Scans that are snapshots and scans that are not stand side by side: the weaker "
			    "promise is cheaper to keep. The legends name each.");
	if (has_flawed(page))
		put_element(page->out, "li",
			    "Structures that are incorrect or lose entries by design stand beside correct "
			    "ones: part of their speed is what they leave out. The legends name each.");
	put_element(page->out, "li",
		    "Throughput of a closed loop says nothing about latency under a given load.");
	fputs("</ul>\n", page->out);
}

/* Inlined as an image of its own, so that the identifiers of two figures cannot collide. */
static void write_figure(const struct page *page, const char *folder, const char *name)
{
	FILE *file = open_in(folder, name);

	if (!file)
		return;
	fputs("<figure><img alt=\"", page->out);
	text_put_html(page->out, name);
	fputs("\" src=\"data:image/svg+xml;base64,", page->out);
	put_base64(page->out, file);
	fputs("\"><figcaption>", page->out);
	text_put_html(page->out, name);
	fputs(": median of the valid trials; bands and bars are 95&nbsp;% bootstrap intervals. Its data "
	      "stand beside it in figures/.</figcaption></figure>\n",
	      page->out);
	fclose(file);
}

static void write_figures(const struct page *page)
{
	char folder[PATH_BYTES], name[256];

	snprintf(folder, sizeof(folder), "%s/figures", page->options->directory);
	fputs("<h2>Figures</h2>\n", page->out);
	if (access(folder, R_OK))
		fputs("<p class=\"note\">None drawn yet: <code>numamark plot</code> draws them with "
		      "gnuplot.</p>\n",
		      page->out);
	for (size_t f = 0; f < plot_figures_count; f++) {
		for (size_t p = 0; p < page->panels->count; p++) {
			snprintf(name, sizeof(name), "%s-%s.svg", plot_figures[f].name,
				 page->panels->panels[p].slug);
			write_figure(page, folder, name);
		}
	}
}

/* The limits that a cell is held against: the measuring loop alone, and one word that all write. */
static const char *const limits[] = { "probe/null", "probe/faa" };

/* The limit as it was measured with as many threads in the same places; NULL if it was not. */
static const struct cell_summary *find_limit(const struct page *page,
					     const struct cell_summary *cell, const char *limit)
{
	for (size_t i = 0; i < page->cells->count; i++) {
		const struct cell_summary *const other = &page->cells->cells[i];

		if (other->valid && other->threads == cell->threads &&
		    !strcmp(other->variant, limit) && !strcmp(other->place, cell->place))
			return other;
	}
	return NULL;
}

/* What share of each limit a cell reaches; empty where the limit was not measured beside it. */
static void write_shares(const struct page *page, const struct cell_summary *cell)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		const struct cell_summary *const limit = find_limit(page, cell, limits[i]);

		fputs("<td class=\"number\">", page->out);
		if (limit && cell->valid)
			fprintf(page->out, "%.3g&nbsp;%%", cell->median / limit->median * 100);
		fputs("</td>", page->out);
	}
}

/* What is wrong with the variant by design, and of families that count it what came of that. */
static void put_losses(FILE *out, const struct cell_summary *cell)
{
	const char *flaw = json_string_value(json_object_get(cell->first, "flaw"));

	if (flaw && strcmp(flaw, "none")) {
		fputs(" <strong>", out);
		text_put_html(out, flaw);
		fputs("</strong>", out);
	}
	if (isfinite(cell->lost))
		fprintf(out, " %.1f&nbsp;%% of gets hit, %.0f entries lost, %.0f torn reads",
			cell->hit_ratio * 100, cell->lost, cell->torn);
}

static void write_cell(const struct page *page, const struct cell_summary *cell, double highest)
{
	FILE *const out = page->out;

	fputs("<tr><td><code>", out);
	text_put_html(out, cell->variant);
	fputs("</code></td><td>", out);
	text_put_html(out, json_object_get(cell->first, "update") ? text_at(cell->first, "update") : "");
	fprintf(out, "</td><td class=\"number\">%u</td><td class=\"number\">", cell->threads);
	put_rate(out, cell->median);
	fputs("</td><td class=\"number\">", out);
	if (cell->valid) {
		put_rate(out, cell->low);
		fputs(" &ndash; ", out);
		put_rate(out, cell->high);
	}
	fprintf(out, "</td><td class=\"bars\"><span class=\"bar\" style=\"width:%.1f%%\"></span></td>",
		cell->valid ? cell->median / highest * 100 : 0);
	write_shares(page, cell);
	fprintf(out, "<td class=\"number\">%u/%u</td><td class=\"soft text\">", cell->valid,
		cell->valid + cell->invalid + cell->skipped);
	text_put_html(out, cell->flags ? cell->flags : "");
	put_losses(out, cell);
	fputs("</td></tr>\n", out);
}

static double family_highest(const struct page *page, const char *family)
{
	double highest = 1;

	for (size_t i = 0; i < page->cells->count; i++)
		if (!strcmp(page->cells->cells[i].family, family) && page->cells->cells[i].valid)
			highest = fmax(highest, page->cells->cells[i].median);
	return highest;
}

static void write_table(const struct page *page)
{
	fputs("<h2>Every cell</h2>\n<div class=\"wide\"><table>\n<thead><tr><th>variant</th><th>update</th>"
	      "<th class=\"number\">threads</th><th class=\"number\">median ops/s</th>"
	      "<th class=\"number\">95&nbsp;% interval</th><th>within the family</th>"
	      "<th class=\"number\">of the loop alone</th>"
	      "<th class=\"number\">of one shared word</th>"
	      "<th class=\"number\">valid</th><th>flags</th></tr></thead><tbody>\n",
	      page->out);
	for (size_t i = 0; i < page->cells->count; i++) {
		const struct cell_summary *cell = &page->cells->cells[i];

		write_cell(page, cell, family_highest(page, cell->family));
	}
	fputs("</tbody></table></div>\n", page->out);
}

static void write_refusals(const struct page *page)
{
	unsigned refused = 0;

	for (size_t i = 0; i < page->cells->count; i++) {
		const struct cell_summary *cell = &page->cells->cells[i];

		if (!cell->invalid && !cell->skipped)
			continue;
		if (!refused++)
			fputs("<h2>Trials that do not count</h2>\n<ul>\n", page->out);
		fputs("<li><code>", page->out);
		text_put_html(page->out, cell->variant);
		fprintf(page->out, "</code> on %u threads: %u invalid, %u skipped: ", cell->threads,
			cell->invalid, cell->skipped);
		text_put_html(page->out, cell->reason ? cell->reason : "no reason recorded");
		fputs("</li>\n", page->out);
	}
	if (refused)
		fputs("</ul>\n", page->out);
}

static void write_host(const struct page *page)
{
	const json_t *session = first_session(page);
	const json_t *items = json_object_get(session, "preflight");
	const json_t *build = json_object_get(session, "build");
	const json_t *item;
	size_t i;

	fputs("<h2>Host and build</h2>\n<p>", page->out);
	text_put_html(page->out, text_at(json_object_get(session, "host"), "name"));
	fputs(", topology <code>", page->out);
	text_put_html(page->out, text_at(session, "topology_hash"));
	fputs("</code>; numamark ", page->out);
	text_put_html(page->out, text_at(build, "version"));
	fputs(" (", page->out);
	text_put_html(page->out, text_at(build, "commit"));
	fputs("), ", page->out);
	text_put_html(page->out, text_at(build, "compiler"));
	fputs(", <code>", page->out);
	text_put_html(page->out, text_at(build, "flags"));
	fputs("</code></p>\n<div class=\"wide\"><table><thead><tr><th>check</th><th>found</th>"
	      "<th>wanted</th><th>grade</th><th>why it matters</th><th>how to mend it</th></tr></thead>"
	      "<tbody>\n",
	      page->out);
	json_array_foreach(items, i, item) {
		fputs("<tr>", page->out);
		put_element(page->out, "td", text_at(item, "name"));
		put_element(page->out, "td", text_at(item, "found"));
		put_element(page->out, "td", text_at(item, "wanted"));
		put_element(page->out, "td", text_at(item, "grade"));
		put_element(page->out, "td class=\"text\"", text_at(item, "why"));
		put_element(page->out, "td class=\"text\"", text_at(item, "mend"));
		fputs("</tr>\n", page->out);
	}
	fputs("</tbody></table></div>\n", page->out);
}

static void write_method(const struct page *page)
{
	fputs("<h2>Method, and how to repeat it</h2>\n<p>Each trial is a fresh process; every lap runs all "
	      "cells once in a fresh random order. Workers are pinned and read back; pages are placed per "
	      "NUMA node and read back. The rate is the sum over threads of operations by their own "
	      "measured time. A trial that was misplaced, ragged, drifting or that failed its checks is "
	      "invalid and counts nowhere above.</p>\n<p>Repeat it with <code>numamark run "
	      "campaign.ini</code>, the file that stands beside <code>results.jsonl</code>",
	      page->out);
	fprintf(page->out, ", seed %lld.</p>\n",
		json_integer_value(json_object_get(first_session(page), "campaign_seed")));
	if (page->results->torn)
		fputs("<p class=\"warn\">The last line of results.jsonl is cut short and was left out; "
		      "<code>--resume</code> measures it again.</p>\n",
		      page->out);
	fputs("</body></html>\n", page->out);
}

static void write_page(const struct page *page)
{
	write_head(page);
	write_answer(page);
	write_caveats(page);
	write_figures(page);
	write_table(page);
	write_refusals(page);
	write_host(page);
	write_method(page);
}

/* Written beside and renamed over: an older report is whole until the new one is. */
static int write_output(struct page *page, struct fault *fault)
{
	char path[PATH_BYTES], beside[PATH_BYTES + 8];
	int failed;

	if (page->options->output)
		snprintf(path, sizeof(path), "%s", page->options->output);
	else
		snprintf(path, sizeof(path), "%s/report.html", page->options->directory);
	snprintf(beside, sizeof(beside), "%s.new", path);
	page->out = fopen(beside, "we");
	if (!page->out)
		return fault_set(fault, -errno, "%s: cannot be written: %s", path, strerror(errno));
	write_page(page);
	failed = ferror(page->out);
	failed |= fclose(page->out);
	if (!failed && !rename(beside, path))
		return 0;
	fault_set(fault, -EIO, "%s: cannot be written: %s", path, strerror(errno));
	unlink(beside);
	return -EIO;
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
		error = panels_build(&results, &cells, FIGURE_THROUGHPUT, &panels);
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
