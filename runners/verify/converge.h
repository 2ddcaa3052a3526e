/*
 * Do answers of replicas that converge fit one order of the versions of a key?
 *
 * Workers look at replicas of their own, and a call is two steps: it looks at the version that its
 * replica has, and if it writes, makes one that comes later, but not at once after the one it saw
 * among those of others. The order sought is of all steps: each worker's as it took them, each look
 * right behind the version that it saw, and those after `settled` behind all versions. So no worker
 * goes back, or misses what it wrote, and in the end all see the last version: a memory is called
 * coherent that has such an order for each word.
 *
 * Paper: P. Gibbons, E. Korach, "Testing shared memories", SIAM J. Comput. 26(4), 1997.
 */
#ifndef RUNNERS_VERIFY_CONVERGE_H
#define RUNNERS_VERIFY_CONVERGE_H

#include "runners/verify/events.h"
#include "runners/verify/linearize.h"

/**
 * converge_of_key() - search for an order.
 *
 * @events:  sorted by `invoked`; of maps.
 * @subset:  the events that count, as a set of bits.
 *
 * Return: whether there is one; also true where the search would outgrow its memory.
 * Threads: one per @memo.
 */
bool converge_of_key(const struct events *events, uint64_t subset, unsigned key, struct memo *memo);

#endif
