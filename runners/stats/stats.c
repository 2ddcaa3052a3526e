#include "runners/stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/random.h"

enum {
	RESAMPLES = 2000,
	/* Below this many values no percentile interval of a median covers 95 %: 2 x 0.5^5 is still above 5 %. */
	BOOTSTRAP_LEAST = 6
};

static int compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double stats_mean(const double *values, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return n ? sum / (double)n : NAN;
}

double stats_variance(const double *values, size_t n)
{
	const double mean = stats_mean(values, n);
	double squares = 0;

	for (size_t i = 0; i < n; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	return n > 1 ? squares / ((double)n - 1) : NAN;
}

double stats_geometric_mean(const double *values, size_t n)
{
	double logs = 0;

	for (size_t i = 0; i < n; i++)
		logs += log(values[i]);
	return n ? exp(logs / (double)n) : NAN;
}

static double *sorted_copy(const double *values, size_t n)
{
	double *copy = malloc(n * sizeof(*copy));

	if (!copy)
		return NULL;
	memcpy(copy, values, n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), compare_doubles);
	return copy;
}

static double quantile_of_sorted(const double *sorted, size_t n, double q)
{
	const double position = q * (double)(n - 1);
	const size_t below = (size_t)position;
	const size_t above = below + 1 < n ? below + 1 : below;

	return sorted[below] + (position - (double)below) * (sorted[above] - sorted[below]);
}

double stats_quantile(const double *values, size_t n, double q)
{
	double *sorted;
	double result;

	if (!n)
		return NAN;
	sorted = sorted_copy(values, n);
	if (!sorted)
		return NAN;
	result = quantile_of_sorted(sorted, n, q);
	free(sorted);
	return result;
}

double stats_median(const double *values, size_t n)
{
	return stats_quantile(values, n, 0.5);
}

/* Median of one resample with replacement; @room holds n values. */
static double resampled_median(const double *values, size_t n, struct random *random, double *room)
{
	for (size_t i = 0; i < n; i++)
		room[i] = values[random_below(random, n)];
	qsort(room, n, sizeof(*room), compare_doubles);
	return quantile_of_sorted(room, n, 0.5);
}

struct interval stats_bootstrap_median(const double *values, size_t n, double confidence,
				       uint64_t seed)
{
	struct random random = random_seed(seed, 0, RANDOM_SCHEDULE);
	struct interval interval = { NAN, NAN };
	double *medians, *room;

	if (n < BOOTSTRAP_LEAST)
		return (struct interval){ stats_quantile(values, n, 0), stats_quantile(values, n, 1) };
	medians = malloc(RESAMPLES * sizeof(*medians));
	room = malloc(n * sizeof(*room));
	if (medians && room) {
		for (size_t i = 0; i < RESAMPLES; i++)
			medians[i] = resampled_median(values, n, &random, room);
		qsort(medians, RESAMPLES, sizeof(*medians), compare_doubles);
		interval.low = quantile_of_sorted(medians, RESAMPLES, (1 - confidence) / 2);
		interval.high = quantile_of_sorted(medians, RESAMPLES, (1 + confidence) / 2);
	}
	free(room);
	free(medians);
	return interval;
}

double stats_jain(const double *values, size_t n)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += values[i];
		squares += values[i] * values[i];
	}
	return squares > 0 ? sum * sum / ((double)n * squares) : NAN;
}

double stats_relative_slope(const double *values, size_t n)
{
	const double middle = ((double)n - 1) / 2;
	double mean = 0, along = 0, spread = 0;

	if (n < 2)
		return 0;
	for (size_t i = 0; i < n; i++)
		mean += values[i] / (double)n;
	for (size_t i = 0; i < n; i++) {
		const double step = (double)i - middle;

		along += step * (values[i] - mean);
		spread += step * step;
	}
	return mean != 0 ? along / spread / mean : 0;
}

int stats_is_steady(const double *values, size_t n, size_t window, double tolerance)
{
	if (n < window || window < 2)
		return 0;
	return fabs(stats_relative_slope(values + (n - window), window)) * (double)(window - 1) <
	       tolerance;
}

struct movement stats_movement(const double *values, size_t n)
{
	const double median = stats_median(values, n);
	const double change = stats_relative_slope(values, n) * (double)(n - 1) * stats_mean(values, n);

	if (!(median > 0))
		return (struct movement){ NAN, NAN };
	return (struct movement){
		.quartiles = (stats_quantile(values, n, 0.75) - stats_quantile(values, n, 0.25)) / median,
		.line = change / median
	};
}
