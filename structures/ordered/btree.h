/*
 * btree: a B+tree of nodes of a few cache lines, read without a lock, changed under one per node.
 *
 * A node is eight lines: four of keys, four of values or children. Readers write nothing: they take
 * a node's version, read, and look at the version again, on the way down with the parent's second
 * look after the child's first (optimistic lock coupling). A writer finds its leaf in the same way
 * and locks that leaf alone, if its version still stands; only splits and merges lock a parent.
 *
 * Papers: V. Leis, F. Scheibner, A. Kemper, T. Neumann, "The ART of practical synchronization",
 *   DaMoN 2016; V. Leis, M. Haubenschild, T. Neumann, "Optimistic Lock Coupling: A Scalable and
 *   Efficient General-Purpose Synchronization Method", IEEE Data Eng. Bull. 42(1), 2019.
 * Differences: (a) two counts in a version: an overwrite of a value advances one that gets do not
 *   look at, and its lock does not stop them; (b) a way down splits nodes only for a put that found
 *   its leaf full, and merges them only for a remove that left one sparse: a quarter full, or
 *   empty; (c) merges go to the left, so that a leaf is known by where its range begins for as long
 *   as it lives, and leaves are linked to the right for scans; (d) reads are acquires and writes
 *   releases, where the paper relies on the machine or on fences: btree_node.h; (e) a sum over two
 *   rounds of comparisons in place of a binary search; (f) the height never shrinks.
 *
 * Invariants
 *   1. version: bit 0 locked, bit 1 keys or children being changed, bit 2 obsolete; above, the two
 *      counts. Only the holder of the lock writes to a node, and each hold that wrote advances a
 *      count, one that wrote to keys, children or links the upper one.
 *   2. Keys of a node ascend strictly and stand in front; behind them all slots are BTREE_NO_KEY.
 *   3. An inner node with n keys has n + 1 children; child i holds the keys from keys[i - 1] on and
 *      below keys[i]. All leaves are equally deep.
 *   4. An obsolete node never changes again, and is below no parent.
 *   5. Where a leaf's range begins does not change while it is not obsolete; its link is the leaf
 *      whose range begins where its own ends.
 *   6. At most one of two leaves below one parent is sparse, unless a remove is about to tidy up or
 *      the other was more than half full when it became so.
 *
 * Linearization: get, and a remove that finds nothing: at its first look at the leaf's version; a
 *   get of a key that is overwritten meanwhile at its load of the value. put and remove: within the
 *   hold of the leaf's lock: an overwrite at its store of the value, else at the release of the
 *   lock, before which no reader of that leaf ends.
 * Scan (weak): each leaf is read as it was at one moment, its values included, from left to right.
 *   A key that is there throughout is found: the ranges read join without a gap (5).
 * Progress: blocking. A get or scan waits for holders of a lock alone, and repeats a leaf or the way
 *   down only if one was changed.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: schemes that protect sections. Merged nodes are retired, and payloads that were
 *   overwritten or removed. Hazard pointers would cost a fence per node on the way down, and are
 *   not offered.
 * Memory: 512 bytes a leaf of up to 31 keys; at the usual two thirds, with the inner nodes, about
 *   26 bytes an element. At worst, after removes that leave each second leaf sparse, about five times
 *   that.
 */
#ifndef STRUCTURES_ORDERED_BTREE_H
#define STRUCTURES_ORDERED_BTREE_H

#include "structures/common/payload.h"
#include "structures/ordered/btree_shape.h"
#include "structures/ordered/ordered.h"

/**
 * btree_get() - the value of a key.
 *
 * Linearizes, Progress: see above.    Threads: any, each with its own context.
 */
static inline bool btree_get(struct btree *tree, struct context *context, uint64_t key,
			     uint64_t *value)
{
	struct btree_at at;
	uint64_t stored = 0;
	bool found;

	reclaim_enter(context->reclaim);
	do {
		at = btree_find_leaf(tree, key, BTREE_SHAPE);
		const unsigned rank = btree_rank(at.node, key);

		found = btree_has(at.node, rank, key);
		if (found)
			stored = btree_word(at.node, rank);
	} while (!btree_is_same(at, BTREE_SHAPE));
	if (found)
		*value = payload_read(context, stored);
	reclaim_exit(context->reclaim);
	return found;
}

static inline void btree_retire_payload(struct context *context, uint64_t stored)
{
	if (payload_is_apart(context))
		reclaim_retire(context->reclaim, payload_words(stored), MEMORY_PAYLOADS,
			       context->value_bytes);
}

enum btree_outcome { BTREE_AGAIN, BTREE_FULL, BTREE_EFFECT, BTREE_NO_EFFECT, BTREE_FAILED };

/* One attempt of a put. */
static inline enum btree_outcome btree_put_once(struct btree *tree, struct context *context,
						uint64_t key, uint64_t stored)
{
	const struct btree_at at = btree_find_leaf(tree, key, BTREE_SHAPE);
	const unsigned rank = btree_rank(at.node, key);

	if (btree_has(at.node, rank, key)) {
		if (!btree_lock(at, BTREE_LOCKED))
			return BTREE_AGAIN;
		const uint64_t old = btree_word(at.node, rank);

		btree_set_word(at.node, rank, stored);
		btree_unlock(at, BTREE_OVERWRITTEN);
		btree_retire_payload(context, old);
		return BTREE_NO_EFFECT;
	}
	if (btree_is_full(at.node))
		return BTREE_FULL;
	if (!btree_lock(at, BTREE_TO_CHANGE))
		return BTREE_AGAIN;
	btree_insert(at.node, rank, 0, key, stored);
	btree_unlock(at, BTREE_CHANGED);
	return BTREE_EFFECT;
}

/**
 * btree_put() - insert or overwrite.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Linearizes, Progress: see above.    Threads: any, each with its own context.
 */
static inline bool btree_put(struct btree *tree, struct context *context, uint64_t key,
			     uint64_t value)
{
	struct backoff backoff = { 0 };
	enum btree_outcome outcome;
	uint64_t stored;

	if (!payload_make(context, value, &stored))
		return false;
	reclaim_enter(context->reclaim);
	while ((outcome = btree_put_once(tree, context, key, stored)) <= BTREE_FULL) {
		if (outcome == BTREE_AGAIN) {
			backoff_grow(&backoff);
		} else if (!btree_make_room(tree, context, key)) {
			outcome = BTREE_FAILED;
			break;
		}
	}
	reclaim_exit(context->reclaim);
	if (outcome == BTREE_FAILED)
		payload_free(context, stored);
	return outcome == BTREE_EFFECT;
}

/* One attempt of a remove. */
static inline enum btree_outcome btree_remove_once(struct btree *tree, struct context *context,
						   uint64_t key)
{
	const struct btree_at at = btree_find_leaf(tree, key, BTREE_SHAPE);
	const unsigned rank = btree_rank(at.node, key);
	unsigned left;
	uint64_t old;

	if (!btree_has(at.node, rank, key))
		return btree_is_same(at, BTREE_SHAPE) ? BTREE_NO_EFFECT : BTREE_AGAIN;
	if (!btree_lock(at, BTREE_TO_CHANGE))
		return BTREE_AGAIN;
	old = btree_word(at.node, rank);
	left = btree_delete(at.node, rank, 0);
	btree_unlock(at, BTREE_CHANGED);
	btree_retire_payload(context, old);
	if (__builtin_expect(left == BTREE_SPARSE || !left, 0))
		btree_tidy(tree, context, key);
	return BTREE_EFFECT;
}

/**
 * btree_remove() - take a key out.
 *
 * Return: whether it was there.
 * Linearizes, Progress: see above.    Threads: any, each with its own context.
 */
static inline bool btree_remove(struct btree *tree, struct context *context, uint64_t key)
{
	struct backoff backoff = { 0 };
	enum btree_outcome outcome;

	reclaim_enter(context->reclaim);
	while ((outcome = btree_remove_once(tree, context, key)) == BTREE_AGAIN)
		backoff_grow(&backoff);
	reclaim_exit(context->reclaim);
	return outcome == BTREE_EFFECT;
}

/*
 * Append what a leaf has from @from on, as far as there is room, and say which leaf is next.
 * Return: false if it was not all there at one moment; then nothing is appended.
 */
static inline bool btree_scan_leaf(struct btree_at at, uint64_t from, struct scan *scan,
				   struct btree_node **next)
{
	const uint64_t count = scan->count;
	const unsigned rank = btree_rank(at.node, from);

	*next = btree_child(at.node, BTREE_NEXT);
	for (unsigned i = rank; i < BTREE_KEYS && scan->count < scan->length; i++) {
		const uint64_t key = btree_key(at.node, i);

		if (key == BTREE_NO_KEY)
			break;
		scan_add(scan, key, btree_word(at.node, i));
	}
	if (btree_is_same(at, BTREE_ALL))
		return true;
	scan->count = count;
	return false;
}

/* All of a scan but the payloads. */
static inline void btree_scan_words(const struct btree *tree, uint64_t from, struct scan *scan)
{
	struct btree_node *next = NULL;

	while (scan->count < scan->length) {
		const struct btree_at at =
			next ? (struct btree_at){ next, btree_begin(next, BTREE_ALL) }
			     : btree_find_leaf(tree, from, BTREE_ALL);

		/* Merged into the leaf before, after that one was read. */
		if (at.version & BTREE_OBSOLETE || !btree_scan_leaf(at, from, scan, &next)) {
			next = NULL;
			continue;
		}
		if (!next)
			break;
		btree_prefetch(next);
		if (scan->count)
			from = scan->entries[scan->count - 1].key + 1;
	}
}

/**
 * btree_scan() - the smallest keys from @from on.
 *
 * Guarantee: weak, each leaf at one moment; see above.
 */
static inline void btree_scan(struct btree *tree, struct context *context, uint64_t from,
			      struct scan *scan)
{
	scan->count = 0;
	reclaim_enter(context->reclaim);
	btree_scan_words(tree, from, scan);
	for (uint64_t i = 0; payload_is_apart(context) && i < scan->count; i++)
		scan->entries[i].value = payload_read(context, scan->entries[i].value);
	reclaim_exit(context->reclaim);
}

#endif
