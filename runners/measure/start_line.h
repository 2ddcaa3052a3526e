/*
 * The start line: threads that leave it leave it together.
 *
 * A sense-reversing barrier that spins: threads woken one by one from the kernel would start
 * microseconds to milliseconds apart. But before it spins, each sleeps until all are on their way:
 * where there are fewer processors than threads, spinners would take them from those waited for
 * (128 emulated CPUs on two: no start within half a minute).
 */
#ifndef RUNNERS_MEASURE_START_LINE_H
#define RUNNERS_MEASURE_START_LINE_H

#include <stdint.h>

#include "structures/common/cacheline.h"

struct start_line {
	unsigned threads;
	CACHELINE_APART _Atomic unsigned coming;     /* in all laps together */
	CACHELINE_APART _Atomic unsigned arrived;
	CACHELINE_APART _Atomic unsigned lap;
};

void start_line_init(struct start_line *line, unsigned threads);

/**
 * start_line_cross() - wait until all threads are here.
 *
 * Ordering: what any thread did before crossing happens before what every thread does after it.
 * Threads: exactly @threads of them, each once a lap.
 */
void start_line_cross(struct start_line *line);

#endif
