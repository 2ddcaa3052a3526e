/*
 * Zipf's law, exactly: rank r of n (0 the hottest) has a mass in proportion to (r + 1)^-theta, for
 * any theta >= 0, above 1 too, and any n up to 2^62.
 *
 * The first ranks are cells of their own; the others are gathered into cells whose width is a
 * sixteenth of their first number. A cell is drawn by one look into an alias table (M. D. Vose, "A
 * linear algorithm for generating random numbers with a given distribution", IEEE TSE 1991), a rank
 * in it evenly, which is accepted with probability (number / first number of the cell)^-theta; else
 * all is drawn again. A cell weighs the mass of its first rank times its width: no sum is needed,
 * nothing is approximated.
 *
 * The power lies between its tangent at the first number and the chord of its cell, which decide
 * all but one draw in a thousand (theta 0.99) without library mathematics. Tables are a few
 * hundred cells: 13 KB for a million keys.
 */
#ifndef WORKLOADS_ZIPF_H
#define WORKLOADS_ZIPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/random.h"

/* Ranks first to first + width - 1. */
struct zipf_cell {
	uint64_t bound;    /* a number below it, of 2^64, means this cell; else the other one */
	const struct zipf_cell *other;
	uint64_t first;
	uint64_t width;
	uint64_t slope;    /* fall of the tangent per rank, of 2^64, rounded up */
	double chord;      /* fall of the chord per rank, of 1 */
};

struct zipf {
	const struct zipf_cell *cells;
	uint64_t count;
	double theta;
};

/* Bytes of table for this distribution. */
size_t zipf_table_bytes(uint64_t n, double theta);

/**
 * zipf_init() - build the table: O(log n).
 *
 * @table:  zipf_table_bytes() bytes, aligned to 64; kept, not owned.
 */
struct zipf zipf_init(uint64_t n, double theta, void *table);

/**
 * zipf_mass() - the sum of k^-theta over k from first to first + count - 1, first at least 1.
 *
 * Error: relative, below 1e-12 (Euler-Maclaurin behind a sum of the leading terms).
 */
double zipf_mass(uint64_t first, uint64_t count, double theta);

/* The draws that the tangent does not decide, out of the loop's way. */
bool zipf_accepts(const struct zipf_cell *cell, uint64_t step, uint64_t height, double theta);

/* This cell or its other one. A branch would be mispredicted at every third draw, hence a mask. */
static inline const struct zipf_cell *zipf_choose(const struct zipf_cell *cell, uint64_t number)
{
	const uintptr_t own = (uintptr_t)cell, other = (uintptr_t)cell->other;
	uintptr_t is_own = -(uintptr_t)(number < cell->bound);

	__asm__("" : "+r"(is_own));    /* compilers would see through it and branch */
	return (const struct zipf_cell *)(other ^ ((own ^ other) & is_own));
}

/*
 * A rank, 0 to n - 1.
 *
 * One number gives the step within the cell and the height that is held against the power: what
 * the product leaves below the step is even over 64 bits, in grains of the cell's width. At 2^40
 * ranks a grain is 2^-28, and grains of neighbouring ranks are shifted against each other.
 */
static inline __attribute__((always_inline)) uint64_t zipf_next(const struct zipf *zipf,
								struct random *random)
{
	for (;;) {
		const unsigned __int128 spot = (unsigned __int128)random_next(random) * zipf->count;
		const struct zipf_cell *const cell =
			zipf_choose(&zipf->cells[(uint64_t)(spot >> 64)], (uint64_t)spot);
		const unsigned __int128 place =
			(unsigned __int128)random_next(random) * cell->width;
		const uint64_t step = (uint64_t)(place >> 64);
		const uint64_t height = (uint64_t)place;

		/* Bernoulli's inequality: (1 + x)^-theta >= 1 - theta x. */
		if (__builtin_expect(height <= UINT64_MAX - step * cell->slope, 1) ||
		    zipf_accepts(cell, step, height, zipf->theta))
			return cell->first + step;
	}
}

#endif
