/* Think time: rounds by the clock, and the clock by rounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "runners/measure/think.h"

static void rounds_follow_the_time(void **state)
{
	const struct clock_source clock = clock_calibrate();
	const double few = (double)think_rounds_for(1000, &clock);
	const double many = (double)think_rounds_for(1000000, &clock);

	(void)state;
	print_message("rounds: %.0f in 1 us, %.0f in 1 ms\n", few, many);
	assert_true(many > 200 * few && many < 5000 * few);
}

/* Another machine, or this one disturbed, may be off by a part, but not by a factor. */
static void thinking_takes_what_was_asked_for(void **state)
{
	const struct clock_source clock = clock_calibrate();
	const double ns = think_measure_ns(think_rounds_for(50000, &clock), &clock);

	(void)state;
	print_message("asked for 50000 ns: %.0f ns\n", ns);
	assert_true(ns > 50000.0 / 3 && ns < 50000.0 * 3);
}

static void least_thought_is_one_round(void **state)
{
	const struct clock_source clock = clock_calibrate();

	(void)state;
	assert_in_range(think_rounds_for(1, &clock), 1, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounds_follow_the_time),
		cmocka_unit_test(thinking_takes_what_was_asked_for),
		cmocka_unit_test(least_thought_is_one_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
