/*
 * Histograms against exact order statistics, and schedules of arrivals against their distribution.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "runners/measure/latency.h"

enum { SAMPLES = 100000, GAPS = 16384 };

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Log-uniform from 1 to 10^9: every octave is met. */
static uint64_t any_latency(struct random *random)
{
	return (uint64_t)pow(10, 9 * random_unit(random));
}

static void quantile_is_within_one_per_cent_of_the_exact(void **state)
{
	static const double qs[] = { 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999 };
	struct random random = random_seed(3, 0, RANDOM_VALUES);
	struct histogram *const histogram = calloc(1, sizeof(*histogram));
	uint64_t *const values = malloc(SAMPLES * sizeof(*values));

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		values[i] = any_latency(&random);
		histogram_add(histogram, values[i]);
	}
	qsort(values, SAMPLES, sizeof(*values), compare);
	for (size_t i = 0; i < sizeof(qs) / sizeof(*qs); i++) {
		const double exact = (double)values[(size_t)ceil(qs[i] * SAMPLES) - 1];

		assert_true(fabs((double)histogram_quantile(histogram, qs[i]) - exact) <=
			    0.01 * exact + 1);
	}
	free(values);
	free(histogram);
}

static void quantile_of_one_is_the_exact_maximum(void **state)
{
	struct histogram *const histogram = calloc(1, sizeof(*histogram));

	(void)state;
	histogram_add(histogram, 10);
	histogram_add(histogram, 123456789);
	assert_int_equal(histogram_quantile(histogram, 1), 123456789);
	free(histogram);
}

static void quantile_beyond_the_last_bucket_is_the_maximum(void **state)
{
	struct histogram *const histogram = calloc(1, sizeof(*histogram));

	(void)state;
	histogram_add(histogram, UINT64_MAX - 1);
	assert_true(histogram_quantile(histogram, 0.5) == UINT64_MAX - 1);
	free(histogram);
}

static void quantile_of_no_samples_is_zero(void **state)
{
	struct histogram *const histogram = calloc(1, sizeof(*histogram));

	(void)state;
	assert_int_equal(histogram_quantile(histogram, 0.99), 0);
	free(histogram);
}

static void bucket_bounds_hold_their_values(void **state)
{
	struct random random = random_seed(4, 0, RANDOM_VALUES);

	(void)state;
	for (unsigned i = 0; i < SAMPLES; i++) {
		const uint64_t value = any_latency(&random);
		const unsigned bucket = histogram_bucket(value);

		assert_true(histogram_lowest(bucket) <= value);
		assert_true(value < histogram_lowest(bucket + 1));
	}
}

/* One wide bucket holds them all: its middle is not their mean. */
static void mean_is_that_of_the_samples_and_not_of_their_buckets(void **state)
{
	struct histogram *const histogram = calloc(1, sizeof(*histogram));

	(void)state;
	histogram_add_times(histogram, 1000000, 3);
	histogram_add(histogram, 1000002);
	assert_true(histogram_bucket(1000000) == histogram_bucket(1000002));
	assert_true(histogram_mean(histogram) == 1000000.5);
	free(histogram);
}

static void mean_of_no_samples_is_no_number(void **state)
{
	struct histogram *const histogram = calloc(1, sizeof(*histogram));

	(void)state;
	assert_true(isnan(histogram_mean(histogram)));
	free(histogram);
}

static void merge_keeps_samples_sum_and_maximum(void **state)
{
	struct histogram *const a = calloc(1, sizeof(*a));
	struct histogram *const b = calloc(1, sizeof(*b));

	(void)state;
	histogram_add(a, 5);
	histogram_add(b, 5);
	histogram_add(b, 900);
	histogram_merge(a, b);
	assert_int_equal(a->samples, 3);
	assert_int_equal(a->maximum, 900);
	assert_int_equal(a->sum, 910);
	assert_int_equal(a->counts[5], 2);
	free(b);
	free(a);
}

static uint64_t sum_of(const uint64_t *gaps)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < GAPS; i++)
		sum += gaps[i];
	return sum;
}

static void constant_arrivals_keep_a_rate_that_is_no_whole_number(void **state)
{
	uint64_t gaps[GAPS];

	(void)state;
	arrivals_fill(gaps, GAPS, 26.1, NULL);
	assert_true(llabs((long long)sum_of(gaps) - llround(26.1 * GAPS)) <= 1);
	for (size_t i = 0; i < GAPS; i++)
		assert_true(gaps[i] == 26 || gaps[i] == 27);
}

static void poisson_arrivals_keep_the_mean(void **state)
{
	struct random random = random_seed(5, 0, RANDOM_ARRIVALS);
	uint64_t gaps[GAPS];

	(void)state;
	arrivals_fill(gaps, GAPS, 1000, &random);
	assert_true(llabs((long long)sum_of(gaps) - 1000ll * GAPS) <= 1);
}

/* Kolmogorov-Smirnov against the exponential distribution, at alpha 0.001. */
static void poisson_gaps_are_exponential(void **state)
{
	struct random random = random_seed(6, 0, RANDOM_ARRIVALS);
	uint64_t gaps[GAPS];
	double worst = 0;

	(void)state;
	arrivals_fill(gaps, GAPS, 1e6, &random);
	qsort(gaps, GAPS, sizeof(*gaps), compare);
	for (size_t i = 0; i < GAPS; i++) {
		const double mass = 1 - exp(-(double)gaps[i] / 1e6);

		worst = fmax(worst, fabs(mass - (double)(i + 1) / GAPS));
	}
	assert_true(worst < 1.95 / sqrt(GAPS));
}

static void clock_cost_is_a_positive_time(void **state)
{
	const double cost_ns = latency_clock_cost_ns(false, 1);

	(void)state;
	assert_true(cost_ns > 0 && cost_ns < 1e6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantile_is_within_one_per_cent_of_the_exact),
		cmocka_unit_test(quantile_of_one_is_the_exact_maximum),
		cmocka_unit_test(quantile_beyond_the_last_bucket_is_the_maximum),
		cmocka_unit_test(quantile_of_no_samples_is_zero),
		cmocka_unit_test(bucket_bounds_hold_their_values),
		cmocka_unit_test(mean_is_that_of_the_samples_and_not_of_their_buckets),
		cmocka_unit_test(mean_of_no_samples_is_no_number),
		cmocka_unit_test(merge_keeps_samples_sum_and_maximum),
		cmocka_unit_test(constant_arrivals_keep_a_rate_that_is_no_whole_number),
		cmocka_unit_test(poisson_arrivals_keep_the_mean),
		cmocka_unit_test(poisson_gaps_are_exponential),
		cmocka_unit_test(clock_cost_is_a_positive_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
