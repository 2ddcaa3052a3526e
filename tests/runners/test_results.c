/* Reading a folder back, and summarising it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>

#include "runners/results/results.h"
#include "tests/runners/folder.h"

static void write_results(const char *folder, const char *text)
{
	assert_int_equal(folder_write(folder, "results.jsonl", text, strlen(text)), 0);
}

#define TRIAL(cell, status, rate, more)                                                            \
	"{\"schema\":1,\"kind\":\"trial\",\"cell\":\"" cell "\",\"variant\":\"map/" cell           \
	"\",\"family\":\"map\",\"threads\":2,\"status\":\"" status "\",\"ops_per_s\":" rate more "}\n"

static void summary_takes_valid_trials_only(void **state)
{
	struct fault fault = { "" };
	struct results results;
	struct summary_list list;

	write_results(*state, "{\"schema\":1,\"kind\":\"session\"}\n"
			      TRIAL("b", "valid", "10", ",\"flags\":[\"unsteady\"]")
			      TRIAL("a", "valid", "7", "")
			      TRIAL("b", "invalid", "9999", ",\"flags\":[\"ragged\",\"unsteady\"],\"reason\":\"overlap 0.5\"")
			      TRIAL("b", "valid", "30", "")
			      TRIAL("b", "valid", "20", "")
			      TRIAL("b", "skipped", "null", ""));
	assert_int_equal(results_load(*state, &results, &fault), 0);
	assert_int_equal(results.session_count, 1);
	assert_int_equal(results.trial_count, 6);
	assert_int_equal(results_summarise(&results, &list), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.cells[0].cell, "a");    /* by variant, not by time */
	assert_true(list.cells[0].median == 7);
	assert_null(list.cells[0].flags);
	assert_int_equal(list.cells[1].valid, 3);
	assert_int_equal(list.cells[1].invalid, 1);
	assert_int_equal(list.cells[1].skipped, 1);
	assert_true(list.cells[1].median == 20 && list.cells[1].low == 10 && list.cells[1].high == 30);
	assert_true(list.cells[1].spread == 1);
	assert_string_equal(list.cells[1].flags, "unsteady,ragged");
	assert_string_equal(list.cells[1].reason, "overlap 0.5");
	summary_list_free(&list);
	results_free(&results);
}

static void cell_without_a_valid_trial_has_no_median(void **state)
{
	struct fault fault = { "" };
	struct results results;
	struct summary_list list;

	write_results(*state, TRIAL("a", "invalid", "5", ""));
	assert_int_equal(results_load(*state, &results, &fault), 0);
	assert_int_equal(results_summarise(&results, &list), 0);
	assert_true(isnan(list.cells[0].median));
	summary_list_free(&list);
	results_free(&results);
}

static void torn_last_line_is_left_out_and_said(void **state)
{
	struct fault fault = { "" };
	struct results results;

	write_results(*state, TRIAL("a", "valid", "5", "") "{\"schema\":1,\"kind\":\"tri");
	assert_int_equal(results_load(*state, &results, &fault), 0);
	assert_int_equal(results.trial_count, 1);
	assert_int_equal(results.torn, 1);
	results_free(&results);
}

static void folder_without_results_is_refused(void **state)
{
	struct fault fault = { "" };
	struct results results;

	assert_int_equal(results_load(*state, &results, &fault), -ENOENT);
	write_results(*state, "");
	assert_int_equal(results_load(*state, &results, &fault), -ENOENT);
	assert_non_null(strstr(fault.text, "holds no trial"));
}

static void trial_without_its_identity_is_refused(void **state)
{
	struct fault fault = { "" };
	struct results results;

	write_results(*state, "{\"schema\":1,\"kind\":\"trial\",\"cell\":\"a\"}\n");
	assert_int_equal(results_load(*state, &results, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "results.jsonl:1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(summary_takes_valid_trials_only),
		IN_FOLDER(cell_without_a_valid_trial_has_no_median),
		IN_FOLDER(torn_last_line_is_left_out_and_said),
		IN_FOLDER(folder_without_results_is_refused),
		IN_FOLDER(trial_without_its_identity_is_refused),
	};

	return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
