/*
 * slots: the layout that kvslot/slots_racy, slots_versioned and slots_node share, as published: for
 * each (layer, head) an array of slots of one cache line, in which an entry has one place, chosen by
 * its sequence and position. What is put there overwrites what was there.
 *
 * A slot holds five words: the four of the name and the value; slots_versioned adds a version in the
 * same line. With value_bytes above 8 the payload lies in place, on the lines that follow, as a
 * cache's tensors would: nothing is allocated or freed.
 *
 * Sources: A. J. Smith, "Cache memories", ACM Computing Surveys 14(3), 1982 (direct mapping); the KV
 *   cache of the 44s benchmark (its "fractal" side).
 * Differences: (a) arrays for the layers and heads that there are keys for, not for 32 x 32; (b) the
 *   place is a hash of sequence and position; (c) the number of slots, which is not published, is
 *   setup.capacity, or SLOTS_PER_ELEMENT for each element expected; (d) with several homes
 *   (slots_node) each NUMA node has arrays of its own, for its part of the sequences.
 *
 * Invariants, at rest (slots_racy keeps none of them but the first)
 *   1. `sequence` is 0 in a slot that was never put to, else the sequence + 1.
 *   2. The other words are those of one put, and the slot is that of its key.
 * Memory: 64 bytes a slot and value_bytes, rounded up to lines, where these are above 8; so 128
 *   bytes an element at the expected size.
 */
#ifndef STRUCTURES_KVSLOT_SLOTS_H
#define STRUCTURES_KVSLOT_SLOTS_H

#include <assert.h>
#include <errno.h>

#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "structures/common/hash.h"
#include "structures/common/nodes.h"
#include "structures/common/payload.h"
#include "structures/kvslot/kvslot.h"

enum { SLOTS_PER_ELEMENT = 2 };

struct slot {
	CACHELINE_ALIGNED _Atomic uint64_t version; /* odd while a put is at it; slots_versioned */
	_Atomic uint64_t sequence, layer, head, position, value;
};

static_assert(sizeof(struct slot) == CACHELINE_BYTES, "one line a slot");

/* All read only after create. */
struct slots {
	unsigned char *arrays[NODES_MAX]; /* by home: those of all pairs, one behind the other */
	unsigned homes;
	uint64_t per_pair;    /* slots of one (layer, head) in one home */
	size_t stride;        /* bytes from slot to slot */
	size_t payload_words; /* 0: the value is all */
};

/* What a slot holds, as far as its words belong together. */
struct slot_entry {
	bool is_there;
	uint64_t key, value;
};

/* Sequences go round the homes; of a home the pair chooses the array, a hash the slot. */
static inline struct slot *slots_find(const struct slots *slots, uint64_t key)
{
	const struct kvslot_name name = kvslot_unpack(key);
	const uint64_t hash = hash_key(name.sequence << KVSLOT_POSITION_BITS | name.position);
	const uint64_t within = (uint64_t)(((unsigned __int128)hash * slots->per_pair) >> 64);
	const unsigned home = slots->homes == 1 ? 0 : (unsigned)(name.sequence % slots->homes);

	return (struct slot *)(slots->arrays[home] +
			       (kvslot_pair(key) * slots->per_pair + within) * slots->stride);
}

static inline _Atomic uint64_t *slot_payload(struct slot *slot)
{
	return (_Atomic uint64_t *)(slot + 1);
}

/**
 * slots_init() - empty slots.
 *
 * @nodes:  the homes, or NULL for a table of all workers.
 *
 * Return: 0, or -ENOMEM.    Ownership: the memory object.
 */
static inline int slots_init(struct slots *slots, const struct setup *setup,
			     const struct nodes *nodes)
{
	const uint64_t wanted =
		setup->capacity ? setup->capacity : setup->expected * SLOTS_PER_ELEMENT;
	const bool has_payload = setup->value_bytes > PAYLOAD_INLINE_BYTES;
	size_t size_bytes, payload_bytes;

	slots->homes = nodes ? nodes->count : 1;
	slots->per_pair = wanted / ((uint64_t)KVSLOT_PAIRS * slots->homes) + 1;
	slots->payload_words =
		has_payload ? (setup->value_bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t) : 0;
	payload_bytes = slots->payload_words * sizeof(uint64_t) + CACHELINE_BYTES - 1;
	slots->stride = sizeof(struct slot) + payload_bytes / CACHELINE_BYTES * CACHELINE_BYTES;
	if (slots->per_pair > SIZE_MAX / KVSLOT_PAIRS / slots->stride)
		return -ENOMEM;
	size_bytes = slots->per_pair * KVSLOT_PAIRS * slots->stride;
	for (unsigned home = 0; home < slots->homes; home++) {
		slots->arrays[home] =
			nodes ? memory_on_node(setup->memory, nodes->index[home], size_bytes)
			      : memory_shared(setup->memory, size_bytes);
		if (!slots->arrays[home])
			return -ENOMEM;
	}
	return 0;
}

/* At rest, of slots that do not race: count what is there, and check the invariants. */
static inline void slots_inspect(const struct slots *slots,
				 struct slot_entry (*read)(struct slot *slot),
				 struct inspection *inspection)
{
	const uint64_t count = slots->per_pair * KVSLOT_PAIRS;

	*inspection = (struct inspection){ 0 };
	for (unsigned home = 0; home < slots->homes; home++) {
		for (uint64_t i = 0; i < count; i++) {
			struct slot *const slot =
				(struct slot *)(slots->arrays[home] + i * slots->stride);
			const struct slot_entry entry = read(slot);

			if (!entry.is_there)
				continue;
			if (slots_find(slots, entry.key) != slot)
				inspection->broken = "slots: a key is in another one's slot";
			if (!kvslot_value_fits(entry.key, entry.value))
				inspection->broken = "slots: a value is not of its slot's key";
			inspection->elements++;
			inspection->sum += entry.key;
		}
	}
}

#endif
