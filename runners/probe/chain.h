/* A chain of cache lines in an order that no prefetcher follows: each load waits for the last. */
#ifndef RUNNERS_PROBE_CHAIN_H
#define RUNNERS_PROBE_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "structures/common/cacheline.h"

struct chain_link {
	CACHELINE_ALIGNED struct chain_link *next;
};

/* Tie @count lines, at least 1, into one ring that visits each of them once. */
void chain_make(struct chain_link *links, size_t count, uint64_t seed);

/* Follow the chain @steps times. Return: where that leads. */
static inline struct chain_link *chain_follow(struct chain_link *link, size_t steps)
{
	while (steps--)
		link = link->next;
	return link;
}

#endif
