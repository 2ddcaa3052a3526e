/* Figures whose abscissa is no number of threads: many numbers of each trial, or rates of an open loop. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/draw.h"
#include "runners/stats/stats.h"

enum { VECTOR_MAX = 512, SUBTITLE_BYTES = 4096 };

/* The vectors of one cell's valid trials, one after the other. */
struct vectors {
	double *x, *y;    /* [trial * VECTOR_MAX + index] */
	size_t *counts;
	size_t trials;
	double *column;    /* room for one number of each trial */
};

static void vectors_free(struct vectors *vectors)
{
	free(vectors->x);
	free(vectors->y);
	free(vectors->counts);
	free(vectors->column);
}

static int vectors_read(const struct cell_summary *cell, const struct figure *figure,
			struct vectors *vectors)
{
	const size_t room = cell->trial_count + 1;

	*vectors = (struct vectors){ .x = calloc(room * VECTOR_MAX, sizeof(double)),
				     .y = calloc(room * VECTOR_MAX, sizeof(double)),
				     .counts = calloc(room, sizeof(size_t)),
				     .column = calloc(room, sizeof(double)) };
	if (!vectors->x || !vectors->y || !vectors->counts || !vectors->column)
		return -ENOMEM;
	for (size_t i = 0; i < cell->trial_count; i++) {
		const size_t at = vectors->trials * VECTOR_MAX;

		if (!results_is_valid(cell->trials[i]))
			continue;
		vectors->counts[vectors->trials] = figure->of_vector(
			cell->trials[i], vectors->x + at, vectors->y + at, VECTOR_MAX);
		vectors->trials += vectors->counts[vectors->trials] > 0;
	}
	return 0;
}

/* Of each trial that is long enough the number at one index. Return: how many. */
static size_t read_column(const struct vectors *vectors, const double *values, size_t index)
{
	size_t count = 0;

	for (size_t t = 0; t < vectors->trials; t++)
		if (index < vectors->counts[t])
			vectors->column[count++] = values[t * VECTOR_MAX + index];
	return count;
}

/* Medians and intervals over the trials, index by index, as far as half of the trials go. */
static void add_spots(const struct vectors *vectors, struct curve *curve, uint64_t seed)
{
	for (size_t i = 0; i < VECTOR_MAX; i++) {
		size_t count = read_column(vectors, vectors->x, i);
		struct interval interval;
		struct spot spot;

		if (!count || 2 * count < vectors->trials)
			break;
		spot.x = stats_median(vectors->column, count);
		count = read_column(vectors, vectors->y, i);
		spot.y = stats_median(vectors->column, count);
		interval = stats_bootstrap_median(vectors->column, count, 0.95, seed);
		spot.low = interval.low;
		spot.high = interval.high;
		curve->spots[curve->count++] = spot;
	}
}

static int add_vector(struct frame *frame, const struct figure *figure, const struct series *series,
		      const struct cell_summary *cell)
{
	struct vectors vectors;
	struct curve *curve;
	int error = vectors_read(cell, figure, &vectors);

	if (!error && vectors.trials) {
		curve = frame_add_curve(frame, series->name, VECTOR_MAX);
		if (curve)
			add_spots(&vectors, curve, strtoull(cell->cell, NULL, 16));
		else
			error = -ENOMEM;
	}
	vectors_free(&vectors);
	return error;
}

static int finish(struct frame *frame, const struct sheet *sheet, struct fault *fault)
{
	frame->limits_from = frame->count;
	frame_measure(frame);
	/* One spot is no curve. */
	if (!frame->count || !(frame->highest > 0) || !(frame->x_high > frame->x_low))
		return -ENODATA;
	return frame_write(frame, sheet, fault);
}

int draw_vectors(const struct draw_request *request, const struct sheet *sheet, struct fault *fault)
{
	const unsigned threads = panel_most_threads(request->panel);
	struct frame frame = { .x_is_log = request->figure->x_is_log,
			       .y_is_log = request->figure->is_log };
	struct sheet with_threads = *sheet;
	char subtitle[SUBTITLE_BYTES];
	int error = 0;

	for (size_t i = 0; !error && i < request->panel->count; i++) {
		const struct series *const series = &request->panel->series[i];
		const struct point *const most = &series->points[series->count - 1];

		if (most->threads == threads)
			error = add_vector(&frame, request->figure, series, most->cell);
	}
	snprintf(subtitle, sizeof(subtitle), "%s threads=%u", sheet->subtitle, threads);
	with_threads.subtitle = subtitle;
	if (!error)
		error = finish(&frame, &with_threads, fault);
	frame_free(&frame);
	return error;
}

static int compare_spots(const void *a, const void *b)
{
	const struct spot *const x = a, *const y = b;

	return (x->x > y->x) - (x->x < y->x);
}

static const json_t *probes_of(const struct cell_summary *cell)
{
	for (size_t i = 0; i < cell->trial_count; i++)
		if (results_is_valid(cell->trials[i]))
			return json_object_get(json_object_get(cell->trials[i], "sweep"), "probes");
	return NULL;
}

static double number_at(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

/*
 * A search of rates is one cell: of its first valid trial every rate that was tried, without intervals. By the rate
 * offered: what is reached falls where latency grows, and would have the curve turn back.
 */
static int add_probes(struct frame *frame, const struct series *series, const json_t *probes)
{
	struct curve *const curve = frame_add_curve(frame, series->name, json_array_size(probes));
	const json_t *probe;
	size_t i;

	if (!curve)
		return -ENOMEM;
	json_array_foreach(probes, i, probe) {
		const double latency = number_at(probe, "latency_ns");

		if (latency > 0)
			curve->spots[curve->count++] = (struct spot){
				number_at(probe, "rate_ops_per_s"), latency, latency, latency
			};
	}
	frame->count -= !curve->count;
	if (!curve->count)
		free(curve->spots);
	else
		qsort(curve->spots, curve->count, sizeof(*curve->spots), compare_spots);
	return 0;
}

static int add_rates(struct frame *frame, const struct series *series)
{
	struct curve *const curve = frame_add_curve(frame, series->name, series->count);

	if (!curve)
		return -ENOMEM;
	for (size_t i = 0; i < series->count; i++) {
		const struct point *const point = &series->points[i];
		const json_t *const workload = json_object_get(point->cell->first, "workload");

		curve->spots[curve->count++] = (struct spot){ number_at(workload, "rate_ops_per_s"),
							      point->median, point->low,
							      point->high };
	}
	qsort(curve->spots, curve->count, sizeof(*curve->spots), compare_spots);
	return 0;
}

int draw_load(const struct draw_request *request, const struct sheet *sheet, struct fault *fault)
{
	struct frame frame = { .y_is_log = request->figure->is_log };
	int error = 0;

	for (size_t i = 0; !error && i < request->panel->count; i++) {
		const struct series *const series = &request->panel->series[i];
		const json_t *const probes =
			series->count == 1 ? probes_of(series->points[0].cell) : NULL;

		error = json_array_size(probes) ? add_probes(&frame, series, probes)
						: add_rates(&frame, series);
	}
	if (!error)
		error = finish(&frame, sheet, fault);
	frame_free(&frame);
	return error;
}
