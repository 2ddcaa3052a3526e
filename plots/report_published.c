/* What others have published of this load, beside what was measured here. */
#include "plots/page.h"
#include "plots/text.h"
#include "runners/results/published.h"

static void write_here(const struct page *page, const struct published_figure *figure)
{
	const struct cell_summary *const cell = figure->cell;

	if (!cell || !cell->valid) {
		fprintf(page->out,
			"<td class=\"soft text\" colspan=\"4\">%s</td>",
			cell ? "measured, but no trial counts" : "not among what was measured");
		return;
	}
	page_element(page, "td class=\"text\"", cell->variant);
	fprintf(page->out, "<td class=\"number\" data-key=\"%u\">%u</td><td class=\"number\" data-key=\"%.9g\">",
		cell->threads, cell->threads, cell->median);
	page_interval(page, &(const struct point){ .median = cell->median,
						   .low = cell->low,
						   .high = cell->high });
	fprintf(page->out, "</td><td class=\"number\" data-key=\"%.9g\">%.2g</td>",
		cell->median / figure->ops_per_s, cell->median / figure->ops_per_s);
}

static void write_figure(const struct page *page, const struct published_figure *figure)
{
	fputs("<tr>", page->out);
	page_element(page, "td class=\"text\"", figure->what);
	page_element(page, "td class=\"text\"", figure->host);
	fprintf(page->out, "<td class=\"number\" data-key=\"%.9g\">", figure->ops_per_s);
	page_rate(page, figure->ops_per_s);
	fputs("</td>", page->out);
	write_here(page, figure);
	fputs("</tr>\n", page->out);
}

int page_write_published(const struct page *page, struct fault *fault)
{
	struct published published;
	int error;

	if (!page->options->presets)
		return 0;
	error = published_find(page->options->presets, page->results, page->cells, &published, fault);
	if (error || !published.count)
		return error;
	fputs("<h2 id=\"published\">Published figures</h2>\n<p class=\"note\">Of other hosts and other "
	      "versions, beside the medians of this run: a ratio of two hosts says nothing about either "
	      "system. It tells whether the load has been reproduced.</p>\n<div class=\"wide\">"
	      "<table class=\"lively\"><thead><tr><th>published load</th><th>host</th>"
	      "<th class=\"number\">published ops/s</th><th>measured as</th><th class=\"number\">threads</th>"
	      "<th class=\"number\">here</th><th class=\"number\">here / published</th></tr></thead><tbody>\n",
	      page->out);
	for (size_t i = 0; i < published.count; i++)
		write_figure(page, &published.figures[i]);
	fputs("</tbody></table></div>\n", page->out);
	published_free(&published);
	return 0;
}
