/*
 * How long the locks of a block cache are held: in operations that are timed the time between having
 * one and giving it away is summed up. Others pay for one look at a pointer of their own. Locks of
 * buckets, held for a few instructions, are left out. No two at once.
 */
#ifndef STRUCTURES_KVBLOCK_HELD_H
#define STRUCTURES_KVBLOCK_HELD_H

#include "structures/common/context.h"
#include "topology/clock.h"

/* Right after a lock was acquired. */
static inline void held_begin(const struct context *context)
{
	if (context->held)
		context->held->since = clock_now(context->held->is_counter);
}

/* Right before it is released. */
static inline void held_end(const struct context *context)
{
	if (context->held)
		context->held->ticks += clock_now(context->held->is_counter) - context->held->since;
}

#endif
