#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runners/cli/cell_columns.h"
#include "runners/cli/run_flags.h"
#include "tests/runners/cells.h"

/* The columns of a plan of these words, as "variant threads mix". */
static void find(const char *const *words, char text[256])
{
	const struct plan_request request = { .preset = "sweep",
					      .words = words,
					      .topology = cells_topology };
	struct plan plan;
	bool is_shown[AXIS_COUNT];

	if (plan_make(&request, &plan, &cells_fault))
		fail_msg("%s", cells_fault.text);
	assert_int_equal(cell_columns_find(&plan, is_shown), 0);
	text[0] = '\0';
	for (int key = 0; key < AXIS_COUNT; key++)
		if (is_shown[key])
			sprintf(text + strlen(text), "%s%s", *text ? " " : "", axes[key].name);
	plan_free(&plan);
}

static void columns_are_variant_and_threads_at_least(void **state)
{
	const char *const words[] = { "variant=probe/null", "threads=1", NULL };
	char text[256];

	(void)state;
	find(words, text);
	assert_string_equal(text, "variant threads");
}

static void columns_tell_apart_what_would_read_alike(void **state)
{
	const char *const words[] = { "variant=map/chained@mutex", "threads=1,2",
				      "place=compact,scatter", "value_bytes=8,100", NULL };
	char text[256];

	(void)state;
	find(words, text);
	assert_string_equal(text, "variant threads place value_bytes");
}

static void columns_leave_out_what_the_variant_says_already(void **state)
{
	/* Map and queue differ in mix and prefill, each in its own alone. */
	const char *const words[] = { "variant=map/chained@mutex,queue/list@mutex", "threads=1",
				      NULL };
	char text[256];

	(void)state;
	find(words, text);
	assert_string_equal(text, "variant threads");
}

static void columns_leave_out_what_follows_from_another(void **state)
{
	/* The prefill follows from the range. */
	const char *const words[] = { "variant=map/chained@mutex", "threads=1", "range=1k,2k",
				      NULL };
	char text[256];

	(void)state;
	find(words, text);
	assert_string_equal(text, "variant threads range");
}

static void shared(const char *one, const char *other, char text[RUN_FLAGS_BYTES])
{
	struct cell_summary cells[2] = { { .cell = "1" }, { .cell = "2" } };
	const struct summary_list list = { .cells = cells, .count = other ? 2 : 1 };
	char *const first = one ? strdup(one) : NULL, *const second = other ? strdup(other) : NULL;

	cells[0].flags = first;
	cells[1].flags = second;
	run_flags_shared(&list, text);
	free(first);
	free(second);
}

static void flags_shared_are_those_of_every_cell(void **state)
{
	char text[RUN_FLAGS_BYTES];

	(void)state;
	shared("ragged,unfit-host,unsteady", "unfit-host,unsteady,drift", text);
	assert_string_equal(text, "unfit-host,unsteady");
	shared("unfit-host", "unfit", text);
	assert_string_equal(text, "");
	shared(NULL, "unfit-host", text);
	assert_string_equal(text, "");
	shared("unfit-host", NULL, text);
	assert_string_equal(text, "");
}

static void flags_without_the_shared_are_the_rest(void **state)
{
	char rest[RUN_FLAGS_BYTES];

	(void)state;
	run_flags_without("ragged,unfit-host,drift", "unfit-host", rest);
	assert_string_equal(rest, "ragged,drift");
	run_flags_without(NULL, "unfit-host", rest);
	assert_string_equal(rest, "");
	run_flags_without("unfit-host", "", rest);
	assert_string_equal(rest, "unfit-host");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_variant_and_threads_at_least),
		cmocka_unit_test(columns_tell_apart_what_would_read_alike),
		cmocka_unit_test(columns_leave_out_what_the_variant_says_already),
		cmocka_unit_test(columns_leave_out_what_follows_from_another),
		cmocka_unit_test(flags_shared_are_those_of_every_cell),
		cmocka_unit_test(flags_without_the_shared_are_the_rest),
	};

	return cmocka_run_group_tests(tests, cells_set_up, cells_tear_down);
}
