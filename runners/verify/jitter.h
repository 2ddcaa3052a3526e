/*
 * Delays inside operations: a timer of the thread's own interrupts it wherever it is, and the
 * handler spins or gives the PU away, for as long as several operations take. So calls meet each
 * other half done, without a line of code in what is watched.
 */
#ifndef RUNNERS_VERIFY_JITTER_H
#define RUNNERS_VERIFY_JITTER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "workloads/random.h"

struct jitter {
	timer_t timer;
	bool is_on;
};

/**
 * jitter_start() - let the calling thread be disturbed when it asks for it.
 *
 * Where the system has no timer left the thread goes undisturbed; that hides nothing but bugs.
 *
 * @is_crowded:  more threads than PUs: give the PU away, do not spin.
 */
void jitter_start(struct jitter *jitter, uint64_t seed, bool is_crowded);
void jitter_stop(struct jitter *jitter);

/* Strike the calling thread once, a random moment after this. */
void jitter_arm(struct jitter *jitter, struct random *random);

#endif
