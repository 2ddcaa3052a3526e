#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runners/plan/units.h"

static uint64_t count_of(const char *text, unsigned kilo)
{
	uint64_t value = 0;

	assert_int_equal(units_parse_count(text, kilo, &value), 0);
	return value;
}

static void count_suffixes_are_powers_of_1000(void **state)
{
	(void)state;
	assert_int_equal(count_of("7", 1000), 7);
	assert_int_equal(count_of("10k", 1000), 10000);
	assert_int_equal(count_of("10K", 1000), 10000);
	assert_int_equal(count_of("1M", 1000), 1000000);
	assert_int_equal(count_of("3G", 1000), 3000000000);
}

static void count_of_bytes_takes_powers_of_1024(void **state)
{
	(void)state;
	assert_int_equal(count_of("4k", 1024), 4096);
	assert_int_equal(count_of("1M", 1024), 1048576);
}

static void count_with_a_point_is_fine_where_whole(void **state)
{
	(void)state;
	assert_int_equal(count_of("1.5M", 1000), 1500000);
	assert_int_equal(count_of("0.5k", 1024), 512);
}

static void count_that_is_none_is_refused(void **state)
{
	static const char *const texts[] = { "",        "k",   "-1",  "+1",  "1e6", "0x10",
					     "1.5",     "1.",  ".5k", "1kk", "1 k", " 1",
					     "1.0001k", "nan", "1m",  "1T",  "1M ", NULL };
	uint64_t value;

	(void)state;
	for (const char *const *text = texts; *text; text++)
		if (!units_parse_count(*text, 1000, &value))
			fail_msg("\"%s\" was read as %llu", *text, (unsigned long long)value);
}

static void count_above_63_bits_is_refused(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(count_of("9223372036854775807", 1000), INT64_MAX);
	assert_int_not_equal(units_parse_count("9223372036854775808", 1000, &value), 0);
	assert_int_not_equal(units_parse_count("9223372036854775807k", 1000, &value), 0);
	assert_int_not_equal(units_parse_count("99999999999999999999999", 1000, &value), 0);
}

static void time_needs_a_unit(void **state)
{
	uint64_t ns;

	(void)state;
	assert_int_equal(units_parse_time("1.5s", &ns), 0);
	assert_int_equal(ns, 1500000000);
	assert_int_equal(units_parse_time("2m", &ns), 0);
	assert_int_equal(ns, 120000000000);
	assert_int_equal(units_parse_time("3us", &ns), 0);
	assert_int_equal(ns, 3000);
	assert_int_not_equal(units_parse_time("2", &ns), 0);
	assert_int_not_equal(units_parse_time("s", &ns), 0);
	assert_int_not_equal(units_parse_time("2 s", &ns), 0);
	assert_int_not_equal(units_parse_time("0.5ns", &ns), 0);
	assert_int_not_equal(units_parse_time("1000000h", &ns), 0);
}

static void time_text_is_in_the_largest_whole_unit(void **state)
{
	char text[UNITS_TEXT_BYTES];

	(void)state;
	units_format_time(2000000000, text);
	assert_string_equal(text, "2s");
	units_format_time(1500000000, text);
	assert_string_equal(text, "1500ms");
	units_format_time(0, text);
	assert_string_equal(text, "0s");
	units_format_time(7200000000000, text);
	assert_string_equal(text, "2h");
}

static void span_is_rounded_for_people(void **state)
{
	char text[UNITS_TEXT_BYTES];

	(void)state;
	units_format_span(45400000000, text);
	assert_string_equal(text, "45 s");
	units_format_span(4800000000000, text);
	assert_string_equal(text, "1 h 20 min");
	units_format_span(UINT64_MAX, text);
	assert_string_equal(text, "213503 d 23 h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(count_suffixes_are_powers_of_1000),
		cmocka_unit_test(count_of_bytes_takes_powers_of_1024),
		cmocka_unit_test(count_with_a_point_is_fine_where_whole),
		cmocka_unit_test(count_that_is_none_is_refused),
		cmocka_unit_test(count_above_63_bits_is_refused),
		cmocka_unit_test(time_needs_a_unit),
		cmocka_unit_test(time_text_is_in_the_largest_whole_unit),
		cmocka_unit_test(span_is_rounded_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
