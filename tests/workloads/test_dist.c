#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/dist.h"

static struct dist parsed(const char *text)
{
	struct fault fault = { "" };
	struct dist dist;

	if (dist_parse(text, &dist, &fault))
		fail_msg("%s", fault.text);
	return dist;
}

static void assert_refused(const char *text, const char *expected)
{
	struct dist dist = { .theta = 77 };
	struct fault fault = { "" };

	assert_int_equal(dist_parse(text, &dist, &fault), -EINVAL);
	if (!strstr(fault.text, expected))
		fail_msg("\"%s\" does not say \"%s\"", fault.text, expected);
	assert_true(dist.theta == 77);    /* untouched on failure */
}

static void dist_uniform_and_latest_are_read(void **state)
{
	(void)state;
	assert_int_equal(parsed("uniform").kind, DIST_UNIFORM);
	assert_int_equal(parsed("latest").kind, DIST_LATEST);
	assert_true(parsed("latest").theta == 0.99);
}

static void dist_zipf_takes_any_exponent_from_0(void **state)
{
	(void)state;
	assert_int_equal(parsed("zipf:0").kind, DIST_ZIPF);
	assert_true(parsed("zipf:0").theta == 0);
	assert_true(parsed("zipf:0.99").theta == 0.99);
	assert_true(parsed("zipf:1").theta == 1);
	assert_true(parsed("zipf:1.20").theta == 1.2);
	assert_true(parsed("zipf:25").theta == 25);
	assert_true(parsed("zipf:.5").theta == 0.5);
}

static void dist_hotspot_takes_two_percentages(void **state)
{
	const struct dist dist = parsed("hotspot:0.5:99.9");

	(void)state;
	assert_int_equal(dist.kind, DIST_HOTSPOT);
	assert_true(dist.hot_keys == 0.005);
	assert_true(dist.hot_draws == 0.999);
	assert_true(parsed("hotspot:20:100").hot_draws == 1);
}

static void dist_sequential_takes_an_optional_stride(void **state)
{
	(void)state;
	assert_int_equal(parsed("sequential").kind, DIST_SEQUENTIAL);
	assert_false(parsed("sequential").has_stride);
	assert_true(parsed("sequential:500000").has_stride);
	assert_int_equal(parsed("sequential:500000").stride, 500000);
}

static void dist_bad_exponent_is_refused(void **state)
{
	const char *const bad[] = { "zipf",     "zipf:",     "zipf:-1",   "zipf:-0.5", "zipf:nan",
				    "zipf:inf", "zipf:0.9x", "zipf:1e3",  "zipf:0x1",  "zipf:1:2",
				    "zipf:1.",  "zipf: 1",   "zipf:1.1.1",
				    "zipf:0.1234567890123456" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused(bad[i], "THETA a plain number >= 0");
}

static void dist_bad_hot_set_is_refused(void **state)
{
	const char *const bad[] = { "hotspot",        "hotspot:20",      "hotspot:0:80",
				    "hotspot:20:0",   "hotspot:100:80",  "hotspot:20:101",
				    "hotspot:-20:80", "hotspot:20:80:1", "hotspot:20:nan",
				    "hotspot:20;80",  "hotspot:0.0001:80" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused(bad[i], "KEYS above 0 and under 100");
}

static void dist_bad_stride_is_refused(void **state)
{
	const char *const bad[] = { "sequential:",   "sequential:0",  "sequential:-1",
				    "sequential:1.5", "sequential:x", "sequential:1:2",
				    "sequential:99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused(bad[i], "STRIDE a whole number from 1 on");
}

static void dist_prefix_is_read(void **state)
{
	const struct dist dist = parsed("prefix:4:24:0.99:50");

	(void)state;
	assert_int_equal(dist.kind, DIST_PREFIX);
	assert_int_equal(dist.branching, 4);
	assert_int_equal(dist.depth, 24);
	assert_int_equal(dist.shared, 12);
	assert_true(dist.theta == 0.99);
	assert_int_equal(parsed("prefix:1:4:0:1").shared, 1);
}

static void dist_bad_prefix_is_refused(void **state)
{
	const char *const bad[] = { "prefix",         "prefix:4:24:0.99",     "prefix:0:24:1:50",
				    "prefix:4:0:1:5", "prefix:4:24:1:0",      "prefix:4:24:-1:50",
				    "prefix:4:5000:1:5", "prefix:4:24:1:50:1", "prefix:1.5:4:1:50" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused(bad[i], "allowed is prefix:BRANCHING:DEPTH:THETA:SHARED");
}

static void dist_trace_without_a_file_is_refused(void **state)
{
	(void)state;
	assert_refused("trace", "FILE a trace of requests");
	assert_refused("trace:", "FILE a trace of requests");
	assert_refused("trace:/nowhere", "/nowhere: the trace cannot be read");
}

static void dist_parameter_of_one_that_takes_none_is_refused(void **state)
{
	(void)state;
	assert_refused("uniform:1", "uniform takes no parameter");
	assert_refused("latest:0.5", "latest takes no parameter");
}

static void dist_unknown_name_suggests_the_nearest(void **state)
{
	(void)state;
	assert_refused("zipff:0.99", "did you mean \"zipf\"?");
	assert_refused("Uniform", "did you mean \"uniform\"?");
	assert_refused("normal", "allowed are uniform, zipf:THETA");
	assert_refused("", "unknown distribution; allowed are");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dist_uniform_and_latest_are_read),
		cmocka_unit_test(dist_zipf_takes_any_exponent_from_0),
		cmocka_unit_test(dist_hotspot_takes_two_percentages),
		cmocka_unit_test(dist_sequential_takes_an_optional_stride),
		cmocka_unit_test(dist_bad_exponent_is_refused),
		cmocka_unit_test(dist_bad_hot_set_is_refused),
		cmocka_unit_test(dist_bad_stride_is_refused),
		cmocka_unit_test(dist_prefix_is_read),
		cmocka_unit_test(dist_bad_prefix_is_refused),
		cmocka_unit_test(dist_trace_without_a_file_is_refused),
		cmocka_unit_test(dist_parameter_of_one_that_takes_none_is_refused),
		cmocka_unit_test(dist_unknown_name_suggests_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
