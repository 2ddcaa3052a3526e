#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "topology/nearest.h"

static const char *const operations[] = { "get", "put", "remove", "scan", NULL };
static const char *const variants[] = { "map/michael+hp", "map/chained@mutex", "queue/list@mutex",
					NULL };

static void nearest_letter_left_out_is_found(void **state)
{
	(void)state;
	assert_string_equal(nearest_name("remve", operations), "remove");
}

static void nearest_neighbours_swapped_count_as_one_error(void **state)
{
	(void)state;
	assert_string_equal(nearest_name("gte", operations), "get");
}

static void nearest_other_case_is_no_error(void **state)
{
	(void)state;
	assert_string_equal(nearest_name("SCAN", operations), "scan");
}

static void nearest_wrong_separator_of_a_variant_is_found(void **state)
{
	(void)state;
	assert_string_equal(nearest_name("map/michael@hp", variants), "map/michael+hp");
}

static void nearest_fewest_errors_win(void **state)
{
	(void)state;
	assert_string_equal(nearest_name("queue/lst@mutex", variants), "queue/list@mutex");
}

static void nearest_name_of_another_kind_gets_no_suggestion(void **state)
{
	(void)state;
	assert_null(nearest_name("delete", operations));
	assert_null(nearest_name("", operations));
	assert_null(nearest_name("x", operations));
}

static void nearest_no_names_gives_none(void **state)
{
	const char *const none[] = { NULL };

	(void)state;
	assert_null(nearest_name("get", none));
}

static void nearest_very_long_text_is_compared_by_its_beginning(void **state)
{
	static char text[100000];
	const char *const names[] = { text + 1, "get", NULL };

	(void)state;
	memset(text, 'g', sizeof(text) - 1);
	assert_ptr_equal(nearest_name(text, names), text + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearest_letter_left_out_is_found),
		cmocka_unit_test(nearest_neighbours_swapped_count_as_one_error),
		cmocka_unit_test(nearest_other_case_is_no_error),
		cmocka_unit_test(nearest_wrong_separator_of_a_variant_is_found),
		cmocka_unit_test(nearest_fewest_errors_win),
		cmocka_unit_test(nearest_name_of_another_kind_gets_no_suggestion),
		cmocka_unit_test(nearest_no_names_gives_none),
		cmocka_unit_test(nearest_very_long_text_is_compared_by_its_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
