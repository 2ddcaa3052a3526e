#include "plots/page_limits.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "plots/law.h"
#include "plots/text.h"
#include "runners/stats/stats.h"

const char *const page_limits[PAGE_LIMITS] = { "probe/null", "probe/faa" };

/* Below this share of perfect fairness it is worth a word. */
#define FAIR_ENOUGH 0.95

const struct cell_summary *page_find_limit(const struct page *page,
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

static const struct point *highest_point(const struct series *series)
{
	const struct point *highest = &series->points[0];

	for (size_t i = 1; i < series->count; i++)
		if (series->points[i].median > highest->median)
			highest = &series->points[i];
	return highest;
}

/* PUs that a cell's threads sit on: fewer than threads where they take turns. */
static unsigned pus_of(const struct cell_summary *cell)
{
	const json_t *const pus = json_object_get(cell->first, "pus");
	unsigned distinct = 0;

	for (size_t i = 0; i < json_array_size(pus); i++) {
		size_t before = 0;

		while (json_integer_value(json_array_get(pus, before)) !=
		       json_integer_value(json_array_get(pus, i)))
			before++;
		distinct += before == i;
	}
	return distinct;
}

/* Perfect is what as many PUs as threads would do: threads that share PUs cannot come near. */
static void write_share_of_perfect(const struct page *page, const struct point *one,
				   const struct point *most)
{
	const unsigned pus = pus_of(most->cell);
	const double factor = most->median / one->median;

	fprintf(page->out, "<li>%u threads do %.3g times what one does, ", most->threads, factor);
	if (pus && pus < most->threads)
		fprintf(page->out, "on %u PU%s that they share", pus, pus == 1 ? "" : "s");
	else
		fprintf(page->out, "%.0f&nbsp;%% of perfect scaling", 100 * factor / most->threads);
}

static void write_scaling(const struct page *page, const struct rival *rival)
{
	const struct series *const series = rival->series;
	const struct point *const one = &series->points[0], *const most = rival->point;
	const struct point *const highest = highest_point(series);

	if (one->threads != 1 || most->threads == 1 || !(one->median > 0))
		return;
	write_share_of_perfect(page, one, most);
	if (highest != most && highest->low > most->high)
		fprintf(page->out, "; it does most on %u", highest->threads);
	fputs(".</li>\n", page->out);
}

/* Two digits, and hundreds without an exponent. */
static void put_percent(const struct page *page, double share)
{
	fprintf(page->out, fabs(share) < 0.995 ? "%.2g" : "%.0f", share * 100);
}

static void put_share(const struct page *page, const char *what, const struct usl_estimate *share)
{
	fprintf(page->out, "%s ", what);
	put_percent(page, share->value);
	fputs("&nbsp;% [", page->out);
	put_percent(page, share->interval.low);
	fputs(", ", page->out);
	put_percent(page, share->interval.high);
	fputc(']', page->out);
}

static void write_law(const struct page *page, const struct series *series)
{
	struct usl_fit fit;

	if (law_fit(series, &fit))
		return;
	if (fit.misfit[0]) {
		fputs("<li>The Universal Scalability Law does not describe its curve: ", page->out);
		text_put_html(page->out, fit.misfit);
		fputs(".</li>\n", page->out);
		return;
	}
	fputs("<li>By the Universal Scalability Law ", page->out);
	put_share(page, "contention", &fit.contention);
	put_share(page, ", coherency", &fit.coherency);
	if (isfinite(fit.knee.value))
		fprintf(page->out, "; more than %.0f threads [%.0f, %.0f] would do less",
			fit.knee.value, fit.knee.interval.low, fit.knee.interval.high);
	else
		fputs("; no knee is seen", page->out);
	fprintf(page->out, " (residual %.1f&nbsp;%%).</li>\n", fit.residual * 100);
}

/* Of a load on a server: which end was busy, in its first valid trial. Return: whether that is known. */
static bool write_ends(const struct page *page, const struct cell_summary *cell)
{
	const json_t *server = NULL;
	const char *saturated;

	for (size_t i = 0; i < cell->trial_count && !json_is_object(server); i++)
		if (results_is_valid(cell->trials[i]))
			server = json_object_get(cell->trials[i], "server");
	saturated = json_string_value(json_object_get(server, "saturated"));
	if (!saturated)
		return false;
	fprintf(page->out, "<li>PUs that had no time left: %s (those that make the load were busy for "
			   "%.0f&nbsp;%% of the time, the server's ",
		!strcmp(saturated, "server")   ? "the server's"
		: !strcmp(saturated, "client") ? "those that make the load"
					       : saturated,
		100 * json_number_value(json_object_get(server, "client_busy")));
	if (json_is_number(json_object_get(server, "busy")))
		fprintf(page->out, "for %.0f&nbsp;%%).</li>\n",
			100 * json_number_value(json_object_get(server, "busy")));
	else
		fputs("are not ours to see).</li>\n", page->out);
	return true;
}

/* Return: how many were measured. */
static unsigned write_ceilings(const struct page *page, const struct cell_summary *cell)
{
	static const char *const words[PAGE_LIMITS] = { "the measuring loop around nothing",
							"one word that all threads write" };
	unsigned measured = 0;

	for (size_t i = 0; i < PAGE_LIMITS; i++) {
		const struct cell_summary *const limit = page_find_limit(page, cell, page_limits[i]);

		if (!limit || !(limit->median > 0))
			continue;
		measured++;
		fprintf(page->out, "<li>It does %.3g times what %s does (<code>%s</code>: ",
			cell->median / limit->median, words[i], page_limits[i]);
		page_rate(page, limit->median);
		fputs(" ops/s).</li>\n", page->out);
	}
	return measured;
}

typedef double number_of(const json_t *trial, const char *name);

static double jain_of(const json_t *trial, const char *name)
{
	const json_t *const fairness = json_object_get(trial, "fairness");
	const json_t *const jain =
		json_object_get(json_object_get(fairness, "per_thread"), name);

	return json_is_number(jain) ? json_number_value(jain) : NAN;
}

static double counter_of(const json_t *trial, const char *name)
{
	const json_t *const counter = json_object_get(json_object_get(trial, "counters"), name);
	const json_t *const per_op = json_object_get(counter, "per_op");

	return json_is_number(per_op) ? json_number_value(per_op) : NAN;
}

/* The median over a cell's valid trials that have the number; NaN: none has. */
static double median_of(const struct cell_summary *cell, number_of *number, const char *name)
{
	double *const values = calloc(cell->trial_count + 1, sizeof(*values));
	size_t count = 0;
	double median;

	for (size_t i = 0; values && i < cell->trial_count; i++) {
		const double value = results_is_valid(cell->trials[i])
					     ? number(cell->trials[i], name)
					     : NAN;

		if (isfinite(value))
			values[count++] = value;
	}
	median = count ? stats_median(values, count) : NAN;
	free(values);
	return median;
}

static void write_fairness(const struct page *page, const struct cell_summary *cell)
{
	const double jain = median_of(cell, jain_of, "jain");

	if (cell->threads > 1 && jain < FAIR_ENOUGH)
		fprintf(page->out,
			"<li>Its threads are not served alike: Jain's index is %.2f, where 1 is all "
			"alike and %.2g one alone.</li>\n",
			jain, 1.0 / cell->threads);
}

double page_counter(const struct cell_summary *cell, const char *name)
{
	return median_of(cell, counter_of, name);
}

json_t *page_counter_names(const struct cell_summary *cell)
{
	json_t *const names = json_object();

	for (size_t i = 0; i < cell->trial_count; i++)
		json_object_update_missing(names, json_object_get(cell->trials[i], "counters"));
	return names;
}

static void write_counters(const struct page *page, const struct cell_summary *cell)
{
	json_t *const names = page_counter_names(cell);
	unsigned said = 0;
	const char *name;
	json_t *counter;

	json_object_foreach(names, name, counter) {
		const double per_op = page_counter(cell, name);

		if (!(per_op > 0))
			continue;
		fputs(said++ ? ", " : "<li>Per operation: ", page->out);
		fprintf(page->out, "%.2g ", per_op);
		text_put_html(page->out, name);
	}
	fputs(said ? ".</li>\n" : "", page->out);
	json_decref(names);
}

void page_write_limits(const struct page *page, const struct standing *standing)
{
	const struct rival *const fastest = &standing->rivals[0];
	const struct cell_summary *const cell = fastest->point->cell;

	fputs("<p>What limits <code>", page->out);
	text_put_html(page->out, fastest->series->name);
	fputs("</code> on ", page->out);
	page_threads(page, standing->threads);
	fputs(":</p>\n<ul class=\"limits\">\n", page->out);
	write_scaling(page, fastest);
	write_law(page, fastest->series);
	if (!write_ends(page, cell) && !write_ceilings(page, cell))
		fputs("<li>Its ceilings are unknown: probe/null and probe/faa were not measured beside "
		      "it.</li>\n",
		      page->out);
	write_fairness(page, cell);
	write_counters(page, cell);
	fputs("</ul>\n", page->out);
}
