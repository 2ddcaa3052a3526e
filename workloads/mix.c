#include "workloads/mix.h"

#include <errno.h>

static unsigned common_divisor(const struct mix *mix)
{
	unsigned divisor = 0;

	for (unsigned i = 0; i < mix->count; i++) {
		unsigned share = mix->share[mix->order[i]];

		while (share) {
			const unsigned rest = divisor % share;

			divisor = share;
			share = rest;
		}
	}
	return divisor;
}

int mix_cycle(const struct mix *mix, uint8_t *cycle, size_t room)
{
	const unsigned divisor = common_divisor(mix);
	unsigned length = 0;

	if (MIX_TOTAL / divisor > room)
		return -E2BIG;
	for (unsigned i = 0; i < mix->count; i++) {
		const unsigned operation = mix->order[i];
		const unsigned end = length + mix->share[operation] / divisor;

		while (length < end)
			cycle[length++] = (uint8_t)operation;
	}
	return (int)length;
}
