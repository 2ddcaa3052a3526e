/*
 * probing_table: one table of map/probing, and how it is replaced by a larger or a cleaner one. See
 * structures/map/probing.h for the idea, the invariants and why this is right.
 *
 * What is here beside the search runs once in many puts: making the next table, and moving.
 */
#ifndef STRUCTURES_MAP_PROBING_TABLE_H
#define STRUCTURES_MAP_PROBING_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/backoff.h"
#include "structures/common/cacheline.h"
#include "structures/common/hash.h"
#include "structures/map/map.h"
#include "structures/reclaim/reclaim.h"
#include "topology/memory.h"

enum {
	PROBING_CELLS = 4,            /* of a line */
	PROBING_LAST = PROBING_CELLS - 1,
	PROBING_PER_LINE = 2,         /* elements a line at the expected size, and after a move */
#if NUMAMARK_EXPLORE
	PROBING_LINES_MIN = 2,        /* histories of some calls must meet moves, of several blocks */
	PROBING_BLOCK = 1,
	PROBING_FAR = 1,
#else
	PROBING_LINES_MIN = 8,
	PROBING_BLOCK = 64,           /* lines moved by one thread at a time */
	PROBING_FAR = 4,              /* a new key so many lines from home asks how full it is */
#endif
	PROBING_FULL_PERCENT = 80,    /* of the cells used, removed keys included */
	PROBING_SAMPLE = 64,          /* lines looked at to tell how full a table is */
	PROBING_SAMPLE_SIZE = 1024,   /* and how large the next one should be */
	PROBING_PATIENCE = 16,        /* waits for another's part before doing it oneself */
	PROBING_ASKS = 1 << 16        /* batches after which an old table is left to later ones */
};

/* Slots of hazard pointers. */
enum { PROBING_SLOT_TABLE, PROBING_SLOT_NEXT, PROBING_SLOT_PAYLOAD };

/* Keys of cells: the key plus one, or one of these. */
#define PROBING_EMPTY  UINT64_C(0)
#define PROBING_CLOSED UINT64_MAX    /* empty, and for ever: the table is being replaced */

/* Words of cells: the value with PROBING_PRESENT, or one of the first two; each may be frozen. */
#define PROBING_NEVER   UINT64_C(0)    /* the key has not been put into this table yet */
#define PROBING_REMOVED UINT64_C(1)
#define PROBING_PRESENT (UINT64_C(1) << 62)
#define PROBING_FROZEN  (UINT64_C(1) << 63)

struct probing_line {
	CACHELINE_ALIGNED _Atomic uint64_t keys[PROBING_CELLS];
	_Atomic uint64_t words[PROBING_CELLS];
};

_Static_assert(sizeof(struct probing_line) == CACHELINE_BYTES, "four cells are one line");

struct probing_table {
	uint64_t count;              /* lines */
	uint64_t blocks;
	_Atomic uint8_t *is_moved;   /* by block: all of it is in the next table */
	_Atomic uintptr_t next;      /* replaces this table; set once */
	CACHELINE_APART _Atomic uint64_t claimed;    /* blocks that some thread moves or has moved */
	CACHELINE_APART struct probing_line lines[];
};

/* What a worker remembers: its old tables ask for freeing, see probing_quiesce(). */
struct probing_worker {
	uint64_t quiesced;    /* batches since it retired a table; 0: nothing to free */
};

struct probing {
	/* Read by every operation, changed by moves alone. */
	CACHELINE_APART _Atomic uintptr_t table;
	struct reclaim *reclaim;
	struct probing_worker **workers;    /* each on its node */
	struct memory *memory;
	size_t value_bytes;
	CACHELINE_APART _Atomic bool is_making;    /* someone makes a table: a hint */
	_Atomic bool is_full;                      /* there was no memory for one: a hint */
};

/* A key in the forms in which an operation needs it. */
struct probing_key {
	uint64_t stored;    /* as in a cell */
	uint64_t hash;
};

/* Where a key is, or the first cell where it could go. */
struct probing_place {
	struct probing_table *table;
	struct probing_line *line;    /* NULL: the table is full of other keys */
	unsigned slot;
	uint64_t key;                 /* seen there: the key itself, EMPTY or CLOSED */
	uint64_t far;                 /* lines from home */
};

static inline struct probing_key probing_key(uint64_t key)
{
	return (struct probing_key){ key + 1, hash_key(key) };
}

static inline uint64_t probing_home(const struct probing_table *table, uint64_t hash)
{
	return (uint64_t)(((unsigned __int128)hash * table->count) >> 64);
}

static inline bool probing_is_free(uint64_t key)
{
	return key == PROBING_EMPTY || key == PROBING_CLOSED;
}

static inline bool probing_is_present(uint64_t word)
{
	return word & PROBING_PRESENT;
}

static inline struct probing_table *probing_next(const struct probing_table *table)
{
	/* acquire: the table is zeroed; pairs with the CAS in probing_make_next(). */
	return (struct probing_table *)load_acquire(&table->next);
}

/* The table where operations begin; under hazard pointers the slot keeps it. */
static inline struct probing_table *probing_current(struct probing *map,
						    struct reclaim_thread *thread)
{
	return (struct probing_table *)reclaim_protect(thread, PROBING_SLOT_TABLE, &map->table);
}

/*
 * The cell of a key in a line, or PROBING_CELLS. Selects and no branches: which cell it is, is a
 * toss.
 *
 * @last:  out, the key of the last cell, which is read before the others. If it is another key, all
 *         cells were taken by then, and are read as what they stay; if it is free, the search ends
 *         in this line.
 */
static inline unsigned probing_slot(const struct probing_line *line, uint64_t stored,
				    uint64_t *last)
{
	unsigned slot = PROBING_CELLS;

	for (unsigned i = PROBING_CELLS; i-- > 0;) {
		/* acquire: in this order, from the last cell on; pairs with the CAS in
		 * probing_claim() and probing_close(). */
		const uint64_t there = load_acquire(&line->keys[i]);

		slot = there == stored ? i : slot;
		*last = i == PROBING_LAST ? there : *last;
	}
	return slot;
}

/* In a line with an end: the first cell that is free or the key's. False if it filled up since. */
static inline bool probing_end(struct probing_place *place, uint64_t stored)
{
	for (place->slot = 0; place->slot < PROBING_CELLS; place->slot++) {
		/* acquire: a closed cell shows that there is a next table; pairs with the CAS in
		 * probing_close(). */
		place->key = load_acquire(&place->line->keys[place->slot]);
		if (place->key == stored || probing_is_free(place->key))
			return true;
	}
	return false;
}

static inline struct probing_place probing_find(struct probing_table *table, struct probing_key key)
{
	uint64_t index = probing_home(table, key.hash), last;
	struct probing_place place = { .table = table, .key = key.stored };

	for (; place.far < table->count; place.far++) {
		place.line = &table->lines[index];
		place.slot = probing_slot(place.line, key.stored, &last);
		if (place.slot < PROBING_CELLS) {
			place.key = key.stored; /* a line before may have filled up meanwhile */
			return place;
		}
		if (probing_is_free(last) && probing_end(&place, key.stored))
			return place;
		index = index + 1 == table->count ? 0 : index + 1;
	}
	place.line = NULL;
	return place;
}

/* Take a free cell for a key. Return: false if it is not free any more. */
static inline bool probing_claim(const struct probing_place *place, struct probing_key key)
{
	uint64_t expected = PROBING_EMPTY;

	/* release: the cells before it were taken before; pairs with the acquire in
	 * probing_slot(). */
	return cas_release(&place->line->keys[place->slot], &expected, key.stored);
}

/* --- moving ---------------------------------------------------------------------------------- */

/* Put what a frozen cell holds into the next table, unless that was done. */
static inline void probing_copy(struct probing_table *next, struct probing_key key,
				_Atomic uint64_t *cell, uint64_t word)
{
	struct probing_place place;
	uint64_t expected = PROBING_NEVER;

	do
		place = probing_find(next, key);
	while (place.line && place.key == PROBING_EMPTY && !probing_claim(&place, key));
	/* A full or closed table has been in use since: then this copy was made long ago. */
	if (place.line && place.key != PROBING_CLOSED)
		/* acq_rel: hands on the payload, which the freezing acquired; pairs with every
		 * load of a word. A word other than NEVER is a copy made, or newer than that. */
		cas_acq_rel(&place.line->words[place.slot], &expected, word & ~PROBING_FROZEN);
	/* release: who sees the cell empty finds the copy in the next table; pairs with the loads
	 * of words. Failing, another has done so. */
	cas_release(cell, &word, PROBING_FROZEN | PROBING_REMOVED);
}

/* Return: the key of a cell, or PROBING_CLOSED for one that nobody had taken. */
static inline uint64_t probing_close(_Atomic uint64_t *cell)
{
	/* relaxed: a cell that is taken stays so; an empty one, the CAS looks at again. */
	uint64_t key = load_relaxed(cell);

	if (key != PROBING_EMPTY)
		return key;
	/* acq_rel: who sees it closed sees the next table, and the later cells of its line closed;
	 * pairs with the acquires in probing_slot() and probing_end(). */
	return cas_acq_rel(cell, &key, PROBING_CLOSED) ? PROBING_CLOSED : key;
}

/* From the last cell to the first: an open last cell shows that none before it is closed. */
static inline void probing_move_line(struct probing_line *line, struct probing_table *next)
{
	for (unsigned i = PROBING_CELLS; i-- > 0;) {
		_Atomic uint64_t *const cell = &line->words[i];
		const uint64_t stored = probing_close(&line->keys[i]);
		uint64_t word;

		if (stored == PROBING_CLOSED)
			continue;
		/* acq_rel: acquires the payload, to hand it on; who sees the mark sees the next
		 * table. Pairs with the CASes in probing.h. */
		word = fetch_or_acq_rel(cell, PROBING_FROZEN) | PROBING_FROZEN;
		if (probing_is_present(word))
			probing_copy(next, probing_key(stored - 1), cell, word);
	}
}

static inline void probing_move_block(struct probing_table *table, struct probing_table *next,
				      uint64_t block)
{
	const uint64_t from = block * PROBING_BLOCK;
	const uint64_t to = from + PROBING_BLOCK < table->count ? from + PROBING_BLOCK :
								  table->count;

	for (uint64_t i = from; i < to; i++)
		probing_move_line(&table->lines[i], next);
	/* release: the copies are there; pairs with the acquire in probing_has_moved(). */
	store_release(&table->is_moved[block], 1);
}

static inline bool probing_has_moved(const struct probing_table *table, uint64_t block)
{
	/* acquire: pairs with the release in probing_move_block(). */
	return load_acquire(&table->is_moved[block]);
}

/* See that all of a table is moved: what nobody has begun, then what others do not end. */
static inline void probing_move_all(struct probing_table *table, struct probing_table *next)
{
	uint64_t block;

	/* relaxed: a guess that spares the line when all is claimed; and the claim gives numbers
	 * only, moving twice is no harm. */
	while (load_relaxed(&table->claimed) < table->blocks &&
	       (block = fetch_add_relaxed(&table->claimed, 1)) < table->blocks)
		probing_move_block(table, next, block);
	for (block = 0; block < table->blocks; block++) {
		struct backoff backoff = { 0 };

		for (unsigned i = 0; i < PROBING_PATIENCE && !probing_has_moved(table, block); i++)
			backoff_grow(&backoff);
		if (!probing_has_moved(table, block))
			probing_move_block(table, next, block);
	}
}

/* End the move that is going on, if one is, and let operations begin in the new table. */
static __attribute__((noinline)) void probing_finish(struct probing *map, struct context *context)
{
	struct probing_table *const table = probing_current(map, context->reclaim);
	struct probing_table *const next = probing_next(table);
	uintptr_t expected = (uintptr_t)table;

	if (!next)
		return;
	reclaim_announce(context->reclaim, PROBING_SLOT_NEXT, (uintptr_t)next);
	/* acquire: after the announcement; while the old table is current the next is not retired.
	 * Pairs with the CAS below. */
	if (!RECLAIM_BY_SECTION && load_acquire(&map->table) != expected)
		return;
	probing_move_all(table, next);
	/* release: whoever begins in the new table finds all copies; pairs with the loads of
	 * map->table. */
	if (!cas_release(&map->table, &expected, (uintptr_t)next))
		return;
	reclaim_retire(context->reclaim, table, MEMORY_TABLE, 0);
	map->workers[context->worker]->quiesced = 1;
}

/* --- a new table ----------------------------------------------------------------------------- */

static inline struct probing_table *probing_table_make(struct memory *memory, uint64_t count)
{
	const uint64_t blocks = (count + PROBING_BLOCK - 1) / PROBING_BLOCK;
	struct probing_table *const table =
		memory_shared(memory, sizeof(*table) + count * sizeof(*table->lines) + blocks);

	if (!table)
		return NULL;
	table->count = count;
	table->blocks = blocks;
	table->is_moved = (_Atomic uint8_t *)&table->lines[count];
	return table;
}

struct probing_sample {
	uint64_t cells, used, present;
};

/* Look at up to @lines lines, evenly spread: where keys go is random. */
static inline struct probing_sample probing_look_at(const struct probing_table *table,
						    uint64_t lines)
{
	const uint64_t step = table->count < lines ? 1 : table->count / lines;
	struct probing_sample sample = { 0 };

	for (uint64_t i = 0; i < table->count; i += step) {
		for (unsigned cell = 0; cell < PROBING_CELLS; cell++) {
			/* relaxed, both: an estimate. */
			const uint64_t key = load_relaxed(&table->lines[i].keys[cell]);
			const uint64_t word = load_relaxed(&table->lines[i].words[cell]);

			sample.cells++;
			sample.used += key != PROBING_EMPTY;
			sample.present += probing_is_present(word);
		}
	}
	return sample;
}

/*
 * As many lines as the elements deserve, and never fewer than there are: then the copies of a full
 * table find room, and no other keys come into the new one before they are made.
 */
static inline uint64_t probing_next_count(const struct probing_table *table)
{
	const struct probing_sample sample = probing_look_at(table, PROBING_SAMPLE_SIZE);
	const double share = (double)sample.present / (double)sample.cells;
	const uint64_t wanted =
		(uint64_t)(share * PROBING_CELLS / PROBING_PER_LINE * (double)table->count);

	return wanted > table->count ? wanted : table->count;
}

/* Give a table its successor. Return: false for want of memory. */
static inline bool probing_make_next(struct probing *map, struct probing_table *table)
{
	struct probing_table *const next =
		probing_table_make(map->memory, probing_next_count(table));
	uintptr_t expected = 0;

	if (!next) {
		/* relaxed: a hint that keeps others from trying. */
		store_relaxed(&map->is_full, true);
		return false;
	}
	/* release: publishes the table; pairs with the acquire in probing_next(). */
	if (!cas_release(&table->next, &expected, (uintptr_t)next))
		memory_release(map->memory, next);
	/* relaxed: a hint, as above. */
	store_relaxed(&map->is_full, false);
	return true;
}

/*
 * Replace a table that the caller holds and saw current. One thread makes the next one, others wait
 * for it, but not for ever.
 *
 * Return: false for want of memory. The table is not held any more, unless false.
 */
static __attribute__((noinline)) bool probing_replace(struct probing *map, struct context *context,
						      struct probing_table *table)
{
	/* relaxed: a hint that spares memory and time; the CAS in probing_make_next() decides. */
	const bool is_other = exchange_relaxed(&map->is_making, true);
	struct backoff backoff = { 0 };
	bool is_made;

	for (unsigned i = 0; is_other && i < PROBING_PATIENCE && !probing_next(table); i++)
		backoff_grow(&backoff);
	/* Looked at again: another may have had the memory that this one did not get. */
	is_made = probing_next(table) || probing_make_next(map, table) || probing_next(table);
	if (!is_other)
		/* relaxed: as above. */
		store_relaxed(&map->is_making, false);
	if (is_made)
		probing_finish(map, context);
	return is_made;
}

/* A key went far from home: is the table too full, or the way there just long? */
static __attribute__((noinline)) void probing_consider(struct probing *map, struct context *context,
						       struct probing_table *table)
{
	struct probing_sample sample;

	/* relaxed, both: hints; what is left undone, the next far key does. */
	if (load_relaxed(&map->is_full) || load_relaxed(&map->is_making))
		return;
	sample = probing_look_at(table, PROBING_SAMPLE);
	if (sample.used * 100 > sample.cells * PROBING_FULL_PERCENT)
		probing_replace(map, context, table);
}

#endif
