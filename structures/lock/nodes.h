/*
 * What a NUMA-aware lock keeps for each node: one block per node that a worker sits on, placed
 * there, and a table of them by the index of the node.
 */
#ifndef STRUCTURES_LOCK_NODES_H
#define STRUCTURES_LOCK_NODES_H

#include <stddef.h>

#include "topology/memory.h"

/* How many entries such a table has: the largest index of a worker's node, and one. */
static inline unsigned lock_nodes_count(const struct memory *memory)
{
	unsigned count = 0;

	for (unsigned worker = 0; worker < memory_workers(memory); worker++) {
		const unsigned node = memory_worker_node(memory, worker);

		count = node < count ? count : node + 1;
	}
	return count;
}

/**
 * lock_nodes_make() - a zeroed block of @size_bytes on each node with a worker.
 *
 * Return: the table, with NULL for nodes without a worker; or NULL without memory. What was got
 * before a failure goes with memory_destroy().
 * Ownership: the memory object.
 */
static inline void **lock_nodes_make(struct memory *memory, size_t size_bytes)
{
	/* Only read after this, so that its own place does not matter. */
	void **const table =
		memory_thread(memory, 0, lock_nodes_count(memory) * sizeof(*table));

	for (unsigned worker = 0; table && worker < memory_workers(memory); worker++) {
		void **const entry = &table[memory_worker_node(memory, worker)];

		if (!*entry)
			*entry = memory_thread(memory, worker, size_bytes);
		if (!*entry)
			return NULL;
	}
	return table;
}

#endif
