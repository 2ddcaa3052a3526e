/*
 * work: pieces of work one after another on each worker, as threads like any other; work_fifo the same under SCHED_FIFO
 * at the lowest real-time priority, which nothing of this host but the kernel itself interrupts.
 *
 * Source: the deadline benchmark of event frameworks, which runs a fixed computation 5,000 times and lists what took too
 * long. Differences from it:
 *   a. A piece is some 25 us of dependent multiplications.
 *   b. The deadline is twice what a piece takes undisturbed, found on each worker's PU before it begins.
 * Invariants:
 *   1. A worker's deadline is set before its first piece, and never changes.
 * Linearization: none is needed, nothing is shared.
 * Progress: wait-free.
 * May run together: anything.
 * Reclamation: none. Memory: a line for each worker.
 */
#ifndef STRUCTURES_DEADLINE_WORK_H
#define STRUCTURES_DEADLINE_WORK_H

#include "structures/deadline/deadline.h"
#include "structures/deadline/piece.h"

struct work_line {
	CACHELINE_APART uint64_t deadline_ns;
};

struct work {
	struct work_line **of;    /* one per worker, on its node */
};

/* Return: true if it was in time.    Progress: wait-free. */
static inline bool work_piece(const struct work *work, const struct context *context)
{
	return piece_do() <= work->of[context->worker]->deadline_ns;
}

#endif
