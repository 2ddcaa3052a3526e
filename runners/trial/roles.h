/* Who does what: producers, consumers, prefilling workers, and the mix that each draws from. */
#ifndef RUNNERS_TRIAL_ROLES_H
#define RUNNERS_TRIAL_ROLES_H

#include <stdbool.h>

#include "runners/plan/cell.h"

/* roles=split and P:C: the worker does nothing but insert, or nothing but remove. */
bool roles_is_producer(const struct cell *cell, unsigned worker);
bool roles_is_consumer(const struct cell *cell, unsigned worker);

/*
 * Whether a worker is among the writers, or among the readers, that a stall may strike. In a family
 * where every operation changes the structure, writers insert and readers remove.
 */
bool roles_writes(const struct cell *cell, unsigned worker);
bool roles_reads(const struct cell *cell, unsigned worker);

/* What worker number @worker of the cell draws from. */
struct draw_options roles_draw_options(const struct cell *cell, uint64_t seed, unsigned worker);

/**
 * roles_fill_slice() - which part of the prefill a worker inserts.
 *
 * With roles the producers alone insert. With more workers than PUs only the first on each PU does:
 * with a fair lock every hand-over to a worker that is not on a PU costs a turn of the scheduler.
 *
 * @pus:  PUs in use; worker i sits where worker i mod @pus does.
 * @from, @to:  out; equal for a worker that inserts nothing.
 */
void roles_fill_slice(const struct cell *cell, unsigned pus, unsigned worker, uint64_t *from,
		      uint64_t *to);

#endif
