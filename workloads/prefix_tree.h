/*
 * Synthetic requests: prompts that share their beginnings as the paths of a tree do, and end in
 * blocks of their own.
 *
 * A request is a prompt, drawn by Zipf's law, and the chain of `depth` blocks that belongs to it.
 * The first `shared` of them are the path to that prompt in a tree in which each block has
 * `branching` children: on level l (from 0) stands the block number (prompt mod branching^l), so
 * that block 0 is in every request and prompts part the later, the more digits they have in common.
 * The others occur in this request and in no other, as what a user says.
 */
#ifndef WORKLOADS_PREFIX_TREE_H
#define WORKLOADS_PREFIX_TREE_H

#include <stdint.h>

enum {
	PREFIX_BRANCHING_MAX = 1024,
	PREFIX_DEPTH_MAX = 4096,
	/* An id: level and number of a shared block, or worker and number of one of its own. */
	PREFIX_LEVEL_SHIFT = 48,
	PREFIX_WORKER_SHIFT = 44
};

#define PREFIX_OWN (UINT64_C(1) << 62)

struct prefix_tree {
	uint64_t branching;
	unsigned depth, shared; /* blocks of a request; of them, of the tree */
	uint64_t own;           /* id of the next block that is nobody else's */
};

static inline struct prefix_tree prefix_tree_init(unsigned branching, unsigned depth,
						  unsigned shared, unsigned worker)
{
	return (struct prefix_tree){ .branching = branching,
				     .depth = depth,
				     .shared = shared,
				     .own = PREFIX_OWN | (uint64_t)worker << PREFIX_WORKER_SHIFT };
}

/* The chain of a request for @prompt. Return: its length, tree->depth. */
static inline unsigned prefix_tree_chain(struct prefix_tree *tree, uint64_t prompt,
					 uint64_t *blocks)
{
	uint64_t number = 0, power = 1, rest = prompt;

	for (unsigned level = 0; level < tree->shared; level++) {
		blocks[level] = (uint64_t)level << PREFIX_LEVEL_SHIFT | number;
		/* One more digit of the prompt; where it has no more they are 0. */
		number += rest % tree->branching * power;
		rest /= tree->branching;
		power *= rest ? tree->branching : 1;
	}
	for (unsigned i = tree->shared; i < tree->depth; i++)
		blocks[i] = tree->own++;
	return tree->depth;
}

#endif
