/*
 * skeleton: where to start an ordered map from: a sorted array, under one lock.
 *
 * To add one: copy ordered.h and ordered.c to structures/ordered/NAME.h and NAME.c, replace
 * `skeleton` and `template/ordered` by NAME and ordered/NAME, and add to structures/CMakeLists.txt
 * the one line numamark_structure(ordered/NAME LOCK mutex rwlock). List, records, README table and
 * tests then have it. (This pair is compiled by the tests alone.)
 *
 * Every header begins with such an essay; map.h beside this says what belongs into each part. An
 * ordered map says in addition what its scans promise beside other threads' writes, see
 * structures/ordered/ordered.h.
 *
 * Paper: authors, title, venue, year. (This one has none.)
 *
 * Invariants
 *   1. slots[0] to slots[count - 1] are the elements, with strictly ascending keys.
 *   2. All of it is read and written under the lock alone.
 *
 * Linearization: each operation at any point while it holds the lock, a scan as a whole.
 * Progress: blocking.
 * May run together: gets and scans, where the lock has a shared mode.
 * Reclamation: none needed.
 * Memory: 16 bytes a key of the range, present or not.
 */
#ifndef STRUCTURES_TEMPLATE_ORDERED_H
#define STRUCTURES_TEMPLATE_ORDERED_H

#include <string.h>

#include "structures/common/payload.h"
#include "structures/lock/lock.h"
#include "structures/ordered/ordered.h"

struct skeleton_slot {
	uint64_t key;
	uint64_t stored;    /* the value or the address of its payload: see payload.h */
};

struct skeleton {
	struct lock lock;
	CACHELINE_APART uint64_t count;
	/* Read only after create. */
	CACHELINE_APART struct skeleton_slot *slots;
	size_t value_bytes;
	struct lock_threads threads;
};

/* Under the lock. Return: the first slot of this key or above; may be the one behind the last. */
static inline struct skeleton_slot *skeleton_find(const struct skeleton *map, uint64_t key)
{
	struct skeleton_slot *first = map->slots;

	for (uint64_t left = map->count; left > 0;) {
		const uint64_t half = left / 2;

		if (first[half].key < key) {
			first += half + 1;
			left -= half + 1;
		} else {
			left = half;
		}
	}
	return first;
}

/* Under the lock. */
static inline bool skeleton_has(const struct skeleton *map, const struct skeleton_slot *slot,
				uint64_t key)
{
	return slot < map->slots + map->count && slot->key == key;
}

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
	const struct skeleton_slot *slot;
	bool is_found;

	lock_acquire_shared(&map->lock, context->lock);
	slot = skeleton_find(map, key);
	is_found = skeleton_has(map, slot, key);
	/* All of the payload is read while it cannot be freed. */
	if (is_found)
		*value = payload_read(context, slot->stored);
	lock_release_shared(&map->lock, context->lock);
	return is_found;
}

/* Under the lock. */
static inline void skeleton_insert(struct skeleton *map, struct skeleton_slot *slot, uint64_t key,
				   uint64_t stored)
{
	const uint64_t behind = (uint64_t)(map->slots + map->count - slot);

	memmove(slot + 1, slot, behind * sizeof(*slot));
	*slot = (struct skeleton_slot){ key, stored };
	map->count++;
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
	struct skeleton_slot *slot;
	uint64_t stored, old = 0;
	bool was_present;

	/* Counts context->exhausted by itself; nodes that a structure allocates, it counts. */
	if (!payload_make(context, value, &stored))
		return false;
	lock_acquire(&map->lock, context->lock);
	slot = skeleton_find(map, key);
	was_present = skeleton_has(map, slot, key);
	if (was_present) {
		old = slot->stored;
		slot->stored = stored;
	} else {
		skeleton_insert(map, slot, key, stored);
	}
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
	struct skeleton_slot *slot;
	uint64_t old = 0;
	bool was_present;

	lock_acquire(&map->lock, context->lock);
	slot = skeleton_find(map, key);
	was_present = skeleton_has(map, slot, key);
	if (was_present) {
		const uint64_t behind = (uint64_t)(map->slots + map->count - (slot + 1));

		old = slot->stored;
		memmove(slot, slot + 1, behind * sizeof(*slot));
		map->count--;
	}
	lock_release(&map->lock, context->lock);
	if (was_present)
		payload_free(context, old);
	return was_present;
}

/**
 * skeleton_scan() - the smallest keys from @from on, ascending, at most scan->length of them.
 *
 * @scan:  count and entries are out.
 *
 * Linearizes: under the lock.    Progress: blocking.
 */
static inline void skeleton_scan(struct skeleton *map, struct context *context, uint64_t from,
				 struct scan *scan)
{
	const struct skeleton_slot *slot, *end;

	scan->count = 0;
	lock_acquire_shared(&map->lock, context->lock);
	end = map->slots + map->count;
	for (slot = skeleton_find(map, from); slot < end && scan->count < scan->length; slot++)
		scan_add(scan, slot->key, payload_read(context, slot->stored));
	lock_release_shared(&map->lock, context->lock);
}

/* Sleep where a thread that is pre-empted hurts most: here with the lock held. */
static inline void skeleton_stall(struct skeleton *map, struct worker *worker)
{
	lock_acquire(&map->lock, worker->context.lock);
	worker_sleep_stalled(worker);
	lock_release(&map->lock, worker->context.lock);
}

#endif
