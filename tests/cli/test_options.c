#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runners/cli/options.h"

static const struct option_row rows[] = {
	{ "output", 'o', "DIR", "where" },
	{ "resume", 0, NULL, "go on" },
	{ "quiet", 'q', NULL, "say less" },
	{ 0 },
};

/* What was taken, one after the other: "output=x" or "word=x". */
static char taken[256];
static struct fault fault;

static int take(const struct option_row *row, char *text, void *values, struct fault *why)
{
	const size_t used = strlen(taken);

	(void)values;
	if (!row && !strcmp(text, "bad"))
		return fault_set(why, -ERANGE, "bad word");
	snprintf(taken + used, sizeof(taken) - used, "%s%s=%s", used ? " " : "",
		 row ? row->name : "word", text ? text : "");
	return 0;
}

/* Reads a command line, its words divided by blanks. */
static int read_line(const char *line)
{
	char copy[256], *words[32], *rest = copy;
	int count = 0;

	snprintf(copy, sizeof(copy), "run %s", line);
	while ((words[count] = strsep(&rest, " ")))
		count++;
	taken[0] = '\0';
	return options_read(rows, count, words, take, NULL, &fault);
}

static void assert_taken(const char *line, const char *expected)
{
	if (read_line(line))
		fail_msg("%s: %s", line, fault.text);
	assert_string_equal(taken, expected);
}

static void assert_refused(const char *line, const char *part)
{
	assert_int_equal(read_line(line), -EINVAL);
	if (!strstr(fault.text, part))
		fail_msg("%s: \"%s\" is not in: %s", line, part, fault.text);
}

static void options_and_words_mix_in_their_order(void **state)
{
	(void)state;
	assert_taken("quick --resume a=b -o x c=d",
		     "word=quick resume= word=a=b output=x word=c=d");
}

static void options_take_values_in_every_form(void **state)
{
	(void)state;
	assert_taken("-ox", "output=x");
	assert_taken("-o x", "output=x");
	assert_taken("--output x", "output=x");
	assert_taken("--output=x", "output=x");
	assert_taken("--output=--resume", "output=--resume");
	assert_taken("-qo x", "quiet= output=x");
}

static void options_behind_two_dashes_are_words(void **state)
{
	(void)state;
	assert_taken("a -- --resume -o", "word=a word=--resume word=-o");
}

static void options_may_be_shortened_while_unambiguous(void **state)
{
	(void)state;
	assert_taken("--res", "resume=");
}

static void options_unknown_get_the_nearest(void **state)
{
	(void)state;
	assert_refused("--resmue", "did you mean --resume?");
	assert_refused("--outptu=x", "did you mean --output?");
	assert_refused("--colour", "unknown option --colour");
	assert_refused("-z", "unknown option -z");
	assert_refused("-qz", "unknown option -z");
}

static void options_with_a_value_too_few_or_too_many_are_refused(void **state)
{
	(void)state;
	assert_refused("a -o", "-o: its value is missing");
	assert_refused("a --output", "--output: its value is missing");
	assert_refused("--quiet=yes", "--quiet takes no value");
}

static void options_end_at_the_first_refusal(void **state)
{
	(void)state;
	assert_int_equal(read_line("a bad b"), -ERANGE);
	assert_string_equal(taken, "word=a");
	assert_string_equal(fault.text, "bad word");
}

static void options_of_a_command_without_any_are_refused(void **state)
{
	char *words[] = { "help", "--json", NULL };

	(void)state;
	assert_int_equal(options_read(NULL, 2, words, take, NULL, &fault), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_words_mix_in_their_order),
		cmocka_unit_test(options_take_values_in_every_form),
		cmocka_unit_test(options_behind_two_dashes_are_words),
		cmocka_unit_test(options_may_be_shortened_while_unambiguous),
		cmocka_unit_test(options_unknown_get_the_nearest),
		cmocka_unit_test(options_with_a_value_too_few_or_too_many_are_refused),
		cmocka_unit_test(options_end_at_the_first_refusal),
		cmocka_unit_test(options_of_a_command_without_any_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
