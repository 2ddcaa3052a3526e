/*
 * line: one cache line a bucket, read without a lock, updated in place under a lock in the line.
 *
 * A bucket is 64 bytes: a header, three keys, three values, and a link to an overflow bucket of the
 * same form. So a typical operation touches one line. Readers write nothing: they look for the key,
 * take the value, and check that no slot of the bucket has changed hands meanwhile. Writers hold
 * the lock bit of the header for a few stores. The table doubles under load: the writers that meet
 * a table being replaced each move some of its buckets.
 *
 * Paper: T. David, R. Guerraoui, V. Trigonakis, "Asynchronized concurrency: the secret to scaling
 *   concurrent search data structures", ASPLOS 2015 (CLHT, the lock-based form).
 * Differences: (a) the header carries a version, which a remove advances; a reader that compares the
 *   key again instead, as in the paper, can meet a slot that was emptied and filled with the same key
 *   twice, and return a value that the key never had at one moment with it; (b) lock, version and
 *   "moved" are one word, so that locking and validating touch no other line; (c) a bucket found by
 *   multiplication, so that tables of any size are even; (d) growth is shared by the writers, and old
 *   tables are kept until destroy, since readers may still be in them: together they are smaller
 *   than the current one; (e) values above 8 bytes are read under the lock, since no scheme protects
 *   them: map/line+SCHEME would.
 *
 * Invariants
 *   1. header: bit 0 locked, bit 1 moved, above them the version. Only the holder of the lock changes
 *      anything in a chain; the head's lock and version stand for all buckets of its chain.
 *   2. A slot is empty while its key is 0; keys are stored plus one. A value is written before its
 *      key (release), and while the key stands in the slot the value is that key's.
 *   3. A slot becomes empty only under a lock whose release advances the version.
 *   4. A key stands in at most one slot of the tables' buckets that are not moved.
 *   5. A moved bucket never changes again, and its chain's keys are in the next table.
 *   6. Links only go from NULL to a bucket; overflow buckets live as long as the map.
 *
 * Linearization: put at its store of the value (overwrite) or of the key (insert, publication of an
 *   overflow bucket); remove at its store of the empty key; get that finds at its load of the value
 *   (the version shows that the key had the slot from before that load on); a get that does not
 *   find: at a moment when the key was absent, which exists, since a key that is present throughout
 *   does not change its slot except with a move, and a move changes the header.
 * Progress: get is lock-free (a retry means that a remove or a move completed); put and remove block.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: none needed for 8-byte values.
 * Memory: 64 bytes a bucket at two elements a bucket, and 64 bytes for each overflow bucket: about
 *   37 bytes an element at the expected size.
 */
#ifndef STRUCTURES_MAP_LINE_H
#define STRUCTURES_MAP_LINE_H

#include "structures/common/backoff.h"
#include "structures/common/payload.h"
#include "structures/map/map.h"

enum {
	LINE_SLOTS = 3,
	LINE_PER_BUCKET = 2,        /* elements a bucket at the expected size */
	LINE_CHAIN_MAX = 5,         /* a chain of more buckets asks for a larger table */
	LINE_MOVE_BUCKETS = 64      /* moved by one writer at a time */
};

#define LINE_LOCKED  UINT64_C(1)
#define LINE_MOVED   UINT64_C(2)
#define LINE_VERSION UINT64_C(4)

/* Words of a bucket. LINE_NEXT follows the values, so that slot LINE_SLOTS, "none", reads it. */
enum { LINE_HEADER, LINE_KEYS, LINE_VALUES = LINE_KEYS + LINE_SLOTS, LINE_NEXT = 7 };

struct line_bucket {
	CACHELINE_ALIGNED _Atomic uint64_t words[8];
};

_Static_assert(sizeof(struct line_bucket) == CACHELINE_BYTES, "a bucket is one line");
_Static_assert(LINE_VALUES + LINE_SLOTS == LINE_NEXT, "the slot behind the last is the link");

struct line_table {
	struct line_bucket *buckets;
	uint64_t count;
	struct line_table *older;                  /* kept for readers that are still in it */
	_Atomic(struct line_table *) next;         /* replaces this one, while buckets are moved there */
	CACHELINE_APART _Atomic uint64_t claimed;  /* buckets that some writer moves or has moved */
	CACHELINE_APART _Atomic uint64_t moved;    /* buckets that have been moved */
};

struct line {
	CACHELINE_APART _Atomic(struct line_table *) table;    /* where every operation begins */
	struct memory *memory;
	size_t value_bytes;
	CACHELINE_APART _Atomic bool is_growing;   /* one thread makes a table at a time */
	_Atomic bool is_full;                      /* there was no memory for a larger one */
};

/* Off the fast path: line.c. */
void line_grow(struct line *map, struct line_table *table);
void line_help_move(struct line *map, struct line_table *table, struct context *context);

static inline struct line_bucket *line_bucket_of(const struct line_table *table, uint64_t hash)
{
	return &table->buckets[(uint64_t)(((unsigned __int128)hash * table->count) >> 64)];
}

static inline struct line_bucket *line_next(const struct line_bucket *bucket)
{
	/* acquire: the overflow bucket is whole; pairs with the release in line_append(). */
	return (struct line_bucket *)(uintptr_t)load_acquire(&bucket->words[LINE_NEXT]);
}

/* The slot of a key, or LINE_SLOTS. Selects, not branches: whether a key is there is a coin toss. */
static inline unsigned line_slot(const struct line_bucket *bucket, uint64_t stored_key)
{
	unsigned slot = LINE_SLOTS;

	for (unsigned i = LINE_SLOTS; i-- > 0;) {
		/* acquire: its value is not read before it; pairs with the release in line_occupy(). */
		const uint64_t there = load_acquire(&bucket->words[LINE_KEYS + i]);

		slot = there == stored_key ? i : slot;
	}
	return slot;
}

/* Take the lock of a chain. Return: the header as it was, unlocked; with LINE_MOVED nothing is held. */
static inline uint64_t line_lock(struct line_bucket *bucket)
{
	struct backoff backoff = { 0 };

	for (;;) {
		/* acquire: a moved bucket's next table is visible; pairs with line_unlock(). */
		uint64_t header = load_acquire(&bucket->words[LINE_HEADER]);

		if (header & LINE_MOVED)
			return header;
		/* acquire: the last holder's stores are visible; pairs with line_unlock(). */
		if (!(header & LINE_LOCKED) &&
		    cas_weak_acquire(&bucket->words[LINE_HEADER], &header, header | LINE_LOCKED))
			return header;
		backoff_grow(&backoff);
	}
}

static inline void line_unlock(struct line_bucket *bucket, uint64_t header)
{
	/* release: publishes what the holder did; pairs with the acquires in line_lock() and line_get(). */
	store_release(&bucket->words[LINE_HEADER], header);
}

/* Under the lock: put a key into an empty slot. */
static inline void line_occupy(struct line_bucket *bucket, unsigned slot, uint64_t stored_key,
			     uint64_t stored)
{
	/* release: a reader of this value sees the version of the remove that emptied the slot; pairs
	 * with the acquire of the value in line_read(). */
	store_release(&bucket->words[LINE_VALUES + slot], stored);
	/* release: the key comes after its value; pairs with the acquire in line_slot(). */
	store_release(&bucket->words[LINE_KEYS + slot], stored_key);
}

/* Under the lock: hang an overflow bucket with one key at the end of a chain. */
static inline bool line_append(struct line_bucket *last, struct context *context,
			       uint64_t stored_key, uint64_t stored)
{
	struct line_bucket *bucket = arena_alloc(context->arena, MEMORY_NODES, sizeof(*bucket));

	if (!bucket) {
		context->exhausted++;
		return false;
	}
	for (unsigned i = 0; i < 8; i++)
		/* plain: nobody else sees the bucket yet. */
		atomic_init(&bucket->words[i], 0);
	atomic_init(&bucket->words[LINE_KEYS], stored_key);
	atomic_init(&bucket->words[LINE_VALUES], stored);
	/* release: publishes the bucket; pairs with the acquire in line_next(). */
	store_release(&last->words[LINE_NEXT], (uint64_t)(uintptr_t)bucket);
	return true;
}

/* Where a key is, or where it could go, in a chain that this thread holds. */
struct line_place {
	struct line_bucket *bucket;    /* that holds the key; NULL if absent */
	unsigned slot;
	struct line_bucket *empty;     /* first bucket with an empty slot; NULL if none */
	unsigned empty_slot;
	struct line_bucket *last;
	unsigned length;               /* buckets of the chain */
};

static inline struct line_place line_search(struct line_bucket *bucket, uint64_t stored_key)
{
	struct line_place place = { 0 };

	for (; bucket; bucket = line_next(bucket)) {
		const unsigned slot = line_slot(bucket, stored_key);

		if (slot < LINE_SLOTS) {
			place.bucket = bucket;
			place.slot = slot;
			return place;
		}
		if (!place.empty && line_slot(bucket, 0) < LINE_SLOTS) {
			place.empty = bucket;
			place.empty_slot = line_slot(bucket, 0);
		}
		place.last = bucket;
		place.length++;
	}
	return place;
}

/* Lock the chain of a key in the table that holds it, and help a table that is being replaced. */
static inline struct line_bucket *line_lock_key(struct line *map, struct context *context,
						uint64_t hash, uint64_t *header,
						struct line_table **in)
{
	/* acquire: the table is whole; pairs with the releases in line.c. */
	struct line_table *table = load_acquire(&map->table);
	struct line_bucket *bucket;

	/* acquire: as above; the table that replaces this one. */
	if (__builtin_expect(load_acquire(&table->next) != NULL, 0))
		line_help_move(map, table, context);
	for (;;) {
		bucket = line_bucket_of(table, hash);
		*header = line_lock(bucket);
		*in = table;
		if (__builtin_expect(!(*header & LINE_MOVED), 1))
			return bucket;
		/* acquire: as above; set before any bucket was moved. */
		table = load_acquire(&table->next);
	}
}

/* Look a key up in one chain. Return: true if found; *stored only then. */
static inline bool line_read(const struct line_bucket *bucket, uint64_t stored_key,
			     uint64_t *stored)
{
	for (;;) {
		const unsigned slot = line_slot(bucket, stored_key);
		/* acquire: the header is read again after it; pairs with the releases in line_occupy() and
		 * line_append(). Slot "none" is the link, so that one load serves both. */
		const uint64_t there = load_acquire(&bucket->words[LINE_VALUES + slot]);
		const bool found = slot < LINE_SLOTS;

		*stored = found ? there : *stored;
		if (__builtin_expect(found | !there, 1))
			return found;
		bucket = (const struct line_bucket *)(uintptr_t)there;
	}
}

/* Values above 8 bytes: no scheme keeps them alive, so the lock does. */
static inline bool line_get_locked(struct line *map, struct context *context, uint64_t key,
				   uint64_t *value)
{
	struct line_table *table;
	uint64_t header, stored;
	struct line_bucket *head = line_lock_key(map, context, hash_key(key), &header, &table);
	const bool found = line_read(head, key + 1, &stored);

	if (found)
		*value = payload_read(context, stored);
	line_unlock(head, header);
	return found;
}

/**
 * line_get() - the value of a key.
 *
 * @value:  out, only if found.
 *
 * Return: true if found.
 * Linearizes: see above.   Progress: lock-free (8-byte values).
 */
static inline bool line_get(struct line *map, struct context *context, uint64_t key,
			    uint64_t *value)
{
	const uint64_t hash = hash_key(key);
	/* acquire: the table is whole; pairs with the releases in line.c. */
	const struct line_table *table = load_acquire(&map->table);

	if (__builtin_expect(payload_is_apart(context), 0))
		return line_get_locked(map, context, key, value);
	for (;;) {
		const struct line_bucket *const head = line_bucket_of(table, hash);
		/* acquire: slots are read after it; pairs with the release in line_unlock(). */
		const uint64_t before = load_acquire(&head->words[LINE_HEADER]);
		uint64_t stored = *value;
		const bool found = line_read(head, key + 1, &stored);
		/* relaxed: ordered behind line_read() by the acquires in it. */
		const uint64_t after = load_relaxed(&head->words[LINE_HEADER]);

		if (__builtin_expect(!(before & LINE_MOVED) && (before | LINE_LOCKED) ==
							       (after | LINE_LOCKED), 1)) {
			*value = stored;
			return found;
		}
		if (after & LINE_MOVED)
			/* acquire: as above; set before any bucket was moved. */
			table = load_acquire(&table->next);
	}
}

/* Under the lock: overwrite. */
static inline void line_overwrite(struct line_place place, struct context *context,
				  uint64_t stored)
{
	_Atomic uint64_t *const word = &place.bucket->words[LINE_VALUES + place.slot];
	/* relaxed: only the holder of the lock writes it. */
	const uint64_t old = load_relaxed(word);

	/* release: as in line_occupy(). */
	store_release(word, stored);
	payload_free(context, old);
}

/* Under the lock: a key that is not there. Return: false for want of memory. */
static inline bool line_insert(struct line_place place, struct context *context,
			       uint64_t stored_key, uint64_t stored)
{
	if (!place.empty)
		return line_append(place.last, context, stored_key, stored);
	line_occupy(place.empty, place.empty_slot, stored_key, stored);
	return true;
}

/**
 * line_put() - insert or overwrite.
 *
 * Return: true if the key was not there.
 * Linearizes: at the store of the value or key.   Progress: blocking.
 */
static inline bool line_put(struct line *map, struct context *context, uint64_t key, uint64_t value)
{
	struct line_table *table;
	struct line_bucket *head;
	struct line_place place;
	uint64_t header, stored;
	bool added;

	if (!payload_make(context, value, &stored))
		return false;
	head = line_lock_key(map, context, hash_key(key), &header, &table);
	place = line_search(head, key + 1);
	if (place.bucket) {
		line_overwrite(place, context, stored);
		line_unlock(head, header);
		return false;
	}
	added = line_insert(place, context, key + 1, stored);
	line_unlock(head, header);
	if (!added)
		payload_free(context, stored);
	if (__builtin_expect(place.length > LINE_CHAIN_MAX, 0))
		line_grow(map, table);
	return added;
}

/**
 * line_remove() - take a key out.
 *
 * Return: true if the key was there.
 * Linearizes: at the store of the empty key.   Progress: blocking.
 */
static inline bool line_remove(struct line *map, struct context *context, uint64_t key)
{
	struct line_table *table;
	uint64_t header, stored;
	struct line_bucket *head = line_lock_key(map, context, hash_key(key), &header, &table);
	const struct line_place place = line_search(head, key + 1);

	if (!place.bucket) {
		line_unlock(head, header);
		return false;
	}
	/* relaxed: only the holder of the lock writes values. */
	stored = load_relaxed(&place.bucket->words[LINE_VALUES + place.slot]);
	/* release: the slot is empty from here on; pairs with the acquire in line_slot(). */
	store_release(&place.bucket->words[LINE_KEYS + place.slot], 0);
	line_unlock(head, header + LINE_VERSION);
	payload_free(context, stored);
	return true;
}

/* Asleep with the lock of one chain held: gets go on, writers of that chain wait. */
static inline void line_stall(struct line *map, struct worker *worker)
{
	struct line_table *table;
	uint64_t header;
	struct line_bucket *head =
		line_lock_key(map, &worker->context, worker->context.worker, &header, &table);

	worker_sleep_stalled(worker);
	line_unlock(head, header);
}

#endif
