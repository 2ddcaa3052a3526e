/* The machine of a session's record as nested boxes. */
#ifndef PLOTS_MACHINE_BOXES_H
#define PLOTS_MACHINE_BOXES_H

#include <jansson.h>

#include "plots/topo_layout.h"

/**
 * machine_boxes_make() - packages, NUMA nodes, caches and cores around the PUs.
 *
 * @machine:  of a session: one row a PU, as enum MACHINE_* of plots/marks.h; records of before caches were told lack
 *            the last column.
 * @boxes:    out; to be released with topo_tree_free().
 *
 * Return: 0 or -ENOMEM.
 */
int machine_boxes_make(const json_t *machine, struct topo_box *boxes);

#endif
