/* Where memory lies and what it does: throughput, hit ratio and remote share side by side. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/draw.h"
#include "plots/fields.h"
#include "plots/text.h"
#include "runners/stats/stats.h"

enum { TEXT_BYTES = 64, SUBTITLE_BYTES = 4096 };

enum column { COLUMN_RATE, COLUMN_HITS, COLUMN_REMOTE, COLUMNS };

static const char *const column_names[COLUMNS] = { "throughput", "hit ratio", "remote share" };

/* Where a remote share comes from. */
enum source { SOURCE_NONE, SOURCE_PAGES, SOURCE_READS };

static double number_of(const json_t *object, const char *key)
{
	const json_t *const number = json_object_get(object, key);

	return json_is_number(number) ? json_number_value(number) : NAN;
}

static double hit_ratio_of(const json_t *trial)
{
	return number_of(json_object_get(trial, "effective"), "hit_ratio");
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

/* Over the valid trials that have the number; NaN where none has. */
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

static enum source find_remote(const struct cell_summary *cell, double *share)
{
	*share = median_of(cell, remote_reads_of);
	if (isfinite(*share))
		return SOURCE_READS;
	*share = median_of(cell, remote_pages_of);
	return isfinite(*share) ? SOURCE_PAGES : SOURCE_NONE;
}

/* The points on the most threads. Return: NULL for a series that has none. */
static const struct point *point_of(const struct panel *panel, size_t series)
{
	const struct series *const of = &panel->series[series];
	const struct point *const last = &of->points[of->count - 1];

	return last->threads == panel_most_threads(panel) ? last : NULL;
}

/* Are there policies of memory to compare? */
static bool has_policies(const struct panel *panel)
{
	for (size_t i = 1; i < panel->count; i++)
		if (strcmp(panel->series[i].words[SERIES_MEMORY],
			   panel->series[0].words[SERIES_MEMORY]))
			return true;
	return false;
}

static void put_remote(const struct fields *fields, size_t row, const struct cell_summary *cell)
{
	static const char *const of[] = { [SOURCE_PAGES] = "pages", [SOURCE_READS] = "reads" };
	char text[TEXT_BYTES] = "unavailable";
	double share;
	const enum source source = find_remote(cell, &share);

	if (source != SOURCE_NONE)
		snprintf(text, sizeof(text), "%.1f %% of %s", 100 * share, of[source]);
	fields_put(fields, COLUMN_REMOTE, row, source == SOURCE_NONE ? 0 : 1 - share, text, "");
}

/* @best: the highest rate and hit ratio of all rows. */
static void put_row(const struct fields *fields, size_t row, const struct point *point,
		    const double best[2])
{
	const double hits = median_of(point->cell, hit_ratio_of);
	char text[TEXT_BYTES];

	text_rate(point->median, text, sizeof(text));
	fields_put(fields, COLUMN_RATE, row, point->median / best[COLUMN_RATE], text, "");
	snprintf(text, sizeof(text), "%.4f", hits);
	if (isfinite(hits))
		fields_put(fields, COLUMN_HITS, row, hits / best[COLUMN_HITS], text, "");
	put_remote(fields, row, point->cell);
}

static void find_best(const struct panel *panel, double best[2])
{
	best[COLUMN_RATE] = best[COLUMN_HITS] = DBL_MIN; /* no division by nothing */
	for (size_t i = 0; i < panel->count; i++) {
		const struct point *const point = point_of(panel, i);

		if (!point)
			continue;
		best[COLUMN_RATE] = fmax(best[COLUMN_RATE], point->median);
		best[COLUMN_HITS] = fmax(best[COLUMN_HITS], median_of(point->cell, hit_ratio_of));
	}
}

int draw_homes(const struct draw_request *request, const struct sheet *sheet, struct fault *fault)
{
	const struct panel *const panel = request->panel;
	struct sheet with_threads = *sheet;
	struct fields fields = { .sheet = &with_threads,
				 .colour_label = "share of the best; of remote: what is local",
				 .x_label = "remote: of reads where counted, else of pages",
				 .rows = panel->count,
				 .columns = COLUMNS };
	char subtitle[SUBTITLE_BYTES];
	double best[2];
	int error;

	if (!has_policies(panel))
		return -ENODATA;
	find_best(panel, best);
	snprintf(subtitle, sizeof(subtitle), "%s threads=%u", sheet->subtitle,
		 panel_most_threads(panel));
	with_threads.subtitle = subtitle;
	error = fields_begin(&fields, fault);
	for (size_t c = 0; !error && c < COLUMNS; c++)
		fields_name_column(&fields, c, column_names[c]);
	for (size_t r = 0; !error && r < panel->count; r++) {
		const struct point *const point = point_of(panel, r);

		fields_name_row(&fields, r, panel->series[r].name);
		if (point)
			put_row(&fields, r, point, best);
	}
	return error ? error : fields_end(&fields, fault);
}
