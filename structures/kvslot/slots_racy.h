/*
 * slots_racy: INCORRECT BY DESIGN, as published: slots without any synchronisation.
 *
 * A put stores the words of its entry one by one into the slot, over whatever was there; a get loads
 * them one by one and answers with the value if the name is the one it looks for. Nothing keeps two
 * puts, or a put and a get, from meeting in one slot. It is here to show what that saves, and what
 * it costs: torn reads and lost entries are counted and stand wherever its throughput does.
 *
 * Source: the KV cache of the 44s benchmark (its "fractal" side).
 * Differences: (a) to (c) of slots.h; (d) each word is a relaxed atomic: the same instructions as
 *   plain ones, without undefined behaviour; (e) to count what it loses a put reads the name that it
 *   overwrites, and to count torn reads a get compares the value with the name beside it: the line
 *   is there already.
 *
 * What is counted
 *   torn  gets that loaded words of different puts, or a name without its value yet, whether they
 *         answered with them or took them for a miss. The value names its key, so that no mix of
 *         names passes for an entry; a mix of two puts of one key is none. Payloads: likewise, of
 *         those a get answered with.
 *   lost  puts that saw the name of another key in the slot. Two puts that meet may both see the
 *         same one, or none; what that leaves uncounted is missing at rest (check.missing).
 *
 * Linearization: none; a get may answer a key with another's value. `verify` does not check it, a
 *   test shows that it would be found broken.
 * Progress: wait-free.
 * May run together: nothing may, and everything does. create, destroy and inspect: alone.
 * Reclamation: none; payloads lie in the slots.
 * Memory: of slots.h.
 */
#ifndef STRUCTURES_KVSLOT_SLOTS_RACY_H
#define STRUCTURES_KVSLOT_SLOTS_RACY_H

#include "structures/kvslot/slots.h"

#define VARIANT_FLAW FLAW_RACES

struct slots_racy {
	struct slots slots;
};

/* The five words as they are, of one put or of several. Return: false in a slot never put to. */
static inline bool slots_racy_load(struct slot *slot, struct kvslot_name *name, uint64_t *value)
{
	/* relaxed, all: as published nothing orders them; partners: the stores in slots_racy_put(). */
	const uint64_t sequence = load_relaxed(&slot->sequence);

	name->layer = load_relaxed(&slot->layer);       /* relaxed: as above */
	name->head = load_relaxed(&slot->head);         /* relaxed: as above */
	name->position = load_relaxed(&slot->position); /* relaxed: as above */
	*value = load_relaxed(&slot->value);            /* relaxed: as above */
	name->sequence = sequence - 1;
	return sequence != 0;
}

/* All of the payload is read, and none of it stops the reading. */
static inline bool slots_racy_payload_fits(const struct slots *slots, struct slot *slot,
					   uint64_t value)
{
	_Atomic uint64_t *const words = slot_payload(slot);
	uint64_t differing = 0;

	for (size_t i = 0; i < slots->payload_words; i++)
		/* relaxed: as the five words. */
		differing |= load_relaxed(&words[i]) ^ payload_word(value, i);
	return !differing;
}

/**
 * slots_racy_get() - look for a key in its slot. May answer with another's value.
 *
 * Progress: wait-free.    Threads: any, each with its own context.
 */
static inline bool slots_racy_get(struct slots_racy *cache, struct context *context, uint64_t key,
				  uint64_t *value)
{
	struct slot *const slot = slots_find(&cache->slots, key);
	struct kvslot_name name;
	uint64_t there;
	const bool is_used = slots_racy_load(slot, &name, &there);
	const uint64_t held = kvslot_pack(name);
	bool is_torn = is_used & !kvslot_value_fits(held, there);

	if (is_used && held == key) {
		is_torn |= !slots_racy_payload_fits(&cache->slots, slot, there);
		context->torn_reads += is_torn;
		*value = there;
		return true;
	}
	context->torn_reads += is_torn;
	return false;
}

/**
 * slots_racy_put() - store an entry over whatever is in its slot.
 *
 * Return: false if the slot held this key.
 * Progress: wait-free.    Threads: any, each with its own context.
 */
static inline bool slots_racy_put(struct slots_racy *cache, struct context *context, uint64_t key,
				  uint64_t value)
{
	struct slot *const slot = slots_find(&cache->slots, key);
	_Atomic uint64_t *const words = slot_payload(slot);
	const struct kvslot_name name = kvslot_unpack(key);
	struct kvslot_name held;
	uint64_t there;
	const bool is_used = slots_racy_load(slot, &held, &there);
	const bool is_own = is_used && kvslot_pack(held) == key;

	context->lost += is_used & !is_own;
	/* relaxed, all: as published nothing orders them; partners: the loads in slots_racy_load(). */
	store_relaxed(&slot->sequence, name.sequence + 1);
	store_relaxed(&slot->layer, name.layer);       /* relaxed: as above */
	store_relaxed(&slot->head, name.head);         /* relaxed: as above */
	store_relaxed(&slot->position, name.position); /* relaxed: as above */
	store_relaxed(&slot->value, value);            /* relaxed: as above */
	for (size_t i = 0; i < cache->slots.payload_words; i++)
		store_relaxed(&words[i], payload_word(value, i)); /* relaxed: as above */
	return !is_own;
}

/* Asleep between two operations: there is nothing to hold. */
static inline void slots_racy_stall(struct slots_racy *cache, struct worker *worker)
{
	(void)cache;
	worker_sleep_stalled(worker);
}

#endif
