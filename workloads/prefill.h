/*
 * What stands in a structure before the clock starts: an order of keys, not a call.
 *
 * The i-th key is a bijection of i over [0, range): any first n of them are n distinct keys in random order, so the
 * workers can each insert a slice, and the set is a random sample of the range.
 */
#ifndef WORKLOADS_PREFILL_H
#define WORKLOADS_PREFILL_H

#include <stdint.h>

struct prefill {
	uint64_t range;
	uint64_t count;        /* keys to insert, at most range for families with distinct keys */
	uint64_t seed;
	unsigned half_bits;    /* of the Feistel network, derived */
};

/**
 * prefill_init() - prepare an order. @range at least 1.
 */
struct prefill prefill_init(uint64_t range, uint64_t count, uint64_t seed);

/* The @index-th key, 0 to range - 1. A Feistel network with cycle walking (Black, Rogaway, CT-RSA 2002). */
uint64_t prefill_key(const struct prefill *prefill, uint64_t index);

#endif
