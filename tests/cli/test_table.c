#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "runners/cli/table.h"

static const struct table_column columns[] = {
	{ "name", true, false },
	{ "hidden", false, false },
	{ "count", true, true },
	{ "is", true, false },
	{ 0 },
};

static json_t *make_rows(void)
{
	return json_pack("[{s:s, s:s, s:i, s:b}, {s:s, s:s, s:i, s:n}]", "name", "a|b", "hidden",
			 "x", "count", 5, "is", 1, "name", "l\xc3\xa4nger", "hidden", "y", "count",
			 1234, "is");
}

/* The printed rows; freed by the caller. */
static char *print(const json_t *rows, enum table_format format)
{
	char *text = NULL;
	size_t length;
	FILE *const out = open_memstream(&text, &length);

	table_print(out, columns, rows, format);
	fclose(out);
	return text;
}

static void assert_printed(enum table_format format, const char *expected)
{
	json_t *const rows = make_rows();
	char *const text = print(rows, format);

	assert_string_equal(text, expected);
	free(text);
	json_decref(rows);
}

static void table_as_text_aligns_characters_and_leaves_no_blank_at_an_end(void **state)
{
	(void)state;
	assert_printed(TABLE_TEXT, "name    count  is\n"
				   "a|b         5  yes\n"
				   "l\xc3\xa4nger   1234\n");
}

static void table_as_markdown_escapes_its_bars(void **state)
{
	(void)state;
	assert_printed(TABLE_MARKDOWN, "| name | count | is |\n"
				       "|---|---:|---|\n"
				       "| a\\|b | 5 | yes |\n"
				       "| l\xc3\xa4nger | 1234 |  |\n");
}

static void table_as_json_has_every_key(void **state)
{
	json_t *const rows = make_rows();
	char *const text = print(rows, TABLE_JSON);
	json_t *const read = json_loads(text, 0, NULL);

	(void)state;
	assert_true(json_equal(read, rows));
	json_decref(read);
	json_decref(rows);
	free(text);
}

static void table_without_rows_has_its_headings(void **state)
{
	json_t *const none = json_array();
	char *const text = print(none, TABLE_TEXT);

	(void)state;
	assert_string_equal(text, "name  count  is\n");
	free(text);
	json_decref(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_as_text_aligns_characters_and_leaves_no_blank_at_an_end),
		cmocka_unit_test(table_as_markdown_escapes_its_bars),
		cmocka_unit_test(table_as_json_has_every_key),
		cmocka_unit_test(table_without_rows_has_its_headings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
