/* The shortest part of a history that still breaks the promise. */
#ifndef RUNNERS_VERIFY_REDUCE_H
#define RUNNERS_VERIFY_REDUCE_H

#include "runners/verify/promise.h"

/**
 * reduce() - leave out what a history that keeps its promise could do without.
 *
 * Only such calls go whose absence cannot itself break the promise (reads that others do not rest
 * on, a value with all that it did, all of one key, what was over before all else or began after
 * it), so that what stays is still a proof.
 *
 * @events:  in and out; calls at the beginning may be folded into the initial state.
 */
void reduce(struct events *events, const struct promise *promise, struct memo *memo);

#endif
