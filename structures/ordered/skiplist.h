/*
 * skiplist: a sequential skip list under one lock: the baseline of the ordered maps.
 *
 * A skip list is a sorted list whose nodes are linked on a random number of levels: a search walks
 * the sparse levels first and comes down where it would go too far. This one is laid out for the
 * cache: key, value, height and links of a node lie together, and a link of an upper level carries
 * the key that it leads to, so that a step which would go too far never touches the node it does
 * not go to.
 *
 * Paper: W. Pugh, "Skip lists: a probabilistic alternative to balanced trees", CACM 33(6), 1990.
 * Differences: (a) keys beside the links above the lowest level: there they cost a seventh of the
 *   memory and save about half of the nodes that a search touches; (b) nodes are as long as their
 *   height needs.
 *
 * Invariants
 *   1. On each level the keys strictly ascend, from the head on; a link to no node has the key
 *      SKIPLIST_END, above all keys.
 *   2. A node of height h is linked on levels 0 to h - 1, and h is at most `height`.
 *   3. A link's key is that of its node.
 *   4. The list is changed under the exclusive lock alone. A payload is read under the lock, and
 *      freed after it by the thread that took it out under the exclusive lock.
 *
 * Linearization: each operation at any point while it holds the lock, a scan as a whole: it is a
 *   snapshot.
 * Progress: blocking.
 * May run together: gets and scans with each other where the lock has a shared mode; nothing else.
 *   Any thread may call any operation at any time. create, destroy and inspect: alone.
 * Reclamation: none needed; what an exclusive holder took out, nobody can read after it.
 * Memory: 37 bytes an element: 32, and 16 for each level above the first.
 */
#ifndef STRUCTURES_ORDERED_SKIPLIST_H
#define STRUCTURES_ORDERED_SKIPLIST_H

#include "structures/common/payload.h"
#include "structures/lock/lock.h"
#include "structures/lock/stall.h"
#include "structures/ordered/level.h"
#include "structures/ordered/ordered.h"

#define SKIPLIST_END UINT64_MAX

struct skiplist_node;

struct skiplist_link {
	struct skiplist_node *node;
	uint64_t key;    /* of that node, or SKIPLIST_END */
};

struct skiplist_node {
	uint64_t key;
	uint64_t stored;               /* the word of payload.h */
	struct skiplist_node *next;    /* on level 0 */
	uint64_t height;
	struct skiplist_link up[];     /* level i is up[i - 1] */
};

struct skiplist {
	struct lock lock;              /* on lines of its own */
	/* Changed under the lock, seldom. */
	CACHELINE_APART unsigned height;
	/* Read only after create. */
	struct skiplist_node *head;    /* of LEVEL_MAX levels; its key is not looked at */
	struct lock_threads threads;
	size_t value_bytes;
};

/* The last node before a key, on each level. */
struct skiplist_path {
	struct skiplist_node *before[LEVEL_MAX];
};

static inline size_t skiplist_node_bytes(uint64_t height)
{
	return sizeof(struct skiplist_node) + (height - 1) * sizeof(struct skiplist_link);
}

/* Under the lock. @path: may be NULL. Return: the first node of @key or above, or NULL. */
ALWAYS_INLINE struct skiplist_node *skiplist_find(const struct skiplist *list, uint64_t key,
						  struct skiplist_path *path)
{
	struct skiplist_node *node = list->head, *next;

	for (unsigned level = list->height - 1; level > 0; level--) {
		while (node->up[level - 1].key < key) {
			node = node->up[level - 1].node;
			__builtin_prefetch(node->next);
		}
		if (path)
			path->before[level] = node;
	}
	for (next = node->next; next && next->key < key; next = node->next)
		node = next;
	if (path)
		path->before[0] = node;
	return next;
}

/**
 * skiplist_get() - read the value of a key.
 *
 * Linearizes: under the lock.    Progress: blocking.
 */
static inline bool skiplist_get(struct skiplist *list, struct context *context, uint64_t key,
				uint64_t *value)
{
	const struct skiplist_node *node;
	bool is_found;

	lock_acquire_shared(&list->lock, context->lock);
	node = skiplist_find(list, key, NULL);
	is_found = node && node->key == key;
	if (is_found)
		*value = payload_read(context, node->stored);
	lock_release_shared(&list->lock, context->lock);
	return is_found;
}

/* Under the exclusive lock. */
static inline void skiplist_link_in(struct skiplist *list, struct skiplist_node *node,
				    struct skiplist_path *path)
{
	for (; list->height < node->height; list->height++)
		path->before[list->height] = list->head;
	node->next = path->before[0]->next;
	path->before[0]->next = node;
	for (uint64_t i = 1; i < node->height; i++) {
		node->up[i - 1] = path->before[i]->up[i - 1];
		path->before[i]->up[i - 1] = (struct skiplist_link){ node, node->key };
	}
}

static inline struct skiplist_node *skiplist_make(struct context *context, uint64_t key,
						  uint64_t stored)
{
	const unsigned height = level_draw(context);
	struct skiplist_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, skiplist_node_bytes(height));

	if (!node) {
		context->exhausted++;
		return NULL;
	}
	node->key = key;
	node->stored = stored;
	node->height = height;
	return node;
}

/**
 * skiplist_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Linearizes: under the lock.    Progress: blocking.
 */
static inline bool skiplist_put(struct skiplist *list, struct context *context, uint64_t key,
				uint64_t value)
{
	struct skiplist_path path;
	struct skiplist_node *node, *fresh = NULL;
	uint64_t stored, old;
	bool is_there;

	if (!payload_make(context, value, &stored))
		return false;
	lock_acquire(&list->lock, context->lock);
	node = skiplist_find(list, key, &path);
	is_there = node && node->key == key;
	if (is_there) {
		old = node->stored;
		node->stored = stored;
	} else {
		old = stored;
		fresh = skiplist_make(context, key, stored);
		if (fresh)
			skiplist_link_in(list, fresh, &path);
	}
	lock_release(&list->lock, context->lock);
	if (!fresh)
		payload_free(context, old);    /* replaced, or for want of memory not needed */
	return fresh;
}

/* Under the exclusive lock. `height` stays: a level without nodes costs one comparison. */
static inline void skiplist_unlink(struct skiplist_node *node, struct skiplist_path *path)
{
	path->before[0]->next = node->next;
	for (uint64_t i = 1; i < node->height; i++)
		path->before[i]->up[i - 1] = node->up[i - 1];
}

/**
 * skiplist_remove() - take a key out.
 *
 * Return: whether it was there.
 * Linearizes: under the lock.    Progress: blocking.
 */
static inline bool skiplist_remove(struct skiplist *list, struct context *context, uint64_t key)
{
	struct skiplist_path path;
	struct skiplist_node *node;
	bool is_there;

	lock_acquire(&list->lock, context->lock);
	node = skiplist_find(list, key, &path);
	is_there = node && node->key == key;
	if (is_there)
		skiplist_unlink(node, &path);
	lock_release(&list->lock, context->lock);
	if (is_there) {
		payload_free(context, node->stored);
		arena_free(context->arena, node, MEMORY_NODES, skiplist_node_bytes(node->height));
	}
	return is_there;
}

/**
 * skiplist_scan() - the smallest keys from @from on, at most scan->length of them.
 *
 * Linearizes: under the lock, as a whole.    Progress: blocking.
 */
static inline void skiplist_scan(struct skiplist *list, struct context *context, uint64_t from,
				 struct scan *scan)
{
	const struct skiplist_node *node;

	scan->count = 0;
	lock_acquire_shared(&list->lock, context->lock);
	for (node = skiplist_find(list, from, NULL); node && scan->count < scan->length;
	     node = node->next) {
		__builtin_prefetch(node->next);
		scan_add(scan, node->key, payload_read(context, node->stored));
	}
	lock_release_shared(&list->lock, context->lock);
}

static inline void skiplist_stall(struct skiplist *list, struct worker *worker)
{
	lock_stall(&list->lock, worker);
}

#endif
