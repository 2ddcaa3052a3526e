/*
 * A hot set: some keys, scattered over the range, get a given share of the draws, evenly; the rest
 * of the keys shares the rest of the draws, evenly.
 */
#ifndef WORKLOADS_HOTSPOT_H
#define WORKLOADS_HOTSPOT_H

#include <stdint.h>

#include "workloads/random.h"

struct hotspot {
	uint64_t hot;     /* keys in the hot set: ranks 0 to hot - 1 */
	uint64_t cold;
	uint64_t bound;   /* a draw is hot if a 63-bit number is below it */
};

/**
 * hotspot_init() - shares are of 1.
 *
 * The hot set is rounded to whole keys, at least one. Where that is all keys, all draws are hot.
 */
struct hotspot hotspot_init(uint64_t range, double hot_keys, double hot_draws);

/* A rank, to be scattered. Two numbers of the stream: one for the set, one for the place in it. */
static inline uint64_t hotspot_next(const struct hotspot *hotspot, struct random *random)
{
	/* All ones or none: a branch would be mispredicted as often as the rarer set is drawn. */
	uint64_t is_cold = -(uint64_t)(random_next(random) >> 1 >= hotspot->bound);

	__asm__("" : "+r"(is_cold));    /* compilers would see through it and branch */
	const uint64_t base = hotspot->hot & is_cold;
	const uint64_t width = (hotspot->hot & ~is_cold) | (hotspot->cold & is_cold);

	return base + random_below(random, width);
}

#endif
