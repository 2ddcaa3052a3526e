/* What others have published of this load, beside what was measured here. */
#include "plots/page.h"
#include "plots/text.h"
#include "runners/results/published.h"

static void put(const struct page *page, const struct published_figure *figure, double value)
{
	char text[32];

	published_text(figure, value, text, sizeof(text));
	text_put_html(page->out, text);
}

static void put_theirs(const struct page *page, const struct published_figure *figure)
{
	put(page, figure, figure->theirs);
	if (figure->unit == PUBLISHED_OPS_PER_S)
		fputs(" ops/s", page->out);
}

static void put_ours(const struct page *page, const struct published_figure *figure)
{
	if (figure->unit == PUBLISHED_OPS_PER_S) {
		page_interval(page, &(const struct point){ .median = figure->median,
							   .low = figure->low,
							   .high = figure->high,
							   .cell = figure->cell });
		return;
	}
	put(page, figure, figure->median);
	if (figure->trials == 1) {
		fputs(" (of one trial)", page->out);
		return;
	}
	fputs(" [", page->out);
	put(page, figure, figure->low);
	fputs(", ", page->out);
	put(page, figure, figure->high);
	fputc(']', page->out);
}

static void write_here(const struct page *page, const struct published_figure *figure)
{
	const struct cell_summary *const cell = figure->cell;

	if (!cell || !figure->trials) {
		fprintf(page->out, "<td class=\"soft text\" colspan=\"4\">%s</td>",
			cell ? "measured, but no trial has it" : "not among what was measured");
		return;
	}
	page_element(page, "td class=\"text\"", cell->variant);
	fprintf(page->out, "<td class=\"number\" data-key=\"%u\">%u</td><td class=\"number\" data-key=\"%.9g\">",
		cell->threads, cell->threads, figure->median);
	put_ours(page, figure);
	fputs(published_is_unsteady(figure) ? " <span class=\"warn\">unsteady</span>" : "", page->out);
	fprintf(page->out, "</td><td class=\"number\" data-key=\"%.9g\">%.2g</td>",
		figure->median / figure->theirs, figure->median / figure->theirs);
}

static void write_figure(const struct page *page, const struct published_figure *figure)
{
	fputs("<tr>", page->out);
	page_element(page, "td class=\"text\"", figure->what);
	page_element(page, "td class=\"text\"", figure->host);
	fprintf(page->out, "<td class=\"number\" data-key=\"%.9g\">", figure->theirs);
	put_theirs(page, figure);
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
	      "<th class=\"number\">published</th><th>measured as</th><th class=\"number\">threads</th>"
	      "<th class=\"number\">here</th><th class=\"number\">here / published</th></tr></thead><tbody>\n",
	      page->out);
	for (size_t i = 0; i < published.count; i++)
		write_figure(page, &published.figures[i]);
	fputs("</tbody></table></div>\n", page->out);
	published_free(&published);
	return 0;
}
