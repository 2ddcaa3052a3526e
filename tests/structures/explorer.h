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
 *   Beyond it: of what claims to be lock-free one worker may stall, at any step, until all others are
 *   done. Whoever waits for it then waits for ever; elsewhere a wait ends, as everybody gets a turn.
 */
#ifndef TESTS_STRUCTURES_EXPLORER_H
#define TESTS_STRUCTURES_EXPLORER_H

#include <stdbool.h>
#include <stdint.h>

#include "workloads/random.h"

enum { EXPLORER_WORKERS_MAX = 4 };

typedef void explorer_body(void *argument, unsigned worker);

struct explorer_play {
	explorer_body *body;
	void *argument;
	unsigned workers; /* at most EXPLORER_WORKERS_MAX */
	/* What is played claims to be lock-free: now and then whoever is at some step stays there until
	 * the others are done. */
	bool may_stall;
};

enum explorer_end {
	EXPLORER_ENDED,
	EXPLORER_ENDLESS, /* each waits for another, or they overtake each other for ever */
	EXPLORER_HELD_UP  /* by the one that is stalled */
};

/**
 * explorer_run() - run the body once for each worker, interleaved, to the end of them all.
 *
 * Where they do not end they stay where they are, and what they worked on is of no use any more.
 *
 * Threads: one in the process.
 */
enum explorer_end explorer_run(const struct explorer_play *play, struct random *random);

#endif
