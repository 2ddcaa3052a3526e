/*
 * bucket_lock: the lowest bit of the word that a bucket's list begins with, as the lock of those who
 * change the list; who reads it does not wait. So a writer touches no line beside the bucket, and
 * linking a new first node and unlocking are one store.
 *
 * For structures/map/rcu_buckets.h and structures/kvblock/block_table.h, which name the papers.
 */
#ifndef STRUCTURES_COMMON_BUCKET_LOCK_H
#define STRUCTURES_COMMON_BUCKET_LOCK_H

#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/backoff.h"

#define BUCKET_LOCKED ((uintptr_t)1)

/* Return: the first node's address, without the lock bit. */
static inline uintptr_t bucket_lock(_Atomic uintptr_t *bucket)
{
	struct backoff backoff = { 0 };

	for (;;) {
		/* relaxed: a look; the CAS decides. */
		uintptr_t first = load_relaxed(bucket);

		/* acquire: what the last holder did; pairs with bucket_unlock(). */
		if (!(first & BUCKET_LOCKED) &&
		    cas_weak_acquire(bucket, &first, first | BUCKET_LOCKED))
			return first;
		backoff_grow(&backoff);
	}
}

/* @first: what the bucket begins with from here on. */
static inline void bucket_unlock(_Atomic uintptr_t *bucket, uintptr_t first)
{
	/* release: publishes a new first node and what the holder did; pairs with the acquires in
	 * bucket_lock(), rcu_buckets_get() and block_table_find(). */
	store_release(bucket, first);
}

#endif
