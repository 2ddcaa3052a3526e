/*
 * skip: nodes and heads of the concurrent skip lists, and what they do alike while nobody else is
 * there. How links and states change is each list's own affair.
 *
 * Invariants
 *   1. `levels` never falls, and is at least the height of every node that is linked anywhere: who
 *      makes a higher node raises it before it links the node.
 *   2. A node is linked on level 0 first and on its highest level last.
 *
 * Memory: 24 bytes and 8 for each level a node, 35 on average.
 */
#ifndef STRUCTURES_ORDERED_SKIP_H
#define STRUCTURES_ORDERED_SKIP_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "structures/common/payload.h"
#include "structures/ordered/level.h"
#include "structures/ordered/ordered.h"

enum {
	SKIP_MARK = 1,     /* in a link, where a list marks links: the node that owns it is removed */
	SKIP_TAKEN = 0     /* in `stored`: the payload was retired with the node */
};

struct skip_node {
	uint64_t key;
	_Atomic uint64_t stored;    /* the word of payload.h */
	_Atomic uint32_t state;     /* bits of the list's own; 0 in a new node */
	uint32_t height;
	_Atomic uintptr_t next[];
};

struct skip {
	/* Read by every search, raised a few times ever. */
	CACHELINE_APART _Atomic unsigned levels;
	struct skip_node *head;    /* of LEVEL_MAX levels; its key is not looked at */
	size_t value_bytes;
};

/* On each of the lowest `levels` levels: the last node before a key, and the one behind that. */
struct skip_path {
	unsigned levels;
	struct skip_node *before[LEVEL_MAX];
	struct skip_node *behind[LEVEL_MAX];
};

static inline size_t skip_node_bytes(uint32_t height)
{
	return sizeof(struct skip_node) + height * sizeof(_Atomic uintptr_t);
}

static inline struct skip_node *skip_node(uintptr_t word)
{
	return (struct skip_node *)(word & ~(uintptr_t)SKIP_MARK);
}

/* The node that a path leads to, if it is of this key. */
static inline struct skip_node *skip_found(const struct skip_path *path, uint64_t key)
{
	struct skip_node *const node = path->behind[0];

	return node && node->key == key ? node : NULL;
}

static inline unsigned skip_levels(const struct skip *skip)
{
	/* acquire: who removes a node has seen its inserter's state, hence its `levels`; pairs with
	 * skip_raise(). */
	return load_acquire(&skip->levels);
}

static inline void skip_raise(struct skip *skip, unsigned height)
{
	/* relaxed: only compared. */
	unsigned levels = load_relaxed(&skip->levels);

	/* acq_rel: before the links of the node that needs it; pairs with skip_levels(). */
	while (levels < height && !cas_acq_rel(&skip->levels, &levels, height))
		;
}

/* Fetch where the walk goes on if it comes down one level at this node. */
static inline void skip_prefetch_below(const struct skip_node *node, unsigned level)
{
	/* relaxed: only a hint. */
	if (level > 0)
		__builtin_prefetch((const void *)load_relaxed(&node->next[level - 1]));
}

/* A node without a value. */
static inline struct skip_node *skip_make(struct context *context, uint64_t key)
{
	const unsigned height = level_draw(context);
	struct skip_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, skip_node_bytes(height));

	if (!node) {
		context->exhausted++;
		return NULL;
	}
	node->key = key;
	node->height = height;
	/* relaxed: nobody else knows the node; the links to it publish it. */
	store_relaxed(&node->state, 0);
	return node;
}

/* A node that was never linked. */
static inline void skip_drop(struct context *context, struct skip_node *node)
{
	arena_free(context->arena, node, MEMORY_NODES, skip_node_bytes(node->height));
}

/* Return: 0 or -ENOMEM.    Ownership: the memory object of @setup. */
int skip_init(struct skip *skip, const struct setup *setup);

/* Give back all nodes and payloads. All workers have detached. */
void skip_destroy(struct skip *skip);

/**
 * skip_inspect() - count, and check what holds at rest.
 *
 * Keys ascend on every level, each node stands on all levels of its height, no link is marked.
 *
 * @state:  what the state of every linked node is at rest.
 */
void skip_inspect(const struct skip *skip, uint32_t state, struct inspection *inspection);

#endif
