/*
 * skeleton: where to start a token-slot KV cache from: one slot for each key, all under one lock.
 *
 * To add one: copy kvslot.h and kvslot.c to structures/kvslot/NAME.h and NAME.c, replace `skeleton`
 * and `template/kvslot` by NAME and kvslot/NAME, and add to structures/CMakeLists.txt the one line
 * numamark_structure(kvslot/NAME LOCK mutex rwlock). List, records, README table and tests then
 * have it. (This pair is compiled by the tests alone.) What each part of such an essay is to say
 * stands in structures/template/map.h.
 *
 * Invariants
 *   1. slots[k] is read and written under the lock alone.
 *   2. slots[k].stored stands for a value exactly when slots[k].is_present.
 *
 * Linearization: each operation at any point while it holds the lock.
 * Progress: blocking.
 * May run together: gets, where the lock has a shared mode.
 * Reclamation: none.
 * Memory: 16 bytes a key of the range, present or not.
 */
#ifndef STRUCTURES_TEMPLATE_KVSLOT_H
#define STRUCTURES_TEMPLATE_KVSLOT_H

#include "structures/common/payload.h"
#include "structures/kvslot/kvslot.h"
#include "structures/lock/lock.h"
#include "structures/lock/stall.h"

struct skeleton_slot {
	bool is_present;
	uint64_t stored; /* the value or the address of its payload: see payload.h */
};

struct skeleton {
	struct lock lock;
	/* Read only after create. */
	CACHELINE_APART struct skeleton_slot *slots;
	uint64_t range;
	size_t value_bytes;
	struct lock_threads threads;
};

/* Return: true if found; *value only then.    Linearizes: under the lock.    Progress: blocking. */
static inline bool skeleton_get(struct skeleton *cache, struct context *context, uint64_t key,
				uint64_t *value)
{
	bool is_found;

	lock_acquire_shared(&cache->lock, context->lock);
	is_found = cache->slots[key].is_present;
	/* All of the payload is read while it cannot be freed. */
	if (is_found)
		*value = payload_read(context, cache->slots[key].stored);
	lock_release_shared(&cache->lock, context->lock);
	return is_found;
}

/* Return: true if the key was not there.      Linearizes: under the lock.    Progress: blocking. */
static inline bool skeleton_put(struct skeleton *cache, struct context *context, uint64_t key,
				uint64_t value)
{
	struct skeleton_slot old, fresh = { .is_present = true };

	/* Counts context->exhausted by itself; nodes that a structure allocates, it counts. */
	if (!payload_make(context, value, &fresh.stored))
		return false;
	lock_acquire(&cache->lock, context->lock);
	old = cache->slots[key];
	cache->slots[key] = fresh;
	lock_release(&cache->lock, context->lock);
	if (old.is_present)
		payload_free(context, old.stored);
	return !old.is_present;
}

static inline void skeleton_stall(struct skeleton *cache, struct worker *worker)
{
	lock_stall(&cache->lock, worker);
}

#endif
