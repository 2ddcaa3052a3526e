#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runners/results/results.h"
#include "runners/trial/campaign.h"
#include "tests/runners/cells.h"

enum { CELLS = 3 };

static struct plan plan;

static int set_up(void **state)
{
	const char *const words[] = { "variant=probe/null", "threads=1,2,4", "title=Fake", NULL };

	if (cells_set_up(state))
		return -1;
	return plan_make(&(struct plan_request){ .preset = "sweep",
						 .words = words,
						 .topology = cells_topology },
			 &plan, NULL);
}

static int tear_down(void **state)
{
	plan_free(&plan);
	return cells_tear_down(state);
}

/* What @valid, @invalid and @skipped trials of each cell of the plan amount to. */
static enum campaign_verdict judge(const unsigned counts[CELLS][3])
{
	struct cell_summary cells[CELLS];
	const struct summary_list list = { .cells = cells, .count = CELLS };

	for (unsigned i = 0; i < CELLS; i++)
		cells[i] = (struct cell_summary){ .cell = plan.cells[i].id,
						  .variant = "probe/null",
						  .valid = counts[i][0],
						  .invalid = counts[i][1],
						  .skipped = counts[i][2],
						  .reason = "because" };
	return campaign_judge(&plan, &list, &cells_fault);
}

static void judge_finds_valid_trials_good(void **state)
{
	(void)state;
	assert_int_equal(judge((const unsigned[][3]){ { 4, 0, 0 }, { 4, 0, 0 }, { 4, 0, 0 } }),
			 CAMPAIGN_GOOD);
}

static void judge_allows_five_per_cent_of_invalid_trials(void **state)
{
	(void)state;
	assert_int_equal(judge((const unsigned[][3]){ { 95, 5, 0 }, { 95, 5, 0 }, { 95, 5, 0 } }),
			 CAMPAIGN_GOOD);
	assert_int_equal(judge((const unsigned[][3]){ { 95, 5, 0 }, { 95, 5, 0 }, { 94, 6, 0 } }),
			 CAMPAIGN_UNSOUND);
	assert_non_null(strstr(cells_fault.text, "16 of 300"));
}

static void judge_wants_a_valid_trial_of_every_cell(void **state)
{
	(void)state;
	assert_int_equal(judge((const unsigned[][3]){ { 99, 0, 0 }, { 99, 0, 0 }, { 0, 1, 0 } }),
			 CAMPAIGN_UNSOUND);
	assert_non_null(strstr(cells_fault.text, "threads=4: because"));
	assert_int_equal(judge((const unsigned[][3]){ { 4, 0, 0 }, { 0, 0, 4 }, { 4, 0, 0 } }),
			 CAMPAIGN_UNSOUND);
}

static void judge_of_cells_never_measured_is_unsound(void **state)
{
	const struct summary_list none = { .count = 0 };

	(void)state;
	assert_int_equal(campaign_judge(&plan, &none, &cells_fault), CAMPAIGN_UNSOUND);
	assert_non_null(strstr(cells_fault.text, "3 of 3 cells"));
}

static void judge_of_skipped_trials_alone_says_what_is_missing(void **state)
{
	(void)state;
	assert_int_equal(judge((const unsigned[][3]){ { 0, 0, 4 }, { 0, 0, 4 }, { 0, 0, 4 } }),
			 CAMPAIGN_MISSING);
	assert_non_null(strstr(cells_fault.text, "because"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judge_finds_valid_trials_good),
		cmocka_unit_test(judge_allows_five_per_cent_of_invalid_trials),
		cmocka_unit_test(judge_wants_a_valid_trial_of_every_cell),
		cmocka_unit_test(judge_of_cells_never_measured_is_unsound),
		cmocka_unit_test(judge_of_skipped_trials_alone_says_what_is_missing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
