/* Which axes it takes to tell the cells of a plan apart. */
#ifndef RUNNERS_CLI_CELL_COLUMNS_H
#define RUNNERS_CLI_CELL_COLUMNS_H

#include <stdbool.h>

#include "runners/plan/plan.h"

/**
 * cell_columns_find() - variant and threads, and every axis that still separates cells which are
 * alike in all axes chosen before it.
 *
 * @is_shown:  out, AXIS_COUNT entries.
 *
 * Return: 0, or -ENOMEM.
 */
int cell_columns_find(const struct plan *plan, bool is_shown[AXIS_COUNT]);

#endif
