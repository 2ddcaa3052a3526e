/*
 * The B+tree itself (structures/ordered/btree.h), and what btree_snapshot keeps of a leaf's past.
 *
 * `time` stands still until a scan steps it on: a snapshot is the tree as it was at that step. Each
 * leaf has the time of its latest change, its stamp. Who changes a leaf, holding it, looks at the
 * time; if that is later than the stamp, some scan may need the leaf as it is, so a copy is hung
 * behind the leaf first. The copy has the leaf's stamp, its link to the right, and its own past.
 *
 * Why a copy is complete and a scan complete. The seq_cst operations on versions and on `time` have
 * one order. A change C takes the lock, then looks at the time; a scan steps the time from S to
 * S + 1, then looks at versions. If C saw S or less, its look came before the step, hence its
 * taking of the lock before the scan's look, which meets the lock or what C left: C is in the leaf.
 * If C saw more, the leaf's stamp, or that of a copy, is above S, and the scan goes back to one
 * from before C. So the scan has the changes that looked at the time before its step, and no
 * others; and who ends between a change's look and the release of its lock with the leaf as it was
 * before counts at its own first look, which came before the change took the lock in that order.
 *
 * Why a copy is retired as soon as it is made. Only a scan of a time before the leaf's new stamp
 * goes back to it. Such a scan read the time before that stamp's time began, in a section that
 * began before the copy was made, which therefore keeps the copy. A later section reads a time that
 * is no less than the stamp, and does not go back. The same holds for copies behind copies, for
 * those that two halves of a split share, and for leaves that were merged away, whose words are
 * their own last copy.
 */
#ifndef STRUCTURES_ORDERED_BTREE_PAST_H
#define STRUCTURES_ORDERED_BTREE_PAST_H

#include "structures/common/context.h"
#include "structures/ordered/btree_node.h"
#include "structures/reclaim/reclaim.h"

/* Below the address in `root`: how many levels of inner nodes there are. */
#define BTREE_HEIGHT UINT64_C(63)

struct btree {
	/* Written by whoever splits the root: as good as never. */
	CACHELINE_APART _Atomic uint64_t root;
	struct reclaim *reclaim;
	size_t value_bytes;
	/* The leftmost leaf, which others are merged into. */
	CACHELINE_APART struct btree_node first;
	/* btree_snapshot: stepped by scans that others disturbed, or that are long. */
	CACHELINE_APART _Atomic uint64_t time;
};

static __attribute__((noinline, unused)) bool btree_keep_copy(struct context *context,
							      struct btree_node *leaf, uint64_t now)
{
	struct btree_node *const copy = arena_alloc(context->arena, MEMORY_NODES, sizeof(*copy));

	if (!copy) {
		context->exhausted++;
		return false;
	}
	atomic_init(&copy->version, 0); /* plain: nobody knows the copy; it never changes */
	for (unsigned i = 0; i < BTREE_KEYS; i++)
		atomic_init(&copy->keys[i], btree_key(leaf, i)); /* plain: likewise */
	for (unsigned i = 0; i <= BTREE_KEYS; i++)
		atomic_init(&copy->words[i], btree_word(leaf, i)); /* plain: likewise */
	btree_set_word(leaf, BTREE_PAST, btree_as_word(copy));
	btree_set_word(leaf, BTREE_STAMP, now);
	reclaim_retire(context->reclaim, copy, MEMORY_NODES, sizeof(*copy));
	return true;
}

/**
 * btree_keep() - before a leaf is changed, keep what a snapshot may want. By the holder of its
 * lock.
 *
 * Return: false for want of memory, which is counted; then the leaf must stay as it is.
 */
static inline bool btree_keep(struct btree *tree, struct context *context, struct btree_node *leaf)
{
	if (!BTREE_SNAPSHOTS)
		return true;
	/* seq_cst: after the taking of the lock; pairs with the CAS in btree_step_time(). */
	const uint64_t now = load_seq_cst(&tree->time);

	if (__builtin_expect(btree_word(leaf, BTREE_STAMP) == now, 1))
		return true;
	return btree_keep_copy(context, leaf, now);
}

/* Holding a leaf that is being split, and was kept: its right half has the same past. */
static inline void btree_share_past(const struct btree_node *leaf, struct btree_node *right)
{
	if (!BTREE_SNAPSHOTS)
		return;
	btree_set_word(right, BTREE_STAMP, btree_word(leaf, BTREE_STAMP));
	btree_set_word(right, BTREE_PAST, btree_word(leaf, BTREE_PAST));
}

/* Return: a time that is over, by this call's doing or another's meanwhile. */
static inline uint64_t btree_step_time(struct btree *tree)
{
	/* seq_cst: both before the looks at versions; pair with btree_keep(). */
	uint64_t time = load_seq_cst(&tree->time);
	uint64_t expected = time;

	cas_seq_cst(&tree->time, &expected, time + 1);
	return time;
}

#endif
