/*
 * The table of line: its layout, its locks, and the search for a key. See line.h.
 */
#ifndef STRUCTURES_MAP_LINE_TABLE_H
#define STRUCTURES_MAP_LINE_TABLE_H

#include "structures/common/backoff.h"
#include "structures/common/branchless.h"
#include "structures/common/fetch.h"
#include "structures/common/hash.h"
#include "structures/common/payload.h"
#include "structures/map/map.h"

/* line@bucket stands on the lock alone. */
#ifdef NUMAMARK_LOCK_BUCKET
#	define LINE_HAS_SCHEME 0
#	define LINE_SLOW       inline
#else
#	define LINE_HAS_SCHEME 1
#	define LINE_SLOW       __attribute__((noinline))
#	include "structures/reclaim/reclaim.h"
#	if !RECLAIM_HAS_TICKETS
#		error "line needs a scheme with tickets: ebr, ebr-asym or qsbr"
#	endif
#endif

enum {
	LINE_SLOTS = 3,
	LINE_PER_BUCKET = 2,   /* elements a bucket at the expected size */
	LINE_CHAIN_MAX = 5,    /* a chain of more buckets asks for a larger table */
	LINE_MOVE_BUCKETS = 64 /* moved by one writer at a time */
};

#define LINE_LOCKED  UINT64_C(1)
#define LINE_MOVED   UINT64_C(2)
#define LINE_REVIVES UINT64_C(4)
#define LINE_VERSION UINT64_C(8)

/*
 * On a stored key that was removed and whose slot waits (line+SCHEME): LINE_DEAD, and LINE_YOUNG
 * until the chain's ticket is newer than the remove. Key 2^62 - 1 has the bit of LINE_YOUNG by
 * itself: its dead slots wait once more, and are not its again at once.
 */
#define LINE_DEAD  (UINT64_C(1) << 63)
#define LINE_YOUNG (UINT64_C(1) << 62)

/* A link is an address, and a filter above it: a bit for each sixteenth of the keys further on. */
enum { LINE_LINK_BITS = 48 };

_Static_assert(LINE_LINK_BITS == 3 << 4, "line_filter_bit() sets the upper two bits of six");

/* Above the version, the ticket that the dead slots which are not young wait for (line+SCHEME). */
enum { LINE_TICKET_SHIFT = 64 - 22 };

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
	struct line_table *older;          /* kept for readers that are still in it */
	_Atomic(struct line_table *) next; /* replaces this one, while buckets are moved there */
	_Atomic uint64_t ticket;           /* buckets are moved once this is past, plus one */
	CACHELINE_APART _Atomic uint64_t claimed; /* buckets that some writer moves or has moved */
	CACHELINE_APART _Atomic uint64_t moved;   /* buckets that have been moved */
};

struct line {
	CACHELINE_APART _Atomic(struct line_table *) table; /* where every operation begins */
	struct memory *memory;
	struct reclaim *reclaim; /* line+SCHEME; else NULL */
	size_t value_bytes;
	CACHELINE_APART _Atomic bool is_growing; /* one thread makes a table at a time */
	_Atomic bool is_full;                    /* there was no memory for a larger one */
};

/* Off the fast path: line_make.h. */
static void line_grow(struct line *map, struct line_table *table, struct context *context);
static void line_help_move(struct line *map, struct line_table *table, struct context *context);

/* Not empty, and not removed. */
static inline bool line_is_live(uint64_t stored_key)
{
	return stored_key && !(stored_key & LINE_DEAD);
}

static inline struct line_bucket *line_bucket_of(const struct line_table *table, uint64_t hash)
{
	return &table->buckets[(uint64_t)(((unsigned __int128)hash * table->count) >> 64)];
}

/* The overflow bucket of a link, or NULL. */
static inline struct line_bucket *line_linked(uint64_t link)
{
	return (struct line_bucket *)(uintptr_t)(link & ((UINT64_C(1) << LINE_LINK_BITS) - 1));
}

static inline struct line_bucket *line_next(const struct line_bucket *bucket)
{
	/* acquire: the overflow bucket is whole; pairs with the release in line_append(). */
	return line_linked(load_acquire(&bucket->words[LINE_NEXT]));
}

/* The bit of a link that stands for the keys of a hash: one of those above LINE_LINK_BITS. The hash
 * bits are none of those that choose the bucket, in tables of up to 2^28 buckets. */
static inline unsigned line_filter_bit(uint64_t hash)
{
	return (unsigned)(hash >> 32 | LINE_LINK_BITS) & 63;
}

/* May a key that is not in a bucket be behind its link? */
static inline bool line_goes_on(uint64_t link, uint64_t hash)
{
	return link >> line_filter_bit(hash) & 1;
}

/* The slot of a key, or LINE_SLOTS. */
static inline size_t line_slot(const struct line_bucket *bucket, uint64_t stored_key)
{
	size_t slot = LINE_SLOTS;

#pragma GCC unroll 3 /* LINE_SLOTS */
	for (size_t i = LINE_SLOTS; i-- > 0;) {
		/* acquire: its value is not read before it; pairs with the release in line_occupy(). */
		const uint64_t there = load_acquire(&bucket->words[LINE_KEYS + i]);

		slot = branchless_if_equal(stored_key, there, i, slot);
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
	/* release: publishes what the holder did; pairs with the acquires in line_lock() and line_look(). */
	store_release(&bucket->words[LINE_HEADER], header);
}

/* The header after a change of hands: unlocked, the version advanced, and the ticket given. */
static inline uint64_t line_advance(uint64_t header, uint64_t ticket)
{
	const uint64_t below = (UINT64_C(1) << LINE_TICKET_SHIFT) - 1;

	return ticket << LINE_TICKET_SHIFT | ((header + LINE_VERSION) & below);
}

/* A key, plus one, and the word that stands for its value. */
struct line_entry {
	uint64_t key, stored;
};

/* Under the lock: put a key into a slot that is empty, or dead and free to be used again. */
static inline void line_occupy(struct line_bucket *bucket, size_t slot, struct line_entry entry)
{
	/* release: a reader of this value sees the version of the remove that emptied the slot; pairs
	 * with the acquire of the value in line_read(). */
	store_release(&bucket->words[LINE_VALUES + slot], entry.stored);
	/* release: the key comes after its value; pairs with the acquire in line_slot(). */
	store_release(&bucket->words[LINE_KEYS + slot], entry.key);
}

/* Under the lock: let the links of a chain say that a key of this hash is in bucket @to, or before. */
static inline void line_let_pass(struct line_bucket *head, const struct line_bucket *to,
				 uint64_t hash)
{
	for (struct line_bucket *bucket = head; bucket != to; bucket = line_next(bucket)) {
		_Atomic uint64_t *const link = &bucket->words[LINE_NEXT];
		/* relaxed: only the holder of the lock writes links. release: hands on the bucket, as
		 * in line_append(). Before the key by the release in line_occupy() or line_append(). */
		store_release(link, load_relaxed(link) | UINT64_C(1) << line_filter_bit(hash));
	}
}

/* Under the lock: hang an overflow bucket with one key at the end of a chain. */
static inline bool line_append(struct line_bucket *last, struct context *context, uint64_t hash,
			       struct line_entry entry)
{
	struct line_bucket *bucket = arena_alloc(context->arena, MEMORY_NODES, sizeof(*bucket));

	if (!bucket) {
		context->exhausted++;
		return false;
	}
	for (unsigned i = 0; i < 8; i++)
		/* plain: nobody else sees the bucket yet. */
		atomic_init(&bucket->words[i], 0);
	atomic_init(&bucket->words[LINE_KEYS], entry.key);
	atomic_init(&bucket->words[LINE_VALUES], entry.stored);
	/* release: publishes the bucket; pairs with the acquires in line_next() and line_read(). */
	store_release(&last->words[LINE_NEXT],
		      (uint64_t)(uintptr_t)bucket | UINT64_C(1) << line_filter_bit(hash));
	return true;
}

/* Where a key is, or where it could go, in a chain that this thread holds. */
struct line_place {
	struct line_bucket *bucket; /* that holds the key; NULL if absent */
	size_t slot;
	struct line_bucket *free; /* first bucket with a slot for the key; NULL if none */
	size_t free_slot;
	struct line_bucket *last;
	unsigned length; /* buckets of the chain */
};

/* A slot that this key may have at once, or LINE_SLOTS. */
static inline size_t line_free_slot(const struct line_bucket *bucket, uint64_t stored_key)
{
	size_t own = LINE_SLOTS;

	if (LINE_HAS_SCHEME) {
		own = line_slot(bucket, stored_key | LINE_DEAD | LINE_YOUNG);
		own = own < LINE_SLOTS ? own : line_slot(bucket, stored_key | LINE_DEAD);
	}
	return own < LINE_SLOTS ? own : line_slot(bucket, 0);
}

static inline struct line_place line_search(struct line_bucket *bucket, uint64_t stored_key)
{
	struct line_place place = { 0 };

	for (; bucket; bucket = line_next(bucket)) {
		const size_t slot = line_slot(bucket, stored_key);

		if (slot < LINE_SLOTS) {
			place.bucket = bucket;
			place.slot = slot;
			return place;
		}
		if (!place.free) {
			place.free_slot = line_free_slot(bucket, stored_key);
			place.free = place.free_slot < LINE_SLOTS ? bucket : NULL;
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
	/* acquire: the table is whole; pairs with the releases in line_make.h. */
	struct line_table *table = load_acquire(&map->table);
	struct line_bucket *bucket;

	/* acquire: as above; the table that replaces this one. */
	if (__builtin_expect(load_acquire(&table->next) != NULL, 0))
		line_help_move(map, table, context);
	for (;;) {
		bucket = line_bucket_of(table, hash);
		fetch_to_write(bucket);
		*header = line_lock(bucket);
		*in = table;
		if (__builtin_expect(!(*header & LINE_MOVED), 1))
			return bucket;
		/* acquire: as above; set before any bucket was moved. */
		table = load_acquire(&table->next);
	}
}

/* Look a key up in one chain. Return: true if found; else *stored means nothing. */
static inline bool line_read(const struct line_bucket *bucket, uint64_t hash, uint64_t stored_key,
			     uint64_t *stored)
{
	for (;;) {
		const size_t slot = line_slot(bucket, stored_key);
		uint64_t link;

		if (slot < LINE_SLOTS) {
			/* acquire: the header is read again after it; pairs with the release in
			 * line_occupy(). */
			*stored = load_acquire(&bucket->words[LINE_VALUES + slot]);
			return true;
		}
		/* acquire: as in line_next(); and as above, pairs with line_append(). */
		link = load_acquire(&bucket->words[LINE_NEXT]);
		if (__builtin_expect(!line_goes_on(link, hash), 1))
			return false;
		bucket = line_linked(link);
	}
}

/* A look was in vain: wait while a dead slot is filled. Return: the table where to look again. */
static __attribute__((noinline)) const struct line_table *
line_look_again(const struct line_table *table, const struct line_bucket *head)
{
	struct backoff backoff = { 0 };
	uint64_t header;

	/* acquire: a moved bucket's next table is visible, which the relaxed load in line_look() does
	 * not see to; pairs with line_unlock(). */
	while ((header = load_acquire(&head->words[LINE_HEADER])) & LINE_REVIVES)
		backoff_grow(&backoff);
	if (!(header & LINE_MOVED))
		return table;
	/* acquire: the table is whole; set before any bucket was moved. Pairs with line_make_next(). */
	return load_acquire(&table->next);
}

/* Look a key up, in whichever table holds it. Return: true if found; else *stored means nothing. */
static inline bool line_look(struct line *map, uint64_t key, uint64_t *stored)
{
	const uint64_t hash = hash_key(key);
	/* acquire: the table is whole; pairs with the releases in line_make.h. */
	const struct line_table *table = load_acquire(&map->table);

	for (;;) {
		const struct line_bucket *const head = line_bucket_of(table, hash);
		/* acquire: slots are read after it; pairs with the release in line_unlock(). */
		const uint64_t before = load_acquire(&head->words[LINE_HEADER]);
		const bool found = line_read(head, hash, key + 1, stored);
		/* relaxed: ordered behind line_read() by the acquires in it. */
		const uint64_t after = load_relaxed(&head->words[LINE_HEADER]);

		if (__builtin_expect(before == after && !(before & (LINE_MOVED | LINE_REVIVES)), 1))
			return found;
		table = line_look_again(table, head);
	}
}

#endif
