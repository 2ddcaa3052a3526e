/*
 * The B+tree's shape (structures/ordered/btree.h): the way down to a leaf, and off the fast path
 * splitting and merging of nodes.
 *
 * A split or a merge locks the parent, then the nodes from left to right, each only if it is still
 * at the version at which it was met; else it lets go and starts over. So nobody waits for a lock
 * while it holds another.
 */
#ifndef STRUCTURES_ORDERED_BTREE_SHAPE_H
#define STRUCTURES_ORDERED_BTREE_SHAPE_H

#include "structures/common/context.h"
#include "structures/ordered/btree_past.h"
#include "structures/reclaim/reclaim.h"

/* A step of the way down: a node, where it hangs, and what of it is inner. */
struct btree_step {
	struct btree_at at, parent;
	unsigned child;  /* of the parent */
	unsigned height; /* of the node; 0: a leaf */
	bool is_root;
};

static inline struct btree_node *btree_root_node(uint64_t root)
{
	return (struct btree_node *)(uintptr_t)(root & ~BTREE_HEIGHT);
}

/* Start at the root. Return: false if it has changed meanwhile. */
static inline bool btree_enter(const struct btree *tree, struct btree_step *step, uint64_t concern)
{
	/* acquire: the node as it was published; pairs with the release in btree_grow(). */
	const uint64_t root = load_acquire(&tree->root);

	step->height = (unsigned)(root & BTREE_HEIGHT);
	step->at.node = btree_root_node(root);
	step->at.version = btree_begin(step->at.node, concern);
	step->is_root = true;
	/* relaxed: stays behind the acquire of the version. A root that ceases to be one has split, so
	 * that this version was the root's. Pairs with btree_grow(). */
	return load_relaxed(&tree->root) == root;
}

/*
 * One level down. The child's version is taken between two looks at the parent: the first because
 * what was read may be no child at all, the second because at that moment the child must still be
 * the one that covers the key.
 */
static inline bool btree_descend(struct btree_step *step, uint64_t key, uint64_t concern)
{
	step->parent = step->at;
	step->child = btree_child_of(step->parent.node, key);
	step->at.node = btree_child(step->parent.node, step->child);
	if (!btree_is_same(step->parent, BTREE_SHAPE))
		return false;
	btree_prefetch(step->at.node);
	step->at.version = btree_begin(step->at.node, concern);
	step->height--;
	step->is_root = false;
	return btree_is_same(step->parent, BTREE_SHAPE);
}

/**
 * btree_find_leaf() - the leaf that covers a key, at a version at which it did.
 *
 * @concern:  as of btree_begin(), for the leaf.
 *
 * Progress: lock-free but for nodes that are being changed, which are waited for.
 */
static inline struct btree_at btree_find_leaf(const struct btree *tree, uint64_t key,
					      uint64_t concern)
{
	struct btree_step step;
	bool is_there;

	do {
		is_there = btree_enter(tree, &step, concern);
		while (is_there && step.height)
			is_there = btree_descend(&step, key, concern);
	} while (__builtin_expect(!is_there, 0));
	return step.at;
}

/* Lock a parent and one or two of its children. @right.node: NULL for one. */
static bool btree_lock_family(const struct btree_step *step, struct btree_at left,
			      struct btree_at right)
{
	if (!step->is_root && !btree_lock(step->parent, BTREE_TO_CHANGE))
		return false;
	if (!btree_lock(left, BTREE_TO_CHANGE))
		goto fail;
	if (!right.node || btree_lock(right, BTREE_TO_CHANGE))
		return true;
	btree_unlock(left, 0);
fail:
	if (!step->is_root)
		btree_unlock(step->parent, 0);
	return false;
}

/* Nothing was written. */
static void btree_unlock_family(const struct btree_step *step, struct btree_at left,
				struct btree_at right)
{
	if (right.node)
		btree_unlock(right, 0);
	btree_unlock(left, 0);
	if (!step->is_root)
		btree_unlock(step->parent, 0);
}

static struct btree_node *btree_make_node(struct context *context)
{
	struct btree_node *const node = arena_alloc(context->arena, MEMORY_NODES, sizeof(*node));

	if (node)
		btree_clear(node);
	else
		context->exhausted++;
	return node;
}

/* Move the entries from @from on to an empty node that nobody else knows. */
static void btree_move_upper(struct btree_node *node, struct btree_node *right, unsigned from,
			     unsigned of_word)
{
	for (unsigned i = from; i < BTREE_KEYS; i++) {
		btree_set(right, i - from, of_word, btree_key(node, i),
			  btree_word(node, i + of_word));
		/* release: as in btree_set(). */
		store_release(&node->keys[i], BTREE_NO_KEY);
	}
}

/*
 * Split a full leaf in the middle. One to which keys are appended at the end of the map keeps more,
 * so that keys that come in order leave full leaves behind.
 *
 * Return: the lowest key to the right.
 */
static uint64_t btree_split_leaf(struct btree_node *leaf, struct btree_node *right, uint64_t key)
{
	const bool appends =
		!btree_word(leaf, BTREE_NEXT) && btree_key(leaf, BTREE_LEAF_KEYS - 1) < key;
	const unsigned from =
		appends ? BTREE_LEAF_KEYS - BTREE_LEAF_KEYS / 8 - 1 : BTREE_LEAF_KEYS / 2 + 1;

	btree_move_upper(leaf, right, from, 0);
	btree_share_past(leaf, right);
	btree_set_word(right, BTREE_NEXT, btree_word(leaf, BTREE_NEXT));
	btree_set_word(leaf, BTREE_NEXT, btree_as_word(right));
	return btree_key(right, 0);
}

/* Split a full inner node: its middle key goes up. */
static uint64_t btree_split_inner(struct btree_node *node, struct btree_node *right)
{
	const unsigned middle = BTREE_KEYS / 2;
	const uint64_t key = btree_key(node, middle);

	btree_set_word(right, 0, btree_word(node, middle + 1));
	btree_move_upper(node, right, middle + 1, 1);
	/* release: as in btree_set(). */
	store_release(&node->keys[middle], BTREE_NO_KEY);
	return key;
}

/* Holding the old root, which has split: set a root above it. */
static void btree_grow(struct btree *tree, struct btree_node *root, const struct btree_step *step,
		       uint64_t key, struct btree_node *right)
{
	btree_set_word(root, 0, btree_as_word(step->at.node));
	btree_set(root, 0, 1, key, btree_as_word(right));
	/* release: publishes the node; pairs with the loads in btree_enter(). */
	store_release(&tree->root, btree_as_word(root) | (step->height + 1));
}

/* Split a full node whose parent is not full. Return: false for want of memory. */
static bool btree_split_node(struct btree *tree, struct context *context,
			     const struct btree_step *step, uint64_t key)
{
	struct btree_node *const right = btree_make_node(context);
	struct btree_node *const root = step->is_root && right ? btree_make_node(context) : NULL;
	bool has_memory = true;
	uint64_t middle;

	if (!right || (step->is_root && !root)) {
		has_memory = false;
		goto fail;
	}
	if (!btree_lock_family(step, step->at, (struct btree_at){ 0 }))
		goto fail;
	if (!step->height && !btree_keep(tree, context, step->at.node))
		goto unlock;
	middle = step->height ? btree_split_inner(step->at.node, right)
			      : btree_split_leaf(step->at.node, right, key);
	if (step->is_root) {
		btree_grow(tree, root, step, middle, right);
	} else {
		btree_insert(step->parent.node, step->child, 1, middle, btree_as_word(right));
		btree_unlock(step->parent, BTREE_CHANGED);
	}
	btree_unlock(step->at, BTREE_CHANGED);
	return true;
unlock:
	has_memory = false;
	btree_unlock_family(step, step->at, (struct btree_at){ 0 });
fail:
	if (root)
		arena_free(context->arena, root, MEMORY_NODES, sizeof(*root));
	if (right)
		arena_free(context->arena, right, MEMORY_NODES, sizeof(*right));
	return has_memory;
}

/**
 * btree_make_room() - split the topmost full node on the way to a key, if there is one.
 *
 * The parent of that node has room then. Whoever needs room in the leaf looks again, and calls
 * again if there is none yet.
 *
 * Return: false for want of memory, which is counted.
 */
static __attribute__((noinline, cold)) bool btree_make_room(struct btree *tree,
							    struct context *context, uint64_t key)
{
	struct btree_step step;
	bool is_there = btree_enter(tree, &step, BTREE_ALL);

	while (is_there && step.height && !btree_is_full(step.at.node, step.height))
		is_there = btree_descend(&step, key, BTREE_ALL);
	if (!is_there || !btree_is_full(step.at.node, step.height))
		return true;
	return btree_split_node(tree, context, &step, key);
}

/* Two neighbours below one parent, and how many keys they would have as one. */
struct btree_pair {
	struct btree_at left, right;
	unsigned of_left; /* child of the parent */
	unsigned counts[2];
};

/* Whether two nodes of a height may become one: with room to spare, or if one is empty. */
static bool btree_is_mergeable(const struct btree_pair *pair, unsigned height)
{
	const unsigned together = pair->counts[0] + pair->counts[1] + (height > 0);

	if (!pair->counts[0] || !pair->counts[1])
		return together <= btree_keys_at(height);
	return together <= BTREE_ROOMY;
}

/* The neighbours @of_left and the one right of it. Return: false if the parent has changed. */
static bool btree_meet_pair(const struct btree_step *step, unsigned of_left,
			    struct btree_pair *pair)
{
	const struct btree_at parent = step->parent;
	struct btree_at *const both[] = { &pair->left, &pair->right };

	pair->of_left = of_left;
	for (unsigned i = 0; i < 2; i++) {
		both[i]->node = btree_child(parent.node, of_left + i);
		if (!btree_is_same(parent, BTREE_SHAPE))
			return false;
		both[i]->version = btree_begin(both[i]->node, BTREE_ALL);
		pair->counts[i] = btree_count(both[i]->node);
	}
	return btree_is_same(parent, BTREE_SHAPE);
}

/* Holding all three: the left node takes over what the right one has. */
static void btree_move_left(const struct btree_step *step, const struct btree_pair *pair)
{
	struct btree_node *const left = pair->left.node;
	const struct btree_node *const right = pair->right.node;
	const unsigned of_word = step->height ? 1 : 0;
	unsigned to = pair->counts[0];

	if (step->height)
		btree_set(left, to++, 1, btree_key(step->parent.node, pair->of_left),
			  btree_word(right, 0));
	else
		btree_set_word(left, BTREE_NEXT, btree_word(right, BTREE_NEXT));
	for (unsigned i = 0; i < pair->counts[1]; i++)
		btree_set(left, to++, of_word, btree_key(right, i), btree_word(right, i + of_word));
	btree_delete(step->parent.node, pair->of_left, 1);
}

enum btree_sight { BTREE_DONE, BTREE_TO_DO, BTREE_DISTURBED };

/* Merge two neighbours, unless one of them or the parent has changed, or memory is short. */
static enum btree_sight btree_merge_pair(struct btree *tree, struct context *context,
					 const struct btree_step *step,
					 const struct btree_pair *pair)
{
	if (!btree_lock_family(step, pair->left, pair->right))
		return BTREE_DISTURBED;
	/* What the right one was stays in it. */
	if (!step->height && !btree_keep(tree, context, pair->left.node)) {
		btree_unlock_family(step, pair->left, pair->right);
		return BTREE_DONE;
	}
	btree_move_left(step, pair);
	btree_unlock(step->parent, BTREE_CHANGED);
	btree_unlock(pair->left, BTREE_CHANGED);
	btree_unlock(pair->right, BTREE_CHANGED | BTREE_OBSOLETE);
	reclaim_retire(context->reclaim, pair->right.node, MEMORY_NODES, sizeof(*pair->right.node));
	return BTREE_TO_DO;
}

/* See whether the node of a step can be merged with the one to its right or left, and do it. */
static enum btree_sight btree_merge_at(struct btree *tree, struct context *context,
				       const struct btree_step *step)
{
	const unsigned last = btree_count(step->parent.node);
	struct btree_pair pair;

	for (unsigned i = 0; i < 2; i++) {
		if (i ? step->child == 0 : step->child >= last)
			continue;
		if (!btree_meet_pair(step, step->child - i, &pair))
			return BTREE_DISTURBED;
		if (!btree_is_mergeable(&pair, step->height))
			continue;
		return btree_merge_pair(tree, context, step, &pair);
	}
	return BTREE_DONE;
}

/* Go down to a key, and merge the first pair that can be. */
static enum btree_sight btree_merge_once(struct btree *tree, struct context *context, uint64_t key)
{
	struct btree_step step;
	enum btree_sight sight = BTREE_DONE;

	if (!btree_enter(tree, &step, BTREE_ALL))
		return BTREE_DISTURBED;
	while (step.height) {
		if (!btree_descend(&step, key, BTREE_ALL))
			return BTREE_DISTURBED;
		if (btree_count(step.at.node) > BTREE_SPARSE)
			continue;
		sight = btree_merge_at(tree, context, &step);
		if (sight != BTREE_DONE)
			return sight;
	}
	return sight;
}

/**
 * btree_tidy() - merge what has become sparse on the way to a key.
 *
 * For whoever has left a leaf sparse or empty.
 */
static __attribute__((noinline, cold)) void btree_tidy(struct btree *tree, struct context *context,
						       uint64_t key)
{
	struct backoff backoff = { 0 };
	enum btree_sight sight;

	while ((sight = btree_merge_once(tree, context, key)) != BTREE_DONE) {
		if (sight == BTREE_DISTURBED)
			backoff_grow(&backoff);
	}
}

#endif
