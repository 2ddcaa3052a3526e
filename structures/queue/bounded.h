/* What bounded queues in one array share: how large the array is when the user does not say. */
#ifndef STRUCTURES_QUEUE_BOUNDED_H
#define STRUCTURES_QUEUE_BOUNDED_H

#include <stdint.h>

#include "structures/variant.h"

enum { BOUNDED_DEFAULT_LOG2 = 12 };

static inline uint64_t bounded_capacity(const struct setup *setup)
{
	return setup->capacity ? setup->capacity : UINT64_C(1) << BOUNDED_DEFAULT_LOG2;
}

/* log2 of @count, rounded up to a power of two. */
static inline unsigned bounded_log2_of(uint64_t count)
{
	return count <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(count - 1);
}

/* log2 of the slots: the capacity asked for, rounded up, at least 2. */
static inline unsigned bounded_log2(const struct setup *setup)
{
	const uint64_t capacity = bounded_capacity(setup);

	return bounded_log2_of(capacity > 2 ? capacity : 2);
}

/*
 * The same for slots that are known by indices which operations hold in turn: with as many slots
 * more as there are workers, which is more than the proofs of the rings need.
 */
static inline unsigned bounded_index_log2(const struct setup *setup)
{
	return bounded_log2_of(bounded_capacity(setup) + setup->workers);
}

#endif
