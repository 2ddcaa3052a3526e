/*
 * list: one lock around a hash map from (sequence, layer, head) to a list of entries, to which a put
 * appends and which a get scans: the published "traditional" side.
 *
 * A put does not look whether its position is there already. So lists grow with every put, without
 * bound, and a get takes the longer the more was done before it: part of what this loses to the
 * other structures is its data structure and not its lock. kvslot/hashset under the same lock tells
 * the two apart.
 *
 * Sources: D. Knuth, "The Art of Computer Programming", vol. 3, Addison-Wesley, 1973, section 6.1
 *   (sequential search); the KV cache of the 44s benchmark (its "traditional" side).
 * Differences: (a) a get scans from the newest entry back, so that of several with its position it
 *   finds the last one put; as published, where there are positions only, any will do; (b) an entry
 *   has a value beside its position; (c) the hash map is that of map/chained.
 *
 * Invariants
 *   1. All of it is read and changed under the lock, and changed under its exclusive mode alone.
 *   2. The map has each list once, under the number of its sequence, layer and head.
 *   3. Of entries with the same position the one put last stands last.
 *
 * Linearization: each operation at any point while it holds the lock.
 * Progress: blocking.
 * May run together: gets with each other where the lock has a shared mode; nothing else. create,
 *   destroy and inspect: alone.
 * Reclamation: none needed; the room that a list has outgrown is given back under the lock.
 * Memory: 16 bytes for each put, 16 to 32 with the room that a list has ahead, and about 80 for each
 *   list; payloads besides, one for each put.
 */
#ifndef STRUCTURES_KVSLOT_LIST_H
#define STRUCTURES_KVSLOT_LIST_H

#include "structures/kvslot/kvslot.h"
#include "structures/lock/lock.h"
#include "structures/lock/stall.h"
#include "structures/map/seq_map.h"

enum { LIST_ROOM_FIRST = 8 };

struct list_entry {
	uint64_t position;
	uint64_t stored; /* see payload.h */
};

/* The entries of one (sequence, layer, head). */
struct list_entries {
	struct list_entries *made_before; /* all of them, for destroy and inspect */
	uint64_t number;                  /* its key in the map */
	uint64_t count, room;
	struct list_entry *entries;
};

struct list {
	struct lock lock; /* on lines of its own */
	struct seq_map map;
	CACHELINE_APART struct list_entries *made_last;
	struct lock_threads threads;
	size_t value_bytes;
};

static inline struct list_entries *list_find(const struct list *list, uint64_t key)
{
	uint64_t stored;

	if (!seq_map_get(&list->map, key >> KVSLOT_POSITION_BITS, &stored))
		return NULL;
	return (struct list_entries *)(uintptr_t)stored;
}

/* Return: a list without room, in the map; NULL without memory. */
static inline struct list_entries *list_make(struct list *list, struct context *context,
					     uint64_t key)
{
	const uint64_t number = key >> KVSLOT_POSITION_BITS;
	struct list_entries *const made = arena_alloc(context->arena, MEMORY_NODES, sizeof(*made));
	uint64_t old;

	if (!made)
		return NULL;
	if (seq_map_put(&list->map, context, number, (uint64_t)(uintptr_t)made, &old) ==
	    SEQ_MAP_NO_MEMORY) {
		context->exhausted--; /* the put that finds no memory counts itself */
		arena_free(context->arena, made, MEMORY_NODES, sizeof(*made));
		return NULL;
	}
	*made = (struct list_entries){ .made_before = list->made_last, .number = number };
	list->made_last = made;
	return made;
}

/* Return: whether there is room for one more. */
static inline bool list_grow(struct context *context, struct list_entries *entries)
{
	const uint64_t room = entries->room ? 2 * entries->room : LIST_ROOM_FIRST;
	struct list_entry *const grown =
		arena_alloc(context->arena, MEMORY_NODES, room * sizeof(*grown));

	if (!grown)
		return false;
	if (entries->room) {
		memcpy(grown, entries->entries, entries->count * sizeof(*grown));
		arena_free(context->arena, entries->entries, MEMORY_NODES,
			   entries->room * sizeof(*grown));
	}
	entries->entries = grown;
	entries->room = room;
	return true;
}

/* Under the exclusive lock. */
static inline bool list_append(struct list *list, struct context *context, uint64_t key,
			       uint64_t stored)
{
	struct list_entries *entries = list_find(list, key);

	if (!entries)
		entries = list_make(list, context, key);
	if (!entries || (entries->count == entries->room && !list_grow(context, entries)))
		return false;
	entries->entries[entries->count++] =
		(struct list_entry){ key & (KVSLOT_POSITIONS - 1), stored };
	return true;
}

/* Return: the last entry with the key's position, or NULL. */
static inline const struct list_entry *list_scan(const struct list *list, uint64_t key)
{
	const struct list_entries *const entries = list_find(list, key);
	const uint64_t position = key & (KVSLOT_POSITIONS - 1);

	for (uint64_t i = entries ? entries->count : 0; i-- > 0;)
		if (entries->entries[i].position == position)
			return &entries->entries[i];
	return NULL;
}

/* Return: true if found; *value only then.    Linearizes: under the lock.    Progress: blocking. */
static inline bool list_get(struct list *list, struct context *context, uint64_t key,
			    uint64_t *value)
{
	const struct list_entry *entry;

	lock_acquire_shared(&list->lock, context->lock);
	entry = list_scan(list, key);
	if (entry)
		*value = payload_read(context, entry->stored);
	lock_release_shared(&list->lock, context->lock);
	return entry != NULL;
}

/* Return: true, or false without memory.      Linearizes: under the lock.    Progress: blocking. */
static inline bool list_put(struct list *list, struct context *context, uint64_t key,
			    uint64_t value)
{
	uint64_t stored;
	bool is_appended;

	if (!payload_make(context, value, &stored))
		return false;
	lock_acquire(&list->lock, context->lock);
	is_appended = list_append(list, context, key, stored);
	lock_release(&list->lock, context->lock);
	if (!is_appended) {
		context->exhausted++;
		payload_free(context, stored);
	}
	return is_appended;
}

static inline void list_stall(struct list *list, struct worker *worker)
{
	lock_stall(&list->lock, worker);
}

#endif
