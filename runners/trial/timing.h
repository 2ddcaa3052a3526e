/* Sampled and paced timing of one worker: set up before the clock starts, read after it. */
#ifndef RUNNERS_TRIAL_TIMING_H
#define RUNNERS_TRIAL_TIMING_H

#include <jansson.h>

#include "runners/trial/state.h"

/*
 * Arrivals worked out ahead; a thread that has used all goes round. 128 KiB, read in order:
 * prefetched.
 */
enum { TIMING_GAPS = 16384 };

/* How many of them a worker of this cell has: with rate=trace one for each request. */
size_t timing_gaps(const struct cell *cell);

/* On the member's own thread: fill the table of arrivals, choose the sampling interval. */
void timing_prepare(struct member *member);

/* Before a phase: arrivals at the cell's rate as it is now, or a closed loop where that is 0. */
void timing_pace(struct member *member);

/* Before a phase, by the coordinator: forget all samples. */
void timing_reset(struct member *member);

/* On the member's own thread, at the start of a phase: the schedule of arrivals begins now. */
void timing_begin(struct member *member);

/* Think time for a record: what was asked for, and what it takes on the PUs of the workers. */
json_t *timing_think_to_json(const struct trial *trial);

#endif
