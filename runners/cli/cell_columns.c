#include "runners/cli/cell_columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b, void *context)
{
	const struct cell *const *const one = a, *const *const other = b;
	const bool *const is_shown = context;

	for (int key = 0; key < AXIS_COUNT; key++) {
		const int order =
			is_shown[key] ? strcmp((*one)->text[key], (*other)->text[key]) : 0;

		if (order)
			return order;
	}
	return 0;
}

static bool separates(const struct cell **cells, size_t count, const bool *is_shown, int key)
{
	for (size_t i = 1; i < count; i++)
		if (!compare(&cells[i - 1], &cells[i], (void *)(uintptr_t)is_shown) &&
		    strcmp(cells[i - 1]->text[key], cells[i]->text[key]))
			return true;
	return false;
}

int cell_columns_find(const struct plan *plan, bool is_shown[AXIS_COUNT])
{
	const struct cell **const cells = calloc(plan->count, sizeof(*cells));

	if (!cells)
		return -ENOMEM;
	for (size_t i = 0; i < plan->count; i++)
		cells[i] = &plan->cells[i];
	for (int key = 0; key < AXIS_COUNT; key++)
		is_shown[key] = key == AXIS_VARIANT || key == AXIS_THREADS;
	for (int key = 0; key < AXIS_COUNT; key++) {
		qsort_r(cells, plan->count, sizeof(*cells), compare, is_shown);
		is_shown[key] = is_shown[key] || separates(cells, plan->count, is_shown, key);
	}
	free(cells);
	return 0;
}
