/*
 * A lock of a block cache, and how long it is held: in operations that are timed the time between
 * having it and giving it away is summed up. Others pay for one look at a pointer of their own.
 */
#ifndef STRUCTURES_KVBLOCK_HELD_H
#define STRUCTURES_KVBLOCK_HELD_H

#include "structures/kvblock/kvblock.h"
#include "structures/lock/lock.h"

static inline void held_acquire(struct lock *lock, struct context *context)
{
	lock_acquire(lock, context->lock);
	if (context->held)
		context->held->since = clock_now(context->held->is_counter);
}

static inline void held_release(struct lock *lock, struct context *context)
{
	if (context->held)
		context->held->ticks += clock_now(context->held->is_counter) - context->held->since;
	lock_release(lock, context->lock);
}

#endif
