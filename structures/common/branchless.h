/*
 * A coin toss is no branch: where the answer of a look-up is random, a branch on it is mispredicted
 * every other time, and found out only when the line has come from memory. Then nothing of the next
 * operations is under way meanwhile.
 */
#ifndef STRUCTURES_COMMON_BRANCHLESS_H
#define STRUCTURES_COMMON_BRANCHLESS_H

#include <stdbool.h>
#include <stdint.h>

/* 0 or 1, of which the compiler knows nothing more: it cannot split its path on it. */
static inline uint64_t branchless(bool claim)
{
	uint64_t word = claim;

	__asm__("" : "+r"(word));
	return word;
}

/* @yes if @claim is 1, @no if it is 0. */
static inline uint64_t branchless_select(uint64_t claim, uint64_t yes, uint64_t no)
{
	return no ^ ((yes ^ no) & -claim);
}

#endif
