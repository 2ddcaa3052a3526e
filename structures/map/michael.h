/*
 * michael: a hash table of sorted linked lists without locks.
 *
 * A bucket is the head of a list sorted by key. A node is removed in two steps: its `next` is
 * marked first, which freezes it and settles who removed it, then it is unlinked from the node
 * before. Who meets a marked node on the way unlinks it, so that nobody waits for a remover that
 * sleeps. The number of buckets is fixed at create, a power of two from the expected number of
 * elements.
 *
 * Papers: M. Michael, "High performance dynamic lock-free hash tables and list-based sets", SPAA
 *   2002; marking after T. Harris, "A pragmatic implementation of non-blocking linked-lists", DISC
 *   2001.
 * Differences: (a) no version counter beside the pointers: reclamation keeps an address from coming
 *   back while anyone compares with it; (b) under a scheme that protects sections, get only reads
 *   and passes by marked nodes, as Harris' search could; under hazard pointers it must unlink them,
 *   for what a marked node points to may be gone already; (c) a set there, a map here: see the
 *   values.
 *
 * A put on a key that is there comes in two variants:
 *   michael (in place)         writes the node's `value`: with 8-byte values a plain store, with
 *                              payloads a CAS, whose winner retires the old payload.
 *   michael_replace (replace)  swaps in a new node: the old one's `next` becomes the new node, with
 *                              the mark, so that in one step the old node is out and the new one
 *                              in. The key is never absent in between: who meets the marked node
 *                              goes on to the new one.
 *
 * Invariants
 *   1. A bucket head is never marked, and a marked `next` never changes again.
 *   2. Reachable unmarked nodes of a bucket have strictly ascending keys that hash to it.
 *   3. A node is retired by the thread whose CAS unlinked it, once, with its payload.
 *   4. At rest no marked node is reachable: a remove or replace does not return before that.
 *   5. In place, with payloads: `value` is MICHAEL_TAKEN only in a node that is marked and
 *      unlinked, and then for ever. Replace: `value` never changes.
 *
 * Linearization
 *   get found      at the load of `value` whose node is seen unmarked after it. Under replace the
 *                  order of the two does not matter.
 *   get absent     when the last link crossed was part of the list, or, if a marked node of the key
 *                  was passed by, at a moment in this call when that node was marked and still
 *                  reachable, hence no other of its key was (a put unlinks it before it inserts).
 *   put added      at the CAS that links the node.
 *   put replaced   at the CAS on the old node's `next`.
 *   put in place   at the store of `value`, if the node is unmarked then. Otherwise a remove marked
 *                  it after this put had seen it unmarked: the put counts as just before that mark.
 *                  No get can tell: whoever loads the late value also loaded, or will load, a
 *                  `next`; a get that sees the mark after the value answers absent, and a get that
 *                  saw the node unmarked before it loaded the value overlaps the mark, and counts
 *                  as just after the put. All such late calls span the mark, so their order is
 *                  free. With payloads a late put may find MICHAEL_TAKEN: then nobody would free
 *                  its payload, so it starts over, and inserts.
 *   remove         at the CAS that marks; a remove that finds nothing: as get absent.
 *
 * Progress: lock-free. get is wait-free for a given list under a scheme that protects sections.
 * May run together: all of them. create, destroy and inspect: alone.
 * Reclamation: any scheme. Hazard pointers use three slots for the node before, the node and the
 *   next one, validated by the link that was crossed, which changes or gets marked when its target
 *   is unlinked; and one slot for a payload, valid if the node is seen unmarked after it was
 *   published.
 * Memory: 24 bytes a node (32 of the arena) and one bucket of 8 bytes for each 1 to 2 elements.
 */
#ifndef STRUCTURES_MAP_MICHAEL_H
#define STRUCTURES_MAP_MICHAEL_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/hash.h"
#include "structures/common/payload.h"
#include "structures/map/map.h"
#include "structures/reclaim/reclaim.h"

#ifndef MICHAEL_REPLACES
#	define MICHAEL_REPLACES 0    /* set by the registration line of michael_replace */
#endif

enum {
	MICHAEL_MARK = 1,     /* in `next`: this node is removed */
	MICHAEL_TAKEN = 0,    /* in `value`: the payload was retired with the node */
	MICHAEL_PAYLOAD_SLOT = 3
};

struct michael_node {
	_Atomic uintptr_t next;
	uint64_t key;
	_Atomic uint64_t value;    /* the word of payload.h */
};

struct michael {
	_Atomic uintptr_t *buckets;
	uint64_t mask;
	struct reclaim *reclaim;
	size_t value_bytes;
};

/* Where a key is, or would be. */
struct michael_place {
	_Atomic uintptr_t *link;    /* the word that points to the node; its owner is protected */
	uintptr_t node;             /* first one of this key or above, protected; 0: none */
	uintptr_t next;             /* of that node, unmarked when it was read */
};

enum michael_outcome { MICHAEL_ABSENT, MICHAEL_PRESENT, MICHAEL_DISTURBED };

static inline struct michael_node *michael_node(uintptr_t word)
{
	return (struct michael_node *)(word & ~(uintptr_t)MICHAEL_MARK);
}

static inline _Atomic uintptr_t *michael_bucket(const struct michael *map, uint64_t key)
{
	return &map->buckets[hash_key(key) & map->mask];
}

/* Retire a node that this thread has unlinked, and its payload. */
static inline void michael_retire(struct context *context, struct michael_node *node)
{
	if (payload_is_apart(context)) {
		/* acq_rel, in place: acquires the payload that another put published, to hand it
		 * on; a later put sees that it is too late; pairs with the CAS in
		 * michael_overwrite(). */
		/* relaxed, replace: `value` has not changed since the node was published. */
		const uint64_t stored = MICHAEL_REPLACES ?
						load_relaxed(&node->value) :
						exchange_acq_rel(&node->value, MICHAEL_TAKEN);

		reclaim_retire(context->reclaim, payload_words(stored), MEMORY_PAYLOADS,
			       context->value_bytes);
	}
	reclaim_retire(context->reclaim, node, MEMORY_NODES, sizeof(*node));
}

/*
 * One walk along a bucket, which unlinks marked nodes on its way. The three slots change roles
 * instead of contents: `of_next` of one step is `of_node` of the next.
 */
static inline enum michael_outcome michael_walk(struct michael *map, struct context *context,
						uint64_t key, struct michael_place *place)
{
	struct reclaim_thread *const thread = context->reclaim;
	unsigned of_link = 0, of_node = 1, of_next = 2;

	place->link = michael_bucket(map, key);
	place->node = reclaim_protect(thread, of_node, place->link);
	while (place->node) {
		struct michael_node *const node = michael_node(place->node);

		place->next = reclaim_protect(thread, of_next, &node->next);
		if (place->next & MICHAEL_MARK) {
			const uintptr_t after = place->next & ~(uintptr_t)MICHAEL_MARK;
			uintptr_t expected = place->node;
			const unsigned spare = of_node;

			/* acq_rel: hands on the node after, which this thread acquired; and if the
			 * link is unmarked and points here, `after` is in the list at this moment,
			 * hence protected. Pairs with every load of a link. */
			if (!cas_acq_rel(place->link, &expected, after))
				return MICHAEL_DISTURBED;
			michael_retire(context, node);
			place->node = after;
			of_node = of_next;
			of_next = spare;
			continue;
		}
		if (node->key >= key)
			return node->key == key ? MICHAEL_PRESENT : MICHAEL_ABSENT;
		place->link = &node->next;
		place->node = place->next;
		const unsigned spare = of_link;

		of_link = of_node;
		of_node = of_next;
		of_next = spare;
	}
	return MICHAEL_ABSENT;
}

/* Find the place of a key; every marked node before it is unlinked. Return: whether it is there. */
static inline bool michael_find(struct michael *map, struct context *context, uint64_t key,
				struct michael_place *place)
{
	enum michael_outcome outcome;

	do
		outcome = michael_walk(map, context, key, place);
	while (outcome == MICHAEL_DISTURBED);
	return outcome == MICHAEL_PRESENT;
}

/* Unlink the node of a place, which this thread has marked; `after` is what it points to. */
static inline void michael_unlink(struct michael *map, struct context *context,
				  struct michael_place *place, uintptr_t after)
{
	struct michael_node *const node = michael_node(place->node);
	const uint64_t key = node->key;
	uintptr_t expected = place->node;

	/* acq_rel: as in michael_walk(). */
	if (cas_acq_rel(place->link, &expected, after))
		michael_retire(context, node);
	else
		michael_find(map, context, key, place);    /* see that someone did it */
}

/* A look-up that writes nothing, for schemes that protect all that a section can reach. */
static inline bool michael_look(struct michael *map, struct context *context, uint64_t key,
				uint64_t *value)
{
	/* acquire: the node as it was published; pairs with the CAS that linked it (put and
	 * walk). */
	struct michael_node *node = michael_node(load_acquire(michael_bucket(map, key)));

	while (node && node->key <= key) {
		/* acquire: the payload as it was published; and this load stays before that of
		 * `next`, so that an unmarked node had this value. Pairs with the release in
		 * michael_put() and michael_overwrite(). */
		const uint64_t stored = node->key == key ? load_acquire(&node->value) : 0;
		/* acquire: as for the bucket. */
		const uintptr_t next = load_acquire(&node->next);

		if (node->key == key && !(next & MICHAEL_MARK)) {
			*value = payload_read(context, stored);
			return true;
		}
		node = michael_node(next);
	}
	return false;
}

/* The same where each object is protected by itself. */
static inline bool michael_look_protected(struct michael *map, struct context *context,
					  uint64_t key, uint64_t *value)
{
	struct michael_place place;
	struct michael_node *node;
	uint64_t stored;

	do {
		if (!michael_find(map, context, key, &place))
			return false;
		node = michael_node(place.node);
		if (payload_is_apart(context))
			stored = reclaim_protect(context->reclaim, MICHAEL_PAYLOAD_SLOT,
						 &node->value);
		else
			/* acquire: stays before the load of `next`, as in michael_look(). */
			stored = load_acquire(&node->value);
		/* acquire: after the payload's slot was published. Unmarked here means linked, and
		 * what it had in `value` was not retired then. Pairs with the CAS in
		 * michael_remove() and michael_swap(). */
	} while (load_acquire(&node->next) & MICHAEL_MARK);
	*value = payload_read(context, stored);
	return true;
}

/**
 * michael_get() - read the value of a key.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline bool michael_get(struct michael *map, struct context *context, uint64_t key,
			       uint64_t *value)
{
	bool found;

	reclaim_enter(context->reclaim);
	if (RECLAIM_BY_SECTION)
		found = michael_look(map, context, key, value);
	else
		found = michael_look_protected(map, context, key, value);
	reclaim_exit(context->reclaim);
	return found;
}

/* Update in place. Return: false if the node was removed and its payload taken: start over. */
static inline bool michael_overwrite(struct context *context, struct michael_node *node,
				     uint64_t stored)
{
	uint64_t old;

	if (!payload_is_apart(context)) {
		/* release: orders nothing of its own; pairs with the acquire in michael_look(). */
		store_release(&node->value, stored);
		return true;
	}
	/* relaxed: only compared, the payload is not looked at. */
	old = load_relaxed(&node->value);
	do {
		if (old == MICHAEL_TAKEN)
			return false;
		/* acq_rel: publishes the new payload, pairs with the acquire in michael_look();
		 * acquires the old one, to hand it on. */
	} while (!cas_acq_rel(&node->value, &old, stored));
	reclaim_retire(context->reclaim, payload_words(old), MEMORY_PAYLOADS, context->value_bytes);
	return true;
}

/* Update by replacement. Return: false if the node is marked or what follows it changed. */
static inline bool michael_swap(struct michael *map, struct context *context,
				struct michael_place *place, struct michael_node *fresh)
{
	uintptr_t next = place->next;

	/* relaxed: the CAS below publishes it. */
	store_relaxed(&fresh->next, next);
	/* acq_rel: publishes the new node and hands on the one after; pairs with every load of a
	 * link. */
	if (!cas_acq_rel(&michael_node(place->node)->next, &next, (uintptr_t)fresh | MICHAEL_MARK))
		return false;
	michael_unlink(map, context, place, (uintptr_t)fresh);
	return true;
}

/* Link a node at a place where its key is not. */
static inline bool michael_link(struct michael_place *place, struct michael_node *fresh)
{
	uintptr_t expected = place->node;

	/* relaxed: the CAS below publishes it. */
	store_relaxed(&fresh->next, place->node);
	/* acq_rel: publishes the node and hands on the one after; pairs with every load of a
	 * link. */
	return cas_acq_rel(place->link, &expected, (uintptr_t)fresh);
}

static inline struct michael_node *michael_make(struct context *context, uint64_t key,
						uint64_t stored)
{
	struct michael_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(*node));

	if (!node) {
		context->exhausted++;
		return NULL;
	}
	node->key = key;
	/* relaxed: nobody else knows the node; the CAS that links it publishes it. */
	store_relaxed(&node->value, stored);
	return node;
}

enum michael_put_state {
	MICHAEL_PUT_AGAIN,
	MICHAEL_PUT_ADDED,
	MICHAEL_PUT_UPDATED,
	MICHAEL_PUT_FAILED
};

/* One attempt. @fresh: the node to link, made when first needed, kept for the next attempt. */
static inline enum michael_put_state michael_put_once(struct michael *map, struct context *context,
						      uint64_t key, uint64_t stored,
						      struct michael_node **fresh)
{
	struct michael_place place;
	const bool is_there = michael_find(map, context, key, &place);

	if (is_there && !MICHAEL_REPLACES)
		return michael_overwrite(context, michael_node(place.node), stored) ?
			       MICHAEL_PUT_UPDATED :
			       MICHAEL_PUT_AGAIN;
	if (!*fresh && !(*fresh = michael_make(context, key, stored)))
		return MICHAEL_PUT_FAILED;
	if (is_there ? !michael_swap(map, context, &place, *fresh) : !michael_link(&place, *fresh))
		return MICHAEL_PUT_AGAIN;
	*fresh = NULL;
	return is_there ? MICHAEL_PUT_UPDATED : MICHAEL_PUT_ADDED;
}

/**
 * michael_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool michael_put(struct michael *map, struct context *context, uint64_t key,
			       uint64_t value)
{
	struct michael_node *fresh = NULL;
	enum michael_put_state state;
	uint64_t stored;

	if (!payload_make(context, value, &stored))
		return false;
	reclaim_enter(context->reclaim);
	do
		state = michael_put_once(map, context, key, stored, &fresh);
	while (state == MICHAEL_PUT_AGAIN);
	reclaim_exit(context->reclaim);
	if (fresh)
		arena_free(context->arena, fresh, MEMORY_NODES, sizeof(*fresh));
	if (state == MICHAEL_PUT_FAILED)
		payload_free(context, stored);
	return state == MICHAEL_PUT_ADDED;
}

/**
 * michael_remove() - take a key out.
 *
 * Return: whether it was there.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool michael_remove(struct michael *map, struct context *context, uint64_t key)
{
	struct michael_place place;
	bool removed = false;

	reclaim_enter(context->reclaim);
	while (!removed && michael_find(map, context, key, &place)) {
		uintptr_t next = place.next;

		/* acq_rel: who sees the mark sees what led to it; pairs with every load of a
		 * link. */
		removed = cas_acq_rel(&michael_node(place.node)->next, &next, next | MICHAEL_MARK);
	}
	if (removed)
		michael_unlink(map, context, &place, place.next);
	reclaim_exit(context->reclaim);
	return removed;
}

#endif
