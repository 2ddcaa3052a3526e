/* Distances that keep one thread's writes away from another's reads. */
#ifndef STRUCTURES_COMMON_CACHELINE_H
#define STRUCTURES_COMMON_CACHELINE_H

#include <stdbool.h>

enum {
	CACHELINE_BYTES = 64,
	/* Two lines: x86 prefetches lines in pairs, and several arm64 cores have 128-byte lines. */
	CACHELINE_APART_BYTES = 128
};

/*
 * How far ahead of a walk through an array of words a line is fetched: eight transfers between two
 * cores are then under way at once.
 */
enum { CACHELINE_WORDS = CACHELINE_BYTES / 8, CACHELINE_AHEAD_WORDS = 8 * CACHELINE_WORDS };

/* Fetch a line, to write it if @fills, a constant; the builtin wants its argument as a literal. */
static inline __attribute__((always_inline)) void cacheline_fetch(const void *at, const bool fills)
{
	if (fills)
		__builtin_prefetch(at, 1);
	else
		__builtin_prefetch(at, 0);
}

#define CACHELINE_ALIGNED _Alignas(CACHELINE_BYTES)
#define CACHELINE_APART   _Alignas(CACHELINE_APART_BYTES)

#endif
