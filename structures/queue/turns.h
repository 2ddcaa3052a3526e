/*
 * Taking turns at a shared counter that gives out tickets.
 *
 * Threads that each want a ticket now make the counter's line, and those of the slots, go from core
 * to core for every single operation: tens of times slower than one thread alone. So a thread that
 * sees from its tickets that others draw too lets them have the lines for a moment, about as long
 * as TURNS_TICKETS operations take, and then works as long itself before it does so again. Two
 * threads end up one after the other, each in long runs; many threads lose next to nothing by it,
 * since the pause is short against the time that a run among many takes.
 *
 * A wait is bounded and no condition for anything: progress is what it is without.
 */
#ifndef STRUCTURES_QUEUE_TURNS_H
#define STRUCTURES_QUEUE_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"

enum { TURNS_TICKETS = 128, TURNS_PAUSES = 16 };

/* One thread at one counter; starts zeroed. */
struct turns {
	uint64_t last;  /* its latest ticket */
	uint64_t since; /* first ticket drawn among others since its last wait */
	bool has_met;   /* `since` is set */
};

/* After an operation with this ticket: wait if it is others' turn. */
static inline void turns_pass(struct turns *turns, uint64_t ticket)
{
	const bool is_alone = ticket == turns->last + 1;

	turns->last = ticket;
	if (__builtin_expect(is_alone, 1))
		return;
	if (!turns->has_met) {
		turns->has_met = true;
		turns->since = ticket;
		return;
	}
	if (ticket - turns->since < TURNS_TICKETS)
		return;
	turns->has_met = false;
	for (unsigned i = 0; i < TURNS_PAUSES; i++)
		cpu_relax();
}

#endif
