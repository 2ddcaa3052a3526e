/*
 * slots_versioned: the published layout with a version in each slot: no torn read, but a put still
 * drives out whatever else is in its slot, and counts it.
 *
 * A put makes the slot's version odd, which keeps other puts out, stores the words, and makes it
 * even again. A get reads the version, the words, and the version again, and starts over if that
 * has changed. It writes nothing.
 *
 * slots_node is the same with the slots of a sequence on one NUMA node, the sequences going round
 * the nodes: one shard a node. A get or put of any sequence comes from another node than the slot's
 * in (n - 1) / n of all cases where workers draw all sequences alike, as under interleaved memory;
 * what it gives is that a server which keeps a sequence's work on its node finds all of it there.
 *
 * Papers: C. Lameter, "Effective synchronization on Linux/NUMA systems", Gelato 2005 (the sequence
 *   lock); H.-J. Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012
 *   (its orders). Layout: the KV cache of the 44s benchmark.
 * Differences: (a) to (d) of slots.h; (e) a version for each slot, not one for all.
 *
 * Invariants
 *   1. Words of a slot are stored by the put that made its version odd, and by no other until it is
 *      even again. The version never repeats (64 bits).
 *   2. Those of slots.h, whenever the version is even.
 *
 * Specification: of each key, a register that may lose its value: a get answers with what was last
 *   put there, or misses; having missed, it goes on missing until the next put. (struct variant
 *   calls it not linearizable, since the contract of kvslot.h knows no losses.)
 * Linearization: a put when it makes the version even; the loss of what it drives out, there too; a
 *   get at any point between its two equal versions.
 * Progress: blocking: a put that sleeps holds up its slot.
 * May run together: all of them. create, destroy and inspect: alone.
 * Reclamation: none; payloads lie in the slots.
 * Memory: of slots.h.
 */
#ifndef STRUCTURES_KVSLOT_SLOTS_VERSIONED_H
#define STRUCTURES_KVSLOT_SLOTS_VERSIONED_H

#include "structures/common/backoff.h"
#include "structures/kvslot/slots.h"

#ifndef SLOTS_OF_NODES
#	define SLOTS_OF_NODES 0 /* set by the registration line of slots_node */
#endif
#define VARIANT_FLAW FLAW_LOSES

struct slots_versioned {
	struct slots slots;
	struct nodes nodes; /* slots_node: the homes */
};

/* Return: the version, now odd. */
static inline uint64_t slots_versioned_lock(struct slot *slot)
{
	struct backoff backoff = { 0 };
	/* relaxed: a guess, which the CAS checks. */
	uint64_t version = load_relaxed(&slot->version);

	/* acquire: the words of the last put are read behind it, and the own ones stored; pairs with
	 * the release in slots_versioned_unlock(). */
	while (version & 1 || !cas_weak_acquire(&slot->version, &version, version + 1)) {
		backoff_pause(&backoff, 1);
		/* relaxed: as above. */
		version = load_relaxed(&slot->version);
	}
	return version + 1;
}

static inline void slots_versioned_unlock(struct slot *slot, uint64_t version)
{
	/* release: the words come before it; pairs with the acquires in slots_versioned_lock() and
	 * slots_versioned_get(). */
	store_release(&slot->version, version + 1);
}

/* The words as they are; they belong together if the version says so. */
static inline struct slot_entry slots_versioned_load(struct slot *slot)
{
	/* acquire, all: the version is read again behind them, and if a word is a later put's, so is
	 * the version; pair with the releases in slots_versioned_store(). */
	const uint64_t sequence = load_acquire(&slot->sequence);
	const struct kvslot_name name = {
		.sequence = sequence - 1,
		.layer = load_acquire(&slot->layer),       /* acquire: as above */
		.head = load_acquire(&slot->head),         /* acquire: as above */
		.position = load_acquire(&slot->position), /* acquire: as above */
	};

	return (struct slot_entry){
		.is_there = sequence != 0,
		.key = kvslot_pack(name),
		.value = load_acquire(&slot->value), /* acquire: as above */
	};
}

static inline bool slots_versioned_payload_fits(const struct slots *slots, struct slot *slot,
						uint64_t value)
{
	_Atomic uint64_t *const words = slot_payload(slot);
	uint64_t differing = 0;

	for (size_t i = 0; i < slots->payload_words; i++)
		/* acquire: as the words of the name. */
		differing |= load_acquire(&words[i]) ^ payload_word(value, i);
	return !differing;
}

/* Under the slot's odd version. */
static inline void slots_versioned_store(const struct slots *slots, struct slot *slot, uint64_t key,
					 uint64_t value)
{
	const struct kvslot_name name = kvslot_unpack(key);
	_Atomic uint64_t *const words = slot_payload(slot);

	/* release, all: a get that loads one of them finds the version changed; pair with the
	 * acquires in slots_versioned_load() and slots_versioned_payload_fits(). */
	store_release(&slot->sequence, name.sequence + 1);
	store_release(&slot->layer, name.layer);       /* release: as above */
	store_release(&slot->head, name.head);         /* release: as above */
	store_release(&slot->position, name.position); /* release: as above */
	store_release(&slot->value, value);            /* release: as above */
	for (size_t i = 0; i < slots->payload_words; i++)
		store_release(&words[i], payload_word(value, i)); /* release: as above */
}

/**
 * slots_versioned_get() - look for a key in its slot.
 *
 * Linearizes: between its two equal versions.    Progress: blocking, on a put in the same slot.
 * Threads: any, each with its own context.
 */
static inline bool slots_versioned_get(struct slots_versioned *cache, struct context *context,
				       uint64_t key, uint64_t *value)
{
	struct slot *const slot = slots_find(&cache->slots, key);
	struct backoff backoff = { 0 };

	for (;; backoff_pause(&backoff, 1)) {
		/* acquire: the words are read behind it; pairs with slots_versioned_unlock(). */
		const uint64_t version = load_acquire(&slot->version);
		const struct slot_entry entry = slots_versioned_load(slot);
		const bool is_found = entry.is_there && entry.key == key;
		const bool is_whole =
			!is_found || slots_versioned_payload_fits(&cache->slots, slot, entry.value);

		/* relaxed: behind the acquires above, which bring a later put's version along. */
		if (version & 1 || load_relaxed(&slot->version) != version)
			continue;
		context->torn += !is_whole;
		if (is_found)
			*value = entry.value;
		return is_found;
	}
}

/**
 * slots_versioned_put() - store an entry; what else was in its slot is lost.
 *
 * Return: false if the slot held this key.
 * Linearizes: at the even version.    Progress: blocking.    Threads: any, each with its own context.
 */
static inline bool slots_versioned_put(struct slots_versioned *cache, struct context *context,
				       uint64_t key, uint64_t value)
{
	struct slot *const slot = slots_find(&cache->slots, key);
	const uint64_t version = slots_versioned_lock(slot);
	const struct slot_entry held = slots_versioned_load(slot);
	const bool is_own = held.is_there && held.key == key;

	slots_versioned_store(&cache->slots, slot, key, value);
	slots_versioned_unlock(slot, version);
	if (held.is_there && !is_own) {
		context->lost++;
		context->lost_sum += held.key;
	}
	return !is_own;
}

/* A writer sleeps with a slot locked, that of the key which has the worker's number. */
static inline void slots_versioned_stall(struct slots_versioned *cache, struct worker *worker)
{
	struct slot *const slot = slots_find(&cache->slots, worker->context.worker);

	if (worker->stall_as_writer) {
		const uint64_t version = slots_versioned_lock(slot);

		worker_sleep_stalled(worker);
		slots_versioned_unlock(slot, version);
	} else {
		worker_sleep_stalled(worker);
	}
}

#endif
