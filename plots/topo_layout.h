/* The drawing of a machine, of numamark topo and of the figure of placement: boxes, their sizes and places. */
#ifndef PLOTS_TOPO_LAYOUT_H
#define PLOTS_TOPO_LAYOUT_H

#include <stdbool.h>

/* In pixels of a drawing that is not scaled. */
enum {
	TOPO_PU_WIDTH = 30,
	TOPO_PU_HEIGHT = 20,
	TOPO_PU_GAP = 2,
	TOPO_PUS_PER_ROW = 4, /* of a core; SMT of 8 takes two rows */
	TOPO_CORE_PADDING = 3,
	TOPO_GAP = 8,
	TOPO_PADDING = 10,
	TOPO_HEADER_HEIGHT = 22, /* of a box: its label */
	TOPO_TITLE_HEIGHT = 44,  /* of the machine: two lines */
	TOPO_STRIP_HEIGHT = 30,  /* a node of memory alone */
	TOPO_LEGEND_WIDTH = 280,
	TOPO_LABEL_CHAR = 7, /* generous width of a character, so that labels stay inside */
	TOPO_TITLE_CHAR = 9,
	TOPO_LABEL_BYTES = 160
};

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
	char label[TOPO_LABEL_BYTES]; /* of the machine: the model of its CPU */

	/* The drawing's own, in pixels: size by layout from inside out, place from outside in. */
	double x, y, width, height;
	unsigned columns;
};

/**
 * topo_layout() - give every box its size and place, the machine's at 0, 0.
 *
 * Boxes side by side are equally large, in as many columns as make their box about as wide as a
 * page.
 */
void topo_layout(struct topo_box *machine);

/* Where the i-th PU of a core is drawn. */
struct topo_box topo_pu_place(const struct topo_box *core, unsigned i);

/* Release the boxes inside. */
void topo_tree_free(struct topo_box *machine);

#endif
