/* The cross product of what was asked, as the cells of a plan. */
#ifndef RUNNERS_PLAN_EXPAND_H
#define RUNNERS_PLAN_EXPAND_H

#include "runners/plan/asked.h"

/**
 * expand() - append the cells of every sweep to a plan, each id once.
 *
 * @asked:  its values are marked as used, or with why they could not be.
 *
 * Return: as plan_make().
 */
int expand(struct asked *asked, const struct topology *topology, struct plan *plan,
	   struct fault *fault);

#endif
