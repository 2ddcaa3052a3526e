/*
 * A recorded history: which operations a worker called, in which order they began and ended, and
 * what each answered. For the checker of runners/verify, never for measuring.
 *
 * The calls are a script, written before the phase. Begin and end are stamps of one counter shared
 * by all workers, so that they order the calls of different workers without trust in any clock: if
 * one call's `returned` is below another's `invoked`, the first happens before the second, on every
 * machine. (Time-stamp counters would leave open whether a store had left its core by then.)
 */
#ifndef STRUCTURES_COMMON_HISTORY_H
#define STRUCTURES_COMMON_HISTORY_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"

struct scan;    /* structures/common/scan.h */

struct history_call {
	/* The script. */
	uint64_t key;
	uint16_t operation; /* of the family */
	uint16_t pauses;    /* before the call: spin so long */
	bool yields;        /* before the call: give the PU away */
	bool quiesces;      /* before the call: as at the end of a batch */
	struct scan *scan;  /* of a scan: what it is to fill; NULL: the worker's own */

	/* The record. */
	bool took_effect;
	uint16_t worker;
	uint64_t value; /* put or enqueued, read or dequeued; of a scan the number of keys */
	uint64_t invoked, returned;
};

struct history {
	struct history_call *calls;
	unsigned count;
	_Atomic uint64_t *stamps; /* the counter, on lines of its own */
};

static inline uint64_t history_stamp(_Atomic uint64_t *stamps)
{
	uint64_t stamp;

	/* acq_rel: an ended call stays before its stamp; pairs with the fence below. */
	fence_acq_rel();
	/* relaxed: the fences order it, unseen by ThreadSanitizer, which must not take the
	 * recorder's order for the structure's. */
	stamp = fetch_add_relaxed(stamps, 1);
	/* acq_rel: a call stays behind the stamp of its beginning, hence behind all calls whose
	 * ends have lower stamps; pairs with the fence above. */
	fence_acq_rel();
	return stamp;
}

static inline void history_pause(const struct history_call *call)
{
	cpu_relax_for(call->pauses);
	if (call->yields)
		sched_yield();
}

#endif
