/*
 * slots_lossless: slots that keep every entry, without locks.
 *
 * A table of cache lines, each with three entries. A line that is full gets four lines below it, of
 * which the next two bits of a key's hash choose one, and so on: a tree below each line of the table.
 * Nothing is ever moved or taken out, so that an entry stays where it was put, a get writes nothing,
 * and growth is the making of four lines where they are needed. While the table is large enough an
 * operation touches one line, as in the slots that lose entries.
 *
 * Papers: P. Bagwell, "Ideal hash trees", EPFL 2001 (a tree by the bits of the hash, grown where keys
 *   collide); S. Feldman, P. LaBorde, D. Dechev, "Concurrent multi-level arrays: wait-free
 *   extensible hash maps", SAMOS 2013 (such a tree that threads grow by CAS).
 * Differences: (a) entries stay in an inner line when it gets lines below it, instead of moving down:
 *   no put waits for or helps another; (b) three entries to a line, compared before going down;
 *   (c) nothing is removed, as in the family.
 *
 * Invariants
 *   1. keys[i] is 0 or a key + 1, set once, and set only while keys[0] to keys[i - 1] are.
 *   2. `below` is NULL, or four lines, set once, and set only while all keys of the line are.
 *   3. A key stands in one place: the first free one that its walk met. Two puts of one key meet
 *      there, by 1 and 2, and the second finds it taken by its key.
 *   4. values[i] is 0 from when the key is set until a first value is stored; then never 0 again.
 *   5. The bits of a hash last for 64 bits of walk, and it is a bijection of the key: two keys part
 *      before they run out.
 *
 * Linearization
 *   put         at the store, CAS or exchange of the value. Who makes it the first one has added it,
 *               whoever took the place for the key.
 *   get found   at the load of the value.
 *   get absent  at the load of a free key, of a `below` that is NULL, or of a value that is 0.
 * Progress: lock-free: get and put take a bounded number of steps, but for what a put needs of the
 *   scheme.
 * May run together: all of them. create, destroy and inspect: alone.
 * Reclamation: any scheme. Values of 8 bytes are overwritten in place, and nothing is ever retired:
 *   operations then do not enter a section. With payloads a put retires the one it replaced; a get
 *   protects it in one slot, validated by the value's word, which changes when it is replaced.
 * Memory: 64 bytes for each 1 to 2 elements expected, so 32 to 64 an element; beyond that four lines
 *   for each line that overflows.
 */
#ifndef STRUCTURES_KVSLOT_SLOTS_LOSSLESS_H
#define STRUCTURES_KVSLOT_SLOTS_LOSSLESS_H

#include <string.h>

#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "structures/common/hash.h"
#include "structures/common/payload.h"
#include "structures/kvslot/kvslot.h"
#include "structures/reclaim/reclaim.h"

enum {
	LOSSLESS_ENTRIES = 3,
	LOSSLESS_BELOW_LOG2 = 2,
	LOSSLESS_BELOW = 1 << LOSSLESS_BELOW_LOG2,
	LOSSLESS_ROOTS_LOG2_MIN = 1
};

struct lossless_line {
	CACHELINE_ALIGNED _Atomic uint64_t keys[LOSSLESS_ENTRIES];
	_Atomic uintptr_t values[LOSSLESS_ENTRIES]; /* see payload.h; 0: none yet */
	_Atomic(struct lossless_line *) below;
};

static_assert(sizeof(struct lossless_line) == CACHELINE_BYTES, "one line");
static_assert(sizeof(uintptr_t) == sizeof(uint64_t), "a value word holds a value or an address");

struct slots_lossless {
	/* Read only after create. */
	struct lossless_line *roots;
	unsigned roots_log2;
	struct reclaim *reclaim;
	size_t value_bytes;
};

/* On the way down: the line, and the bits of the hash that are not used up, the next ones on top. */
struct lossless_walk {
	struct lossless_line *line;
	uint64_t bits;
};

static inline struct lossless_walk lossless_begin(const struct slots_lossless *cache, uint64_t key)
{
	const uint64_t hash = hash_key(key);

	return (struct lossless_walk){ .line = &cache->roots[hash >> (64 - cache->roots_log2)],
				       .bits = hash << cache->roots_log2 };
}

static inline void lossless_go_down(struct lossless_walk *walk, struct lossless_line *below)
{
	walk->line = &below[walk->bits >> (64 - LOSSLESS_BELOW_LOG2)];
	walk->bits <<= LOSSLESS_BELOW_LOG2;
}

/* Return: the word of the key's value, or NULL if the key is not there. */
static inline _Atomic uintptr_t *lossless_find(const struct slots_lossless *cache, uint64_t key)
{
	struct lossless_walk walk = lossless_begin(cache, key);
	struct lossless_line *below;

	for (;;) {
		for (unsigned i = 0; i < LOSSLESS_ENTRIES; i++) {
			/* relaxed: the value is checked by itself; partner: lossless_claim(). */
			const uint64_t there = load_relaxed(&walk.line->keys[i]);

			if (there == key + 1)
				return &walk.line->values[i];
			if (!there)
				return NULL;
		}
		/* acquire: the lines below as they were made; pairs with lossless_deepen(). */
		below = load_acquire(&walk.line->below);
		if (!below)
			return NULL;
		lossless_go_down(&walk, below);
	}
}

/* Put four lines below a full one, or find that another did. Return: them; NULL without memory. */
static inline struct lossless_line *lossless_deepen(struct context *context,
						    struct lossless_line *line)
{
	/* acquire: as in lossless_find(). */
	struct lossless_line *below = load_acquire(&line->below), *made;

	if (below)
		return below;
	made = arena_alloc(context->arena, MEMORY_NODES, LOSSLESS_BELOW * sizeof(*made));
	if (!made)
		return NULL;
	memset(made, 0, LOSSLESS_BELOW * sizeof(*made));
	/* acq_rel: publishes the empty lines, or acquires those of another; pairs with the loads of
	 * `below`. */
	if (cas_acq_rel(&line->below, &below, made))
		return made;
	arena_free(context->arena, made, MEMORY_NODES, LOSSLESS_BELOW * sizeof(*made));
	return below;
}

/**
 * lossless_claim() - find the place of a key, or take the first free one for it.
 *
 * Return: the word of the key's value, 0 until somebody stores one; NULL without memory.
 */
static inline _Atomic uintptr_t *lossless_claim(const struct slots_lossless *cache,
						struct context *context, uint64_t key)
{
	struct lossless_walk walk = lossless_begin(cache, key);

	for (;;) {
		for (unsigned i = 0; i < LOSSLESS_ENTRIES; i++) {
			/* relaxed: as in lossless_find(). */
			uint64_t there = load_relaxed(&walk.line->keys[i]);

			/* relaxed: the value comes by a store of its own; partners: the loads of
			 * keys here and in lossless_find(). */
			if ((!there && cas_relaxed(&walk.line->keys[i], &there, key + 1)) ||
			    there == key + 1)
				return &walk.line->values[i];
		}
		struct lossless_line *const below = lossless_deepen(context, walk.line);

		if (!below)
			return NULL;
		lossless_go_down(&walk, below);
	}
}

/**
 * slots_lossless_get() - read the value of a key.
 *
 * Progress: wait-free by itself.    Threads: any, each with its own context.
 */
static inline bool slots_lossless_get(struct slots_lossless *cache, struct context *context,
				      uint64_t key, uint64_t *value)
{
	_Atomic uintptr_t *const word = lossless_find(cache, key);
	uintptr_t stored;

	if (!word)
		return false;
	if (!payload_is_apart(context)) {
		/* acquire: what the putting thread did before, also other keys' entries, is seen by
		 * what this one does next; pairs with the releases in lossless_set_word(). */
		stored = load_acquire(word);
		if (stored)
			*value = stored;
		return stored != 0;
	}
	reclaim_enter(context->reclaim);
	stored = reclaim_protect(context->reclaim, 0, word);
	if (stored)
		*value = payload_read(context, stored);
	reclaim_exit(context->reclaim);
	return stored != 0;
}

/* Values of 8 bytes. Return: whether it is the key's first. */
static inline bool lossless_set_word(_Atomic uintptr_t *word, uint64_t stored)
{
	/* relaxed: a look; it is 0 before the first value alone, and then the CAS decides. */
	uintptr_t old = load_relaxed(word);

	/* release: what this thread did before the put is seen by whoever has read its value, also
	 * other keys' entries; pairs with the acquire in slots_lossless_get(). Who reads a value
	 * that was stored over this one sees it too, as x86 and ARMv8 are multi-copy atomic. */
	if (!old && cas_release(word, &old, stored))
		return true;
	store_release(word, stored); /* release: as above */
	return false;
}

/* Retires the payload that is replaced. Return: whether there was none. */
static inline bool lossless_set_payload(struct context *context, _Atomic uintptr_t *word,
					uint64_t stored)
{
	uintptr_t old;

	reclaim_enter(context->reclaim);
	/* acq_rel: publishes the payload, and acquires the one to retire; pairs with itself and with
	 * the load in reclaim_protect(). */
	old = exchange_acq_rel(word, stored);
	if (old)
		reclaim_retire(context->reclaim, payload_words(old), MEMORY_PAYLOADS,
			       context->value_bytes);
	reclaim_exit(context->reclaim);
	return !old;
}

/**
 * slots_lossless_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool slots_lossless_put(struct slots_lossless *cache, struct context *context,
				      uint64_t key, uint64_t value)
{
	_Atomic uintptr_t *word;
	uint64_t stored;

	if (!payload_make(context, value, &stored))
		return false;
	word = lossless_claim(cache, context, key);
	if (!word) {
		context->exhausted++;
		payload_free(context, stored);
		return false;
	}
	return payload_is_apart(context) ? lossless_set_payload(context, word, stored)
					 : lossless_set_word(word, stored);
}

/* The lines of the table, of all. */
static inline void slots_lossless_prefetch(struct slots_lossless *cache, struct context *context,
					   const struct draw *draws, unsigned count)
{
	(void)context;
	for (unsigned i = 0; i < count; i++)
		__builtin_prefetch(lossless_begin(cache, draws[i].key).line);
}

#endif
