#include "runners/probe/chain.h"

#include "workloads/random.h"

/* Sattolo's shuffle gives a cyclic permutation, every one alike (Inf. Proc. Letters 22, 1986). */
void chain_make(struct chain_link *links, size_t count, uint64_t seed)
{
	struct random random = random_seed(seed, 0, RANDOM_SCATTER);

	for (size_t i = 0; i < count; i++)
		links[i].next = &links[i];
	for (size_t i = count - 1; i > 0; i--) {
		const size_t other = random_below(&random, i);
		struct chain_link *const next = links[i].next;

		links[i].next = links[other].next;
		links[other].next = next;
	}
}
