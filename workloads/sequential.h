/* Keys in order: the t-th worker's i-th key is (t x stride + i) mod range. */
#ifndef WORKLOADS_SEQUENTIAL_H
#define WORKLOADS_SEQUENTIAL_H

#include <stdint.h>

struct sequential {
	uint64_t next;
	uint64_t range;
};

/* @range at least 1; the product is taken in 128 bits, so that no stride overflows. */
static inline struct sequential sequential_init(uint64_t range, uint64_t stride, unsigned worker)
{
	const uint64_t first = (uint64_t)((unsigned __int128)stride * worker % range);

	return (struct sequential){ .next = first, .range = range };
}

static inline uint64_t sequential_next(struct sequential *sequential)
{
	const uint64_t key = sequential->next;
	const uint64_t after = key + 1;

	sequential->next = after == sequential->range ? 0 : after;    /* no division in the loop */
	return key;
}

#endif
