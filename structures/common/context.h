/* What an operation knows of the thread that calls it. Filled by attach(), owned by the worker's thread. */
#ifndef STRUCTURES_COMMON_CONTEXT_H
#define STRUCTURES_COMMON_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topology/arena.h"

struct reclaim_thread;    /* of the scheme that the variant is compiled with: structures/reclaim/reclaim.h */
struct lock_thread;       /* of the lock that the variant is compiled with: structures/lock/lock.h */

/* How long locks were held, in ticks: structures/kvblock/held.h. */
struct held {
	uint64_t since, ticks;
	bool is_counter;                    /* clock_now() reads the processor's counter */
};

struct context {
	struct arena *arena;                /* the worker's own; nodes and payloads come from here */
	struct reclaim_thread *reclaim;     /* NULL for variants without a scheme */
	struct lock_thread *lock;           /* NULL for locks that keep nothing per thread */
	struct held *held;                  /* NULL: not timed */
	size_t value_bytes;                 /* 8: the value itself is stored; above: a payload of that size */
	unsigned worker;                    /* 0 to workers - 1 */
	unsigned node;                      /* index of the worker's NUMA node */
	uint64_t levels_drawn;              /* by skip lists: where this worker is in its random sequence */
	uint64_t exhausted;                 /* operations that found no memory: above 0, the trial is `exhausted` */
	uint64_t relieved;                  /* `exhausted` when the scheme was last asked for what it may free */
	uint64_t torn;                      /* payloads read that were not whole: above 0, the check fails */
	const char *failure;                /* of a server or the way to it: every operation since is none; NULL: all is well */
	/* By structures that lose entries or race (struct variant, flaw), since attach: */
	uint64_t lost, lost_sum;            /* entries that a put of another key drove out, and their keys */
	uint64_t torn_reads;                /* gets that met an entry of two writers */
};

#endif
