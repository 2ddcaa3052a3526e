/* Inside of numamark topo: sizes and places of the drawing's boxes. */
#ifndef RUNNERS_CLI_TOPO_LAYOUT_H
#define RUNNERS_CLI_TOPO_LAYOUT_H

#include "runners/cli/topo_tree.h"

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
	TOPO_TITLE_CHAR = 9
};

/**
 * topo_layout() - give every box its size and place, the machine's at 0, 0.
 *
 * Boxes side by side are equally large, in as many columns as make their box about as wide as a
 * page.
 */
void topo_layout(const struct topology *topology, struct topo_box *machine);

#endif
