/*
 * michael_list: the sorted list without locks that map/michael has in each bucket and
 * map/split_ordered has one of. What it does, why it is right, and what it needs of a scheme stands
 * in structures/map/michael.h, with "bucket" for "list".
 *
 * With MICHAEL_SENTINELS some nodes are sentinels: they carry no value, are never removed, and
 * stand before a key of the same order. A walk may begin at any of them.
 */
#ifndef STRUCTURES_MAP_MICHAEL_LIST_H
#define STRUCTURES_MAP_MICHAEL_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/payload.h"
#include "structures/map/map.h"
#include "structures/reclaim/reclaim.h"

#ifndef MICHAEL_REPLACES
#	define MICHAEL_REPLACES 0 /* set by the registration line of michael_replace */
#endif
#ifndef MICHAEL_SENTINELS
#	define MICHAEL_SENTINELS 0 /* set by split_ordered.h */
#endif

enum {
	MICHAEL_MARK = 1,  /* in `next`: this node is removed */
	MICHAEL_TAKEN = 0, /* in `value`: the payload was retired with the node */
	MICHAEL_PAYLOAD_SLOT = 3
};

struct michael_node {
	_Atomic uintptr_t next;
	uint64_t key;
	_Atomic uint64_t value; /* the word of payload.h */
#if MICHAEL_SENTINELS
	bool is_sentinel;
#endif
};

/* What an operation looks for, and where it begins. */
struct michael_sought {
	_Atomic uintptr_t *head; /* never marked: of a bucket, or of a sentinel */
	uint64_t key;
	bool is_sentinel;
};

/* Where a key is, or would be. */
struct michael_place {
	_Atomic uintptr_t *link; /* the word that points to the node; its owner is protected */
	uintptr_t node;          /* first one of this key or above, protected; 0: none */
	uintptr_t next;          /* of that node, unmarked when it was read */
};

enum michael_outcome { MICHAEL_ABSENT, MICHAEL_PRESENT, MICHAEL_DISTURBED };

static inline struct michael_node *michael_node(uintptr_t word)
{
	return (struct michael_node *)(word & ~(uintptr_t)MICHAEL_MARK);
}

static inline bool michael_is_sentinel(const struct michael_node *node)
{
#if MICHAEL_SENTINELS
	return node->is_sentinel;
#else
	(void)node;
	return false;
#endif
}

static inline bool michael_is_sought(const struct michael_node *node, struct michael_sought sought)
{
	return node->key == sought.key && michael_is_sentinel(node) == sought.is_sentinel;
}

/* Does a node stand before the place of what is sought? */
static inline bool michael_is_before(const struct michael_node *node, struct michael_sought sought)
{
	return node->key < sought.key ||
	       (node->key == sought.key && michael_is_sentinel(node) && !sought.is_sentinel);
}

/* Retire a node that this thread has unlinked, and its payload. */
static inline void michael_retire(struct context *context, struct michael_node *node)
{
	if (payload_is_apart(context)) {
		/* acq_rel, in place: acquires the payload that another put published, to hand it
		 * on; a later put sees that it is too late; pairs with the CAS in
		 * michael_overwrite(). */
		/* relaxed, replace: `value` has not changed since the node was published. */
		const uint64_t stored = MICHAEL_REPLACES
						? load_relaxed(&node->value)
						: exchange_acq_rel(&node->value, MICHAEL_TAKEN);

		reclaim_retire(context->reclaim, payload_words(stored), MEMORY_PAYLOADS,
			       context->value_bytes);
	}
	reclaim_retire(context->reclaim, node, MEMORY_NODES, sizeof(*node));
}

/*
 * One walk along a bucket, which unlinks marked nodes on its way. The three slots change roles
 * instead of contents: `of_next` of one step is `of_node` of the next.
 */
static inline enum michael_outcome
michael_walk(struct context *context, struct michael_sought sought, struct michael_place *place)
{
	struct reclaim_thread *const thread = context->reclaim;
	unsigned of_link = 0, of_node = 1, of_next = 2;

	place->link = sought.head;
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
		if (!michael_is_before(node, sought))
			return michael_is_sought(node, sought) ? MICHAEL_PRESENT : MICHAEL_ABSENT;
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
static inline bool michael_find(struct context *context, struct michael_sought sought,
				struct michael_place *place)
{
	enum michael_outcome outcome;

	do
		outcome = michael_walk(context, sought, place);
	while (outcome == MICHAEL_DISTURBED);
	return outcome == MICHAEL_PRESENT;
}

/* Unlink the node of a place, which this thread has marked; `after` is what it points to. */
static inline void michael_unlink(struct context *context, struct michael_sought sought,
				  struct michael_place *place, uintptr_t after)
{
	struct michael_node *const node = michael_node(place->node);
	uintptr_t expected = place->node;

	/* acq_rel: as in michael_walk(). */
	if (cas_acq_rel(place->link, &expected, after))
		michael_retire(context, node);
	else
		michael_find(context, sought, place); /* see that someone did it */
}

/* A look-up that writes nothing, for schemes that protect all that a section can reach. */
static inline bool michael_look(struct context *context, struct michael_sought sought,
				uint64_t *value)
{
	/* acquire: the node as it was published; pairs with the CAS that linked it (put and
	 * walk). */
	struct michael_node *node = michael_node(load_acquire(sought.head));

	while (node && (michael_is_before(node, sought) || michael_is_sought(node, sought))) {
		const bool is_match = michael_is_sought(node, sought);
		/* acquire: the payload as it was published; and this load stays before that of
		 * `next`, so that an unmarked node had this value. Pairs with the release in
		 * michael_link(), michael_swap() and michael_overwrite(). */
		const uint64_t stored = is_match ? load_acquire(&node->value) : 0;
		/* acquire: as for the bucket. */
		const uintptr_t next = load_acquire(&node->next);

		if (is_match && !(next & MICHAEL_MARK)) {
			*value = payload_read(context, stored);
			return true;
		}
		node = michael_node(next);
	}
	return false;
}

/* The same where each object is protected by itself. */
static inline bool michael_look_protected(struct context *context, struct michael_sought sought,
					  uint64_t *value)
{
	struct michael_place place;
	struct michael_node *node;
	uint64_t stored;

	do {
		if (!michael_find(context, sought, &place))
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
		 * michael_list_remove() and michael_swap(). */
	} while (load_acquire(&node->next) & MICHAEL_MARK);
	*value = payload_read(context, stored);
	return true;
}

/**
 * michael_list_get() - read the value of a key.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline bool michael_list_get(struct context *context, struct michael_sought sought,
				    uint64_t *value)
{
	bool found;

	reclaim_enter(context->reclaim);
	if (RECLAIM_BY_SECTION)
		found = michael_look(context, sought, value);
	else
		found = michael_look_protected(context, sought, value);
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
static inline bool michael_swap(struct context *context, struct michael_sought sought,
				struct michael_place *place, struct michael_node *fresh)
{
	uintptr_t next = place->next;

	/* relaxed: the CAS below publishes it. */
	store_relaxed(&fresh->next, next);
	/* acq_rel: publishes the new node and hands on the one after; pairs with every load of a
	 * link. */
	if (!cas_acq_rel(&michael_node(place->node)->next, &next, (uintptr_t)fresh | MICHAEL_MARK))
		return false;
	michael_unlink(context, sought, place, (uintptr_t)fresh);
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
	struct michael_node *const node = arena_alloc(context->arena, MEMORY_NODES, sizeof(*node));

	if (!node) {
		context->exhausted++;
		return NULL;
	}
	node->key = key;
#if MICHAEL_SENTINELS
	node->is_sentinel = false;
#endif
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
static inline enum michael_put_state michael_put_once(struct context *context,
						      struct michael_sought sought, uint64_t stored,
						      struct michael_node **fresh)
{
	struct michael_place place;
	const bool is_there = michael_find(context, sought, &place);

	if (is_there && !MICHAEL_REPLACES)
		return michael_overwrite(context, michael_node(place.node), stored)
			       ? MICHAEL_PUT_UPDATED
			       : MICHAEL_PUT_AGAIN;
	if (!*fresh && !(*fresh = michael_make(context, sought.key, stored)))
		return MICHAEL_PUT_FAILED;
	if (is_there ? !michael_swap(context, sought, &place, *fresh)
		     : !michael_link(&place, *fresh))
		return MICHAEL_PUT_AGAIN;
	*fresh = NULL;
	return is_there ? MICHAEL_PUT_UPDATED : MICHAEL_PUT_ADDED;
}

/**
 * michael_list_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool michael_list_put(struct context *context, struct michael_sought sought,
				    uint64_t value)
{
	struct michael_node *fresh = NULL;
	enum michael_put_state state;
	uint64_t stored;

	if (!payload_make(context, value, &stored))
		return false;
	reclaim_enter(context->reclaim);
	do
		state = michael_put_once(context, sought, stored, &fresh);
	while (state == MICHAEL_PUT_AGAIN);
	reclaim_exit(context->reclaim);
	if (fresh)
		arena_free(context->arena, fresh, MEMORY_NODES, sizeof(*fresh));
	if (state == MICHAEL_PUT_FAILED)
		payload_free(context, stored);
	return state == MICHAEL_PUT_ADDED;
}

/**
 * michael_list_remove() - take a key out.
 *
 * Return: whether it was there.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool michael_list_remove(struct context *context, struct michael_sought sought)
{
	struct michael_place place;
	bool removed = false;

	reclaim_enter(context->reclaim);
	while (!removed && michael_find(context, sought, &place)) {
		uintptr_t next = place.next;

		/* acq_rel: who sees the mark sees what led to it; pairs with every load of a
		 * link. */
		removed = cas_acq_rel(&michael_node(place.node)->next, &next, next | MICHAEL_MARK);
	}
	if (removed)
		michael_unlink(context, sought, &place, place.next);
	reclaim_exit(context->reclaim);
	return removed;
}

#endif
