/*
 * Is there an order of these calls, one after the other, that explains every answer and in which
 * no call comes before one that had ended when it began?
 *
 * Papers: J. Wing, C. Gong, "Testing and verifying concurrent objects", J. Parallel Distrib.
 *   Comput. 17, 1993; the memory of configurations seen before: G. Lowe, "Testing for
 *   linearizability", Concurr. Comput. Pract. Exper. 29(4), 2017.
 */
#ifndef RUNNERS_VERIFY_LINEARIZE_H
#define RUNNERS_VERIFY_LINEARIZE_H

#include "runners/verify/events.h"

/*
 * May the object have answered @event as it did? @state is the one before it, and becomes the one
 * after it; it is of no use after a no. Pure.
 */
typedef bool state_step(const struct events *events, struct state *state,
			const struct event *event);

/* Configurations that the search has been to. Made once per thread, used again for each search. */
struct memo;

/* Return: NULL without memory. */
struct memo *memo_create(void);
void memo_destroy(struct memo *memo);

/* For searches: forget the last one. Then: is this configuration new, and is there room for more? */
void memo_begin(struct memo *memo);
bool memo_is_new(struct memo *memo, uint64_t done, const struct state *state);
bool memo_is_full(const struct memo *memo);

/**
 * linearize() - search for an order.
 *
 * @events:  sorted by `invoked`.
 * @subset:  the events that count, as a set of bits.
 *
 * Return: whether there is one. Threads: one per @memo.
 */
bool linearize(const struct events *events, uint64_t subset, state_step *step, struct memo *memo);

#endif
