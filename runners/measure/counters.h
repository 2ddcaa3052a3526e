/*
 * Event counters of one thread, through PAPI.
 *
 * A capability is proven by adding and starting its event, never by asking: PAPI_query_event() and
 * PAPI_num_cmp_hwctrs() answer yes in virtual machines that count nothing. What is missing is
 * `unavailable` with the reason, never 0.
 *
 * No multiplexing: an event is counted all the time or not at all. A group that has more events than
 * the processor has counters, which is found by trying, is counted in several passes, each in a
 * trial of its own.
 */
#ifndef RUNNERS_MEASURE_COUNTERS_H
#define RUNNERS_MEASURE_COUNTERS_H

#include <stdint.h>

#include "runners/measure/counter_cause.h"
#include "runners/measure/counter_groups.h"

struct counter_reading {
	uint64_t value;
	uint64_t enabled_ns;     /* between start and stop */
	uint64_t running_ns;     /* of which the event was counted */
	/* Why there is no value; "" if there is. */
	char unavailable[COUNTERS_REASON_BYTES];
};

struct counters;    /* of one thread */

/**
 * counters_open() - prepare a group for the calling thread, and prove each event by starting it.
 *
 * Events that cannot be had are left out and say why in counters_read().
 *
 * @pass:  any number: pass 0 and the number of passes are the same.
 * @counters:  out; released with counters_close().
 *
 * Return: 0, or -ENOMEM.
 * Threads: the one that is counted; so are all calls below but counters_read().
 */
int counters_open(const struct counter_group *group, unsigned pass, struct counters **counters);

/* Zero and start, stop. Some microseconds each: outside of what is measured. */
void counters_start(struct counters *counters);
void counters_stop(struct counters *counters);

/* What event number @event of the group counted. Threads: any, once the counters are stopped. */
void counters_read(const struct counters *counters, size_t event, struct counter_reading *reading);

void counters_close(struct counters *counters);

#endif
