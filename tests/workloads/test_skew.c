/* The measured skew of the record: top shares and distinct keys against the exact mass. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/workloads/statistics.h"
#include "workloads/draw.h"

enum { DRAWS = 100000 };

static const char *const operations[] = { "get", "put", NULL };

static struct draw_options options(const char *dist, uint64_t range)
{
	struct draw_options made = {
		.range = range, .seed = test_seed(), .workers = 1, .insert_operation = -1
	};
	struct fault fault;

	assert_int_equal(dist_parse(dist, &made.dist, &fault), 0);
	assert_int_equal(mix_parse("get:50,put:50", operations, &made.mix, &fault), 0);
	return made;
}

static struct draw_skew measured(const char *dist, uint64_t range)
{
	const struct draw_options from = options(dist, range);
	struct draw_skew skew;

	assert_int_equal(draw_measure_skew(&from, DRAWS, &skew), 0);
	return skew;
}

static void assert_share(double share, double expected)
{
	const double noise = 6.5 * sqrt(expected * (1 - expected) / DRAWS);

	if (fabs(share - expected) > noise)
		fail_msg("a share of %g instead of %g", share, expected);
}

static void skew_top_shares_of_zipf_are_those_of_its_mass(void **state)
{
	const double thetas[] = { 0.9, 0.99, 1.2, 2 };
	const char *const names[] = { "zipf:0.9", "zipf:0.99", "zipf:1.2", "zipf:2" };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const struct draw_skew skew = measured(names[i], 10000);
		const double total = zipf_mass(1, 10000, thetas[i]);

		assert_share(skew.top1, 1 / total);
		assert_share(skew.top10, zipf_mass(1, 10, thetas[i]) / total);
		/* The most frequent are the hottest, but for a few at the edge. */
		assert_true(fabs(skew.top1_percent - zipf_mass(1, 100, thetas[i]) / total) < 0.01);
	}
}

static void skew_of_a_hot_set_is_its_share_of_the_draws(void **state)
{
	const struct draw_skew skew = measured("hotspot:1:80", 1000);

	(void)state;
	assert_share(skew.top10, 0.8);
	assert_share(skew.top1_percent, 0.8);
}

/*
 * Method's rule 3: a source that narrows the working set touches fewer keys. The count of distinct
 * keys has a smaller variance than independent keys would give it, so 6.5 of those deviations hold.
 */
static void skew_distinct_keys_are_as_many_as_the_mass_predicts(void **state)
{
	const char *const dists[] = { "uniform", "zipf:0",   "zipf:0.5",      "zipf:0.99",
				      "zipf:1",  "zipf:1.2", "hotspot:20:80", "latest" };
	const uint64_t ranges[] = { 1000, 100000, 1000000, 1ull << 40 };

	(void)state;
	for (unsigned d = 0; d < sizeof(dists) / sizeof(*dists); d++) {
		for (unsigned r = 0; r < sizeof(ranges) / sizeof(*ranges); r++) {
			const struct draw_skew skew = measured(dists[d], ranges[r]);
			const double deviation = sqrt(skew.distinct_expected);

			assert_true(skew.distinct <= ranges[r]);
			if (fabs((double)skew.distinct - skew.distinct_expected) >
			    6.5 * deviation + 1)
				fail_msg("%s over %" PRIu64 ": %" PRIu64 " keys, not %.1f",
					 dists[d], ranges[r], skew.distinct,
					 skew.distinct_expected);
		}
	}
}

static void skew_of_sequential_keys_is_none(void **state)
{
	const struct draw_skew skew = measured("sequential", 1000);

	(void)state;
	assert_int_equal(skew.distinct, 1000);
	assert_true(skew.distinct_expected == 1000);
	assert_true(skew.top1 == 0.001);
	assert_true(skew.top10 == 0.01);
}

static void skew_of_a_moving_latest_expects_no_number(void **state)
{
	struct draw_options from = options("latest", 100000);
	struct draw_skew skew;

	(void)state;
	from.insert_operation = 1;
	assert_int_equal(draw_measure_skew(&from, 1000, &skew), 0);
	assert_true(isnan(skew.distinct_expected));
	assert_true(skew.distinct > 400);    /* inserts, half of the draws, are distinct */
}

static void skew_of_a_bad_source_is_refused(void **state)
{
	struct draw_options from = options("uniform", 10);
	struct draw_skew skew;

	(void)state;
	from.range = 0;
	assert_int_equal(draw_measure_skew(&from, 1000, &skew), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(skew_top_shares_of_zipf_are_those_of_its_mass),
		cmocka_unit_test(skew_of_a_hot_set_is_its_share_of_the_draws),
		cmocka_unit_test(skew_distinct_keys_are_as_many_as_the_mass_predicts),
		cmocka_unit_test(skew_of_sequential_keys_is_none),
		cmocka_unit_test(skew_of_a_moving_latest_expects_no_number),
		cmocka_unit_test(skew_of_a_bad_source_is_refused),
	};

	test_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
