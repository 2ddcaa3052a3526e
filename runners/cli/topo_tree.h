/*
 * Inside of numamark topo: the machine as nested boxes, for the tree in text and for the drawing.
 */
#ifndef RUNNERS_CLI_TOPO_TREE_H
#define RUNNERS_CLI_TOPO_TREE_H

#include "plots/topo_layout.h"
#include "topology/topology.h"

/* @machine: out, with labels and without places; its inner boxes are released with topo_tree_free(). Return: 0 or -ENOMEM. */
int topo_tree_make(const struct topology *topology, struct topo_box *machine);

/* "1 package, 2 NUMA nodes, 64 cores, 128 PUs" */
void topo_counts_format(const struct topology *topology, char *text, size_t size_bytes);

/* "54 MiB": bytes in the largest unit that leaves at most one decimal. */
void topo_size_format(uint64_t size_bytes, char *text, size_t text_bytes);

#endif
