/*
 * skeleton: where to start a map from: one slot for each key, all under one lock.
 *
 * To add a map: copy map.h and map.c to structures/map/NAME.h and NAME.c, replace `skeleton` and
 * `template/map` by NAME and map/NAME, and add to structures/CMakeLists.txt the one line
 * numamark_structure(map/NAME LOCK mutex rwlock). List, records, README table and tests then have it.
 * (This pair is compiled by the tests alone.)
 *
 * Every header begins with such an essay; replace each part. Here: the idea, in a paragraph.
 *
 * Paper: authors, title, venue, year. (This one has none.)
 * Differences: lettered (a), (b)..., each with its reason. (None.)
 *
 * Invariants
 *   1. slots[k] is read and written under the lock alone.
 *   2. slots[k].stored stands for a value exactly when slots[k].is_present.
 *
 * Linearization: of each operation, the one step at which it takes effect. Here: any point while it
 *   holds the lock.
 * Progress: blocking, obstruction-free, lock-free or wait-free. Here: blocking.
 * May run together: which operations against which. Here: gets, where the lock has a shared mode.
 * Reclamation: what must outlive a reader. Here: nothing. With a scheme instead of a lock (RECLAIM
 *   in the registration line), operations stand between reclaim_enter() and reclaim_exit(), and
 *   what a reader may still hold is retired, see structures/reclaim/reclaim.h.
 * Memory: bytes per element. Here: 16 bytes a key of the range, present or not.
 */
#ifndef STRUCTURES_TEMPLATE_MAP_H
#define STRUCTURES_TEMPLATE_MAP_H

#include "structures/common/payload.h"
#include "structures/lock/lock.h"
#include "structures/map/map.h"

struct skeleton_slot {
	bool is_present;
	uint64_t stored;    /* the value or the address of its payload: see payload.h */
};

/* Name who writes each group of members, and keep groups on lines of their own. */
struct skeleton {
	struct lock lock;
	/* Read only after create. */
	CACHELINE_APART struct skeleton_slot *slots;
	uint64_t range;
	size_t value_bytes;
	struct lock_threads threads;
};

/**
 * skeleton_get() - look a key up.
 *
 * @value:  out; untouched if the key is absent.
 *
 * Return: true if found.
 * Linearizes: under the lock.    Progress: blocking.
 */
static inline bool skeleton_get(struct skeleton *map, struct context *context, uint64_t key,
			     uint64_t *value)
{
	const struct skeleton_slot *const slot = &map->slots[key];
	bool is_found;

	lock_acquire_shared(&map->lock, context->lock);
	is_found = slot->is_present;
	/* All of the payload is read while it cannot be freed. */
	if (is_found)
		*value = payload_read(context, slot->stored);
	lock_release_shared(&map->lock, context->lock);
	return is_found;
}

/**
 * skeleton_put() - set the value of a key.
 *
 * Return: true if the key was not there; false if it was, or if there is no memory.
 * Linearizes: under the lock.    Progress: blocking.
 */
static inline bool skeleton_put(struct skeleton *map, struct context *context, uint64_t key,
			     uint64_t value)
{
	struct skeleton_slot *const slot = &map->slots[key];
	uint64_t stored, old;
	bool was_present;

	/* Counts context->exhausted by itself; nodes that a structure allocates, it counts. */
	if (!payload_make(context, value, &stored))
		return false;
	lock_acquire(&map->lock, context->lock);
	was_present = slot->is_present;
	old = slot->stored;
	slot->is_present = true;
	slot->stored = stored;
	lock_release(&map->lock, context->lock);
	if (was_present)
		payload_free(context, old);
	return !was_present;
}

/**
 * skeleton_remove() - take a key out.
 *
 * Return: true if the key was there.
 * Linearizes: under the lock.    Progress: blocking.
 */
static inline bool skeleton_remove(struct skeleton *map, struct context *context, uint64_t key)
{
	struct skeleton_slot *const slot = &map->slots[key];
	uint64_t old;
	bool was_present;

	lock_acquire(&map->lock, context->lock);
	was_present = slot->is_present;
	old = slot->stored;
	slot->is_present = false;
	lock_release(&map->lock, context->lock);
	if (was_present)
		payload_free(context, old);
	return was_present;
}

/* Sleep where a thread that is pre-empted hurts most: here with the lock held. */
static inline void skeleton_stall(struct skeleton *map, struct worker *worker)
{
	struct lock_thread *const thread = worker->context.lock;

	if (worker->stall_as_writer)
		lock_acquire(&map->lock, thread);
	else
		lock_acquire_shared(&map->lock, thread);
	worker_sleep_stalled(worker);
	if (worker->stall_as_writer)
		lock_release(&map->lock, thread);
	else
		lock_release_shared(&map->lock, thread);
}

#endif
