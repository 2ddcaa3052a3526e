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

#include <stdbool.h>
#include <stdint.h>

struct scatter {
	uint64_t range;         /* 1 to 2^62 */
	uint64_t multiplier;    /* below the range */
	uint64_t reciprocal;    /* multiplier x 2^64 / range, rounded up if is_small, else down */
	uint64_t shift;         /* below the range */
	uint64_t quotient_max;  /* largest partial quotient of multiplier / range */
	bool is_small;          /* range up to 2^31 */
};

/**
 * scatter_init() - the map of a range and a seed; workers of one seed share it.
 *
 * Time: some hundred greatest common divisors.
 */
struct scatter scatter_init(uint64_t range, uint64_t seed);

static inline uint64_t scatter_high(uint64_t a, uint64_t b)
{
	return (uint64_t)(((unsigned __int128)a * b) >> 64);
}

/*
 * @rank below the range. The remainder of a product without a division:
 *
 * Small ranges take the fraction of rank x multiplier / range times the range (Lemire, Kaser and
 * Kurz, "Faster remainder by direct computation", 2019); the fraction's error, under rank / 2^64,
 * stays under 1 / range. Else the reciprocal estimates the quotient from below with an error under
 * 1 before rounding down (V. Shoup's multiplication by a known factor), and one subtraction
 * corrects the remainder.
 */
static inline uint64_t scatter_key(const struct scatter *scatter, uint64_t rank)
{
	const uint64_t shifted = rank + scatter->shift;

	if (scatter->is_small)
		return scatter_high(shifted * scatter->reciprocal, scatter->range);

	const uint64_t quotient = scatter_high(shifted, scatter->reciprocal);
	const uint64_t key = shifted * scatter->multiplier - quotient * scatter->range;
	const uint64_t less = key - scatter->range;

	return key < scatter->range ? key : less;
}

#endif
