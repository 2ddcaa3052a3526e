#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "topology/clock.h"
#include "topology/kernel_file.h"

/*
 * What the kernel says of its clocks. NULL: the real files. These stand in for the functions of
 * topology/kernel_file.c, of which clock.c uses the first alone.
 */
static const char *said_flags, *said_sources;

int kernel_file_read(char *text, size_t room, const char *path_format, ...)
{
	const bool is_flags = strstr(path_format, "cpuinfo") != NULL;
	const char *const said = is_flags ? said_flags : said_sources;
	FILE *file;
	size_t length;

	if (said)
		return snprintf(text, room, is_flags ? "processor\t: 0\nflags\t\t: %s\n\n" : "%s\n",
				said);
	file = fopen(path_format, "r");
	text[0] = '\0';
	if (!file)
		return -errno;
	length = fread(text, 1, room - 1, file);
	text[length] = '\0';
	fclose(file);
	return (int)length;
}

/* Elapsed time by the source over elapsed time by the system, over 30 ms. */
static double clock_ratio(const struct clock_source *source)
{
	const struct timespec pause = { .tv_nsec = 30000000 };
	const uint64_t start_ns = clock_monotonic_ns();
	const uint64_t start = clock_now(source->is_counter);

	nanosleep(&pause, NULL);
	const uint64_t ticks = clock_now(source->is_counter) - start;

	return (double)ticks * source->ns_per_tick / (double)(clock_monotonic_ns() - start_ns);
}

/* On a busy host something may come between two readings, so that one attempt of ten is enough. */
static void clock_calibrated_agrees_with_the_system_clock(void **state)
{
	const struct clock_source source = clock_calibrate();
	double ratio = 0;

	(void)state;
	printf("%s, %.6f ns a tick, %.1f ns a reading%s%s\n", source.name, source.ns_per_tick,
	       source.read_ns, source.reason ? ": " : "", source.reason ? source.reason : "");
	for (int attempt = 0; attempt < 10 && (ratio < 0.998 || ratio > 1.002); attempt++)
		ratio = clock_ratio(&source);
	printf("ratio to CLOCK_MONOTONIC %.6f\n", ratio);
	assert_true(ratio >= 0.998 && ratio <= 1.002);
}

static void clock_counter_has_no_reason_and_the_fall_back_has_one(void **state)
{
	const struct clock_source source = clock_calibrate();

	(void)state;
	assert_int_equal(source.is_counter, source.reason == NULL);
	assert_int_equal(source.is_counter, strcmp(source.name, "clock_gettime") != 0);
}

static void clock_cost_of_a_reading_is_measured(void **state)
{
	const struct clock_source source = clock_calibrate();

	(void)state;
	assert_true(source.read_ns > 0.5 && source.read_ns < 100000);
}

static void clock_never_runs_backwards_on_one_thread(void **state)
{
	const struct clock_source source = clock_calibrate();
	uint64_t last = clock_now(source.is_counter);

	(void)state;
	for (int i = 0; i < 100000; i++) {
		const uint64_t now = clock_now(source.is_counter);

		assert_true(now >= last);
		last = now;
	}
}

#if defined(__x86_64__)
static void clock_falls_back_for(const char *flags, const char *sources, const char *reason)
{
	struct clock_source source;

	said_flags = flags;
	said_sources = sources;
	source = clock_calibrate();
	said_flags = said_sources = NULL;
	assert_false(source.is_counter);
	assert_string_equal(source.name, "clock_gettime");
	assert_non_null(strstr(source.reason, reason));
}

static void clock_without_constant_tsc_falls_back(void **state)
{
	(void)state;
	clock_falls_back_for("fpu tsc rdtscp nonstop_tsc", "tsc hpet", "constant_tsc");
}

static void clock_without_nonstop_tsc_falls_back(void **state)
{
	(void)state;
	clock_falls_back_for("fpu tsc rdtscp constant_tsc", "tsc hpet", "nonstop_tsc");
}

static void clock_with_a_tsc_marked_unstable_falls_back(void **state)
{
	(void)state;
	clock_falls_back_for("fpu tsc rdtscp constant_tsc nonstop_tsc",
			     "hyperv_clocksource_tsc_page hpet", "unstable");
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_calibrated_agrees_with_the_system_clock),
		cmocka_unit_test(clock_counter_has_no_reason_and_the_fall_back_has_one),
		cmocka_unit_test(clock_cost_of_a_reading_is_measured),
		cmocka_unit_test(clock_never_runs_backwards_on_one_thread),
#if defined(__x86_64__)
		cmocka_unit_test(clock_without_constant_tsc_falls_back),
		cmocka_unit_test(clock_without_nonstop_tsc_falls_back),
		cmocka_unit_test(clock_with_a_tsc_marked_unstable_falls_back),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
