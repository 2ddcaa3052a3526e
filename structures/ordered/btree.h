/*
 * btree: a B+tree of nodes of a few cache lines, read without a lock, changed under one per node.
 *
 * A node is eight lines: four of keys, four of values or children. Readers write nothing: they take
 * a node's version, read, and look at the version again, on the way down with the parent's second
 * look after the child's first (optimistic lock coupling). A writer finds its leaf in the same way
 * and locks that leaf alone, if its version still stands; only splits and merges lock a parent.
 *
 * Two variants:
 *   btree            scans are weak: leaf by leaf.
 *   btree_snapshot   scans are linearizable. One of few leaves looks at their versions once more.
 *                    If they have changed, or are many, it steps a clock on, and reads each leaf as
 *                    of the step: who changes a leaf for the first time after a step keeps a copy.
 *
 * Papers: V. Leis, F. Scheibner, A. Kemper, T. Neumann, "The ART of practical synchronization",
 *   DaMoN 2016; V. Leis, M. Haubenschild, T. Neumann, "Optimistic Lock Coupling: A Scalable and
 *   Efficient General-Purpose Synchronization Method", IEEE Data Eng. Bull. 42(1), 2019.
 *   The clock, stepped by readers, and stamps: Y. Wei, N. Ben-David, G. Blelloch, P. Fatourou, E.
 *   Ruppert, Y. Sun, "Constant-time snapshots with applications to concurrent data structures",
 *   PPoPP 2021.
 * Differences: (a) two counts in a version: an overwrite of a value advances one that gets do not
 *   look at, and its lock does not stop them; (b) a way down splits nodes only for a put that found
 *   its leaf full, and merges them only for a remove that left one sparse: a quarter full, or
 *   empty; (c) merges go to the left, so that a leaf is known by where its range begins for as long
 *   as it lives, and leaves are linked to the right for scans; (d) reads are acquires and writes
 *   releases, where the paper relies on the machine or on fences: btree_node.h; (e) a sum over two
 *   rounds of comparisons in place of a binary search; (f) the height never shrinks;
 *   (g) what has versions is a leaf under its lock, where the snapshot paper has words under CAS:
 *   nobody helps to stamp, and a copy is made per leaf and step, not per write; (h) a snapshot is
 *   first tried without a step.
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
 *   get that reads the value of an overwrite which came after that look: at its load of the value. put and remove: within the
 *   hold of the leaf's lock: an overwrite at its store of the value, else at the release of the
 *   lock, before which no reader of that leaf ends.
 * Scan (weak): each leaf is read as it was at one moment, its values included, from left to right.
 *   A key that is there throughout is found: the ranges read join without a gap (5).
 * Scan (btree_snapshot): at a moment between the first and the second looks at its leaves, or at
 *   the step. A put or remove then counts from its look at the clock, under its leaf's lock, and a
 *   get does not begin in a leaf on which such a lock is held, an overwrite's included:
 *   btree_past.h.
 * Progress: blocking. A get or scan waits for holders of a lock alone, and repeats a leaf or the
 *   way down only if one was changed.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: schemes that protect sections. Merged nodes are retired, and payloads that were
 *   overwritten or removed, and the copies. Hazard pointers would cost a fence per node on the way
 *   down, and are not offered.
 * The clock: a word that every put and remove of btree_snapshot reads under its lock, and that a
 *   scan writes if its leaves are many or were disturbed. While it stands still it is a line that
 *   all have; each step costs every writer a miss, and one copy of 512 bytes per leaf changed
 *   after.
 * Memory: 512 bytes a leaf of up to 31 keys; at the usual two thirds, with the inner nodes, about
 *   26 bytes an element. At worst, after removes that leave each second leaf sparse, about five
 *   times that. btree_snapshot has 29 keys a leaf, 28 bytes an element, and copies until they are
 *   freed.
 */
#ifndef STRUCTURES_ORDERED_BTREE_H
#define STRUCTURES_ORDERED_BTREE_H

#include "structures/common/payload.h"
#include "structures/ordered/btree_scan.h"
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
		if (!btree_lock(at, BTREE_TO_OVERWRITE))
			return BTREE_AGAIN;
		if (!btree_keep(tree, context, at.node))
			goto fail;
		const uint64_t old = btree_word(at.node, rank);

		btree_set_word(at.node, rank, stored);
		btree_unlock(at, BTREE_OVERWRITTEN);
		btree_retire_payload(context, old);
		return BTREE_NO_EFFECT;
	}
	if (btree_is_full(at.node, 0))
		return BTREE_FULL;
	if (!btree_lock(at, BTREE_TO_CHANGE))
		return BTREE_AGAIN;
	if (!btree_keep(tree, context, at.node))
		goto fail;
	btree_insert(at.node, rank, 0, key, stored);
	btree_unlock(at, BTREE_CHANGED);
	return BTREE_EFFECT;
fail:
	btree_unlock(at, 0);
	return BTREE_FAILED;
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
	if (!btree_keep(tree, context, at.node)) {
		btree_unlock(at, 0);
		return BTREE_FAILED;
	}
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
 * Return: whether it was there; false, too, without memory for the copy that a snapshot needs,
 *   which is counted.
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

/**
 * btree_scan() - the smallest keys from @from on.
 *
 * Guarantee: weak, each leaf at one moment; of btree_snapshot: linearizable. See above.
 */
static inline void btree_scan(struct btree *tree, struct context *context, uint64_t from,
			      struct scan *scan)
{
	scan->count = 0;
	reclaim_enter(context->reclaim);
	if (BTREE_SNAPSHOTS)
		btree_scan_snapshot(tree, from, scan);
	else
		btree_scan_weak(tree, from, scan);
	for (uint64_t i = 0; payload_is_apart(context) && i < scan->count; i++)
		scan->entries[i].value = payload_read(context, scan->entries[i].value);
	reclaim_exit(context->reclaim);
}

#endif
