/*
 * seq_map: the sequential hash map under the locks of map/chained, map/sharded and others.
 *
 * An array of buckets, each one cache line of four entries, with further lines chained behind it
 * when it is full. Most operations touch one line, which holds keys and values both; four keys are
 * compared without a branch between them.
 *
 * Source: separate chaining, D. Knuth, "The Art of Computer Programming", vol. 3, Addison-Wesley,
 *   1973, section 6.4; a line as the unit of a bucket, T. David, R. Guerraoui, V. Trigonakis,
 *   "Asynchronized concurrency: the secret to scaling concurrent search data structures", ASPLOS
 *   2015.
 * Differences: (a) four entries to a line, since the link to the next line takes the place of the
 *   fourth only where there is one; (b) the bucket of a hash is the high half of hash x buckets, so
 *   that any number of buckets will do and doubling it splits each bucket into two neighbours.
 *   Rejected: open addressing at the same density, for the shifting that its removals need; a
 *   table of tags beside the entries, for the second line that each hit would touch.
 * Growth: when the buckets hold SEQ_MAP_FILL_MAX entries on average, the table is doubled at once,
 *   under the lock of the operation that found it full: amortised, not incremental. A map that was
 *   told how many elements to expect does not grow.
 *
 * Invariants
 *   1. A key word is the key + 1; 0 marks a free slot. Keys are below 2^64 - 2.
 *   2. A line whose last key word is SEQ_MAP_LINK is full and followed by another, whose address is
 *      its last value.
 *   3. In the last line of a chain used slots come before free ones; a chained line has at least
 *      two entries. So a chain of given length has a given number of lines.
 *   4. Each key stands once, in the chain of its bucket.
 *   5. `entries` counts them all.
 *
 * Synchronisation is the caller's: shared for seq_map_get() and seq_map_overwrite(), exclusive for
 * the others. Only seq_map_prefetch() may run at any time.
 * Memory: 64 bytes a bucket, 2 entries to each at the expected size: 34 bytes an element, chained
 *   lines included; between 22 and 45 for a map that grew.
 */
#ifndef STRUCTURES_MAP_SEQ_MAP_H
#define STRUCTURES_MAP_SEQ_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/branchless.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "structures/common/hash.h"
#include "structures/common/payload.h"
#include "structures/variant.h"

#define SEQ_MAP_LINK UINT64_MAX

enum {
	SEQ_MAP_SHARED = -1,     /* a table of all workers */
	SEQ_LINE_ENTRIES = 4,
	SEQ_LINE_LAST = SEQ_LINE_ENTRIES - 1,
	SEQ_MAP_FILL = 2,        /* entries to a bucket at the expected size */
	SEQ_MAP_FILL_MAX = 3,    /* and on average before the table grows */
	SEQ_MAP_BUCKETS_MIN = 4
};

struct seq_line {
	CACHELINE_ALIGNED uint64_t keys[SEQ_LINE_ENTRIES];
	/* Atomic for seq_map_overwrite() alone. */
	_Atomic uint64_t values[SEQ_LINE_ENTRIES];
};

struct seq_map {
	/* Read by every operation, changed by growth alone: away from the counts. */
	CACHELINE_ALIGNED _Atomic(struct seq_line *) lines;
	_Atomic uint64_t buckets;
	struct memory *memory;
	int node;                /* that the table belongs to, or SEQ_MAP_SHARED */
	/* Changed when a key comes or goes. */
	CACHELINE_ALIGNED uint64_t entries;
	uint64_t grow_at;
};

enum seq_map_put { SEQ_MAP_ADDED, SEQ_MAP_REPLACED, SEQ_MAP_NO_MEMORY };

/**
 * seq_map_init_on() - an empty map with room for @expected elements.
 *
 * @node:  index of the node whose the table is, or SEQ_MAP_SHARED. Chained lines come from the
 *         arena of the context that a put is given.
 *
 * Return: 0 or -ENOMEM.    Ownership: the table belongs to @memory.
 */
int seq_map_init_on(struct seq_map *map, struct memory *memory, int node, uint64_t expected);

/* Likewise, of all workers. */
static inline int seq_map_init(struct seq_map *map, struct memory *memory, uint64_t expected)
{
	return seq_map_init_on(map, memory, SEQ_MAP_SHARED, expected);
}

/* Gives back all lines, and all payloads of @value_bytes. Alone. */
void seq_map_destroy(struct seq_map *map, size_t value_bytes);

/**
 * seq_map_grow() - double the table. Without the memory for it the map goes on with longer chains.
 *
 * Threads: the owner of @context, under the exclusive lock.
 */
void seq_map_grow(struct seq_map *map, struct context *context);

/* Calls @visit for each entry, in any order; it must not change the map. */
typedef void seq_map_visitor(void *argument, uint64_t key, uint64_t stored);
void seq_map_visit(const struct seq_map *map, seq_map_visitor *visit, void *argument);

/* Adds to @inspection what the map holds, and checks the invariants. */
void seq_map_inspect(const struct seq_map *map, struct inspection *inspection);

/* The bucket of a hash: monotonous in the hash, hence neighbours after a split. */
static inline uint64_t seq_map_index(uint64_t hash, uint64_t buckets)
{
	return (uint64_t)(((unsigned __int128)hash * buckets) >> 64);
}

static inline struct seq_line *seq_map_bucket(const struct seq_map *map, uint64_t key)
{
	/* relaxed, both: changed under the exclusive lock alone, see seq_map_grow(). */
	struct seq_line *const lines = load_relaxed(&map->lines);
	const uint64_t buckets = load_relaxed(&map->buckets);

	return &lines[seq_map_index(hash_key(key), buckets)];
}

/* Fetch the line of a key while the lock is not yet taken. */
static inline void seq_map_prefetch(const struct seq_map *map, uint64_t key)
{
	/*
	 * relaxed, both: only a hint. While the table grows they may not belong together, or to a
	 * table that is gone; a prefetch of any address is harmless. Integers, as such an address
	 * is no pointer.
	 */
	const uintptr_t lines = (uintptr_t)load_relaxed(&map->lines);
	const uint64_t index = seq_map_index(hash_key(key), load_relaxed(&map->buckets));

	__builtin_prefetch((const void *)(lines + index * sizeof(struct seq_line)));
}

/* The first slot whose key word is @word, or SEQ_LINE_ENTRIES. */
static inline size_t seq_line_slot(const struct seq_line *line, uint64_t word)
{
	size_t slot = SEQ_LINE_ENTRIES;

#pragma GCC unroll 4 /* SEQ_LINE_ENTRIES */
	for (size_t i = SEQ_LINE_ENTRIES; i-- > 0;)
		slot = branchless_if_equal(word, line->keys[i], i, slot);
	return slot;
}

static inline bool seq_line_is_linked(const struct seq_line *line)
{
	return line->keys[SEQ_LINE_LAST] == SEQ_MAP_LINK;
}

/* What an entry or a link holds, for those whom no seq_map_overwrite() can meet. */
static inline uint64_t seq_line_value(const struct seq_line *line, unsigned slot)
{
	/* relaxed: the lock orders it. */
	return load_relaxed(&line->values[slot]);
}

static inline struct seq_line *seq_line_next(const struct seq_line *line)
{
	return (struct seq_line *)(uintptr_t)seq_line_value(line, SEQ_LINE_LAST);
}

static inline void seq_line_set(struct seq_line *line, unsigned slot, uint64_t word,
				uint64_t stored)
{
	line->keys[slot] = word;
	/* relaxed: under the exclusive lock. */
	store_relaxed(&line->values[slot], stored);
}

/* Entries of the last line of a chain. */
static inline unsigned seq_line_used(const struct seq_line *line)
{
	return (unsigned)seq_line_slot(line, 0);
}

/*
 * Append an entry to the last line of a chain. Of a full line the last entry moves to @fresh, and
 * a link takes its place.
 */
static inline void seq_line_append(struct seq_line *line, uint64_t word, uint64_t stored,
				   struct seq_line *fresh)
{
	const unsigned used = seq_line_used(line);

	if (used < SEQ_LINE_ENTRIES) {
		seq_line_set(line, used, word, stored);
		return;
	}
	*fresh = (struct seq_line){ { 0 }, { 0 } };
	seq_line_set(fresh, 0, line->keys[SEQ_LINE_LAST], seq_line_value(line, SEQ_LINE_LAST));
	seq_line_set(fresh, 1, word, stored);
	seq_line_set(line, SEQ_LINE_LAST, SEQ_MAP_LINK, (uint64_t)(uintptr_t)fresh);
}

/* Return: the line of a key and its slot; or the last line of its chain and SEQ_LINE_ENTRIES. */
static inline struct seq_line *seq_map_find(const struct seq_map *map, uint64_t key, unsigned *slot)
{
	struct seq_line *line = seq_map_bucket(map, key);

	while ((*slot = (unsigned)seq_line_slot(line, key + 1)) == SEQ_LINE_ENTRIES &&
	       seq_line_is_linked(line))
		line = seq_line_next(line);
	return line;
}

/* Return: true if the key is there; *stored only then. */
static inline bool seq_map_get(const struct seq_map *map, uint64_t key, uint64_t *stored)
{
	unsigned slot;
	const struct seq_line *const line = seq_map_find(map, key, &slot);

	if (slot == SEQ_LINE_ENTRIES)
		return false;
	/* acquire: what came before the overwriting; pairs with the release in
	 * seq_map_overwrite(). */
	*stored = load_acquire(&line->values[slot]);
	return true;
}

/**
 * seq_map_overwrite() - replace the value of a key that is there, under the shared lock.
 *
 * For values that fit a word: of what is replaced there is nothing to free.
 *
 * Return: true if the key was there.    Linearizes: at the store of the value.
 */
static inline bool seq_map_overwrite(struct seq_map *map, uint64_t key, uint64_t stored)
{
	unsigned slot;
	struct seq_line *const line = seq_map_find(map, key, &slot);

	if (slot == SEQ_LINE_ENTRIES)
		return false;
	/* release: who reads this value sees what this thread did before, in other maps too; pairs
	 * with the acquire in seq_map_get(). */
	store_release(&line->values[slot], stored);
	return true;
}

/**
 * seq_map_put() - add a key, or replace its value in place.
 *
 * @old:  out, the word replaced; written for SEQ_MAP_REPLACED alone.
 */
static inline enum seq_map_put seq_map_put(struct seq_map *map, struct context *context,
					   uint64_t key, uint64_t stored, uint64_t *old)
{
	unsigned slot;
	struct seq_line *const line = seq_map_find(map, key, &slot), *fresh = NULL;

	if (slot < SEQ_LINE_ENTRIES) {
		*old = seq_line_value(line, slot);
		seq_line_set(line, slot, key + 1, stored);
		return SEQ_MAP_REPLACED;
	}
	if (seq_line_used(line) == SEQ_LINE_ENTRIES) {
		fresh = arena_alloc(context->arena, MEMORY_NODES, sizeof(*fresh));
		if (!fresh) {
			context->exhausted++;
			return SEQ_MAP_NO_MEMORY;
		}
	}
	seq_line_append(line, key + 1, stored, fresh);
	if (__builtin_expect(++map->entries > map->grow_at, 0))
		seq_map_grow(map, context);
	return SEQ_MAP_ADDED;
}

/* After a put: free what it replaced, or what found no place. Return: whether it added the key. */
static inline bool seq_map_settle(struct context *context, enum seq_map_put put, uint64_t stored,
				  uint64_t old)
{
	if (put == SEQ_MAP_REPLACED)
		payload_free(context, old);
	else if (put == SEQ_MAP_NO_MEMORY)
		payload_free(context, stored);
	return put == SEQ_MAP_ADDED;
}

/**
 * seq_map_remove() - take a key out. The last entry of its chain fills the gap.
 *
 * @stored:  out, the word that stood there; written only for true.
 *
 * Return: true if the key was there.
 */
static inline bool seq_map_remove(struct seq_map *map, struct context *context, uint64_t key,
				  uint64_t *stored)
{
	unsigned slot, top;
	struct seq_line *const line = seq_map_find(map, key, &slot), *before = NULL;
	struct seq_line *last = seq_map_bucket(map, key);

	if (slot == SEQ_LINE_ENTRIES)
		return false;
	*stored = seq_line_value(line, slot);
	for (; seq_line_is_linked(last); last = seq_line_next(last))
		before = last;
	top = seq_line_used(last) - 1;
	seq_line_set(line, slot, last->keys[top], seq_line_value(last, top));
	seq_line_set(last, top, 0, 0);
	if (before && top == 1) {
		/* One entry left: it takes the place of the link. */
		seq_line_set(before, SEQ_LINE_LAST, last->keys[0], seq_line_value(last, 0));
		arena_free(context->arena, last, MEMORY_NODES, sizeof(*last));
	}
	map->entries--;
	return true;
}

#endif
