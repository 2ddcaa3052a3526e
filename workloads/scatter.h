/*
 * Which key has which rank: a bijection of [0, range) that keeps hot keys from being neighbours.
 *
 * An affine map, key = (rank + shift) x multiplier mod range; the multiplier is coprime to the
 * range and near its golden section. How evenly the first ranks spread depends on the continued
 * fraction of multiplier / range: with small quotients, the smallest gap between the first h keys
 * is within a small factor of range / h for every h. So such a multiplier is searched for.
 */
#ifndef WORKLOADS_SCATTER_H
#define WORKLOADS_SCATTER_H

#include <stdint.h>

struct scatter {
	uint64_t range;         /* 1 to 2^62 */
	uint64_t multiplier;    /* below the range */
	uint64_t reciprocal;    /* floor(multiplier x 2^64 / range) */
	uint64_t shift;         /* below the range */
	uint64_t quotient_max;  /* largest partial quotient of multiplier / range */
};

/**
 * scatter_init() - the map of a range and a seed; workers of one seed share it.
 *
 * Time: some hundred greatest common divisors.
 */
struct scatter scatter_init(uint64_t range, uint64_t seed);

/*
 * @rank below the range. The reciprocal estimates the quotient rank x multiplier / range from below
 * with an error under 1 before rounding down, so one subtraction corrects the remainder (V. Shoup's
 * multiplication by a known factor); no division.
 */
static inline uint64_t scatter_key(const struct scatter *scatter, uint64_t rank)
{
	const uint64_t shifted = rank + scatter->shift;
	const uint64_t quotient =
		(uint64_t)(((unsigned __int128)shifted * scatter->reciprocal) >> 64);
	const uint64_t key = shifted * scatter->multiplier - quotient * scatter->range;
	const uint64_t less = key - scatter->range;

	return key < scatter->range ? key : less;
}

#endif
