/* From the number of a request, as it is drawn, to the chain of its blocks. */
#ifndef WORKLOADS_CHAIN_H
#define WORKLOADS_CHAIN_H

#include <string.h>

#include "workloads/dist.h"
#include "workloads/prefix_tree.h"
#include "workloads/trace.h"

struct chain_source {
	const struct trace *trace; /* NULL: of the tree */
	struct prefix_tree tree;
};

static inline struct chain_source chain_init(const struct dist *dist, unsigned worker)
{
	struct chain_source source = { .trace = dist->trace };

	source.tree = prefix_tree_init(dist->branching, dist->depth, dist->shared, worker);
	return source;
}

/* The longest chain that a distribution gives; 0 where it draws keys, not requests. */
static inline unsigned chain_longest(const struct dist *dist)
{
	if (dist->kind == DIST_TRACE)
		return (unsigned)dist->trace->header.longest;
	return dist->kind == DIST_PREFIX ? dist->depth : 0;
}

/**
 * chain_fill() - the blocks of a request.
 *
 * Requests of a trace count on from lap to lap, and with each lap all ids are others: what was
 * cached in the last one is of no use in the next.
 *
 * @blocks:  out, room for chain_longest().
 *
 * Return: how many.
 */
static inline unsigned chain_fill(struct chain_source *source, uint64_t request, uint64_t *blocks)
{
	const struct trace *const trace = source->trace;

	if (!trace)
		return prefix_tree_chain(&source->tree, request, blocks);

	const uint64_t lap = request / trace->header.requests;
	const uint64_t within = request - lap * trace->header.requests;
	const uint64_t *const ids = trace->blocks + trace->requests[within].first;
	const unsigned length = trace_length(trace, within);

	for (unsigned i = 0; i < length; i++)
		blocks[i] = ids[i] + lap * trace->header.id_span;
	return length;
}

#endif
