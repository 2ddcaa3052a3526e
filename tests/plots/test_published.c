/* The report of a preset's campaign: the preset's own words, and what others have published of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>

#include "tests/plots/reporting.h"

/* Of the preset "theirs", whose files each case puts into its folder. */
static void session_of_preset(FILE *file)
{
	records_line(file, json_pack("{s:i, s:s, s:s, s:s, s:s}", "schema", 1, "kind", "session",
				     "session", "s", "title", "t", "preset", "theirs"));
}

static void write_trial(const char *folder)
{
	FILE *const file = records_open(folder);

	session_of_preset(file);
	trial(file, "map/a", 1, 1e6, NULL);
	fclose(file);
}

/* The session names its preset; the preset's file has a figure of a cell, and one of none. */
static void figures_that_others_published_stand_beside_those_measured(void **state)
{
	static const char figures[] =
		"[{\"what\": \"GET <fast>\", \"host\": \"theirs\", \"ops_per_s\": 2e6,"
		" \"cell\": {\"variant\": \"map/a\", \"threads\": \"1\", \"mix\": \"get:100\"}},"
		" {\"what\": \"GET, 64\", \"host\": \"theirs\", \"ops_per_s\": 9e6,"
		" \"cell\": {\"variant\": \"map/a\", \"threads\": \"64\"}}]";
	char *page;

	write_trial(*state);
	page = report(*state);
	assert_null(strstr(page, "id=\"published\""));
	free(page);
	assert_int_equal(folder_write(*state, "theirs.json", figures, strlen(figures)), 0);
	page = report(*state);
	assert_non_null(strstr(page, "GET &lt;fast&gt;"));
	assert_non_null(strstr(page, "<td class=\"number\" data-key=\"0.5\">0.5</td></tr>"));
	assert_non_null(strstr(page, "not among what was measured"));
	free(page);
}

static void latencies_that_others_published_stand_beside_those_measured(void **state)
{
	static const char figures[] =
		"[{\"what\": \"GET, p99\", \"host\": \"theirs\", \"latency\": \"p99\", \"ns\": 8000,"
		" \"cell\": {\"variant\": \"map/a\", \"threads\": \"1\"}},"
		" {\"what\": \"GET, mean\", \"host\": \"theirs\", \"latency\": \"mean\", \"ns\": 4000,"
		" \"cell\": {\"variant\": \"map/a\", \"threads\": \"1\"}},"
		" {\"what\": \"GET, p50\", \"host\": \"theirs\", \"latency\": \"p50\", \"ns\": 3000,"
		" \"cell\": {\"variant\": \"map/a\", \"threads\": \"1\"}}]";
	FILE *file = records_open(*state);
	char *page;

	session_of_preset(file);
	for (int i = 0; i < 3; i++)
		records_trial(file, &(struct records_trial){ .family = "map",
							     .variant = "map/a",
							     .mix = "get:100",
							     .threads = 1,
							     .rate = 1e6,
							     .mean_ns = 400 + 100 * i,
							     .p99_ns = 1000 + 1000 * i });
	fclose(file);
	assert_int_equal(folder_write(*state, "theirs.json", figures, strlen(figures)), 0);
	page = report(*state);
	assert_non_null(strstr(page, ">8 us</td>"));
	assert_non_null(strstr(page, "2 us [1 us, 3 us]</td><td class=\"number\" data-key=\"0.25\">"));
	assert_non_null(strstr(page, "0.5 us [0.4 us, 0.6 us]</td><td class=\"number\" data-key=\"0.125\">"));
	assert_non_null(strstr(page, "measured, but no trial has it"));
	free(page);
}

static void memory_that_others_published_stands_beside_that_measured(void **state)
{
	static const char figures[] =
		"[{\"what\": \"memory\", \"host\": \"theirs\", \"memory\": \"per_element\", \"bytes\": 1200,"
		" \"cell\": {\"variant\": \"map/a\", \"threads\": \"1\"}}]";
	FILE *file = records_open(*state);
	char *page;

	session_of_preset(file);
	records_trial(file, &(struct records_trial){ .family = "map",
						     .variant = "map/a",
						     .mix = "get:100",
						     .threads = 1,
						     .rate = 1e6,
						     .bytes_per_element = 300 });
	fclose(file);
	assert_int_equal(folder_write(*state, "theirs.json", figures, strlen(figures)), 0);
	page = report(*state);
	assert_non_null(strstr(page, ">1.2 kB</td>"));
	assert_non_null(strstr(page, "300 bytes (of one trial)</td><td class=\"number\" data-key=\"0.25\">"));
	free(page);
}

/* Its comment's paragraphs, up to the first section and no further. */
static void preset_says_in_the_report_what_it_leaves_out(void **state)
{
	static const char preset[] = "; How fast\n; is <it>?\n;\n; Left out: much.\n[campaign]\n; of a section\n";
	char *page;

	write_trial(*state);
	page = report(*state);
	assert_null(strstr(page, "preset\">"));
	free(page);
	assert_int_equal(folder_write(*state, "theirs.ini", preset, strlen(preset)), 0);
	page = report(*state);
	assert_non_null(strstr(page, "<a href=\"#preset\">"));
	assert_non_null(strstr(page, "<p>How fast\nis &lt;it&gt;?</p>\n<p>Left out: much.</p>\n"));
	assert_null(strstr(page, "of a section"));
	free(page);
}

static void published_figure_of_two_kinds_fails_the_report(void **state)
{
	static const char figures[] = "[{\"what\": \"w\", \"host\": \"h\", \"ops_per_s\": 1, \"latency\": \"p50\","
				      " \"ns\": 1, \"cell\": {\"variant\": \"map/a\"}}]";
	struct fault fault = { "" };

	write_trial(*state);
	assert_int_equal(folder_write(*state, "theirs.json", figures, strlen(figures)), 0);
	assert_int_equal(report_to(*state, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "the one number that it is"));
}

static void published_figures_that_are_none_fail_the_report(void **state)
{
	struct fault fault = { "" };

	write_trial(*state);
	assert_int_equal(folder_write(*state, "theirs.json", "[{}]", 4), 0);
	assert_int_equal(report_to(*state, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "theirs.json: figure 1 lacks"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(figures_that_others_published_stand_beside_those_measured),
		IN_FOLDER(latencies_that_others_published_stand_beside_those_measured),
		IN_FOLDER(memory_that_others_published_stands_beside_that_measured),
		IN_FOLDER(preset_says_in_the_report_what_it_leaves_out),
		IN_FOLDER(published_figure_of_two_kinds_fails_the_report),
		IN_FOLDER(published_figures_that_are_none_fail_the_report),
	};

	return cmocka_run_group_tests_name("published", tests, NULL, NULL);
}
