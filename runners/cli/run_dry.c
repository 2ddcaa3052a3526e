/* What a campaign would do. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runners/cli/cell_columns.h"
#include "runners/cli/command.h"
#include "runners/cli/run_parts.h"
#include "runners/cli/table.h"
#include "runners/plan/axes.h"
#include "runners/plan/units.h"

static json_t *make_row(const struct cell *cell, const bool *is_shown)
{
	json_t *const row = json_pack("{s:s}", "cell", cell->id);

	for (int key = 0; key < AXIS_COUNT; key++)
		if (is_shown[key])
			json_object_set_new(row, axes[key].name, json_string(cell->text[key]));
	return row;
}

/* Values that all cells share are said once. */
static void print_shared(const struct plan *plan, const bool *is_shown)
{
	printf("\nIn all of them:");
	for (int key = 0; key < AXIS_COUNT; key++) {
		bool is_shared = !is_shown[key];

		for (size_t i = 1; i < plan->count && is_shared; i++)
			is_shared = !strcmp(plan->cells[i].text[key], plan->cells[0].text[key]);
		if (is_shared)
			printf(" %s=%s", axes[key].name, plan->cells[0].text[key]);
	}
	printf("\n");
}

int run_dry(const struct plan *plan)
{
	struct table_column columns[AXIS_COUNT + 2] = { { "cell", true, false } };
	struct fault fault;
	bool is_shown[AXIS_COUNT];
	char time[UNITS_TEXT_BYTES];
	json_t *const rows = json_array();
	size_t count = 1;

	if (!rows || cell_columns_find(plan, is_shown)) {
		json_decref(rows);
		return cli_fail(fault_set(&fault, -ENOMEM, "no memory for the table of cells"),
				&fault);
	}
	for (int key = 0; key < AXIS_COUNT; key++)
		if (is_shown[key])
			columns[count++] =
				(struct table_column){ axes[key].name, true, key == AXIS_THREADS };
	for (size_t i = 0; i < plan->count; i++)
		json_array_append_new(rows, make_row(&plan->cells[i], is_shown));
	run_tell_left_out(plan);
	table_print(stdout, columns, rows, TABLE_TEXT);
	print_shared(plan, is_shown);
	units_format_span(plan_expected_ns(plan), time);
	printf("%zu cells x %u trials = %zu trials, about %s\n", plan->count, plan->trials,
	       plan->count * plan->trials, time);
	json_decref(rows);
	return CLI_DONE;
}
