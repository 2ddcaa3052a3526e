/*
 * Taking turns at a shared counter that gives out tickets.
 *
 * Threads that each want a ticket now make the counter's line, and those of the slots, go from core
 * to core for every single operation: tens of times slower than one thread alone. So a thread that
 * has worked for a while, and sees from its tickets that another draws too, pauses at once; the other,
 * which has just come back from such a pause, works on. Two threads end up one after the other, each
 * in runs as long as the other's pause; with more threads, fewer want the line at any time, and the
 * line is never idle for want of them.
 *
 * A pause is bounded and no condition for anything: progress is what it is without.
 */
#ifndef STRUCTURES_QUEUE_TURNS_H
#define STRUCTURES_QUEUE_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"

enum {
	/* A run that is long enough. */
	TURNS_TICKETS = 128,
	/* 1 to 14 us, many times what it costs to take turns: a few lines from core to core. */
	TURNS_PAUSES = 256
};

/* One thread at one counter; starts zeroed. */
struct turns {
	uint64_t last;   /* its latest ticket */
	uint64_t since;  /* the ticket with which its run began */
	bool has_paused; /* after `since`: the next ticket that is not alone begins a run */
};

/* After a ticket that did not follow on this thread's last one. */
static __attribute__((noinline)) void turns_meet(struct turns *turns, uint64_t ticket)
{
	if (turns->has_paused) {
		turns->has_paused = false;
		turns->since = ticket;
		return;
	}
	if (ticket - turns->since < TURNS_TICKETS)
		return;
	turns->has_paused = true;
	cpu_relax_for(TURNS_PAUSES);
}

/* After an operation with this ticket: pause if it is others' turn. */
static inline void turns_pass(struct turns *turns, uint64_t ticket)
{
	const bool is_alone = ticket == turns->last + 1;

	turns->last = ticket;
	if (__builtin_expect(!is_alone, 0))
		turns_meet(turns, ticket);
}

#endif
