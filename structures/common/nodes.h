/*
 * The NUMA nodes that the workers of an instance sit on, numbered from 0 without gaps: for
 * structures that keep something for each. A structure sees no other nodes.
 */
#ifndef STRUCTURES_COMMON_NODES_H
#define STRUCTURES_COMMON_NODES_H

#include <errno.h>
#include <stdint.h>

#include "structures/common/context.h"
#include "topology/memory.h"

enum { NODES_MAX = 64, NODES_INDEX_MAX = 1024 };

/* Read only once it is made. */
struct nodes {
	unsigned count;
	unsigned index[NODES_MAX];             /* of each, as topology_node() takes it */
	uint8_t rank_of[NODES_INDEX_MAX];      /* by that index; of a node without workers: 0 */
};

/**
 * nodes_find() - number the nodes in the order in which the workers name them.
 *
 * Return: 0, or -ENOTSUP where there are more than NODES_MAX.
 */
static inline int nodes_find(struct nodes *nodes, const struct memory *memory)
{
	*nodes = (struct nodes){ 0 };
	for (unsigned i = 0; i < memory_workers(memory); i++) {
		const unsigned index = memory_worker_node(memory, i);

		if (index >= NODES_INDEX_MAX)
			return -ENOTSUP;
		if (nodes->count && nodes->index[nodes->rank_of[index]] == index)
			continue;
		if (nodes->count == NODES_MAX)
			return -ENOTSUP;
		nodes->rank_of[index] = (uint8_t)nodes->count;
		nodes->index[nodes->count++] = index;
	}
	return 0;
}

/* Number of the node that a worker sits on. */
static inline unsigned nodes_rank(const struct nodes *nodes, const struct context *context)
{
	return nodes->rank_of[context->node];
}

#endif
