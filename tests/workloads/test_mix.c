#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/mix.h"

static const char *const map[] = { "get", "put", "remove", NULL };

static void assert_refused(const char *text, const char *expected)
{
	struct mix mix = { .count = 77 };
	struct fault fault = { "" };

	assert_int_equal(mix_parse(text, map, &mix, &fault), -EINVAL);
	if (!strstr(fault.text, expected))
		fail_msg("\"%s\" does not say \"%s\"", fault.text, expected);
	assert_int_equal(mix.count, 77);    /* untouched on failure */
}

static struct mix parsed(const char *text)
{
	struct fault fault = { "" };
	struct mix mix;

	if (mix_parse(text, map, &mix, &fault))
		fail_msg("%s", fault.text);
	return mix;
}

static void mix_whole_percentages_become_thousandths(void **state)
{
	const struct mix mix = parsed("get:90,put:5,remove:5");

	(void)state;
	assert_int_equal(mix.count, 3);
	assert_int_equal(mix.share[0], 90000);
	assert_int_equal(mix.share[1], 5000);
	assert_int_equal(mix.share[2], 5000);
}

static void mix_three_decimals_are_exact(void **state)
{
	const struct mix mix = parsed("get:99.875,remove:0.1, put:0.025");

	(void)state;
	assert_int_equal(mix.share[0], 99875);
	assert_int_equal(mix.share[1], 25);
	assert_int_equal(mix.share[2], 100);
}

static void mix_order_is_as_written(void **state)
{
	const struct mix mix = parsed("remove:50,get:50");

	(void)state;
	assert_int_equal(mix.count, 2);
	assert_int_equal(mix.order[0], 2);
	assert_int_equal(mix.order[1], 0);
	assert_int_equal(mix.share[1], 0);
}

static void mix_unknown_operation_suggests_the_nearest(void **state)
{
	(void)state;
	assert_refused("get:90,pit:10", "unknown operation \"pit\", did you mean \"put\"?");
	assert_refused("get:90,scan:10", "allowed are get, put, remove");
	assert_refused(":100", "has no share");
}

static void mix_operation_named_twice_is_refused(void **state)
{
	(void)state;
	assert_refused("get:50,put:25,get:25", "get is named twice");
}

static void mix_sum_that_is_not_100_is_refused_with_the_sum(void **state)
{
	(void)state;
	assert_refused("get:90,put:5", "sum to 95, not to 100");
	assert_refused("get:99.999", "sum to 99.999, not to 100");
	assert_refused("get:100,put:100,remove:100", "sum to 300, not to 100");
}

static void mix_share_that_is_no_percentage_is_refused(void **state)
{
	const char *const bad[] = { "get:",     "get:x",      "get:-100", "get:nan",
				    "get:inf",  "get:1e2",    "get:0x64", "get:100%",
				    "get:.",    "get:100.",   "get:101",  "get:33.3333,put:66.6667",
				    "get:100 ", "get:99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused(bad[i], "the share of get is not a number from 0 to 100");
}

static void mix_text_without_a_share_is_refused(void **state)
{
	const char *const bad[] = { "", ",", "get", "get:50,", "get:50,put", "90" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused(bad[i], "write OPERATION:PERCENT");
}

static void mix_very_long_text_is_refused_briefly(void **state)
{
	static char text[1 << 20];
	struct fault fault;
	struct mix mix;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	assert_int_equal(mix_parse(text, map, &mix, &fault), -EINVAL);
	assert_true(strlen(fault.text) < 300);
}

static void cycle_repeats_each_operation_in_smallest_whole_numbers(void **state)
{
	const struct mix mix = parsed("get:90,put:5,remove:5");
	uint8_t cycle[20];

	(void)state;
	assert_int_equal(mix_cycle(&mix, cycle, sizeof(cycle)), 20);
	for (unsigned i = 0; i < 18; i++)
		assert_int_equal(cycle[i], 0);
	assert_int_equal(cycle[18], 1);
	assert_int_equal(cycle[19], 2);
}

static void cycle_follows_the_order_written(void **state)
{
	const struct mix mix = parsed("put:50,get:50");
	uint8_t cycle[2];

	(void)state;
	assert_int_equal(mix_cycle(&mix, cycle, sizeof(cycle)), 2);
	assert_int_equal(cycle[0], 1);
	assert_int_equal(cycle[1], 0);
}

static void cycle_leaves_out_an_operation_of_share_0(void **state)
{
	const struct mix mix = parsed("put:0,get:100");
	uint8_t cycle[1];

	(void)state;
	assert_int_equal(mix_cycle(&mix, cycle, sizeof(cycle)), 1);
	assert_int_equal(cycle[0], 0);
}

static void cycle_longer_than_the_room_is_refused(void **state)
{
	const struct mix mix = parsed("get:99.9,put:0.1");
	uint8_t cycle[1000];

	(void)state;
	assert_int_equal(mix_cycle(&mix, cycle, 999), -E2BIG);
	assert_int_equal(mix_cycle(&mix, cycle, 1000), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mix_whole_percentages_become_thousandths),
		cmocka_unit_test(mix_three_decimals_are_exact),
		cmocka_unit_test(mix_order_is_as_written),
		cmocka_unit_test(mix_unknown_operation_suggests_the_nearest),
		cmocka_unit_test(mix_operation_named_twice_is_refused),
		cmocka_unit_test(mix_sum_that_is_not_100_is_refused_with_the_sum),
		cmocka_unit_test(mix_share_that_is_no_percentage_is_refused),
		cmocka_unit_test(mix_text_without_a_share_is_refused),
		cmocka_unit_test(mix_very_long_text_is_refused_briefly),
		cmocka_unit_test(cycle_repeats_each_operation_in_smallest_whole_numbers),
		cmocka_unit_test(cycle_follows_the_order_written),
		cmocka_unit_test(cycle_leaves_out_an_operation_of_share_0),
		cmocka_unit_test(cycle_longer_than_the_room_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
