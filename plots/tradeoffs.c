#include "plots/tradeoffs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runners/stats/stats.h"

static double number_of(const json_t *object, const char *key)
{
	const json_t *const number = json_object_get(object, key);

	return json_is_number(number) ? json_number_value(number) : NAN;
}

static double hit_ratio_of(const json_t *trial)
{
	return number_of(json_object_get(trial, "effective"), "hit_ratio");
}

static double per_million(const json_t *trial, const char *key)
{
	return 1e6 * number_of(json_object_get(trial, "effective"), key) / number_of(trial, "ops");
}

static double lost_of(const json_t *trial)
{
	return per_million(trial, "lost");
}

static double torn_of(const json_t *trial)
{
	return per_million(trial, "torn");
}

/* Reads from memory, as counted. */
static double remote_reads_of(const json_t *trial)
{
	const json_t *const counters = json_object_get(trial, "counters");
	const double local = number_of(json_object_get(counters, "local_reads"), "value");
	const double remote = number_of(json_object_get(counters, "remote_reads"), "value");

	return remote / (local + remote);
}

/* Pages of nodes, or where there are none of tables, that a worker finds on another node. */
static double remote_pages_of(const json_t *trial)
{
	const json_t *const residency = json_object_get(trial, "residency");
	const double nodes = number_of(json_object_get(residency, "nodes"), "remote");

	return isnan(nodes) ? number_of(json_object_get(residency, "table"), "remote") : nodes;
}

static double median_of(const struct cell_summary *cell, double (*of_trial)(const json_t *trial))
{
	double *const values = calloc(cell->trial_count + 1, sizeof(*values)), median = NAN;
	size_t count = 0;

	for (size_t i = 0; values && i < cell->trial_count; i++) {
		const double value = of_trial(cell->trials[i]);

		if (results_is_valid(cell->trials[i]) && isfinite(value))
			values[count++] = value;
	}
	if (count)
		median = stats_median(values, count);
	free(values);
	return median;
}

bool tradeoffs_has_policies(const struct panel *panel)
{
	for (size_t i = 1; i < panel->count; i++)
		if (strcmp(panel->series[i].words[SERIES_MEMORY],
			   panel->series[0].words[SERIES_MEMORY]))
			return true;
	return false;
}

bool tradeoffs_has_losses(const struct panel *panel)
{
	return panel->count && isfinite(panel->series[0].points[0].cell->lost);
}

double tradeoffs_hit_ratio(const struct cell_summary *cell)
{
	return median_of(cell, hit_ratio_of);
}

double tradeoffs_lost(const struct cell_summary *cell)
{
	return median_of(cell, lost_of);
}

double tradeoffs_torn(const struct cell_summary *cell)
{
	return median_of(cell, torn_of);
}

bool tradeoffs_is_lossless(const struct series *series)
{
	return !*series->words[SERIES_FLAW];
}

double tradeoffs_remote_reads(const struct cell_summary *cell)
{
	return median_of(cell, remote_reads_of);
}

double tradeoffs_remote_pages(const struct cell_summary *cell)
{
	return median_of(cell, remote_pages_of);
}
