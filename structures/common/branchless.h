/*
 * Which slot of a line holds a key is as random as a die: a branch on it is mispredicted more often
 * than not. Whether the key is there at all may be a coin toss, too, but one branch on it costs less
 * than all the instructions that would have to wait for the line without it: those fill the
 * processor's queues, so that fewer lines of the next operations are under way.
 *
 * A compiler takes a conditional expression as leave to branch, and splits the code after it on the
 * claim. So on x86-64 this is the two instructions themselves.
 */
#ifndef STRUCTURES_COMMON_BRANCHLESS_H
#define STRUCTURES_COMMON_BRANCHLESS_H

#include <stdint.h>

/* @yes if @a is @b, else @no. */
static inline uint64_t branchless_if_equal(uint64_t a, uint64_t b, uint64_t yes, uint64_t no)
{
#if defined(__x86_64__)
	__asm__("cmp %[b], %[a]\n\tcmove %[yes], %[no]"
		: [no] "+r"(no)
		: [a] "r"(a), [b] "rm"(b), [yes] "rm"(yes)
		: "cc");
	return no;
#else
	uint64_t word = a == b ? yes : no;

	__asm__("" : "+r"(word)); /* what comes after knows nothing of the claim */
	return word;
#endif
}

#endif
