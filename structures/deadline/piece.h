/* The fixed computation of what measures punctuality: the family deadline, and the probe of jitter. */
#ifndef STRUCTURES_DEADLINE_PIECE_H
#define STRUCTURES_DEADLINE_PIECE_H

#include "topology/clock.h"

enum {
	PIECE_STEPS = 20000,    /* of a multiplication: 20 to 30 microseconds */
	PIECES_FIRST = 1000,    /* that tell what is usual */
	PIECE_DEADLINE = 2      /* times that */
};

/* Each step waits for the last: no core does it in less time than another of its kind. Return: ns that it took. */
static inline uint64_t piece_do(void)
{
	const uint64_t start_ns = clock_monotonic_ns();
	uint64_t x = start_ns;

	for (int i = 0; i < PIECE_STEPS; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		__asm__ volatile("" : "+r"(x));
	}
	return clock_monotonic_ns() - start_ns;
}

/* What a piece takes on this PU when nothing comes between. */
static inline uint64_t piece_usual_ns(void)
{
	uint64_t usual_ns = UINT64_MAX;

	for (int i = 0; i < PIECES_FIRST; i++) {
		const uint64_t took_ns = piece_do();

		usual_ns = took_ns < usual_ns ? took_ns : usual_ns;
	}
	return usual_ns;
}

#endif
