#include "workloads/prefill.h"

#include <math.h>

#include "workloads/random.h"

struct prefill prefill_init(uint64_t range, uint64_t count, uint64_t seed)
{
	struct prefill prefill = { .range = range, .count = count };
	struct random random = random_seed(seed, 0, RANDOM_PREFILL);
	uint64_t columns = (uint64_t)sqrt((double)range);

	while (columns * columns < range)
		columns++;
	prefill.rounds = range < PREFILL_SMALL_RANGE ? PREFILL_ROUNDS_SMALL : PREFILL_ROUNDS;
	for (unsigned round = 0; round < prefill.rounds; round++)
		prefill.round_keys[round] = random_next(&random);
	prefill.columns = columns;
	prefill.rows = (range + columns - 1) / columns;
	return prefill;
}

struct prefill prefill_in_order(uint64_t range)
{
	/* Without rounds the network leaves a position where it is. */
	return (struct prefill){ .range = range, .count = range, .columns = range, .rows = 1 };
}

/* (side + a number that only the other side decides) mod size. */
static uint64_t turn(uint64_t side, uint64_t size, uint64_t other, uint64_t key)
{
	const uint64_t by = (uint64_t)(((unsigned __int128)random_mix(other ^ key) * size) >> 64);
	const uint64_t turned = side + by;

	return turned < size ? turned : turned - size;
}

static uint64_t permute(const struct prefill *prefill, uint64_t position)
{
	uint64_t column = position % prefill->columns, row = position / prefill->columns;

	for (unsigned round = 0; round < prefill->rounds; round++) {
		const uint64_t key = prefill->round_keys[round];

		if (round % 2 == 0)
			column = turn(column, prefill->columns, row, key);
		else
			row = turn(row, prefill->rows, column, key);
	}
	return row * prefill->columns + column;
}

uint64_t prefill_key(const struct prefill *prefill, uint64_t index)
{
	uint64_t key = permute(prefill, index);

	/* The rectangle holds less than one row more than the range: few positions walk at all. */
	while (key >= prefill->range)
		key = permute(prefill, key);
	return key;
}
