/* Which block each block of a trace came after where it was first met. Internal to workloads/trace. */
#ifndef WORKLOADS_TRACE_PARENTS_H
#define WORKLOADS_TRACE_PARENTS_H

#include <stdint.h>

/* Of a block that begins a chain. No id is so large. */
#define TRACE_NO_PARENT UINT64_MAX

/* So many blocks are known; of those first met later nothing is, so that a trace of any length takes 64 MB. */
#define TRACE_PARENTS_MAX (UINT64_C(1) << 21)

struct trace_parent {
	uint64_t key; /* id + 1; 0: nothing is here */
	uint64_t parent;
};

/* A table of open addressing, at most half full. Zeroed, it is empty. */
struct trace_parents {
	struct trace_parent *table; /* NULL: none yet */
	uint64_t count;
};

/**
 * trace_parents_meet() - a block is met behind another.
 *
 * @first:  out: which block it was met behind first, @parent where this is the first time or not known.
 *
 * Return: 0 or -ENOMEM.
 */
int trace_parents_meet(struct trace_parents *parents, uint64_t id, uint64_t parent, uint64_t *first);
void trace_parents_free(struct trace_parents *parents);

#endif
