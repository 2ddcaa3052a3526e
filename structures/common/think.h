/*
 * Think time: what a thread does with itself between two operations of a structure.
 *
 * A chain of multiplications in registers, each of which waits for the one before: it touches no memory, shares no line,
 * and does not slow down others but by the core that it occupies. How many rounds are a time is measured by each worker on
 * its own PU (runners/measure/think.h).
 */
#ifndef STRUCTURES_COMMON_THINK_H
#define STRUCTURES_COMMON_THINK_H

#include <stdint.h>

/*
 * No load or instruction of the operations on both sides passes: else a processor would start the next operation, or end
 * the last, beneath the chain, and the time would not come on top. Stores may still be on their way.
 */
static inline void think_fence(void)
{
#if defined(__x86_64__)
	__builtin_ia32_lfence();
#elif defined(__aarch64__)
	__asm__ volatile("dsb ld\n\tisb" ::: "memory");
#endif
}

static inline void think(uint64_t rounds)
{
	uint64_t thought = rounds;

	think_fence();
	while (rounds--) {
		thought = thought * UINT64_C(0x9e3779b97f4a7c15) + rounds;
		/* Worked out round by round, though nobody asks for the result. */
		__asm__ volatile("" : "+r"(thought));
	}
	think_fence();
}

#endif
