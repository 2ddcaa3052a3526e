#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "topology/kernel_file.h"

static char path[64];

static int write_file(const char *text)
{
	strcpy(path, "/tmp/numamark-test-XXXXXX");
	const int file = mkstemp(path);

	if (file < 0 || write(file, text, strlen(text)) < 0)
		return -1;
	return close(file);
}

static int remove_file(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static void kernel_file_is_read_without_its_last_line_end(void **state)
{
	char text[32];

	(void)state;
	assert_int_equal(write_file("one\ntwo\n"), 0);
	assert_int_equal(kernel_file_read(text, sizeof(text), "%s", path), 7);
	assert_string_equal(text, "one\ntwo");
}

static void kernel_file_that_does_not_fit_is_cut(void **state)
{
	char text[4];

	(void)state;
	assert_int_equal(write_file("abcdef"), 0);
	assert_int_equal(kernel_file_read(text, sizeof(text), "%s", path), 3);
	assert_string_equal(text, "abc");
}

static void kernel_file_absent_is_empty(void **state)
{
	char text[4] = "old";

	(void)state;
	assert_int_equal(kernel_file_read(text, sizeof(text), "/nowhere/%d", 1), -ENOENT);
	assert_string_equal(text, "");
}

static void kernel_file_number_is_read(void **state)
{
	uint64_t number;

	(void)state;
	assert_int_equal(write_file("18446744073709551615\n"), 0);
	assert_int_equal(kernel_file_number(&number, "%s", path), 0);
	assert_true(number == UINT64_MAX);
}

static void kernel_file_of_words_is_no_number(void **state)
{
	uint64_t number = 5;

	(void)state;
	assert_int_equal(write_file("max\n"), 0);
	assert_int_equal(kernel_file_number(&number, "%s", path), -EINVAL);
	assert_int_equal(number, 5);
}

static void kernel_file_of_two_numbers_is_no_number(void **state)
{
	uint64_t number;

	(void)state;
	assert_int_equal(write_file("1 2\n"), 0);
	assert_int_equal(kernel_file_number(&number, "%s", path), -EINVAL);
}

static void kernel_text_number_follows_its_name(void **state)
{
	uint64_t number;

	(void)state;
	assert_int_equal(kernel_text_number("A: 1 kB\nB:   22 kB\n", "B:", &number), 0);
	assert_int_equal(number, 22);
	assert_int_equal(kernel_text_number("A: 1 kB\n", "C:", &number), -ENODATA);
	assert_int_equal(kernel_text_number("A: none\n", "A:", &number), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(kernel_file_is_read_without_its_last_line_end,
					  remove_file),
		cmocka_unit_test_teardown(kernel_file_that_does_not_fit_is_cut, remove_file),
		cmocka_unit_test(kernel_file_absent_is_empty),
		cmocka_unit_test_teardown(kernel_file_number_is_read, remove_file),
		cmocka_unit_test_teardown(kernel_file_of_words_is_no_number, remove_file),
		cmocka_unit_test_teardown(kernel_file_of_two_numbers_is_no_number, remove_file),
		cmocka_unit_test(kernel_text_number_follows_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
