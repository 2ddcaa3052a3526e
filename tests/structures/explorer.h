/*
 * Interleavings on purpose: the workers of one history are coroutines of one thread, and a
 * scheduler with a seed says at each atomic operation who goes on. What it finds it finds again.
 *
 * Sources compiled with NUMAMARK_EXPLORE=1 call explore_point() before each atomic operation and
 * explore_wait() where they wait for another (structures/common/atomics.h). The orders met are
 * sequentially consistent ones; what weaker ones add is ThreadSanitizer's to find.
 *
 * Paper: S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A randomized scheduler with
 *   probabilistic guarantees of finding bugs", ASPLOS 2010: random priorities, lowered at a few
 *   random steps. Some runs take a random walk instead, which meets long alternations sooner.
 */
#ifndef TESTS_STRUCTURES_EXPLORER_H
#define TESTS_STRUCTURES_EXPLORER_H

#include <stdbool.h>
#include <stdint.h>

#include "workloads/random.h"

enum { EXPLORER_WORKERS_MAX = 4 };

typedef void explorer_body(void *argument, unsigned worker);

/**
 * explorer_run() - run @body once for each worker, interleaved, to the end of them all.
 *
 * Return: false if they do not end: each waits for another, or they overtake each other for ever.
 * Then they stay where they are, and what they worked on is of no use any more.
 * Threads: one in the process.
 */
bool explorer_run(explorer_body *body, void *argument, unsigned workers, struct random *random);

#endif
