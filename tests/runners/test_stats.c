/* Statistics on samples with known truth. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "runners/stats/stats.h"
#include "workloads/random.h"

static void median_of_odd_count_is_the_middle(void **state)
{
	const double values[] = { 9, 1, 5 };

	(void)state;
	assert_true(stats_median(values, 3) == 5);
	assert_true(values[0] == 9);    /* the input is left as it was */
}

static void median_of_even_count_is_the_mean_of_the_middle_two(void **state)
{
	const double values[] = { 4, 1, 3, 100 };

	(void)state;
	assert_true(stats_median(values, 4) == 3.5);
}

static void median_of_nothing_is_nan(void **state)
{
	(void)state;
	assert_true(isnan(stats_median(NULL, 0)));
}

static void quantile_interpolates_order_statistics(void **state)
{
	const double values[] = { 40, 10, 30, 20 };

	(void)state;
	assert_true(fabs(stats_quantile(values, 4, 0.25) - 17.5) < 1e-12);
	assert_true(stats_quantile(values, 4, 0) == 10);
	assert_true(stats_quantile(values, 4, 1) == 40);
}

static void bootstrap_of_few_values_is_their_range(void **state)
{
	const double values[] = { 3, 1, 2, 5, 4 };
	const struct interval interval = stats_bootstrap_median(values, 5, 0.95, 1);

	(void)state;
	assert_true(interval.low == 1 && interval.high == 5);
}

static void bootstrap_of_the_same_seed_is_the_same(void **state)
{
	const double values[] = { 3, 1, 2, 5, 4, 9, 8, 7, 6, 0 };
	const struct interval a = stats_bootstrap_median(values, 10, 0.95, 7);
	const struct interval b = stats_bootstrap_median(values, 10, 0.95, 7);

	(void)state;
	assert_true(a.low == b.low && a.high == b.high);
	assert_true(a.low < 4.5 && a.high > 4.5 && a.low > 0 && a.high < 9);
}

/* Sum of twelve uniforms: close to a standard normal. */
static double normal(struct random *random)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += random_unit(random);
	return sum;
}

static void bootstrap_interval_covers_the_true_median(void **state)
{
	enum { SEEDS = 300, N = 15 };
	int covered = 0;

	(void)state;
	for (unsigned seed = 0; seed < SEEDS; seed++) {
		struct random random = random_seed(seed, 1, RANDOM_VALUES);
		struct interval interval;
		double values[N];

		for (int i = 0; i < N; i++)
			values[i] = 100 + normal(&random);
		interval = stats_bootstrap_median(values, N, 0.95, seed);
		covered += interval.low <= 100 && interval.high >= 100;
	}
	print_message("covered %d of %d\n", covered, (int)SEEDS);
	/* 95 % of 300 is 285; the percentile bootstrap of a median at n = 15 is known to be close to that. */
	assert_in_range(covered, 264, 299);
}

static void jain_of_equal_shares_is_one_and_of_one_taker_is_one_nth(void **state)
{
	const double equal[] = { 5, 5, 5, 5 }, one[] = { 0, 8, 0, 0 }, none[] = { 0, 0 };

	(void)state;
	assert_true(fabs(stats_jain(equal, 4) - 1) < 1e-12);
	assert_true(fabs(stats_jain(one, 4) - 0.25) < 1e-12);
	assert_true(isnan(stats_jain(none, 2)));
}

static void relative_slope_is_the_fitted_change_per_step(void **state)
{
	const double values[] = { 8, 9, 10, 11, 12 };

	(void)state;
	assert_true(fabs(stats_relative_slope(values, 5) - 0.1) < 1e-12);
	assert_true(stats_relative_slope(values, 1) == 0);
}

static void steadiness_looks_at_the_last_window_only(void **state)
{
	const double settled[] = { 1, 5, 9, 10.0, 10.1, 9.9, 10.0 };
	const double rising[] = { 1, 2, 3, 4, 5, 6, 7 };

	(void)state;
	assert_true(stats_is_steady(settled, 7, 4, 0.02));
	assert_false(stats_is_steady(rising, 7, 4, 0.02));
	assert_false(stats_is_steady(settled, 3, 4, 0.02));
}

static void movement_is_told_from_quartile_to_quartile_and_along_the_line(void **state)
{
	static const double rising[] = { 8, 9, 10, 11, 12 }, torn[] = { 4, 16, 10, 16, 4 };
	static const double nothing[] = { 0, 0, 0, 9 };

	(void)state;
	assert_true(fabs(stats_movement(rising, 5).quartiles - 0.2) < 1e-9);
	assert_true(fabs(stats_movement(rising, 5).line - 0.4) < 1e-9);
	assert_true(fabs(stats_movement(torn, 5).quartiles - 1.2) < 1e-9);
	assert_true(fabs(stats_movement(torn, 5).line) < 1e-9);
	assert_true(isnan(stats_movement(nothing, 4).line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_of_odd_count_is_the_middle),
		cmocka_unit_test(median_of_even_count_is_the_mean_of_the_middle_two),
		cmocka_unit_test(median_of_nothing_is_nan),
		cmocka_unit_test(quantile_interpolates_order_statistics),
		cmocka_unit_test(bootstrap_of_few_values_is_their_range),
		cmocka_unit_test(bootstrap_of_the_same_seed_is_the_same),
		cmocka_unit_test(bootstrap_interval_covers_the_true_median),
		cmocka_unit_test(jain_of_equal_shares_is_one_and_of_one_taker_is_one_nth),
		cmocka_unit_test(relative_slope_is_the_fitted_change_per_step),
		cmocka_unit_test(steadiness_looks_at_the_last_window_only),
		cmocka_unit_test(movement_is_told_from_quartile_to_quartile_and_along_the_line),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
