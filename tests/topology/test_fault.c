#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "topology/fault.h"

static void fault_set_formats_the_sentence_and_returns_the_error(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(fault_set(&fault, -EINVAL, "threads=%d: 1 to %u", -3, 8u), -EINVAL);
	assert_string_equal(fault.text, "threads=-3: 1 to 8");
}

static void fault_set_without_a_fault_still_returns_the_error(void **state)
{
	(void)state;
	assert_int_equal(fault_set(NULL, -ENOENT, "unheard"), -ENOENT);
	assert_int_equal(fault_prefix(NULL, -ENOENT, "unheard"), -ENOENT);
}

static void fault_set_with_a_long_sentence_cuts_it(void **state)
{
	char given[2 * FAULT_TEXT_BYTES];
	struct fault fault;

	(void)state;
	memset(given, 'a', sizeof(given) - 1);
	given[sizeof(given) - 1] = '\0';
	fault_set(&fault, -E2BIG, "%s", given);
	assert_int_equal(strlen(fault.text), FAULT_TEXT_BYTES - 1);
}

static void fault_set_with_control_characters_defuses_them(void **state)
{
	struct fault fault;

	(void)state;
	fault_set(&fault, -EINVAL, "key '%s'", "a\nb\x1b[31m\xc3\xa9");
	assert_string_equal(fault.text, "key 'a?b?[31m\xc3\xa9'");
}

static void fault_prefix_goes_before_the_sentence(void **state)
{
	struct fault fault;

	(void)state;
	fault_set(&fault, -EINVAL, "sum is 99");
	assert_int_equal(fault_prefix(&fault, -EIO, "%s:%d: ", "quick.ini", 12), -EIO);
	assert_string_equal(fault.text, "quick.ini:12: sum is 99");
}

static void fault_prefix_of_its_own_sentence_is_safe(void **state)
{
	struct fault fault;

	(void)state;
	fault_set(&fault, -EINVAL, "twice ");
	fault_prefix(&fault, -EINVAL, "%s", fault.text);
	assert_string_equal(fault.text, "twice twice ");
}

static void fault_prefix_without_room_cuts_the_end(void **state)
{
	struct fault fault;

	(void)state;
	memset(fault.text, 'b', sizeof(fault.text) - 1);
	fault.text[sizeof(fault.text) - 1] = '\0';
	fault_prefix(&fault, -EINVAL, "file: ");
	assert_int_equal(strlen(fault.text), FAULT_TEXT_BYTES - 1);
	assert_memory_equal(fault.text, "file: b", 7);
}

static void fault_prefix_longer_than_the_fault_leaves_only_itself(void **state)
{
	char place[2 * FAULT_TEXT_BYTES];
	struct fault fault;

	(void)state;
	memset(place, 'p', sizeof(place) - 1);
	place[sizeof(place) - 1] = '\0';
	fault_set(&fault, -EINVAL, "sentence");
	fault_prefix(&fault, -EINVAL, "%s", place);
	assert_int_equal(strlen(fault.text), FAULT_TEXT_BYTES - 1);
	assert_null(strchr(fault.text, 's'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fault_set_formats_the_sentence_and_returns_the_error),
		cmocka_unit_test(fault_set_without_a_fault_still_returns_the_error),
		cmocka_unit_test(fault_set_with_a_long_sentence_cuts_it),
		cmocka_unit_test(fault_set_with_control_characters_defuses_them),
		cmocka_unit_test(fault_prefix_goes_before_the_sentence),
		cmocka_unit_test(fault_prefix_of_its_own_sentence_is_safe),
		cmocka_unit_test(fault_prefix_without_room_cuts_the_end),
		cmocka_unit_test(fault_prefix_longer_than_the_fault_leaves_only_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
