/*
 * The contract of a token-slot KV cache: what an inference server keeps for each token of each
 * sequence, by (sequence, layer, head, position). Entries are put and read; none is taken out.
 *
 * A structure NAME of this family defines, as static inline functions:
 *
 *   bool NAME_get(struct NAME *, struct context *, uint64_t key, uint64_t *value)
 *           true if found; *value only then: what was last put there
 *   bool NAME_put(struct NAME *, struct context *, uint64_t key, uint64_t value)
 *           true if there is one entry more for it, false if one of this key was overwritten
 *   quiesce, online, offline, stall, prefetch: as in structures/map/map.h
 * and the create, destroy, attach, detach, inspect and garbage of struct variant. So a map from
 * packed keys is such a cache.
 *
 * A structure that breaks this by design says so in VARIANT_FLAW (struct variant):
 *   FLAW_LOSES   A get may miss though the key was put: another put took its place. That put counts
 *                context->lost, and the key that it drove out in context->lost_sum: exactly, so that
 *                in = there + lost. Once lost an entry stays lost until it is put again.
 *   FLAW_RACES   Moreover a get may answer with words of two puts. It counts context->torn_reads
 *                where the words it read do not belong together, whether they answer it or not.
 *                Losses are counted as far as puts see them; what more is missing at rest stands in
 *                the record as check.missing.
 *
 * A key packs the four numbers, the position lowest, so that a range of n x 32,768 keys is n
 * sequences of 512 positions in 8 layers and 8 heads: the load of the 44s benchmark with n = 1,000.
 * Keys drawn evenly draw the four numbers evenly and independently.
 *
 * Values of 8 bytes are one word beside the identity: as published, which keeps no tensors. Above,
 * each entry has a payload of value_bytes, all of which a put writes and a get reads: the traffic
 * of tensors. It goes through structures/common/payload.h, but where slots hold it in place.
 */
#ifndef STRUCTURES_KVSLOT_KVSLOT_H
#define STRUCTURES_KVSLOT_KVSLOT_H

#include "structures/variant.h"

enum kvslot_operation { KVSLOT_GET, KVSLOT_PUT };

enum {
	KVSLOT_POSITION_BITS = 9,
	KVSLOT_HEAD_BITS = 3,
	KVSLOT_LAYER_BITS = 3,
	KVSLOT_PAIR_BITS = KVSLOT_LAYER_BITS + KVSLOT_HEAD_BITS,
	KVSLOT_POSITIONS = 1 << KVSLOT_POSITION_BITS,
	KVSLOT_PAIRS = 1 << KVSLOT_PAIR_BITS, /* of layer and head */
	KVSLOT_SEQUENCE_KEYS = KVSLOT_POSITIONS * KVSLOT_PAIRS
};

extern const struct family kvslot_family;

struct kvslot_name {
	uint64_t sequence, layer, head, position;
};

static inline struct kvslot_name kvslot_unpack(uint64_t key)
{
	const uint64_t pair = key >> KVSLOT_POSITION_BITS;

	return (struct kvslot_name){
		.sequence = pair >> KVSLOT_PAIR_BITS,
		.layer = pair >> KVSLOT_HEAD_BITS & ((1u << KVSLOT_LAYER_BITS) - 1),
		.head = pair & ((1u << KVSLOT_HEAD_BITS) - 1),
		.position = key & (KVSLOT_POSITIONS - 1),
	};
}

static inline uint64_t kvslot_pack(struct kvslot_name name)
{
	return ((name.sequence << KVSLOT_LAYER_BITS | name.layer) << KVSLOT_HEAD_BITS | name.head)
		       << KVSLOT_POSITION_BITS |
	       name.position;
}

/* Number of a key's (layer, head): 0 to KVSLOT_PAIRS - 1. */
static inline uint64_t kvslot_pair(uint64_t key)
{
	return key >> KVSLOT_POSITION_BITS & (KVSLOT_PAIRS - 1);
}

/* The high half names the key, so that each get proves what it read. Never 0: bit 0 is set. */
static inline uint64_t kvslot_value(uint64_t key, uint64_t random)
{
	return key << 32 | (random & 0xffffffffu) | 1;
}

static inline bool kvslot_value_fits(uint64_t key, uint64_t value)
{
	return (value >> 32 == (key & 0xffffffffu)) & (value & 1);
}

/**
 * kvslot_prefill_key() - the @index-th of @count keys that stand in a cache at first.
 *
 * Whole contexts: of the first sequences the first positions, in all layers and heads, the same
 * share of either. So 326,400 entries of 1,000 sequences are 100 sequences of 51 positions.
 *
 * @range:  a multiple of KVSLOT_SEQUENCE_KEYS.
 */
uint64_t kvslot_prefill_key(uint64_t range, uint64_t count, uint64_t index);

#endif
