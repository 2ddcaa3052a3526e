/*
 * probing: a hash table without chains and without locks, four cells to a cache line.
 *
 * A cell is a key and a word. A key takes the first free cell from the line that its hash chooses
 * on, and keeps it as long as the table lives: keys are never moved or taken out, so that a search
 * may end at the first free cell. All else is a CAS on the word, which says whether the key is
 * there and with which value. So a get reads one line and writes nothing, and a put that overwrites
 * is one CAS. When removed keys and new ones have filled a table, it is replaced by a clean one, or
 * by a larger one.
 *
 * Papers: T. Maier, P. Sanders, R. Dementiev, "Concurrent hash tables: fast and general(?)!", ACM
 *   Trans. Parallel Comput. 5(4), 2019 (the folklore table and its growing); the states of a word
 *   after C. Click, "A lock-free wait-free hash table that scales", JavaOne 2007.
 * Differences: (a) a line is the unit of probing, and which of its cells matches is found without a
 *   branch; (b) key and word are changed apart, each by an 8-byte CAS, so that nothing here asks
 *   for a 16-byte one, on arm64 as on x86; (c) no count of elements: a key that lands far from
 *   home makes its thread look at a sample of lines; (d) a move is helped by those alone who want
 *   a new cell, and they help to its end: gets, overwrites and removes go on in both tables; what
 *   a sleeping helper has left, others do again, so that nobody waits for it; (e) a get that meets
 *   a cell in the middle of its move ends that move, cell by cell; (f) tables are given back
 *   through the scheme, as payloads are.
 * Rejected: taking a removed key's cell for another key. It would put off the move, but a word
 *   would no longer belong to one key, and each get would have to look twice.
 *
 * Cells of a line are taken from the first to the last, and closed from the last to the first.
 *
 * Invariants
 *   1. A key word goes from EMPTY to a key or to CLOSED, once.
 *   2. Each key has at most one cell in a table: the first one on its way from home that was EMPTY
 *      when the key came. Cells before it on that way are never free again.
 *   3. A word goes from NEVER to present, from there to other present words and to REMOVED and
 *      back. With the bit FROZEN it changes once more at most: from present to REMOVED.
 *   4. A cell is frozen or closed only when its table has a next one, and a thread that acts on a
 *      key in the next table has seen the key's cell in the old one frozen and not present, or a
 *      CLOSED cell where the key would have to be, or the old table replaced.
 *   5. A present word that is frozen is in the next table before it becomes REMOVED here, and gets
 *      there only into a word that is NEVER: so once, and never over anything newer.
 *   6. A new key takes a cell only in a table that is current and has no next one, or as a copy.
 *      The next table has at least as many cells, so each copy finds one.
 *   7. A table becomes current when all of the one before is moved, and only a current table gets
 *      a next one: so at most two are in use.
 *   8. A payload hangs on one present word that is not frozen, or on a frozen one and on its copy.
 *      The thread whose CAS takes it out of an unfrozen word retires it.
 *   9. At rest there is no next table, nothing closed and nothing frozen.
 *
 * Linearization
 *   get found, remove   at the load of the word, or its CAS.
 *   put                 at the CAS on the word. If that fails because the word it saw present has
 *                       changed, and the word is not frozen: just before the first such change,
 *                       which removed or overwrote what this put had just written.
 *   absent              at the load of a word that is not present; or at that of the key in the
 *                       last cell of a line with an end, which is read before the other cells: it
 *                       was open then, hence all of them were, and the key in none of them.
 * Progress: get, put and remove are lock-free, but for the allocation of a table (memory_shared()
 *   takes a lock). Without a move get and remove of an absent key are wait-free,
 *   but for gets of payloads under schemes that protect one object: those are lock-free.
 * May run together: get, put, remove. create, destroy and inspect: alone.
 * Reclamation: any scheme; for tables, and for payloads. Hazard pointers keep the current table by
 *   the word that makes it current; the next one while the table before is still current after the
 *   announcement; and a payload if its word has not changed after that.
 * Values of 8 bytes: one whose upper two bits are those of the key's lower half. map_value() makes
 *   no others; a map for any values would have 62 bits for them.
 * Memory: 32 bytes an element at the expected size; 20 to 32 after growth; two tables during a move
 *   and until the scheme gives the old one back.
 */
#ifndef STRUCTURES_MAP_PROBING_H
#define STRUCTURES_MAP_PROBING_H

#include <assert.h>

#include "structures/common/payload.h"
#include "structures/map/probing_table.h"

enum probing_outcome {
	PROBING_ADDED,
	PROBING_UPDATED,
	PROBING_SUPERSEDED,    /* overwritten at once by another: this word was never seen */
	PROBING_ABSENT,
	PROBING_FOUND,
	PROBING_NO_MEMORY,
	PROBING_GO_ON,         /* the key is the next table's */
	PROBING_AGAIN
};

/* What turns a stored value into a present word, and back. */
static inline uint64_t probing_mask(const struct context *context, uint64_t key)
{
	return PROBING_PRESENT ^ (payload_is_apart(context) ? 0 : key << 32);
}

static inline uint64_t probing_stored(const struct context *context, uint64_t key, uint64_t word)
{
	return word ^ probing_mask(context, key);
}

/* Retire the payload of a word that this thread has taken out. */
static inline void probing_retire(struct context *context, uint64_t word)
{
	if (payload_is_apart(context))
		reclaim_retire(context->reclaim, payload_words(word ^ PROBING_PRESENT),
			       MEMORY_PAYLOADS, context->value_bytes);
}

/*
 * A table says that a key is the next one's: move what it has of the key, if anything.
 *
 * Return: the next table; NULL if hazard pointers came too late to keep it: start over.
 */
static __attribute__((noinline)) struct probing_table *
probing_go_on(struct probing *map, struct context *context, struct probing_table *table,
	      struct probing_key key)
{
	struct probing_table *const next = probing_next(table);
	struct probing_place place;
	_Atomic uint64_t *cell;
	uint64_t word;

	reclaim_announce(context->reclaim, PROBING_SLOT_NEXT, (uintptr_t)next);
	/* acquire: as in probing_finish(). */
	if (!RECLAIM_BY_SECTION && load_acquire(&map->table) != (uintptr_t)table)
		return NULL;
	place = probing_find(table, key);
	if (!place.line || place.key != key.stored)
		return next;
	cell = &place.line->words[place.slot];
	/* acquire: the payload, to hand it on; pairs with the CAS in probing_store(). */
	word = load_acquire(cell);
	if (probing_is_present(word) && word & PROBING_FROZEN)
		probing_copy(next, key, cell, word);
	return next;
}

/* A key for which a full table has no cell: perhaps the next one has. */
static inline enum probing_outcome probing_absent_if_full(const struct probing_table *table)
{
	return probing_next(table) ? PROBING_GO_ON : PROBING_ABSENT;
}

/* Read a present word's value; with payloads, of those under protection. False: look again. */
static inline bool probing_read(struct context *context, uint64_t key, const _Atomic uint64_t *cell,
				uint64_t word, uint64_t *value)
{
	const uint64_t stored = probing_stored(context, key, word);

	if (!RECLAIM_BY_SECTION && payload_is_apart(context)) {
		reclaim_announce(context->reclaim, PROBING_SLOT_PAYLOAD, stored);
		/* acquire: after the announcement; the same word again was not retired yet. Pairs
		 * with the CASes in probing_store() and probing_remove_in(). */
		if (load_acquire(cell) != word)
			return false;
	}
	*value = payload_read(context, stored);
	return true;
}

static inline enum probing_outcome probing_get_in(struct context *context,
						  struct probing_table *table, uint64_t key,
						  uint64_t *value)
{
	const struct probing_place place = probing_find(table, probing_key(key));
	const _Atomic uint64_t *cell;
	uint64_t word;

	if (!place.line)
		return probing_absent_if_full(table);
	if (probing_is_free(place.key))
		return place.key == PROBING_EMPTY ? PROBING_ABSENT : PROBING_GO_ON;
	cell = &place.line->words[place.slot];
	do {
		/* acquire: the payload, or the next table; pairs with the CAS in probing_store()
		 * and the marks of a move. */
		word = load_acquire(cell);
		if (word & PROBING_FROZEN)
			return PROBING_GO_ON;
		if (!probing_is_present(word))
			return PROBING_ABSENT;
	} while (!probing_read(context, key, cell, word, value));
	return PROBING_FOUND;
}

/* A look-up that one line does not settle. */
static __attribute__((noinline)) bool probing_get_further(struct probing *map,
							  struct context *context, uint64_t key,
							  uint64_t *value)
{
	enum probing_outcome outcome = PROBING_AGAIN;

	while (outcome != PROBING_FOUND && outcome != PROBING_ABSENT) {
		struct probing_table *table = probing_current(map, context->reclaim);

		outcome = probing_get_in(context, table, key, value);
		if (outcome != PROBING_GO_ON)
			continue;
		table = probing_go_on(map, context, table, probing_key(key));
		if (table)
			outcome = probing_get_in(context, table, key, value);
	}
	return outcome == PROBING_FOUND;
}

/**
 * probing_get() - the value of a key.
 *
 * @value:  out, only if found.
 *
 * Return: true if found.
 * Linearizes: see above.    Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool probing_get(struct probing *map, struct context *context, uint64_t key,
			       uint64_t *value)
{
	const struct probing_key sought = probing_key(key);
	const struct probing_table *table;
	const struct probing_line *line;
	uint64_t last = PROBING_EMPTY, word; /* set by the search; a compiler does not see it */
	bool found, is_further;
	unsigned slot;

	reclaim_enter(context->reclaim);
	table = probing_current(map, context->reclaim);
	line = &table->lines[probing_home(table, sought.hash)];
	slot = probing_slot(line, sought.stored, &last);
	/* acquire: as in probing_get_in(). Without a match any word will do. */
	word = load_acquire(&line->words[slot % PROBING_CELLS]);
	word = slot < PROBING_CELLS ? word : PROBING_NEVER;
	is_further = (slot == PROBING_CELLS) & (last != PROBING_EMPTY);
	is_further |= (word & PROBING_FROZEN) != 0;
	if (__builtin_expect(is_further | payload_is_apart(context), 0)) {
		found = probing_get_further(map, context, key, value);
	} else {
		found = probing_is_present(word);
		*value = found ? probing_stored(context, key, word) : *value;
	}
	reclaim_exit(context->reclaim);
	return found;
}

/* Set the word of a key's cell. */
static inline enum probing_outcome probing_store(struct context *context, _Atomic uint64_t *cell,
						 uint64_t word)
{
	/* acquire: a frozen word shows that there is a next table; pairs with the marks of a
	 * move. */
	uint64_t old = load_acquire(cell);

	while (!(old & PROBING_FROZEN)) {
		const bool was_present = probing_is_present(old);

		/* acq_rel: publishes the payload, pairs with the loads in probing_get(); acquires
		 * the old one, to hand it on. */
		if (cas_acq_rel(cell, &old, word)) {
			if (was_present)
				probing_retire(context, old);
			return was_present ? PROBING_UPDATED : PROBING_ADDED;
		}
		if (was_present && !(old & PROBING_FROZEN))
			return PROBING_SUPERSEDED;
	}
	return PROBING_GO_ON;
}

/* May new keys take cells of this table? Otherwise a move has to end first. */
static inline bool probing_is_open(struct probing *map, const struct probing_table *table)
{
	/* acquire: pairs with the CAS in probing_finish(); what it hides from new keys is moved. */
	return !probing_next(table) && load_acquire(&map->table) == (uintptr_t)table;
}

/* A key that has no cell yet. */
static inline enum probing_outcome probing_add(struct probing *map, struct context *context,
					       const struct probing_place *place,
					       struct probing_key key, uint64_t word)
{
	enum probing_outcome outcome;

	if (!probing_is_open(map, place->table)) {
		probing_finish(map, context);
		return PROBING_AGAIN;
	}
	if (!place->line) {
		if (probing_replace(map, context, place->table))
			return PROBING_AGAIN;
		context->exhausted++;
		return PROBING_NO_MEMORY;
	}
	if (!probing_claim(place, key))
		return PROBING_AGAIN;
	outcome = probing_store(context, &place->line->words[place->slot], word);
	if (__builtin_expect(place->far >= PROBING_FAR && outcome == PROBING_ADDED, 0))
		probing_consider(map, context, place->table);
	return outcome;
}

static inline enum probing_outcome probing_put_in(struct probing *map, struct context *context,
						  struct probing_table *table,
						  struct probing_key key, uint64_t word)
{
	const struct probing_place place = probing_find(table, key);

	if (__builtin_expect(place.line && place.key == key.stored, 1))
		return probing_store(context, &place.line->words[place.slot], word);
	if (place.line && place.key == PROBING_CLOSED)
		return PROBING_GO_ON;
	return probing_add(map, context, &place, key, word);
}

/* One attempt, in the table where operations begin and in the one after it. */
static inline enum probing_outcome probing_put_once(struct probing *map, struct context *context,
						    struct probing_key key, uint64_t word)
{
	struct probing_table *table = probing_current(map, context->reclaim);
	enum probing_outcome outcome = probing_put_in(map, context, table, key, word);

	if (__builtin_expect(outcome != PROBING_GO_ON, 1))
		return outcome;
	table = probing_go_on(map, context, table, key);
	outcome = table ? probing_put_in(map, context, table, key, word) : PROBING_AGAIN;
	return outcome == PROBING_GO_ON ? PROBING_AGAIN : outcome;
}

/**
 * probing_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Linearizes: see above.    Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool probing_put(struct probing *map, struct context *context, uint64_t key,
			       uint64_t value)
{
	enum probing_outcome outcome;
	uint64_t stored, word;

	if (!payload_make(context, value, &stored))
		return false;
	word = stored ^ probing_mask(context, key);
	assert(word >> 62 == 1);
	reclaim_enter(context->reclaim);
	do
		outcome = probing_put_once(map, context, probing_key(key), word);
	while (__builtin_expect(outcome == PROBING_AGAIN, 0));
	reclaim_exit(context->reclaim);
	if (outcome == PROBING_SUPERSEDED || outcome == PROBING_NO_MEMORY)
		payload_free(context, stored);
	return outcome == PROBING_ADDED;
}

static inline enum probing_outcome
probing_remove_in(struct context *context, struct probing_table *table, struct probing_key key)
{
	const struct probing_place place = probing_find(table, key);
	_Atomic uint64_t *cell;
	uint64_t word;

	if (!place.line)
		return probing_absent_if_full(table);
	if (probing_is_free(place.key))
		return place.key == PROBING_EMPTY ? PROBING_ABSENT : PROBING_GO_ON;
	cell = &place.line->words[place.slot];
	/* acquire: a frozen word shows that there is a next table; pairs with the marks of a
	 * move. */
	word = load_acquire(cell);
	while (!(word & PROBING_FROZEN)) {
		if (!probing_is_present(word))
			return PROBING_ABSENT;
		/* acq_rel: acquires the payload, to hand it on; pairs with the CAS in
		 * probing_store(). */
		if (cas_acq_rel(cell, &word, PROBING_REMOVED)) {
			probing_retire(context, word);
			return PROBING_FOUND;
		}
	}
	return PROBING_GO_ON;
}

/**
 * probing_remove() - take a key out.
 *
 * Return: whether it was there.
 * Linearizes: see above.    Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool probing_remove(struct probing *map, struct context *context, uint64_t key)
{
	const struct probing_key sought = probing_key(key);
	enum probing_outcome outcome;

	reclaim_enter(context->reclaim);
	do {
		struct probing_table *table = probing_current(map, context->reclaim);

		outcome = probing_remove_in(context, table, sought);
		if (__builtin_expect(outcome == PROBING_GO_ON, 0)) {
			table = probing_go_on(map, context, table, sought);
			if (table)
				outcome = probing_remove_in(context, table, sought);
		}
	} while (outcome == PROBING_GO_ON);
	reclaim_exit(context->reclaim);
	return outcome == PROBING_FOUND;
}

/*
 * Once per batch. A scheme frees when enough was retired, which for tables is far too late: so who
 * retired one asks for it, after 1, 2, 4... batches, until others have had time to let it go.
 */
static inline void probing_quiesce(struct probing *map, struct context *context)
{
	struct probing_worker *const worker = map->workers[context->worker];

	reclaim_end_batch(context);
	if (__builtin_expect(!worker->quiesced, 1))
		return;
	if (!(worker->quiesced & (worker->quiesced - 1)))
		reclaim_flush(context->reclaim);
	worker->quiesced = worker->quiesced < PROBING_ASKS ? worker->quiesced + 1 : 0;
}

/* A section of its own, for the table might go before the operations come. */
static inline void probing_prefetch(struct probing *map, struct context *context,
				    const struct draw *draws, unsigned count)
{
	const struct probing_table *table;

	reclaim_enter(context->reclaim);
	table = probing_current(map, context->reclaim);
	for (unsigned i = 0; i < count; i++)
		__builtin_prefetch(&table->lines[probing_home(table, hash_key(draws[i].key))]);
	reclaim_exit(context->reclaim);
}

#endif
