/* What bounded queues in one array share: how large the array is when the user does not say. */
#ifndef STRUCTURES_QUEUE_BOUNDED_H
#define STRUCTURES_QUEUE_BOUNDED_H

#include <stdint.h>

#include "structures/variant.h"

enum { BOUNDED_DEFAULT_LOG2 = 12 };

/* log2 of the slots: the capacity asked for, rounded up to a power of two, at least 2. */
static inline unsigned bounded_log2(const struct setup *setup)
{
	if (!setup->capacity)
		return BOUNDED_DEFAULT_LOG2;
	return setup->capacity <= 2 ? 1 : 64 - (unsigned)__builtin_clzll(setup->capacity - 1);
}

#endif
