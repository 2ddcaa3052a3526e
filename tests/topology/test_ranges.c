#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "topology/ranges.h"

enum { ROOM = 64 };

static void ranges_parse_a_list_keeps_its_order(void **state)
{
	const unsigned expected[] = { 9, 4, 5, 6, 7, 0 };
	unsigned numbers[ROOM];

	(void)state;
	assert_int_equal(ranges_parse("9,4-7,0", numbers, ROOM, NULL), 6);
	assert_memory_equal(numbers, expected, sizeof(expected));
}

static void ranges_parse_the_highest_numbers_does_not_wrap(void **state)
{
	const unsigned expected[] = { 4294967294u, 4294967295u };
	unsigned numbers[ROOM];

	(void)state;
	assert_int_equal(ranges_parse("4294967294-4294967295", numbers, ROOM, NULL), 2);
	assert_memory_equal(numbers, expected, sizeof(expected));
}

static void ranges_parse_what_is_no_list_refuses(void **state)
{
	static const char *const wrong[] = { "",
					     ",",
					     "1,",
					     ",1",
					     "1,,2",
					     "a",
					     "1a",
					     "-1",
					     "1-",
					     "1-2-3",
					     " 1",
					     "1 ",
					     "+1",
					     "0x1",
					     "1.5",
					     "4294967296",
					     "99999999999999999999999",
					     "1-99999999999999999999" };
	unsigned numbers[ROOM];
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(ranges_parse(wrong[i], numbers, ROOM, &fault), -EINVAL);
		assert_non_null(strstr(fault.text, "is not a list of numbers"));
	}
}

static void ranges_parse_a_backward_range_names_it(void **state)
{
	unsigned numbers[ROOM];
	struct fault fault;

	(void)state;
	assert_int_equal(ranges_parse("0,7-4", numbers, ROOM, &fault), -EINVAL);
	assert_string_equal(fault.text, "the range 7-4 in '0,7-4' runs backwards");
}

static void ranges_parse_beyond_the_room_refuses(void **state)
{
	unsigned numbers[4] = { 0 };

	(void)state;
	assert_int_equal(ranges_parse("0-3", numbers, 4, NULL), 4);
	assert_int_equal(ranges_parse("0-4", numbers, 4, NULL), -EINVAL);
	assert_int_equal(ranges_parse("0-3,9", numbers, 4, NULL), -EINVAL);
	assert_int_equal(ranges_parse("0-4294967295", numbers, 4, NULL), -EINVAL);
}

static void ranges_format_runs_become_ranges(void **state)
{
	const unsigned numbers[] = { 0, 1, 2, 3, 9, 8, 5, 6 };
	char text[ROOM];

	(void)state;
	ranges_format(numbers, 8, 0, text, sizeof(text));
	assert_string_equal(text, "0-3,9,8,5-6");
}

static void ranges_format_nothing_is_empty(void **state)
{
	char text[ROOM] = "before";

	(void)state;
	ranges_format(NULL, 0, 0, text, sizeof(text));
	assert_string_equal(text, "");
}

static void ranges_format_many_items_leaves_out_the_middle(void **state)
{
	const unsigned numbers[] = { 0, 64, 1, 65, 2, 66 };
	char text[ROOM];

	(void)state;
	ranges_format(numbers, 6, 4, text, sizeof(text));
	assert_string_equal(text, "0,64,1,...,66");
	ranges_format(numbers, 6, 6, text, sizeof(text));
	assert_string_equal(text, "0,64,1,65,2,66");
}

static void ranges_format_in_a_small_room_cuts_after_an_item(void **state)
{
	const unsigned numbers[] = { 100, 300, 500, 700 };
	char text[ROOM];

	(void)state;
	for (size_t size = 1; size <= sizeof("100,300,500,700") + 8; size++) {
		memset(text, 'x', sizeof(text));
		ranges_format(numbers, 4, 0, text, size);
		assert_true(strlen(text) < size);
		assert_int_equal(text[size], 'x');
	}
	ranges_format(numbers, 4, 0, text, sizeof("100,300,..."));
	assert_string_equal(text, "100,300,...");
}

static void ranges_format_is_read_back_by_parse(void **state)
{
	const unsigned numbers[] = { 0, 2, 4, 5, 6, 7, 31, 30 };
	unsigned read[ROOM];
	char text[ROOM];

	(void)state;
	ranges_format(numbers, 8, 0, text, sizeof(text));
	assert_int_equal(ranges_parse(text, read, ROOM, NULL), 8);
	assert_memory_equal(read, numbers, sizeof(numbers));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_parse_a_list_keeps_its_order),
		cmocka_unit_test(ranges_parse_the_highest_numbers_does_not_wrap),
		cmocka_unit_test(ranges_parse_what_is_no_list_refuses),
		cmocka_unit_test(ranges_parse_a_backward_range_names_it),
		cmocka_unit_test(ranges_parse_beyond_the_room_refuses),
		cmocka_unit_test(ranges_format_runs_become_ranges),
		cmocka_unit_test(ranges_format_nothing_is_empty),
		cmocka_unit_test(ranges_format_many_items_leaves_out_the_middle),
		cmocka_unit_test(ranges_format_in_a_small_room_cuts_after_an_item),
		cmocka_unit_test(ranges_format_is_read_back_by_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
