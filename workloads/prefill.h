/*
 * What stands in a structure before the clock starts: an order of keys, not a call.
 *
 * The i-th key is a bijection of i over [0, range): any first n of them are n distinct keys in
 * random order, so that workers can each insert a slice, and the set is a random sample.
 */
#ifndef WORKLOADS_PREFILL_H
#define WORKLOADS_PREFILL_H

#include <stdint.h>

/*
 * Rounds of the network: half change the column, half the row. Six leave no trace of the index
 * where a side has many values; a side of two or three needs more, or some orders come too often.
 */
enum { PREFILL_ROUNDS = 6, PREFILL_ROUNDS_SMALL = 24, PREFILL_SMALL_RANGE = 4096 };

struct prefill {
	uint64_t range;
	uint64_t count;            /* keys to insert; at most range where keys are distinct */
	uint64_t columns, rows;    /* the rectangle that holds the range */
	unsigned rounds;
	uint64_t round_keys[PREFILL_ROUNDS_SMALL];
};

/**
 * prefill_init() - prepare an order. @range 1 to 2^62.
 */
struct prefill prefill_init(uint64_t range, uint64_t count, uint64_t seed);

/* All keys of a range, each at its own place: the i-th key is i. */
struct prefill prefill_in_order(uint64_t range);

/**
 * prefill_key() - the @index-th key, 0 to range - 1; @index below the range.
 *
 * A Feistel network over a rectangle just above the range, with cycle walking back into it (Black
 * and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002).
 */
uint64_t prefill_key(const struct prefill *prefill, uint64_t index);

#endif
