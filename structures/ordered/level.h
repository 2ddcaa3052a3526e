/*
 * How many levels a node of a skip list links: 1, and one more with probability 1/4 each.
 *
 * With 1/4 a node has 1.33 links on average, which keeps most of them in half a cache line; with
 * 1/2 a search compares about as often but a node has two (W. Pugh, "Skip lists: a probabilistic
 * alternative to balanced trees", CACM 33(6), 1990, says the same).
 */
#ifndef STRUCTURES_ORDERED_LEVEL_H
#define STRUCTURES_ORDERED_LEVEL_H

#include <stdint.h>

#include "structures/common/context.h"
#include "workloads/random.h"

enum {
	LEVEL_BITS = 2,    /* of random bits that must be 0 for one more level: 1/4 */
	LEVEL_MAX = 16     /* enough for 4^16 elements; more are right, and slower */
};

/**
 * level_draw() - the height of a new node, 1 to LEVEL_MAX.
 *
 * Each worker has a sequence of its own (a Weyl sequence through random_mix()), so that no two share a line for it.
 *
 * Threads: the owner of @context.
 */
static inline unsigned level_draw(struct context *context)
{
	const uint64_t drawn = ((uint64_t)context->worker << 48) + ++context->levels_drawn;
	/* A last bit that is set bounds the height. */
	const uint64_t bits = random_mix(drawn * 0x9e3779b97f4a7c15u) |
			      UINT64_C(1) << (LEVEL_BITS * (LEVEL_MAX - 1));

	return 1 + (unsigned)__builtin_ctzll(bits) / LEVEL_BITS;
}

#endif
