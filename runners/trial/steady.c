#include "runners/trial/steady.h"

#include <math.h>
#include <stdlib.h>

#include "runners/stats/stats.h"

/* Warming up: over so many windows the fitted rate changes by less than the tolerance. Measured: so many are judged. */
enum { STEADY_WINDOWS = 3, JUDGED_WINDOWS = 8 };

#define STEADY_TOLERANCE 0.05
#define QUARTILES_APART  0.5
#define LINE_CHANGES     0.25

/* Operations in @n windows of equal length, from number @first on. */
static void window_counts(const struct series *series, size_t first, size_t n, double *counts)
{
	for (size_t i = 0; i < n; i++) {
		const struct sample *const now = &series->samples[first + i];
		const uint64_t before = first + i ? now[-1].operations : 0;
		const uint64_t before_ns = first + i ? now[-1].at_ns : 0;

		counts[i] = (double)(now->operations - before) * SERIES_WINDOW_NS /
			    (double)(now->at_ns - before_ns);
	}
}

/* Two windows of m arrivals differ by chance by sqrt(2 m): three times that, as a share of m. */
static double chance(double count)
{
	return 3 * sqrt(2 / count);
}

/* The tolerance leaves room for chance, which at a low rate is above 5 %. */
bool steady_now(const struct series *series)
{
	double counts[STEADY_WINDOWS], mean;

	if (series->count < STEADY_WINDOWS)
		return false;
	window_counts(series, series->count - STEADY_WINDOWS, STEADY_WINDOWS, counts);
	mean = stats_mean(counts, STEADY_WINDOWS);
	return mean > 0 && stats_is_steady(counts, STEADY_WINDOWS, STEADY_WINDOWS,
					   fmax(chance(mean), STEADY_TOLERANCE));
}

static void judge(struct trial *trial, const double *counts, size_t n)
{
	const double median = stats_median(counts, n);
	const struct movement movement = stats_movement(counts, n);

	/* A load that another program drives has no counts before its end. */
	if (!(median > 0))
		return;
	if (movement.quartiles > QUARTILES_APART + chance(median))
		verdict_flag(&trial->verdict, TRIAL_UNSTEADY,
			     "over 100 ms the rate was now high, now low: its quartiles lie %.0f %% of the "
			     "median apart",
			     movement.quartiles * 100);
	else if (fabs(movement.line) > LINE_CHANGES + chance(median))
		verdict_flag(&trial->verdict, TRIAL_UNSTEADY,
			     "the rate changed by %+.0f %% while it was measured", movement.line * 100);
}

void steady_judge(struct trial *trial)
{
	const struct cell *const cell = &trial->cell;
	const struct series *const series = &trial->series;
	double *counts;
	size_t n;

	if (cell->duration_ops || cell->is_once || cell->stall_every_ns || series->count <= JUDGED_WINDOWS)
		return;
	n = series->count - 1;    /* the last window is cut short */
	counts = calloc(n, sizeof(*counts));
	if (!counts)
		return;
	window_counts(series, 0, n, counts);
	judge(trial, counts, n);
	free(counts);
}
