/*
 * skiplist_fraser: a skip list without locks.
 *
 * Each level is a sorted list after Harris: a node is removed by marking its links, from the highest
 * level down; the mark on level 0 settles who removed it. Writers that meet a marked node unlink it;
 * readers pass by.
 *
 * Papers: K. Fraser, "Practical lock-freedom", PhD thesis, University of Cambridge, UCAM-CL-TR-579,
 *   2004; in the form of M. Herlihy, N. Shavit, "The Art of Multiprocessor Programming", Morgan
 *   Kaufmann, 2008, section 14.4; marks after T. Harris, "A pragmatic implementation of
 *   non-blocking linked-lists", DISC 2001.
 * Differences: (a) memory is reclaimed: the later of inserter, done with linking, and remover, done
 *   with marking, sees to it that the node is unlinked and retires it; (b) a map: values are
 *   updated in place, see skip_value.h; (c) scans, on level 0.
 *
 * Invariants
 *   1. A marked link never changes again. A node's links are marked from the highest down, and it
 *      is linked from level 0 up (skip.h), so that a node seen unmarked on a level was then linked
 *      on all levels below.
 *   2. On each level reachable unmarked nodes have strictly ascending keys. A marked node that is
 *      reachable stands before an unmarked one of its key.
 *   3. Search goes on only from nodes that it saw unmarked on the level that it goes along; through
 *      marked ones it passes on the same level. Coming down from a marked node, it could meet what
 *      was freed before it began: a node may be linked on a high level when it has long been
 *      unlinked on a lower one.
 *   4. A node is retired once, by who sets the second of SKIPLIST_FRASER_DONE and _REMOVED, after a
 *      search that unlinked it on every level: nobody links it any more.
 *   5. At rest no marked node is reachable.
 *
 * Linearization
 *   get found      at the load of the value, after which the node was seen unmarked.
 *   get absent     at a moment in this call when no unmarked node of the key was reachable on level
 *                  0: when the last link there was read, or was marked, if that was in this call.
 *   put added      at the CAS that links the node on level 0.
 *   put in place   as in structures/map/michael.h: at the store, or just before the mark.
 *   remove         at the CAS that marks the link on level 0; if it finds nothing, as get absent; if
 *                  another was faster, just after that other's mark.
 *   scan           weak. Each key at the load of its value, as get. A key present throughout is not
 *                  passed by: each link on level 0 that the scan followed was, at a moment in the
 *                  call, that of a reachable node.
 *
 * Progress: lock-free; get and scan are wait-free but for keys that others insert before them.
 * May run together: all of them. create, destroy and inspect: alone.
 * Reclamation: schemes of sections. Hazard pointers are not admitted: readers pass through marked
 *   nodes, whose links say nothing about what they lead to; and with unlinking instead, a put keeps
 *   two nodes of every level, up to 32 slots of which each search would publish two per step.
 * Memory: 35 bytes an element.
 */
#ifndef STRUCTURES_ORDERED_SKIPLIST_FRASER_H
#define STRUCTURES_ORDERED_SKIPLIST_FRASER_H

#include "structures/ordered/skip_value.h"

enum {
	SKIPLIST_FRASER_DONE = 1,       /* the inserter links the node no more */
	SKIPLIST_FRASER_REMOVED = 2     /* all its links are marked */
};

struct skiplist_fraser {
	struct skip skip;
	struct reclaim *reclaim;
};

static_assert(RECLAIM_BY_SECTION, "readers pass through marked nodes");

/*
 * The first unmarked node on a level behind @before, unlinking marked ones.
 * Return: false if @before changed or is marked itself: search again.
 */
ALWAYS_INLINE bool skiplist_fraser_behind(struct skip_node *before, unsigned level,
					struct skip_node **behind)
{
	/* acquire, both: the node as it was published; pairs with the CAS that linked it. */
	struct skip_node *node = skip_node(load_acquire(&before->next[level]));
	uintptr_t next = node ? load_acquire(&node->next[level]) : 0;

	while (next & SKIP_MARK) {
		uintptr_t expected = (uintptr_t)node;

		/* acq_rel: hands on the node behind, which this thread acquired; pairs with every
		 * acquire load of a link. */
		if (!cas_acq_rel(&before->next[level], &expected, next & ~(uintptr_t)SKIP_MARK))
			return false;
		node = skip_node(next);
		/* acquire: as above. */
		next = node ? load_acquire(&node->next[level]) : 0;
	}
	*behind = node;
	return true;
}

static inline bool skiplist_fraser_try(struct skiplist_fraser *list, uint64_t key,
				       struct skip_path *path)
{
	struct skip_node *before = list->skip.head, *node;

	path->levels = skip_levels(&list->skip);
	for (unsigned level = path->levels; level-- > 0;) {
		while (true) {
			if (!skiplist_fraser_behind(before, level, &node))
				return false;
			if (!node || node->key >= key)
				break;
			before = node;
			skip_prefetch_below(before, level);
		}
		path->before[level] = before;
		path->behind[level] = node;
	}
	return true;
}

/* Search for writers: marked nodes on the way are unlinked, those of the key among them. */
static inline struct skip_node *skiplist_fraser_find(struct skiplist_fraser *list, uint64_t key,
						     struct skip_path *path)
{
	while (!skiplist_fraser_try(list, key, path))
		;
	return skip_found(path, key);
}

/* Search for readers, which writes nothing. Return: the first node on level 0 of @key or above. */
static inline struct skip_node *skiplist_fraser_look(const struct skiplist_fraser *list,
						     uint64_t key)
{
	const struct skip_node *before = list->skip.head;
	struct skip_node *node = NULL;

	for (unsigned level = skip_levels(&list->skip); level-- > 0;) {
		/* acquire, here and below: as in skiplist_fraser_behind(). */
		node = skip_node(load_acquire(&before->next[level]));
		while (node && node->key < key) {
			/* acquire: as above. */
			const uintptr_t next = load_acquire(&node->next[level]);

			if (!(next & SKIP_MARK)) {
				before = node;
				skip_prefetch_below(before, level);
			}
			node = skip_node(next);
		}
	}
	return node;
}

/* Return: whether the node was there after its value was read into @stored; and the next one. */
ALWAYS_INLINE bool skiplist_fraser_read(struct skip_node **node, uint64_t *stored)
{
	uintptr_t next;

	*stored = skip_load_value(*node);
	/* acquire: the next node as it was published; pairs with the CAS that linked it. */
	next = load_acquire(&(*node)->next[0]);
	*node = skip_node(next);
	return !(next & SKIP_MARK);
}

/**
 * skiplist_fraser_get() - read the value of a key.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline bool skiplist_fraser_get(struct skiplist_fraser *list, struct context *context,
				       uint64_t key, uint64_t *value)
{
	struct skip_node *node;
	bool is_found = false;
	uint64_t stored;

	reclaim_enter(context->reclaim);
	node = skiplist_fraser_look(list, key);
	/* A marked node of the key may stand before another one on its way out, never behind an
	 * unmarked one. */
	while (!is_found && node && node->key == key)
		is_found = skiplist_fraser_read(&node, &stored);
	if (is_found)
		*value = payload_read(context, stored);
	reclaim_exit(context->reclaim);
	return is_found;
}

/* See that a node that nobody links any more is unlinked, and retire it. */
static inline void skiplist_fraser_bury(struct skiplist_fraser *list, struct context *context,
					struct skip_node *node)
{
	struct skip_path path;

	skiplist_fraser_find(list, node->key, &path);
	skip_retire(context, node);
}

/* Of inserter and remover, the one that comes second buries the node. */
static inline void skiplist_fraser_leave(struct skiplist_fraser *list, struct context *context,
					 struct skip_node *node, uint32_t mine)
{
	/* acq_rel: the other's links or marks are done, and seen by the search that follows; pairs
	 * with itself. */
	if (fetch_or_acq_rel(&node->state, mine))
		skiplist_fraser_bury(list, context, node);
}

/*
 * Point a new node's link to where it shall go. Return: false if it is marked: the node is on its
 * way out.
 */
static inline bool skiplist_fraser_aim(struct skip_node *node, unsigned level,
				       struct skip_node *behind)
{
	/* relaxed: only compared. */
	uintptr_t next = load_relaxed(&node->next[level]);

	/* acq_rel: hands on the node behind, which the search acquired; pairs with every load of a
	 * link. */
	return !(next & SKIP_MARK) && (next == (uintptr_t)behind ||
				       cas_acq_rel(&node->next[level], &next, (uintptr_t)behind));
}

/*
 * Link a node, which is on level 0, on its other levels, as long as it is not removed.
 *
 * The search may have met an older node of the key on an upper level before that was marked. In
 * front of it the new node would hide it from the search that unlinks it for good. It is all marked
 * since before the new node was on level 0: another search unlinks it.
 */
static inline void skiplist_fraser_rise(struct skiplist_fraser *list, struct skip_node *node,
					struct skip_path *path)
{
	for (unsigned level = 1; level < node->height;) {
		struct skip_node *const behind = path->behind[level];
		uintptr_t expected = (uintptr_t)behind;

		if (behind && behind->key == node->key) {
			if (skiplist_fraser_find(list, node->key, path) != node)
				return;
			continue;
		}
		if (!skiplist_fraser_aim(node, level, behind))
			return;
		/* acq_rel: publishes the node; pairs with every load of a link. */
		if (cas_acq_rel(&path->before[level]->next[level], &expected, (uintptr_t)node))
			level++;
		else if (skiplist_fraser_find(list, node->key, path) != node)
			return;
	}
}

/* Link a new node where the path leads. Return: false if that changed. */
static inline bool skiplist_fraser_link(struct skiplist_fraser *list, struct context *context,
					struct skip_path *path, struct skip_node *node)
{
	uintptr_t expected = (uintptr_t)path->behind[0];

	for (unsigned level = 0; level < node->height; level++)
		/* relaxed: the CAS below publishes it. */
		store_relaxed(&node->next[level], (uintptr_t)path->behind[level]);
	/* acq_rel: publishes the node, and hands on those behind it; pairs with every load of a
	 * link. */
	if (!cas_acq_rel(&path->before[0]->next[0], &expected, (uintptr_t)node))
		return false;
	skiplist_fraser_rise(list, node, path);
	skiplist_fraser_leave(list, context, node, SKIPLIST_FRASER_DONE);
	return true;
}

static inline enum skip_put skiplist_fraser_put_once(struct skiplist_fraser *list,
						     struct context *context, uint64_t key,
						     uint64_t stored, struct skip_node **fresh)
{
	struct skip_path path;
	struct skip_node *const node = skiplist_fraser_find(list, key, &path);
	enum skip_put put;

	if (node)
		return skip_overwrite(context, node, stored) ? SKIP_PUT_UPDATED : SKIP_PUT_AGAIN;
	put = skip_prepare(&list->skip, context, &path, key, fresh);
	if (put != SKIP_PUT_ADDED)
		return put;
	/* relaxed: the CAS that links the node publishes it. */
	store_relaxed(&(*fresh)->stored, stored);
	return skiplist_fraser_link(list, context, &path, *fresh) ? SKIP_PUT_ADDED
								  : SKIP_PUT_AGAIN;
}

/**
 * skiplist_fraser_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool skiplist_fraser_put(struct skiplist_fraser *list, struct context *context,
				       uint64_t key, uint64_t value)
{
	struct skip_node *fresh = NULL;
	enum skip_put put;
	uint64_t stored;

	if (!payload_make(context, value, &stored))
		return false;
	reclaim_enter(context->reclaim);
	do
		put = skiplist_fraser_put_once(list, context, key, stored, &fresh);
	while (put == SKIP_PUT_AGAIN);
	reclaim_exit(context->reclaim);
	return skip_put_end(context, put, stored, fresh);
}

/* Mark one link. Return: false if it was marked already. */
static inline bool skiplist_fraser_mark(struct skip_node *node, unsigned level)
{
	/* relaxed: only compared. */
	uintptr_t next = load_relaxed(&node->next[level]);

	while (!(next & SKIP_MARK))
		/* acq_rel: who sees the mark sees those above it; pairs with every load of a link.
		 */
		if (cas_acq_rel(&node->next[level], &next, next | SKIP_MARK))
			return true;
	return false;
}

/**
 * skiplist_fraser_remove() - take a key out.
 *
 * Return: whether it was there.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool skiplist_fraser_remove(struct skiplist_fraser *list, struct context *context,
					  uint64_t key)
{
	struct skip_path path;
	struct skip_node *node;
	bool is_mine = false;

	reclaim_enter(context->reclaim);
	node = skiplist_fraser_find(list, key, &path);
	if (node) {
		for (unsigned level = node->height; level-- > 0;)
			is_mine = skiplist_fraser_mark(node, level);
		if (is_mine)
			skiplist_fraser_leave(list, context, node, SKIPLIST_FRASER_REMOVED);
	}
	reclaim_exit(context->reclaim);
	return is_mine;
}

/**
 * skiplist_fraser_scan() - the smallest keys from @from on, at most scan->length of them: weak.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline void skiplist_fraser_scan(struct skiplist_fraser *list, struct context *context,
					uint64_t from, struct scan *scan)
{
	struct skip_node *node;

	scan->count = 0;
	reclaim_enter(context->reclaim);
	node = skiplist_fraser_look(list, from);
	while (node && scan->count < scan->length) {
		const uint64_t key = node->key;
		uint64_t stored;

		if (skiplist_fraser_read(&node, &stored))
			scan_add(scan, key, payload_read(context, stored));
	}
	reclaim_exit(context->reclaim);
}

#endif
