/* A rate that has not settled, or moves while it is measured, is said to be so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "trials.h"

static void rate_that_never_settles_is_flagged_not_averaged_away(void **state)
{
	json_t *const record = trials_run("slow-down", "warmup=auto duration=100ms");

	(void)state;
	assert_true(trials_has_flag(record, "unsteady"));
	assert_true(trials_number(record, "warmup_s") >= 1);
	assert_string_equal(trials_status(record), "valid");
	json_decref(record);
}

/* A warm-up of a fixed length ends whether the rate has settled or not. */
static void rate_that_moves_while_it_is_measured_is_flagged(void **state)
{
	json_t *const record = trials_run("slow-down", "warmup=0s duration=1100ms");

	(void)state;
	assert_true(trials_has_flag(record, "unsteady"));
	assert_string_equal(trials_status(record), "valid");
	json_decref(record);
}

/* It may fill, or drain: it ends elsewhere than it began. */
static void load_that_ends_with_its_operations_is_not_judged_unsteady(void **state)
{
	json_t *const record = trials_run("slow-down", "warmup=0s duration=ops:200k");

	(void)state;
	assert_false(trials_has_flag(record, "unsteady"));
	json_decref(record);
}

static void warm_up_lasts_as_long_as_it_is_told_to(void **state)
{
	json_t *const record = trials_run(NULL, "warmup=150ms duration=10ms");

	(void)state;
	assert_true(trials_number(record, "warmup_s") >= 0.15);
	assert_false(trials_has_flag(record, "unsteady"));
	json_decref(record);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_that_never_settles_is_flagged_not_averaged_away),
		cmocka_unit_test(rate_that_moves_while_it_is_measured_is_flagged),
		cmocka_unit_test(load_that_ends_with_its_operations_is_not_judged_unsteady),
		cmocka_unit_test(warm_up_lasts_as_long_as_it_is_told_to),
	};

	trials_be_child(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
