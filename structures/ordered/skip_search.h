/*
 * Search where links carry no marks: a removed node keeps the links it had, and is never linked
 * again. It is unlinked from its highest level down, so that who comes to a node on one level comes
 * to it while it is linked on all levels below, and what its links lead to was linked then.
 */
#ifndef STRUCTURES_ORDERED_SKIP_SEARCH_H
#define STRUCTURES_ORDERED_SKIP_SEARCH_H

#include "structures/ordered/skip.h"

static inline struct skip_node *skip_next(const struct skip_node *node, unsigned level)
{
	/* acquire: the next node as it was published; pairs with skip_link(). */
	return skip_node(load_acquire(&node->next[level]));
}

static inline void skip_link(struct skip_node *before, unsigned level, const struct skip_node *node)
{
	/* release: publishes the node, and hands on what this thread acquired; pairs with
	 * skip_next(). */
	store_release(&before->next[level], (uintptr_t)node);
}

/* @path: out, or NULL. Return: the first node on level 0 of @key or above. */
ALWAYS_INLINE struct skip_node *skip_search(const struct skip *skip, uint64_t key,
					    struct skip_path *path)
{
	struct skip_node *before = skip->head, *node = NULL;
	const unsigned levels = skip_levels(skip);

	for (unsigned level = levels; level-- > 0;) {
		for (node = skip_next(before, level); node && node->key < key;
		     node = skip_next(node, level)) {
			before = node;
			skip_prefetch_below(before, level);
		}
		if (path) {
			path->before[level] = before;
			path->behind[level] = node;
		}
	}
	if (path)
		path->levels = levels;
	return node;
}

#endif
