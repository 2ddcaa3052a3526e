/*
 * urcu_lfht: liburcu's resizable hash table without locks.
 *
 * All elements form one list, sorted by the bit-reversed hash, into which the buckets are linked as
 * dummy nodes: doubling the table adds dummies and moves no element. Removal marks a node's `next`,
 * as Harris' lists do, and whoever meets marked nodes unlinks them.
 *
 * Paper: O. Shalev, N. Shavit, "Split-ordered lists: lock-free extensible hash tables", J. ACM
 *   53(3), 2006. The code is M. Desnoyers' and Lai Jiangshan's (userspace-rcu, rculfhash), 2011.
 * Differences: (a) nodes come from the workers' arenas and are retired as in all other maps; the
 *   table itself is liburcu's own memory, touched first by the thread that creates it; (b) the
 *   table starts at a power of two of at least the expected elements and may become 16 times that,
 *   with CDS_LFHT_AUTO_RESIZE and CDS_LFHT_ACCOUNTING, as programs that do not know their load
 *   create it. So it counts its elements, and keeps a resize worker.
 *
 * A put on a key that is there comes in two variants, as in structures/map/michael.h:
 *   urcu_lfht (in place)           looks the node up and writes its `value`.
 *   urcu_lfht_replace (replace)    cds_lfht_add_replace(), the library's own way: a new node.
 *
 * Invariants: those of the library, and
 *   1. A node is retired, with its payload, by the thread whose cds_lfht_del() or
 *      cds_lfht_add_replace() answered it.
 *   2. In place, with payloads: `value` is URCU_LFHT_TAKEN only in a removed node, and then for
 *      ever.
 *
 * Linearization: what the library's calls promise for add, replace and del; a get where
 *   cds_lfht_lookup() finds the node unmarked, or, in place, at the load of its value; a put in
 *   place at the store of the value or, if the node was removed after it was looked up, just before
 *   that (as argued for michael). A get that meets URCU_LFHT_TAKEN knows that the node was removed
 *   since it was looked up, and counts as just after that.
 * Progress: lock-free, as the library claims; a resize runs in a thread of its own.
 * May run together: get, put, remove. create, destroy and inspect: alone.
 * Reclamation: an RCU flavour, since the library's own traversals rely on it.
 * Memory: 32 bytes a node, and 16 bytes a bucket in the library's table, 1 to 2 elements each.
 */
#ifndef STRUCTURES_MAP_URCU_LFHT_H
#define STRUCTURES_MAP_URCU_LFHT_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/hash.h"
#include "structures/common/payload.h"
#include "structures/map/map.h"
#include "structures/reclaim/reclaim.h"

#include <urcu/rculfhash.h>    /* after the flavour, which reclaim.h includes */

#ifndef URCU_LFHT_REPLACES
#	define URCU_LFHT_REPLACES 0    /* set by the registration line of urcu_lfht_replace */
#endif

enum {
	URCU_LFHT_TAKEN = 0,    /* in `value`: the payload was retired with the node */
	URCU_LFHT_GROWTH = 16
};

struct urcu_lfht_node {
	struct cds_lfht_node link;
	uint64_t key;
	_Atomic uint64_t value;    /* the word of payload.h */
};

struct urcu_lfht {
	struct cds_lfht *table;
	struct reclaim *reclaim;
	size_t value_bytes;
	int resizer;               /* kernel's id of the library's resize worker; 0: not known */
};

static inline struct urcu_lfht_node *urcu_lfht_node(struct cds_lfht_node *link)
{
	return caa_container_of(link, struct urcu_lfht_node, link);
}

static inline int urcu_lfht_match(struct cds_lfht_node *link, const void *key)
{
	liburcu_acquired(link);
	return urcu_lfht_node(link)->key == *(const uint64_t *)key;
}

static inline struct urcu_lfht_node *urcu_lfht_look(struct urcu_lfht *map, uint64_t key)
{
	struct cds_lfht_iter found;

	cds_lfht_lookup(map->table, hash_key(key), urcu_lfht_match, &key, &found);
	return found.node ? urcu_lfht_node(found.node) : NULL;
}

/* Retire a node that is out of the table by this thread's doing, and its payload. */
static inline void urcu_lfht_retire(struct context *context, struct urcu_lfht_node *node)
{
	if (payload_is_apart(context)) {
		/* acq_rel, in place: acquires the payload that another put published, to hand it
		 * on; a later put sees that it is too late; pairs with the CAS in
		 * urcu_lfht_overwrite(). */
		/* relaxed, replace: `value` has not changed since the node was published. */
		const uint64_t stored = URCU_LFHT_REPLACES ?
						load_relaxed(&node->value) :
						exchange_acq_rel(&node->value, URCU_LFHT_TAKEN);

		reclaim_retire(context->reclaim, payload_words(stored), MEMORY_PAYLOADS,
			       context->value_bytes);
	}
	reclaim_retire(context->reclaim, node, MEMORY_NODES, sizeof(*node));
}

/**
 * urcu_lfht_get() - read the value of a key.
 *
 * Progress: wait-free for a given table.    Threads: any, each with its own context.
 */
static inline bool urcu_lfht_get(struct urcu_lfht *map, struct context *context, uint64_t key,
				 uint64_t *value)
{
	struct urcu_lfht_node *node;
	bool found = false;

	reclaim_enter(context->reclaim);
	node = urcu_lfht_look(map, key);
	if (node) {
		/* acquire: the payload as it was published; pairs with the release in
		 * urcu_lfht_overwrite() or, for the first one, with the library's publication. */
		const uint64_t stored = load_acquire(&node->value);

		found = !payload_is_apart(context) || stored != URCU_LFHT_TAKEN;
		if (found)
			*value = payload_read(context, stored);
	}
	reclaim_exit(context->reclaim);
	return found;
}

/* Update in place. Return: false if the node was removed and its payload taken: start over. */
static inline bool urcu_lfht_overwrite(struct context *context, struct urcu_lfht_node *node,
				       uint64_t stored)
{
	uint64_t old;

	if (!payload_is_apart(context)) {
		/* release: orders nothing of its own; pairs with the acquire in urcu_lfht_get(). */
		store_release(&node->value, stored);
		return true;
	}
	/* relaxed: only compared, the payload is not looked at. */
	old = load_relaxed(&node->value);
	do {
		if (old == URCU_LFHT_TAKEN)
			return false;
		/* acq_rel: publishes the new payload, pairs with the acquire in urcu_lfht_get();
		 * acquires the old one, to hand it on. */
	} while (!cas_acq_rel(&node->value, &old, stored));
	reclaim_retire(context->reclaim, payload_words(old), MEMORY_PAYLOADS, context->value_bytes);
	return true;
}

static inline struct urcu_lfht_node *urcu_lfht_make(struct context *context, uint64_t key,
						    uint64_t stored)
{
	struct urcu_lfht_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(*node));

	if (!node) {
		context->exhausted++;
		return NULL;
	}
	cds_lfht_node_init(&node->link);
	node->key = key;
	/* relaxed: nobody else knows the node; the library publishes it with a full barrier. */
	store_relaxed(&node->value, stored);
	liburcu_released(&node->link);
	return node;
}

enum urcu_lfht_put_state { URCU_LFHT_PUT_ADDED, URCU_LFHT_PUT_UPDATED, URCU_LFHT_PUT_FAILED };

/* Within a section. Swaps a new node in, whether the key is there or not. */
static inline enum urcu_lfht_put_state urcu_lfht_put_replacing(struct urcu_lfht *map,
							       struct context *context,
							       uint64_t key, uint64_t stored)
{
	struct urcu_lfht_node *const fresh = urcu_lfht_make(context, key, stored);
	struct cds_lfht_node *replaced;

	if (!fresh)
		return URCU_LFHT_PUT_FAILED;
	replaced = cds_lfht_add_replace(map->table, hash_key(key), urcu_lfht_match, &key,
					&fresh->link);
	if (!replaced)
		return URCU_LFHT_PUT_ADDED;
	urcu_lfht_retire(context, urcu_lfht_node(replaced));
	return URCU_LFHT_PUT_UPDATED;
}

/* Within a section. Writes the value of the node that is there, or adds one. */
static inline enum urcu_lfht_put_state urcu_lfht_put_in_place(struct urcu_lfht *map,
							      struct context *context,
							      uint64_t key, uint64_t stored)
{
	enum urcu_lfht_put_state state = URCU_LFHT_PUT_FAILED;
	struct urcu_lfht_node *node = urcu_lfht_look(map, key), *fresh = NULL;

	while (!node || !urcu_lfht_overwrite(context, node, stored)) {
		if (!fresh)
			fresh = urcu_lfht_make(context, key, stored);
		if (!fresh)
			return URCU_LFHT_PUT_FAILED;
		node = urcu_lfht_node(cds_lfht_add_unique(map->table, hash_key(key),
							  urcu_lfht_match, &key, &fresh->link));
		if (node == fresh)
			return URCU_LFHT_PUT_ADDED;
	}
	state = URCU_LFHT_PUT_UPDATED;
	if (fresh)
		arena_free(context->arena, fresh, MEMORY_NODES, sizeof(*fresh));
	return state;
}

/**
 * urcu_lfht_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool urcu_lfht_put(struct urcu_lfht *map, struct context *context, uint64_t key,
				 uint64_t value)
{
	enum urcu_lfht_put_state state;
	uint64_t stored;

	if (!payload_make(context, value, &stored))
		return false;
	reclaim_enter(context->reclaim);
	state = URCU_LFHT_REPLACES ? urcu_lfht_put_replacing(map, context, key, stored) :
				     urcu_lfht_put_in_place(map, context, key, stored);
	reclaim_exit(context->reclaim);
	if (state == URCU_LFHT_PUT_FAILED)
		payload_free(context, stored);
	return state == URCU_LFHT_PUT_ADDED;
}

/**
 * urcu_lfht_remove() - take a key out.
 *
 * Return: whether it was there.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool urcu_lfht_remove(struct urcu_lfht *map, struct context *context, uint64_t key)
{
	struct urcu_lfht_node *node;
	bool removed;

	reclaim_enter(context->reclaim);
	/* A node that can no more be deleted may have been replaced: then the key is still
	 * there. */
	do {
		node = urcu_lfht_look(map, key);
		removed = node && !cds_lfht_del(map->table, &node->link);
	} while (node && !removed);
	if (removed)
		urcu_lfht_retire(context, node);
	reclaim_exit(context->reclaim);
	return removed;
}

#endif
