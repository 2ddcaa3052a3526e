/* A good set of records, and one defect at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/numa/records.h"

#define RECORD(status, flags, place, pus, residency)                                               \
	"{\"kind\":\"trial\",\"status\":\"" status "\",\"flags\":[" flags "],\"reason\":null,"     \
	"\"place\":\"" place "\",\"memory\":\"local\",\"pus\":[" pus "],\"residency\":{" residency \
	"}}\n"

#define PAGES "\"table\":{\"pages\":0,\"share\":0},\"nodes\":{\"pages\":100,\"share\":0.97}"
#define GOOD  RECORD("valid", "", "scatter", "0,4", PAGES)

/* PUs 0 and 4 bound in process 7, PUs 4 and 5 in process 8, a free thread in both. */
#define WITNESS "7 0-7\n7 0\n7 4\n8 0-7\n8 4\n8 5\n7 0\n"

static const char *const local_only[] = { "local", NULL };

/* Two nodes of four PUs. Return: complaints; their text in @said. */
static unsigned complaints_on(const char *records, const char *witness, char *said, size_t room)
{
	const struct records_expected expected = {
		.nodes = 2, .pus_per_node = 4, .threads = 2, .share = 0.95, .memory = local_only
	};
	FILE *results = fmemopen((void *)(uintptr_t)records, strlen(records), "r");
	FILE *seen = fmemopen((void *)(uintptr_t)witness, strlen(witness), "r");
	FILE *out = fmemopen(said, room, "w");
	unsigned complaints;

	assert_non_null(results);
	assert_non_null(seen);
	assert_non_null(out);
	complaints = records_check(results, seen, &expected, out);
	fclose(results);
	fclose(seen);
	fclose(out);
	return complaints;
}

static void expect_one_complaint(const char *records, const char *witness, const char *about)
{
	char said[512] = "";

	if (complaints_on(records, witness, said, sizeof(said)) != 1 || !strstr(said, about))
		fail_msg("expected one complaint about \"%s\", got: %s", about, said);
}

static void records_in_order_are_accepted(void **state)
{
	char said[512] = "";

	(void)state;
	assert_int_equal(complaints_on("{\"kind\":\"session\"}\n" GOOD, WITNESS, said,
				       sizeof(said)),
			 0);
}

static void records_of_a_ragged_trial_are_accepted(void **state)
{
	char said[512] = "";

	(void)state;
	assert_int_equal(complaints_on(RECORD("invalid", "\"ragged\"", "scatter", "0,4", PAGES),
				       WITNESS, said, sizeof(said)),
			 0);
	assert_int_equal(complaints_on(RECORD("valid", "\"apart\"", "scatter", "0,4", PAGES),
				       WITNESS, said, sizeof(said)),
			 0);
}

static void records_of_a_misplaced_trial_are_refused(void **state)
{
	(void)state;
	expect_one_complaint(RECORD("invalid", "\"misplaced\"", "scatter", "0,4", PAGES), WITNESS,
			     "misplaced");
}

static void records_with_pages_elsewhere_are_refused(void **state)
{
	(void)state;
	expect_one_complaint(RECORD("valid", "", "scatter", "0,4",
				    "\"nodes\":{\"pages\":100,\"share\":0.94}"),
			     WITNESS, "0.940 of 100 pages");
}

static void records_without_any_page_are_refused(void **state)
{
	(void)state;
	expect_one_complaint(RECORD("valid", "", "scatter", "0,4", ""), WITNESS, "no page");
}

static void records_of_unavailable_pages_are_refused(void **state)
{
	(void)state;
	expect_one_complaint(RECORD("valid", "", "scatter", "0,4",
				    "\"nodes\":{\"pages\":100,\"share\":1.0},"
				    "\"table\":{\"unavailable\":\"not permitted\"}"),
			     WITNESS, "unavailable");
}

static void records_with_too_few_pus_are_refused(void **state)
{
	(void)state;
	expect_one_complaint(RECORD("valid", "", "scatter", "0", PAGES), WITNESS, "1 PUs for 2");
}

static void records_with_one_pu_twice_are_refused(void **state)
{
	(void)state;
	expect_one_complaint(RECORD("valid", "", "scatter", "4,4", PAGES), WITNESS, "twice");
}

static void records_of_an_uneven_scatter_are_refused(void **state)
{
	char said[512] = "";

	(void)state;
	assert_true(complaints_on(RECORD("valid", "", "scatter", "4,5", PAGES), WITNESS, said,
				  sizeof(said)) > 0);
	assert_non_null(strstr(said, "scatter has 0 of 2 workers on node 0"));
}

static void records_of_the_wrong_node_are_refused(void **state)
{
	(void)state;
	expect_one_complaint(RECORD("valid", "", "node:0", "4,5", PAGES), WITNESS,
			     "node:0 has 2 workers on node 1");
}

static void records_that_nobody_witnessed_are_refused(void **state)
{
	(void)state;
	expect_one_complaint(RECORD("valid", "", "scatter", "1,4", PAGES), WITNESS,
			     "no process was seen");
}

static void records_without_a_policy_are_refused(void **state)
{
	(void)state;
	expect_one_complaint("{\"kind\":\"session\"}\n", WITNESS, "no trial with memory=local");
}

static void records_of_another_format_are_refused(void **state)
{
	(void)state;
	expect_one_complaint(GOOD "{\"kind\":\n", WITNESS, "is no record");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_in_order_are_accepted),
		cmocka_unit_test(records_of_a_ragged_trial_are_accepted),
		cmocka_unit_test(records_of_a_misplaced_trial_are_refused),
		cmocka_unit_test(records_with_pages_elsewhere_are_refused),
		cmocka_unit_test(records_without_any_page_are_refused),
		cmocka_unit_test(records_of_unavailable_pages_are_refused),
		cmocka_unit_test(records_with_too_few_pus_are_refused),
		cmocka_unit_test(records_with_one_pu_twice_are_refused),
		cmocka_unit_test(records_of_an_uneven_scatter_are_refused),
		cmocka_unit_test(records_of_the_wrong_node_are_refused),
		cmocka_unit_test(records_that_nobody_witnessed_are_refused),
		cmocka_unit_test(records_without_a_policy_are_refused),
		cmocka_unit_test(records_of_another_format_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
