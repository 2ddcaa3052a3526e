/* The lock that a block cache is registered with, taken and given away with a look at the clock. */
#ifndef STRUCTURES_KVBLOCK_HELD_LOCK_H
#define STRUCTURES_KVBLOCK_HELD_LOCK_H

#include "structures/kvblock/held.h"
#include "structures/lock/lock.h"

static inline void held_acquire(struct lock *lock, const struct context *context)
{
	lock_acquire(lock, context->lock);
	held_begin(context);
}

static inline void held_release(struct lock *lock, const struct context *context)
{
	held_end(context);
	lock_release(lock, context->lock);
}

#endif
