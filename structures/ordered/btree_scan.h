/*
 * Scans of the B+tree (structures/ordered/btree.h): weak, leaf by leaf, and snapshots.
 *
 * A snapshot of few leaves is first tried without a word to anybody: the leaves are read, and then
 * the version of each is looked at once more. If all stand, all leaves were as they were read at
 * the moment between the last first look and the first second one. If not, or if there are many,
 * the scan steps the time on, and reads each leaf as of the time before: structures/ordered/
 * btree_past.h. That never has to be repeated as a whole.
 */
#ifndef STRUCTURES_ORDERED_BTREE_SCAN_H
#define STRUCTURES_ORDERED_BTREE_SCAN_H

#include "structures/common/scan.h"
#include "structures/ordered/btree_shape.h"

#ifndef BTREE_FEW
#	define BTREE_FEW 8 /* leaves of a scan that is tried without stepping the time */
#endif

enum { BTREE_ATTEMPTS = 2 };

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

/* Where a scan goes on: behind the last key that it has. */
static inline uint64_t btree_scan_from(const struct scan *scan, uint64_t from)
{
	return scan->count ? scan->entries[scan->count - 1].key + 1 : from;
}

/* Each leaf as it was at one moment. Payloads are left to the caller, here and below. */
static inline void btree_scan_weak(const struct btree *tree, uint64_t from, struct scan *scan)
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
		from = btree_scan_from(scan, from);
	}
}

/* Return: whether the leaves that were read are all as they were. */
static inline bool btree_is_undisturbed(const struct btree_at *seen, unsigned count)
{
	bool is_same = true;

	for (unsigned i = 0; i < count; i++)
		is_same &= btree_version(seen[i].node) == seen[i].version;
	return is_same;
}

/* Read few leaves, and see whether they stood still. Return: false if not, or if there are more. */
static inline bool btree_scan_still(const struct btree *tree, uint64_t from, struct scan *scan)
{
	struct btree_at seen[BTREE_FEW];
	struct btree_node *next;

	scan->count = 0;
	seen[0] = btree_find_leaf(tree, from, BTREE_ALL);
	for (unsigned i = 0;;) {
		if (!btree_scan_leaf(seen[i], from, scan, &next))
			return false;
		i++;
		if (!next || scan->count == scan->length)
			return btree_is_undisturbed(seen, i);
		if (i == BTREE_FEW)
			return false;
		seen[i] = (struct btree_at){ next, btree_begin(next, BTREE_ALL) };
		if (seen[i].version & BTREE_OBSOLETE)
			return false;
		btree_prefetch(next);
	}
}

/* Append what a leaf, or what of it is in its past, had at @time. Return: the leaf then next. */
static inline struct btree_node *btree_scan_past(const struct btree_node *leaf, uint64_t from,
						 uint64_t time, struct scan *scan)
{
	struct btree_node *node = (struct btree_node *)(uintptr_t)btree_as_word(leaf), *next;

	for (;;) {
		const struct btree_at at = { node, btree_begin(node, BTREE_ALL) };
		const uint64_t stamp = btree_word(node, BTREE_STAMP);
		struct btree_node *const past = btree_child(node, BTREE_PAST);

		if (stamp <= time && btree_scan_leaf(at, from, scan, &next))
			return next;
		if (stamp > time && btree_is_same(at, BTREE_ALL))
			node = past;
	}
}

/*
 * The leaf found covers @from now. At @time it or the leaf that it split from was there, and its
 * range began no higher, since where a range begins is for life: what it had then, and what was to
 * the right of that, has all keys from @from on.
 */
static inline void btree_scan_at(const struct btree *tree, uint64_t from, uint64_t time,
				 struct scan *scan)
{
	const struct btree_node *leaf = btree_find_leaf(tree, from, BTREE_ALL).node;

	scan->count = 0;
	while (leaf && scan->count < scan->length) {
		leaf = btree_scan_past(leaf, from, time, scan);
		from = btree_scan_from(scan, from);
	}
}

static inline void btree_scan_snapshot(struct btree *tree, uint64_t from, struct scan *scan)
{
	for (unsigned i = 0; i < BTREE_ATTEMPTS; i++) {
		/* As many keys are not in few leaves. */
		if (scan->length > (BTREE_FEW - 1) * BTREE_LEAF_KEYS)
			break;
		if (btree_scan_still(tree, from, scan))
			return;
	}
	btree_scan_at(tree, from, btree_step_time(tree), scan);
}

#endif
