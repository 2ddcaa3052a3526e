/*
 * skiplist_lazy: a skip list with a lock in each node, whose searches take none.
 *
 * A writer searches without locks, locks the nodes before the place it found, checks that they are
 * still there and still neighbours, and then links or unlinks. A node counts as there from when it
 * is linked on all levels until it is marked as removed; both stand in its state, so that readers
 * take no lock and never start over.
 *
 * Paper: M. Herlihy, Y. Lev, V. Luchangco, N. Shavit, "A simple optimistic skiplist algorithm",
 *   SIROCCO 2007.
 * Differences: (a) memory is reclaimed, where the paper relies on a garbage collector; (b) a map:
 *   values are updated in place and without a lock, see skip_value.h; (c) lock, mark and linked
 *   flag are bits of one word beside key and value; (d) scans, on level 0.
 *
 * Invariants
 *   1. The links of a node change under its lock alone, and not once it is marked.
 *   2. On each level the keys of linked nodes strictly ascend; there is one linked node of a key.
 *   3. A node is linked from level 0 up by a thread that holds the nodes before it on all its
 *      levels, then SKIPLIST_LAZY_LINKED; it is marked under its lock, then unlinked from its
 *      highest level down by the thread that marked it, which holds it and the nodes before it.
 *   4. That thread retires it. Its inserter has stopped linking: only a linked node is marked.
 *   5. Locks are taken from higher keys to lower ones: nobody waits in a circle.
 *
 * Linearization
 *   get found      at the load of the value, after which the node was seen linked and unmarked.
 *   get absent     where the node was seen not yet linked or marked; else at a moment in this call
 *                  when the last link on level 0 was that of a node that was there.
 *   put added      at the store of SKIPLIST_LAZY_LINKED.
 *   put in place   as in structures/map/michael.h: at the store, or just before the mark.
 *   remove         at the store of the mark; if it finds nothing, as get absent.
 *   scan           weak. Each key at the load of its value, as get. A key present throughout is not
 *                  passed by: each link on level 0 that the scan followed was, at a moment in the
 *                  call, that of a linked node.
 *
 * Progress: put and remove block; get and scan are wait-free but for keys that others insert before
 *   them.
 * May run together: all of them. create, destroy and inspect: alone.
 * Reclamation: schemes of sections. Plain hazard pointers are not admitted: a search that takes no
 *   lock goes on from removed nodes, whose links do not change when what they lead to is unlinked.
 * Memory: 35 bytes an element.
 */
#ifndef STRUCTURES_ORDERED_SKIPLIST_LAZY_H
#define STRUCTURES_ORDERED_SKIPLIST_LAZY_H

#include "structures/common/backoff.h"
#include "structures/ordered/skip_search.h"
#include "structures/ordered/skip_value.h"

enum { SKIPLIST_LAZY_LOCKED = 1, SKIPLIST_LAZY_LINKED = 2, SKIPLIST_LAZY_MARKED = 4 };

struct skiplist_lazy {
	struct skip skip;
	struct reclaim *reclaim;
};

static_assert(RECLAIM_BY_SECTION, "searches go on from removed nodes");

static inline uint32_t skiplist_lazy_state(const struct skip_node *node)
{
	/* acquire: after a value was loaded, and before one is stored; pairs with
	 * skiplist_lazy_set(). */
	return load_acquire(&node->state);
}

static inline bool skiplist_lazy_is_there(const struct skip_node *node)
{
	const uint32_t both = SKIPLIST_LAZY_LINKED | SKIPLIST_LAZY_MARKED;

	return (skiplist_lazy_state(node) & both) == SKIPLIST_LAZY_LINKED;
}

static inline void skiplist_lazy_set(struct skip_node *node, uint32_t bit)
{
	/* acq_rel: all links are made before the node counts as linked; pairs with
	 * skiplist_lazy_state(). */
	fetch_or_acq_rel(&node->state, bit);
}

static inline void skiplist_lazy_lock(struct skip_node *node)
{
	struct backoff backoff = { 0 };

	/* acq_rel: acquires what the last holder linked; pairs with skiplist_lazy_unlock(). */
	while (fetch_or_acq_rel(&node->state, SKIPLIST_LAZY_LOCKED) & SKIPLIST_LAZY_LOCKED) {
		do
			backoff_grow(&backoff);
		/* relaxed: a guess at whether the lock is free. */
		while (load_relaxed(&node->state) & SKIPLIST_LAZY_LOCKED);
	}
}

static inline void skiplist_lazy_unlock(struct skip_node *node)
{
	/* release: publishes the links made under the lock; pairs with skiplist_lazy_lock(). The
	 * bit is set, so that this takes away no other. */
	fetch_add_release(&node->state, -(uint32_t)SKIPLIST_LAZY_LOCKED);
}

/* Unlock the nodes before a place on the lowest levels, each once. */
static inline void skiplist_lazy_unlock_path(const struct skip_path *path, unsigned levels)
{
	for (unsigned level = 0; level < levels; level++)
		if (level == 0 || path->before[level] != path->before[level - 1])
			skiplist_lazy_unlock(path->before[level]);
}

/*
 * Lock the nodes before a place on the lowest levels. @behind: what must follow them on each level,
 * or NULL for what the path has.
 * Return: false, with nothing locked, if they are removed or no neighbours any more.
 */
static inline bool skiplist_lazy_lock_path(const struct skip_path *path, unsigned levels,
					   const struct skip_node *behind)
{
	for (unsigned level = 0; level < levels; level++) {
		struct skip_node *const before = path->before[level];
		const struct skip_node *const expected = behind ? behind : path->behind[level];

		if (level == 0 || before != path->before[level - 1])
			skiplist_lazy_lock(before);
		/* The node behind may be marked: its remover then finds that it has another before
		 * it, and searches again. */
		if ((skiplist_lazy_state(before) & SKIPLIST_LAZY_MARKED) ||
		    skip_next(before, level) != expected) {
			skiplist_lazy_unlock_path(path, level + 1);
			return false;
		}
	}
	return true;
}

/**
 * skiplist_lazy_get() - read the value of a key.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline bool skiplist_lazy_get(struct skiplist_lazy *list, struct context *context,
				     uint64_t key, uint64_t *value)
{
	const struct skip_node *node;
	bool is_found = false;

	reclaim_enter(context->reclaim);
	node = skip_search(&list->skip, key, NULL);
	if (node && node->key == key) {
		const uint64_t stored = skip_load_value(node);

		is_found = skiplist_lazy_is_there(node);
		if (is_found)
			*value = payload_read(context, stored);
	}
	reclaim_exit(context->reclaim);
	return is_found;
}

/* Link a new node where the path leads. Return: false if that changed. */
static inline bool skiplist_lazy_link(const struct skip_path *path, struct skip_node *node)
{
	if (!skiplist_lazy_lock_path(path, node->height, NULL))
		return false;
	for (unsigned level = 0; level < node->height; level++)
		skip_link(node, level, path->behind[level]);
	for (unsigned level = 0; level < node->height; level++)
		skip_link(path->before[level], level, node);
	skiplist_lazy_set(node, SKIPLIST_LAZY_LINKED);
	skiplist_lazy_unlock_path(path, node->height);
	return true;
}

/* Where a node of the key is: wait until it is linked, or until it is gone. */
static inline enum skip_put skiplist_lazy_update(struct context *context, struct skip_node *node,
						 uint64_t stored)
{
	struct backoff backoff = { 0 };

	while (!(skiplist_lazy_state(node) & SKIPLIST_LAZY_LINKED))
		backoff_grow(&backoff);
	if (skiplist_lazy_state(node) & SKIPLIST_LAZY_MARKED) {
		backoff_grow(&backoff);
		return SKIP_PUT_AGAIN;
	}
	return skip_overwrite(context, node, stored) ? SKIP_PUT_UPDATED : SKIP_PUT_AGAIN;
}

static inline enum skip_put skiplist_lazy_put_once(struct skiplist_lazy *list,
						   struct context *context, uint64_t key,
						   uint64_t stored, struct skip_node **fresh)
{
	struct skip_path path;
	struct skip_node *const node = skip_search(&list->skip, key, &path);
	enum skip_put put;

	if (node && node->key == key)
		return skiplist_lazy_update(context, node, stored);
	put = skip_prepare(&list->skip, context, &path, key, fresh);
	if (put != SKIP_PUT_ADDED)
		return put;
	/* relaxed: the links to the node publish it. */
	store_relaxed(&(*fresh)->stored, stored);
	return skiplist_lazy_link(&path, *fresh) ? SKIP_PUT_ADDED : SKIP_PUT_AGAIN;
}

/**
 * skiplist_lazy_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Progress: blocking.    Threads: any, each with its own context.
 */
static inline bool skiplist_lazy_put(struct skiplist_lazy *list, struct context *context,
				     uint64_t key, uint64_t value)
{
	struct skip_node *fresh = NULL;
	enum skip_put put;
	uint64_t stored;

	if (!payload_make(context, value, &stored))
		return false;
	reclaim_enter(context->reclaim);
	do
		put = skiplist_lazy_put_once(list, context, key, stored, &fresh);
	while (put == SKIP_PUT_AGAIN);
	reclaim_exit(context->reclaim);
	return skip_put_end(context, put, stored, fresh);
}

/* Mark a node, and keep it locked. Return: false if another was faster. */
static inline bool skiplist_lazy_mark(struct skip_node *node)
{
	skiplist_lazy_lock(node);
	if (skiplist_lazy_state(node) & SKIPLIST_LAZY_MARKED) {
		skiplist_lazy_unlock(node);
		return false;
	}
	skiplist_lazy_set(node, SKIPLIST_LAZY_MARKED);
	return true;
}

/* Unlink a node that this thread has marked and locked. */
static inline void skiplist_lazy_unlink(struct skiplist_lazy *list, struct skip_node *node,
					struct skip_path *path)
{
	/* A path that began below the node's highest level is no path to all of it. */
	while (path->levels < node->height || !skiplist_lazy_lock_path(path, node->height, node))
		skip_search(&list->skip, node->key, path);
	for (unsigned level = node->height; level-- > 0;)
		skip_link(path->before[level], level, skip_next(node, level));
	skiplist_lazy_unlock_path(path, node->height);
	skiplist_lazy_unlock(node);
}

/**
 * skiplist_lazy_remove() - take a key out.
 *
 * Return: whether it was there.
 * Progress: blocking.    Threads: any, each with its own context.
 */
static inline bool skiplist_lazy_remove(struct skiplist_lazy *list, struct context *context,
					uint64_t key)
{
	struct skip_path path;
	struct skip_node *node;
	bool is_removed;

	reclaim_enter(context->reclaim);
	node = skip_search(&list->skip, key, &path);
	is_removed = node && node->key == key && skiplist_lazy_is_there(node) &&
		     skiplist_lazy_mark(node);
	if (is_removed) {
		skiplist_lazy_unlink(list, node, &path);
		skip_retire(context, node);
	}
	reclaim_exit(context->reclaim);
	return is_removed;
}

/**
 * skiplist_lazy_scan() - the smallest keys from @from on, at most scan->length of them: weak.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline void skiplist_lazy_scan(struct skiplist_lazy *list, struct context *context,
				      uint64_t from, struct scan *scan)
{
	scan->count = 0;
	reclaim_enter(context->reclaim);
	for (const struct skip_node *node = skip_search(&list->skip, from, NULL);
	     node && scan->count < scan->length; node = skip_next(node, 0)) {
		const uint64_t stored = skip_load_value(node);

		if (skiplist_lazy_is_there(node))
			scan_add(scan, node->key, payload_read(context, stored));
	}
	reclaim_exit(context->reclaim);
}

#endif
