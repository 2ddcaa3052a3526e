/* Every cell, in a table that a reader can search and sort. */
#include <math.h>
#include <string.h>

#include "plots/cell_words.h"
#include "plots/page.h"
#include "plots/page_limits.h"
#include "plots/text.h"

/* A number for a person, and as the key to sort by. */
static void open_number(FILE *out, double key)
{
	if (isfinite(key))
		fprintf(out, "<td class=\"number\" data-key=\"%.9g\">", key);
	else
		fputs("<td class=\"number\">", out);
}

/* What share of each limit a cell reaches; empty where the limit was not measured beside it. */
static void write_shares(const struct page *page, const struct cell_summary *cell)
{
	for (size_t i = 0; i < PAGE_LIMITS; i++) {
		const struct cell_summary *const limit = page_find_limit(page, cell, page_limits[i]);
		const double share = limit && cell->valid ? cell->median / limit->median : NAN;

		open_number(page->out, share);
		if (isfinite(share))
			fprintf(page->out, "%.3g&nbsp;%%", share * 100);
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

static void write_rates(const struct page *page, const struct cell_summary *cell, double highest)
{
	FILE *const out = page->out;

	open_number(out, cell->valid ? cell->median : NAN);
	page_rate(page, cell->median);
	fputs("</td><td class=\"number\">", out);
	if (cell->valid) {
		page_rate(page, cell->low);
		fputs(" &ndash; ", out);
		page_rate(page, cell->high);
	}
	fprintf(out, "</td><td class=\"bars\"><span class=\"bar\" style=\"width:%.1f%%\"></span></td>",
		cell->valid ? cell->median / highest * 100 : 0);
}

static void write_cell(const struct page *page, const struct cell_summary *cell, double highest,
		       json_t *differing)
{
	const json_t *const update = json_object_get(cell->first, "update");
	FILE *const out = page->out;
	char words[CELL_WORDS_BYTES];

	fputs("<tr><td><code>", out);
	text_put_html(out, cell->variant);
	fputs("</code></td>", out);
	open_number(out, cell->threads);
	fprintf(out, "%u</td>", cell->threads);
	write_rates(page, cell, highest);
	write_shares(page, cell);
	fprintf(out, "<td class=\"number\">%u/%u</td><td>", cell->valid,
		cell->valid + cell->invalid + cell->skipped);
	text_put_html(out, json_is_string(update) ? json_string_value(update) : "");
	fputs("</td><td class=\"soft text\">", out);
	cell_words_of(cell, differing, words, sizeof(words));
	text_put_html(out, words);
	fputs(*words ? " " : "", out);
	text_put_html(out, cell->flags ? cell->flags : "");
	put_losses(out, cell);
	fputs("</td></tr>\n", out);
}

/* The highest median of the family that starts here; cells are sorted by family. */
static double family_highest(const struct page *page, size_t first)
{
	const struct cell_summary *const cells = page->cells->cells;
	double highest = 1;

	for (size_t i = first;
	     i < page->cells->count && !strcmp(cells[i].family, cells[first].family); i++)
		if (cells[i].valid)
			highest = fmax(highest, cells[i].median);
	return highest;
}

void page_write_cells(const struct page *page)
{
	json_t *const differing = cell_words_differing(page->cells);
	const char *family = "";
	double highest = 1;

	fputs("<h2 id=\"cells\">Every cell</h2>\n<div class=\"wide\"><table class=\"lively\">\n"
	      "<thead><tr><th>variant</th><th class=\"number\">threads</th>"
	      "<th class=\"number\">median ops/s</th><th class=\"number\">95&nbsp;% interval</th>"
	      "<th>within the family</th><th class=\"number\">of the loop alone</th>"
	      "<th class=\"number\">of one shared word</th><th class=\"number\">valid</th>"
	      "<th>update</th><th>where, workload, flags</th></tr></thead><tbody>\n",
	      page->out);
	for (size_t i = 0; i < page->cells->count; i++) {
		const struct cell_summary *const cell = &page->cells->cells[i];

		if (strcmp(cell->family, family))
			highest = family_highest(page, i);
		family = cell->family;
		write_cell(page, cell, highest, differing);
	}
	fputs("</tbody></table></div>\n", page->out);
	json_decref(differing);
}
