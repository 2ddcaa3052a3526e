/*
 * Small 64-bit generators: one independent stream each for key, operation and value, per worker.
 *
 * A Weyl sequence (a state that grows by an odd step) through a folded 128-bit product, as in Wang
 * Yi's wyrand (wyhash, 2019): half the instructions of SplitMix64 at equal quality for our uses.
 * Successive numbers do not wait for one another, so a draw costs its throughput, not its latency.
 * Rejected: one number for several purposes, which ties keys to operations.
 */
#ifndef WORKLOADS_RANDOM_H
#define WORKLOADS_RANDOM_H

#include <stdint.h>

enum random_stream {
	RANDOM_KEYS,
	RANDOM_OPERATIONS,
	RANDOM_VALUES,
	RANDOM_ARRIVALS,
	RANDOM_PREFILL,
	RANDOM_SCHEDULE,
	RANDOM_SCATTER
};

struct random {
	uint64_t state;
	uint64_t step;    /* odd; one's own: streams are different sequences, not shifted copies */
};

/* A bijection on 64 bits; every input bit reaches every output bit (David Stafford's mix 13). */
static inline uint64_t random_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/**
 * random_seed() - the stream of one worker for one purpose.
 */
static inline struct random random_seed(uint64_t seed, unsigned worker, enum random_stream stream)
{
	const uint64_t own = random_mix(seed ^ random_mix(((uint64_t)worker << 8) + stream + 1));

	return (struct random){ .state = own, .step = random_mix(own) | 1 };
}

static inline uint64_t random_next(struct random *random)
{
	random->state += random->step;

	const unsigned __int128 product =
		(unsigned __int128)random->state * (random->state ^ 0xe7037ed1a0b428dbu);

	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/*
 * Uniform in [0, n), n >= 1. The bias is below n / 2^64 (Lemire, "Fast random integer generation",
 * 2019, without rejection).
 */
static inline uint64_t random_below(struct random *random, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)random_next(random) * n) >> 64);
}

/* Uniform in [0, 1), 53 bits. */
static inline double random_unit(struct random *random)
{
	return (double)(random_next(random) >> 11) * 0x1p-53;
}

#endif
