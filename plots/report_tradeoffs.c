/* The answer in short, where throughput is not all that counts: what the fastest is paid with, and what it costs to lose nothing. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "plots/marks.h"
#include "plots/page.h"
#include "plots/standings.h"
#include "plots/text.h"
#include "plots/tradeoffs.h"

/* Every series of one workload that was measured on the most threads, by median, the fastest first. */
struct field {
	const struct panel *panel;
	unsigned threads;
	struct rival *rivals;
	size_t count;
	bool has_policies, has_losses;
};

static int compare_rivals(const void *a, const void *b)
{
	const double x = ((const struct rival *)a)->point->median;
	const double y = ((const struct rival *)b)->point->median;

	return (x < y) - (x > y);
}

/* What the parts of a workload have together. */
static void survey(const struct panels *panels, struct field *field)
{
	for (size_t p = 0; p < panels->count; p++) {
		const struct panel *const part = &panels->panels[p];

		if (!part->count || !standings_same_workload(part, field->panel))
			continue;
		field->has_policies |= tradeoffs_has_policies(part);
		field->has_losses |= tradeoffs_has_losses(part);
		field->threads = panel_most_threads(part) > field->threads ? panel_most_threads(part)
									    : field->threads;
		field->count += part->count;
	}
}

/* Return: 0 or -ENOMEM; the rivals are to be freed. */
static int gather(const struct panels *panels, struct field *field)
{
	survey(panels, field);
	field->rivals = calloc(field->count + 1, sizeof(*field->rivals));
	if (!field->rivals)
		return -ENOMEM;
	field->count = 0;
	for (size_t p = 0; p < panels->count; p++) {
		const struct panel *const part = &panels->panels[p];

		for (size_t s = 0; standings_same_workload(part, field->panel) && s < part->count; s++) {
			const struct point *const point =
				series_point(&part->series[s], field->threads);

			if (point)
				field->rivals[field->count++] =
					(struct rival){ .series = &part->series[s], .point = point };
		}
	}
	qsort(field->rivals, field->count, sizeof(*field->rivals), compare_rivals);
	return 0;
}

/* What every other does in the times of one, @of. Return: 0 or -ENOMEM. */
static int measure_leads(struct field *field, size_t of)
{
	struct contrast *const all = calloc(field->count + 1, sizeof(*all));
	size_t count = 0;
	int error = all ? 0 : -ENOMEM;

	for (size_t i = 0; !error && i < field->count; i++)
		if (i != of)
			error = laps_contrast(field->rivals[of].point->cell,
					      field->rivals[i].point->cell, &all[count++]);
	if (!error)
		error = contrasts_judge(all, count, STANDINGS_ALPHA);
	count = 0;
	for (size_t i = 0; !error && i < field->count; i++)
		if (i != of)
			field->rivals[i].lead = all[count++];
	free(all);
	return error;
}

/* "50.0 % of its pages lie on another node", or why nothing can be said. */
static void put_remote(const struct page *page, const struct cell_summary *cell)
{
	const double reads = tradeoffs_remote_reads(cell);
	const double share = isfinite(reads) ? reads : tradeoffs_remote_pages(cell);

	if (marks_one_node(page->results))
		fputs("; the remote share is unavailable, as this machine has one NUMA node", page->out);
	else if (isfinite(share))
		fprintf(page->out, ", %.1f&nbsp;%% of %s remote", 100 * share,
			isfinite(reads) ? "reads" : "pages");
	else
		fputs(", the remote share unavailable", page->out);
}

/* All that the fastest cannot be told from: their intervals reach into its own. */
static void put_equals(const struct page *page, const struct field *field)
{
	unsigned said = 0;

	for (size_t i = 1; i < field->count; i++) {
		if (field->rivals[i].point->high < field->rivals[0].point->low)
			continue;
		fputs(said++ ? ", " : ". Intervals overlap with ", page->out);
		page_series(page, field->rivals[i].series);
	}
}

/* Who misses least, if another than the fastest. */
static void put_best_hits(const struct page *page, const struct field *field)
{
	const struct rival *best = &field->rivals[0];

	for (size_t i = 1; i < field->count; i++)
		if (tradeoffs_hit_ratio(field->rivals[i].point->cell) >
		    tradeoffs_hit_ratio(best->point->cell))
			best = &field->rivals[i];
	if (best == &field->rivals[0])
		return;
	fprintf(page->out, ". The highest hit ratio, %.4f, is that of ",
		tradeoffs_hit_ratio(best->point->cell));
	page_series(page, best->series);
	fprintf(page->out, ", at %.2f times the throughput",
		best->point->median / field->rivals[0].point->median);
}

static void write_fastest(const struct page *page, const struct field *field)
{
	const struct rival *const fastest = &field->rivals[0];
	const double hits = tradeoffs_hit_ratio(fastest->point->cell);

	page_series(page, fastest->series);
	fputs(" has the highest median, ", page->out);
	page_interval(page, fastest->point);
	if (isfinite(hits))
		fprintf(page->out, ", with a hit ratio of %.4f", hits);
	put_remote(page, fastest->point->cell);
	put_equals(page, field);
	put_best_hits(page, field);
	fputs(". ", page->out);
}

static void put_losses(const struct page *page, const struct cell_summary *cell)
{
	fprintf(page->out, " (%.0f lost, %.3g torn in a million)", tradeoffs_lost(cell),
		tradeoffs_torn(cell));
}

/* The fastest that promises to lose nothing; of none the end. */
static size_t find_lossless(const struct field *field)
{
	size_t i = 0;

	while (i < field->count && !tradeoffs_is_lossless(field->rivals[i].series))
		i++;
	return i;
}

static int write_cost(const struct page *page, struct field *field)
{
	const size_t lossless = find_lossless(field);
	const int error = lossless < field->count ? measure_leads(field, lossless) : 0;

	if (error || lossless == field->count) {
		fputs("None here keeps every entry, untorn. ", page->out);
		return error;
	}
	page_series(page, field->rivals[lossless].series);
	fputs(" is the fastest that keeps every entry, untorn: ", page->out);
	page_interval(page, field->rivals[lossless].point);
	for (size_t i = 0; i < field->count; i++) {
		const struct rival *const rival = &field->rivals[i];

		if (i == lossless)
			continue;
		fputs("; ", page->out);
		page_series(page, rival->series);
		if (!tradeoffs_is_lossless(rival->series))
			put_losses(page, rival->point->cell);
		fputs(" does ", page->out);
		page_lead(page, &rival->lead);
		fputs(" as much", page->out);
	}
	fputs(". ", page->out);
	return 0;
}

static int write_field(const struct page *page, struct field *field)
{
	int error = 0;

	fprintf(page->out, "<li>%s on ", field->panel->family);
	page_threads(page, field->threads);
	fputs(" (<span class=\"note\">", page->out);
	text_put_html(page->out, field->panel->workload);
	fputs("</span>): ", page->out);
	if (field->has_policies)
		write_fastest(page, field);
	if (field->has_losses)
		error = write_cost(page, field);
	fputs("</li>\n", page->out);
	return error;
}

int page_write_tradeoffs(const struct page *page)
{
	unsigned said = 0;
	int error = 0;

	for (size_t p = 0; !error && p < page->panels->count; p++) {
		struct field field = { .panel = &page->panels->panels[p] };

		if (field.panel->part != 1)
			continue;
		error = gather(page->panels, &field);
		if (!error && field.count && (field.has_policies || field.has_losses)) {
			fputs(said++ ? "" : "<ul class=\"answer\">\n", page->out);
			error = write_field(page, &field);
		}
		free(field.rivals);
	}
	fputs(said ? "</ul>\n" : "", page->out);
	return error;
}
