/*
 * Inside of numamark topo: the machine as nested boxes, for the tree in text and for the drawing.
 */
#ifndef RUNNERS_CLI_TOPO_TREE_H
#define RUNNERS_CLI_TOPO_TREE_H

#include "topology/topology.h"

enum topo_kind {
	TOPO_MACHINE,
	TOPO_PACKAGE,
	TOPO_NODE,
	TOPO_BORROWED, /* PUs without memory beside them, and the node nearest to them */
	TOPO_L3,
	TOPO_LOOSE, /* PUs behind no last-level cache on a machine that has some */
	TOPO_CORE
};

/*
 * PUs of one box stand together in hwloc's order, so that a box is a range of them. A cache group
 * or package around several nodes lies outside of them, as on the machine.
 */
struct topo_box {
	enum topo_kind kind;
	unsigned index; /* of the package, node, cache group or core */
	unsigned first_pu;
	unsigned pu_count; /* 0: a node of memory alone */
	struct topo_box *boxes;
	unsigned box_count;

	/* The drawing's own, in pixels: size by layout from inside out, place from outside in. */
	double x, y, width, height;
	unsigned columns;
};

/* @machine: out; its inner boxes are released with topo_tree_free(). Return: 0 or -ENOMEM. */
int topo_tree_make(const struct topology *topology, struct topo_box *machine);
void topo_tree_free(struct topo_box *machine);

/* "package 0", "NUMA node 3, 16 GiB", "L3 0, 32 MiB"... */
void topo_box_label(const struct topology *topology, const struct topo_box *box, char *text,
		    size_t size_bytes);

/* "1 package, 2 NUMA nodes, 64 cores, 128 PUs" */
void topo_counts_format(const struct topology *topology, char *text, size_t size_bytes);

/* "54 MiB": bytes in the largest unit that leaves at most one decimal. */
void topo_size_format(uint64_t size_bytes, char *text, size_t text_bytes);

#endif
