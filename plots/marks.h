/* Where a scaling curve crosses into another NUMA node or onto SMT siblings, from the PUs that the workers sat on. */
#ifndef PLOTS_MARKS_H
#define PLOTS_MARKS_H

#include <stdbool.h>

#include "plots/panels.h"

/* Columns of a row of the session's `machine`. */
enum { MACHINE_PU, MACHINE_CORE, MACHINE_NODE = 3, MACHINE_PACKAGE, MACHINE_L3 };

/**
 * marks_find() - fill panel->marks.
 *
 * From the trial of the panel's family with the most threads, if all such trials of one number of threads were placed
 * alike; a panel that mixes places gets no marks, since each curve would cross elsewhere.
 */
void marks_find(const struct results *results, struct panel *panel);

/* Have all PUs of the machine one NUMA node? False where no record says. */
bool marks_one_node(const struct results *results);

#endif
