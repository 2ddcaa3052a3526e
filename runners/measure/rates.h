/* From each thread's own operations and own time to a rate, an overlap and a fairness. */
#ifndef RUNNERS_MEASURE_RATES_H
#define RUNNERS_MEASURE_RATES_H

#include <stddef.h>
#include <stdint.h>

/* When one thread was inside the measured loop, by its own clock readings. */
struct span {
	uint64_t start_ns, stop_ns;
};

double span_seconds(const struct span *span);

/* Operations per second of one thread: its operations over its own time. 0 for an empty span. */
double span_rate(uint64_t operations, const struct span *span);

/**
 * span_overlap() - how much of the trial all threads ran together.
 *
 * Return: time from the last start to the first stop over time from the first start to the last
 * stop; 0 to 1.
 */
double span_overlap(const struct span *spans, size_t n);

/* How evenly threads, or nodes, were served. NaN where there is nothing to compare. */
struct fairness {
	double jain, minimum, median, maximum;
};

struct fairness fairness_of(const double *rates, size_t n);

#endif
