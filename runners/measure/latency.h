/* Latency samples: reading histograms, and the schedule of arrivals of an open loop. */
#ifndef RUNNERS_MEASURE_LATENCY_H
#define RUNNERS_MEASURE_LATENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "structures/common/histogram.h"
#include "workloads/random.h"

/* Add all samples of @from to @into. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/**
 * histogram_quantile() - the value below which a share of the samples lies.
 *
 * @q:  0 to 1.
 *
 * Return: the middle of the bucket that holds sample number ceil(q x samples), never above the
 * maximum; 0 without samples.
 * Error: half a bucket, 0.4 % of the value; the maximum is exact.
 */
uint64_t histogram_quantile(const struct histogram *histogram, double q);

/**
 * histogram_mean() - the mean of the samples themselves, not of their buckets.
 *
 * Return: their sum by their number; not a number without samples.
 * Error: none but that of one division: the sum is exact.
 */
double histogram_mean(const struct histogram *histogram);

/**
 * arrivals_fill() - times between the arrivals of one thread, worked out before the clock starts.
 *
 * Constant, or exponentially distributed (a Poisson process). Rounding is carried on and the whole
 * table is scaled to its mean, so that a thread that goes round it keeps the rate asked for
 * exactly.
 *
 * @gaps:  out, @n ticks.
 * @mean_ticks:  above 0.
 * @random:  NULL for constant arrivals.
 *
 * Error: the mean of the table is within 1 / @n ticks of @mean_ticks.
 */
void arrivals_fill(uint64_t *gaps, size_t n, double mean_ticks, struct random *random);

/**
 * latency_clock_cost_ns() - what reading the clock costs on the PU of the calling thread.
 *
 * @is_counter, @ns_per_tick:  of clock_calibrate().
 *
 * Return: the median time between two readings that follow each other.
 */
double latency_clock_cost_ns(bool is_counter, double ns_per_tick);

#endif
