/* The answer: who leads, by how much, with what certainty. */
#include <math.h>
#include <string.h>

#include "plots/page.h"
#include "plots/page_limits.h"
#include "plots/standings.h"
#include "plots/text.h"

/* Why a lead is not certain. */
static const char *doubt_of(const struct contrast *lead)
{
	switch (lead->verdict) {
	case CONTRAST_SAME: return "no difference that matters";
	case CONTRAST_WORSE: return "the mean of its logarithms is lower although its median is not";
	case CONTRAST_BETTER: return "certain";
	case CONTRAST_TOO_FEW: break;
	}
	return lead->reason;
}

/* All rivals from @from on that are in doubt for the same reason. */
static void write_doubt(const struct page *page, const struct standing *standing, size_t from)
{
	const char *const doubt = doubt_of(&standing->rivals[from].lead);

	for (size_t i = from; i < standing->count; i++) {
		const struct rival *const rival = &standing->rivals[i];

		if (rival->lead.verdict == CONTRAST_BETTER || strcmp(doubt_of(&rival->lead), doubt))
			continue;
		fputs(i == from ? "" : ", ", page->out);
		page_series(page, rival->series);
		fputs(" (", page->out);
		page_lead(page, &rival->lead);
		fputc(')', page->out);
	}
	fprintf(page->out, ": %s", doubt);
}

/* Has a rival before this one the same doubt? Then it was named with it. */
static int is_named(const struct standing *standing, size_t rival)
{
	const char *const doubt = doubt_of(&standing->rivals[rival].lead);

	for (size_t i = 1; i < rival; i++)
		if (!strcmp(doubt_of(&standing->rivals[i].lead), doubt))
			return 1;
	return 0;
}

/* Those that the fastest is not certainly ahead of. */
static void write_undecided(const struct page *page, const struct standing *standing)
{
	unsigned said = 0;

	for (size_t i = 1; i < standing->count; i++) {
		if (standing->rivals[i].lead.verdict == CONTRAST_BETTER || is_named(standing, i))
			continue;
		fputs(said++ ? "; of " : ". Not certainly ahead of ", page->out);
		write_doubt(page, standing, i);
	}
	if (standing->more)
		fprintf(page->out, "%s %zu more whose intervals reach it",
			said ? "; nor of" : ". Not certainly ahead of", standing->more);
}

static void write_standing(const struct page *page, const struct standing *standing)
{
	const struct rival *const fastest = &standing->rivals[0];
	const size_t led = standing_first_led(standing);

	fputs("<li>On ", page->out);
	page_threads(page, standing->threads);
	fputc(' ', page->out);
	page_series(page, fastest->series);
	fprintf(page->out, " %s, ",
		standing->count == 1 ? "was measured alone"
		: led == 1	     ? "is fastest"
				     : "has the highest median");
	page_interval(page, fastest->point);
	if (led) {
		fputs("; certainly ahead of ", page->out);
		page_series(page, standing->rivals[led].series);
		fputs(", which it does ", page->out);
		page_lead(page, &standing->rivals[led].lead);
	}
	write_undecided(page, standing);
	fputs(".</li>\n", page->out);
}

static void write_row(const struct page *page, const struct standing *standing)
{
	const struct rival *const fastest = &standing->rivals[0], *const next = fastest + 1;

	fprintf(page->out, "<tr><td class=\"number\">%u</td><td>", standing->threads);
	page_series(page, fastest->series);
	fputs("</td><td class=\"number\">", page->out);
	page_rate(page, fastest->point->median);
	fputs("</td><td>", page->out);
	if (standing->count > 1) {
		page_series(page, next->series);
		fputs("</td><td class=\"number\">", page->out);
		page_lead(page, &next->lead);
		fprintf(page->out, "</td><td class=\"text\">%s</td></tr>\n", doubt_of(&next->lead));
	} else {
		fputs("none</td><td></td><td></td></tr>\n", page->out);
	}
}

/* Where more was measured than the two ends that the sentences speak of. */
static void write_rows(const struct page *page, const struct standing *standings, size_t count)
{
	if (count < 3)
		return;
	fputs("<details><summary>At every number of threads</summary><div class=\"wide\"><table>"
	      "<thead><tr><th class=\"number\">threads</th><th>highest median</th>"
	      "<th class=\"number\">ops/s</th><th>next</th><th class=\"number\">lead over it</th>"
	      "<th>certainty</th></tr></thead><tbody>\n",
	      page->out);
	for (size_t i = 0; i < count; i++)
		write_row(page, &standings[i]);
	fputs("</tbody></table></div></details>\n", page->out);
}

/* In an open loop everyone completes what arrives: who leads is no question of throughput. */
static int is_open_loop(const struct panel *panel)
{
	return strstr(panel->workload, "rate_ops_per_s=") != NULL;
}

static void write_workload(const struct page *page, const struct standing *standings, size_t count)
{
	const struct panel *const panel = standings->panel;

	page_element(page, "h3", panel->family);
	page_element(page, "p class=\"note\"", panel->workload);
	if (is_open_loop(panel)) {
		fputs("<p>Operations arrived at a given rate: what counts is latency, below.</p>\n",
		      page->out);
		return;
	}
	fputs("<ul class=\"answer\">\n", page->out);
	write_standing(page, &standings[0]);
	if (count > 1)
		write_standing(page, &standings[count - 1]);
	fputs("</ul>\n", page->out);
	page_write_limits(page, &standings[count - 1]);
	write_rows(page, standings, count);
}

static size_t count_of_workload(const struct standings *standings, size_t first)
{
	size_t count = 0;

	while (first + count < standings->count &&
	       standings->standings[first + count].panel == standings->standings[first].panel)
		count++;
	return count;
}

static size_t count_leads(const struct standings *standings)
{
	size_t count = 0;

	for (size_t i = 0; i < standings->count; i++)
		count += standings->standings[i].count - 1;
	return count;
}

int page_write_answer(const struct page *page)
{
	struct standings standings;
	size_t leads;
	int error = standings_build(page->panels, &standings);

	if (error)
		return error;
	fputs("<h2 id=\"answer\">Answer</h2>\n", page->out);
	error = page_write_tradeoffs(page);
	leads = count_leads(&standings);
	if (leads)
		fprintf(page->out,
			"<p class=\"note\">Rates are medians with 95&nbsp;%% intervals. The chance that any of "
			"the %zu leads here is called certain and is none is at most %g&nbsp;%% (paired by "
			"lap where cells were interleaved, Holm's correction); intervals of leads have the "
			"level that leaves.</p>\n",
			leads, STANDINGS_ALPHA * 100);
	for (size_t i = 0, n; i < standings.count; i += n) {
		n = count_of_workload(&standings, i);
		write_workload(page, &standings.standings[i], n);
	}
	if (!standings.count)
		fputs("<p class=\"warn\">No cell has a valid trial: there is no answer.</p>\n", page->out);
	standings_free(&standings);
	return error;
}
