#include "structures/kvslot/kvslot.h"

#include <math.h>

const struct family kvslot_family = {
	.name = "kvslot",
	.operations = (const char *const[]){ "get", "put", NULL },
	.effects = (const char *const[]){ "found", "added", NULL },
	.refusals = (const char *const[]){ NULL, NULL, NULL },
	.default_mix = "get:80,put:20",
	.read = KVSLOT_GET,
	.insert = KVSLOT_PUT,
	.remove = FAMILY_NONE,
	.scan = FAMILY_NONE,
	.consume = FAMILY_NONE,
	.keeps_keys = true,
	.counts_losses = true,
};

/* Positions of each sequence; as many sequences as then hold @count are there. */
static uint64_t prefilled_positions(uint64_t range, uint64_t count)
{
	const uint64_t sequences = range / KVSLOT_SEQUENCE_KEYS;
	const uint64_t least = (count + sequences * KVSLOT_PAIRS - 1) / (sequences * KVSLOT_PAIRS);
	const double share = sqrt((double)count / (double)range);
	const uint64_t positions = (uint64_t)(share * KVSLOT_POSITIONS);

	return positions > least ? positions : least;
}

uint64_t kvslot_prefill_key(uint64_t range, uint64_t count, uint64_t index)
{
	const uint64_t positions = prefilled_positions(range, count);
	const uint64_t lists = index / positions; /* each of a sequence, layer and head */

	return lists << KVSLOT_POSITION_BITS | index % positions;
}
