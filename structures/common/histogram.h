/*
 * A log-linear histogram of 64-bit samples: 128 equal buckets to each power of two, so that a bucket is at most
 * 1/128 = 0.8 % wide. Counting is two shifts and a few additions; memory is fixed. Samples, their sum and the largest are exact.
 *
 * After G. Tene's HdrHistogram (2012), whose bucket layout this is in spirit; the code is our own.
 */
#ifndef STRUCTURES_COMMON_HISTOGRAM_H
#define STRUCTURES_COMMON_HISTOGRAM_H

#include <stdint.h>

enum {
	HISTOGRAM_LINEAR_BITS = 7,
	HISTOGRAM_VALUE_BITS = 44,    /* above: counted in the last bucket, the maximum stays exact */
	HISTOGRAM_BUCKETS = (HISTOGRAM_VALUE_BITS - HISTOGRAM_LINEAR_BITS + 1) << HISTOGRAM_LINEAR_BITS
};

struct histogram {
	uint64_t samples;
	uint64_t maximum;
	uint64_t sum;    /* 2^64 ticks are centuries of waiting, all samples together */
	uint64_t counts[HISTOGRAM_BUCKETS];
};

/* Bucket b holds the values from histogram_lowest(b) to histogram_lowest(b + 1) - 1. */
static inline unsigned histogram_bucket(uint64_t value)
{
	unsigned shift;

	if (value < 1u << HISTOGRAM_LINEAR_BITS)
		return (unsigned)value;
	if (value >> HISTOGRAM_VALUE_BITS)
		return HISTOGRAM_BUCKETS - 1;
	shift = 63 - (unsigned)__builtin_clzll(value) - HISTOGRAM_LINEAR_BITS;
	return ((shift + 1) << HISTOGRAM_LINEAR_BITS) +
	       (unsigned)((value >> shift) - (1u << HISTOGRAM_LINEAR_BITS));
}

static inline uint64_t histogram_lowest(unsigned bucket)
{
	const unsigned octave = bucket >> HISTOGRAM_LINEAR_BITS;
	const uint64_t within = bucket & ((1u << HISTOGRAM_LINEAR_BITS) - 1);

	return octave ? (within + (1u << HISTOGRAM_LINEAR_BITS)) << (octave - 1) : within;
}

static inline void histogram_add_times(struct histogram *histogram, uint64_t value, uint64_t times)
{
	histogram->counts[histogram_bucket(value)] += times;
	histogram->samples += times;
	histogram->sum += value * times;
	if (value > histogram->maximum)
		histogram->maximum = value;
}

static inline void histogram_add(struct histogram *histogram, uint64_t value)
{
	histogram_add_times(histogram, value, 1);
}

#endif
