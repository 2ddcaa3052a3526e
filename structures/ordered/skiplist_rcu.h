/*
 * skiplist_rcu: a skip list whose readers are under RCU and whose writers take turns.
 *
 * One mutex for all writers, none for readers: the plain way to make a sequential structure
 * concurrent where reads prevail. Readers pay for RCU alone and look at no state; a writer changes
 * one link at a time, each of which leaves a list that readers may see.
 *
 * Papers: W. Pugh, "Concurrent maintenance of skip lists", University of Maryland CS-TR-2222, 1990
 *   (links one at a time, from below or from above); P. McKenney, J. Slingwine, "Read-copy update:
 *   using execution history to solve concurrency problems", PDCS 1998.
 * Differences: (a) one lock for all writers; locks of single nodes are skiplist_lazy; (b) values
 *   are updated in place.
 *
 * Invariants
 *   1. Links and values are changed under the mutex alone. A node that is unlinked does not change
 *      any more.
 *   2. On each level the keys of linked nodes strictly ascend.
 *   3. A node is linked from level 0 up and unlinked from its highest level down: it is there while
 *      it is linked on level 0. Who unlinked it retires it.
 *
 * Linearization
 *   get found      at the load of the value if the node was linked then, else just before it was
 *                  unlinked, which was in this call: it was linked when the search came to it.
 *   get absent     at the load of the last link on level 0 if its node was linked then, else just
 *                  before that was unlinked.
 *   put, remove    at the store that links or unlinks on level 0, or that updates; without effect,
 *                  anywhere under the mutex.
 *   scan           weak: as a series of gets, each of which looks for the next key.
 *
 * Progress: put and remove block; get and scan are wait-free but for keys that others insert before
 *   them.
 * May run together: all of them. create, destroy and inspect: alone.
 * Reclamation: an RCU flavour. Any scheme of sections would do; see skiplist_lazy for those.
 * Memory: 35 bytes an element.
 */
#ifndef STRUCTURES_ORDERED_SKIPLIST_RCU_H
#define STRUCTURES_ORDERED_SKIPLIST_RCU_H

#include "structures/lock/mutex.h"
#include "structures/ordered/skip_search.h"
#include "structures/ordered/skip_value.h"

struct skiplist_rcu {
	struct skip skip;
	struct reclaim *reclaim;
	struct mutex writers;    /* on lines of its own */
};

/**
 * skiplist_rcu_get() - read the value of a key.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline bool skiplist_rcu_get(struct skiplist_rcu *list, struct context *context,
				    uint64_t key, uint64_t *value)
{
	const struct skip_node *node;
	bool is_found;

	reclaim_enter(context->reclaim);
	node = skip_search(&list->skip, key, NULL);
	is_found = node && node->key == key;
	if (is_found)
		*value = payload_read(context, skip_load_value(node));
	reclaim_exit(context->reclaim);
	return is_found;
}

/* Under the mutex. */
static inline enum skip_put skiplist_rcu_put_once(struct skiplist_rcu *list,
						  struct context *context, uint64_t key,
						  uint64_t stored, struct skip_node **fresh)
{
	struct skip_path path;
	struct skip_node *const node = skip_search(&list->skip, key, &path);
	enum skip_put put;

	if (node && node->key == key) {
		skip_overwrite(context, node, stored);
		return SKIP_PUT_UPDATED;
	}
	put = skip_prepare(&list->skip, context, &path, key, fresh);
	if (put != SKIP_PUT_ADDED)
		return put;
	/* relaxed: the links to the node publish it. */
	store_relaxed(&(*fresh)->stored, stored);
	for (unsigned level = 0; level < (*fresh)->height; level++)
		skip_link(*fresh, level, path.behind[level]);
	for (unsigned level = 0; level < (*fresh)->height; level++)
		skip_link(path.before[level], level, *fresh);
	return SKIP_PUT_ADDED;
}

/**
 * skiplist_rcu_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Progress: blocking.    Threads: any, each with its own context.
 */
static inline bool skiplist_rcu_put(struct skiplist_rcu *list, struct context *context,
				    uint64_t key, uint64_t value)
{
	struct skip_node *fresh = NULL;
	enum skip_put put;
	uint64_t stored;

	if (!payload_make(context, value, &stored))
		return false;
	mutex_acquire(&list->writers, NULL);
	do
		put = skiplist_rcu_put_once(list, context, key, stored, &fresh);
	while (put == SKIP_PUT_AGAIN);
	mutex_release(&list->writers, NULL);
	return skip_put_end(context, put, stored, fresh);
}

/**
 * skiplist_rcu_remove() - take a key out.
 *
 * Return: whether it was there.
 * Progress: blocking.    Threads: any, each with its own context.
 */
static inline bool skiplist_rcu_remove(struct skiplist_rcu *list, struct context *context,
				       uint64_t key)
{
	struct skip_path path;
	struct skip_node *node;
	bool is_there;

	mutex_acquire(&list->writers, NULL);
	node = skip_search(&list->skip, key, &path);
	is_there = node && node->key == key;
	for (unsigned level = is_there ? node->height : 0; level-- > 0;)
		skip_link(path.before[level], level, skip_next(node, level));
	mutex_release(&list->writers, NULL);
	if (is_there)
		/* Not taken out, as readers look at no state. acquire: the payload as another
		 * writer published it; it changes no more. */
		skip_retire_with(context, node, skip_load_value(node));
	return is_there;
}

/**
 * skiplist_rcu_scan() - the smallest keys from @from on, at most scan->length of them: weak.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline void skiplist_rcu_scan(struct skiplist_rcu *list, struct context *context,
				     uint64_t from, struct scan *scan)
{
	scan->count = 0;
	reclaim_enter(context->reclaim);
	for (const struct skip_node *node = skip_search(&list->skip, from, NULL);
	     node && scan->count < scan->length; node = skip_next(node, 0))
		scan_add(scan, node->key, payload_read(context, skip_load_value(node)));
	reclaim_exit(context->reclaim);
}

#endif
