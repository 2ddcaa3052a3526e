/* The evidence: what does not count and why, the host and its checks, the method, how to repeat. */
#include <string.h>

#include "plots/page.h"
#include "plots/text.h"

/* Why trials of a cell do not count, or NULL: all of them do. */
static const char *reason_of(const struct cell_summary *cell)
{
	if (!cell->invalid && !cell->skipped)
		return NULL;
	return cell->reason ? cell->reason : "no reason recorded";
}

/* Cells are told together with the first that has the same reason. */
static bool was_told(const struct page *page, size_t index)
{
	const char *const reason = reason_of(&page->cells->cells[index]);

	for (size_t i = 0; i < index; i++) {
		const char *const other = reason_of(&page->cells->cells[i]);

		if (other && !strcmp(other, reason))
			return true;
	}
	return false;
}

static void write_refused_cell(const struct page *page, const struct cell_summary *cell)
{
	fputs("<code>", page->out);
	text_put_html(page->out, cell->variant);
	fputs("</code> on ", page->out);
	page_threads(page, cell->threads);
	fprintf(page->out, ": %u invalid, %u skipped", cell->invalid, cell->skipped);
}

/* One reason, and the cells that have it, from the first on. */
static void write_reason(const struct page *page, size_t first)
{
	const char *const reason = reason_of(&page->cells->cells[first]);

	fputs("<li>", page->out);
	text_put_html(page->out, reason);
	fputs("<br><span class=\"soft\">", page->out);
	for (size_t i = first; i < page->cells->count; i++) {
		const char *const other = reason_of(&page->cells->cells[i]);

		if (!other || strcmp(other, reason))
			continue;
		fputs(i > first ? "; " : "", page->out);
		write_refused_cell(page, &page->cells->cells[i]);
	}
	fputs("</span></li>\n", page->out);
}

static void write_refusals(const struct page *page)
{
	unsigned refused = 0;

	fputs("<h2 id=\"refused\">Trials that do not count</h2>\n", page->out);
	for (size_t i = 0; i < page->cells->count; i++) {
		if (!reason_of(&page->cells->cells[i]) || was_told(page, i))
			continue;
		fputs(refused++ ? "" : "<ul>\n", page->out);
		write_reason(page, i);
	}
	fprintf(page->out, refused ? "</ul>\n" : "<p>All %zu trials count.</p>\n",
		page->results->trial_count);
}

static void write_build(const struct page *page)
{
	const json_t *const session = page_session(page);
	const json_t *const build = json_object_get(session, "build");
	json_t *version;
	const char *library;

	fputs("<p>", page->out);
	text_put_html(page->out, page_text_at(json_object_get(session, "host"), "name"));
	fputs(", topology <code>", page->out);
	text_put_html(page->out, page_text_at(session, "topology_hash"));
	fputs("</code>; numamark ", page->out);
	text_put_html(page->out, page_text_at(build, "version"));
	fputs(" (", page->out);
	text_put_html(page->out, page_text_at(build, "commit"));
	fputs("), ", page->out);
	text_put_html(page->out, page_text_at(build, "compiler"));
	fputs(", <code>", page->out);
	text_put_html(page->out, page_text_at(build, "flags"));
	fputs("</code>", page->out);
	json_object_foreach(json_object_get(session, "libraries"), library, version) {
		fputs(", ", page->out);
		text_put_html(page->out, library);
		fputc(' ', page->out);
		text_put_html(page->out, json_is_string(version) ? json_string_value(version) : "");
	}
	fputs(".</p>\n", page->out);
}

static void write_host(const struct page *page)
{
	static const char *const columns[] = { "name", "found", "wanted", "grade", "why", "mend" };
	const json_t *const items = json_object_get(page_session(page), "preflight");
	const json_t *item;
	size_t i;

	fputs("<h2 id=\"host\">Host and build</h2>\n", page->out);
	write_build(page);
	fputs("<div class=\"wide\"><table class=\"lively\"><thead><tr><th>check</th><th>found</th>"
	      "<th>wanted</th><th>grade</th><th>why it matters</th><th>how to mend it</th></tr></thead>"
	      "<tbody>\n",
	      page->out);
	json_array_foreach(items, i, item) {
		fputs("<tr>", page->out);
		for (size_t k = 0; k < sizeof(columns) / sizeof(*columns); k++)
			page_element(page, "td class=\"text\"", page_text_at(item, columns[k]));
		fputs("</tr>\n", page->out);
	}
	fputs("</tbody></table></div>\n", page->out);
}

/* The file that repeats the run, where it stands in the folder. */
static void write_campaign(const struct page *page)
{
	FILE *const file = page_open(page->options->directory, "campaign.ini");
	char line[4096];

	if (!file)
		return;
	fputs("<details><summary>campaign.ini</summary><pre>", page->out);
	while (fgets(line, sizeof(line), file))
		text_put_html(page->out, line);
	fputs("</pre></details>\n", page->out);
	fclose(file);
}

static void write_method(const struct page *page)
{
	fputs("<h2 id=\"method\">Method, and how to repeat it</h2>\n<p>Each trial is a fresh process; every "
	      "lap runs all cells once in a fresh random order. Workers are pinned and read back; pages are "
	      "placed per NUMA node and read back. The rate is the sum over threads of operations by their "
	      "own measured time. A trial that was misplaced, ragged, drifting or that failed its checks is "
	      "invalid and counts nowhere above.</p>\n<p>Repeat it with <code>numamark run "
	      "campaign.ini</code>, the file that stands beside <code>results.jsonl</code>",
	      page->out);
	fprintf(page->out, ", seed %lld. Every trial is one line of <code>results.jsonl</code>.</p>\n",
		json_integer_value(json_object_get(page_session(page), "campaign_seed")));
	write_campaign(page);
	if (page->results->torn)
		fputs("<p class=\"warn\">The last line of results.jsonl is cut short and was left out; "
		      "<code>--resume</code> measures it again.</p>\n",
		      page->out);
}

void page_write_evidence(const struct page *page)
{
	write_refusals(page);
	write_host(page);
	write_method(page);
}
