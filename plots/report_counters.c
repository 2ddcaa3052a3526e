/* Events per operation: what a cell's trials counted in turns, in one row. */
#include <math.h>

#include "plots/cell_words.h"
#include "plots/page.h"
#include "plots/page_limits.h"
#include "plots/text.h"

/* The events that any cell has a number of, as keys of an object. */
static json_t *counted_events(const struct page *page)
{
	json_t *const counted = json_object();

	for (size_t i = 0; i < page->cells->count; i++) {
		const struct cell_summary *const cell = &page->cells->cells[i];
		json_t *const names = page_counter_names(cell);
		const char *name;
		json_t *unused;

		json_object_foreach(names, name, unused) {
			if (!json_object_get(counted, name) && isfinite(page_counter(cell, name)))
				json_object_set_new(counted, name, json_true());
		}
		json_decref(names);
	}
	return counted;
}

static void write_row(const struct page *page, const struct cell_summary *cell, json_t *events,
		      json_t *differing)
{
	FILE *const out = page->out;
	char words[CELL_WORDS_BYTES];
	const char *name;
	json_t *unused;

	cell_words_of(cell, differing, words, sizeof(words));
	fputs("<tr><td><code>", out);
	text_put_html(out, cell->variant);
	fprintf(out, "</code></td><td class=\"number\" data-key=\"%u\">%u</td><td class=\"soft text\">",
		cell->threads, cell->threads);
	text_put_html(out, words);
	fputs("</td>", out);
	json_object_foreach(events, name, unused) {
		const double per_op = page_counter(cell, name);

		if (isfinite(per_op))
			fprintf(out, "<td class=\"number\" data-key=\"%.9g\">%.3g</td>", per_op, per_op);
		else
			fputs("<td class=\"number soft\">unavailable</td>", out);
	}
	fputs("</tr>\n", out);
}

void page_write_counters(const struct page *page)
{
	json_t *const events = counted_events(page);
	json_t *const differing = cell_words_differing(page->cells);
	const char *name;
	json_t *unused;

	if (json_object_size(events)) {
		fputs("<h2 id=\"counters\">Events per operation</h2>\n<p class=\"note\">Medians of the "
		      "trials that counted an event; a group too large for the processor is counted in "
		      "turns.</p>\n<div class=\"wide\"><table class=\"lively\"><thead><tr><th>variant</th>"
		      "<th class=\"number\">threads</th><th>where, workload</th>",
		      page->out);
		json_object_foreach(events, name, unused)
			page_element(page, "th class=\"number\"", name);
		fputs("</tr></thead><tbody>\n", page->out);
		for (size_t i = 0; i < page->cells->count; i++)
			if (page->cells->cells[i].valid)
				write_row(page, &page->cells->cells[i], events, differing);
		fputs("</tbody></table></div>\n", page->out);
	}
	json_decref(events);
	json_decref(differing);
}
