/*
 * cell_resolve() with what a plan needs to know of it: which axis was refused, and which dropped.
 */
#ifndef RUNNERS_PLAN_RESOLVE_H
#define RUNNERS_PLAN_RESOLVE_H

#include "runners/plan/cell.h"

struct resolution {
	/*
	 * In: where an axis means nothing to the cell (shards to a map without), take its default
	 * instead of refusing.
	 */
	bool may_drop;

	enum axis_key refused;    /* out, on failure: the axis that the sentence is about */
	const char *dropped[AXIS_COUNT];    /* out: why, or NULL */
};

int cell_resolve_as(struct cell *cell, const struct topology *topology,
		    struct resolution *resolution, struct fault *fault);

#endif
