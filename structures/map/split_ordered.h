/*
 * split_ordered: one sorted list for all keys, into which the buckets point.
 *
 * The list is sorted by the bit-reversed hash, so that the keys of a bucket stand together, and
 * still do so, in two halves, when the number of buckets doubles: growing moves nothing. Where a
 * bucket begins, the list has a sentinel, a node that is never removed. Buckets get theirs when
 * they are first used: it is inserted from the sentinel of a bucket that this one split from.
 *
 * Paper: O. Shalev, N. Shavit, "Split-ordered lists: lock-free extensible hash tables", J. ACM
 *   53(3), 2006; the list is that of map/michael (structures/map/michael_list.h).
 * Differences: (a) the order is all 64 bits of a hash that is a bijection, so that it is the key as
 *   well, and nothing else is compared or stored; a sentinel has a flag where the paper has a bit,
 *   and stands before the key of the same order; (b) buckets are words in segments that double: the
 *   first one holds the expected elements, each further one as many as all before it; (c) no count
 *   that each insert writes: a worker counts its own, and adds SPLIT_ORDERED_NEWS of them at a
 *   time; (d) without memory for a bucket's sentinel that of its nearest ancestor serves; (e) a put
 *   overwrites in place, as in map/michael.
 *
 * Invariants: those of the list, and
 *   1. The number of buckets is a power of two and never shrinks.
 *   2. A bucket's word is 0, or the sentinel of its number, for ever.
 *   3. A sentinel is never marked. Its order is the reversed number of its bucket; it stands before
 *      all keys whose hash ends in that number, and behind all keys of its parent's other half.
 *      Who used fewer buckets, or more, meets the same keys from there.
 *   4. Segments are there before the number of buckets that needs them.
 *   5. A bucket that has a sentinel has a parent that has one. So a walk to where a new one belongs
 *      passes few keys, also in a table that was made large.
 *
 * Linearization, progress: as map/michael, in place. A new bucket costs its first user a walk from
 *   its parent's sentinel, after the same for the parent, and a doubling one segment (memory_shared() takes a lock).
 * May run together: get, put, remove. create, destroy and inspect: alone.
 * Reclamation: any scheme, as map/michael; sentinels and segments live as long as the map, so that a
 *   walk may begin at one without protecting it.
 * Memory: 32 bytes a key, and for each 1 to 2 keys at the expected size (SPLIT_ORDERED_LOAD after
 *   growth) a bucket of 8 bytes with a sentinel of 32.
 */
#ifndef STRUCTURES_MAP_SPLIT_ORDERED_H
#define STRUCTURES_MAP_SPLIT_ORDERED_H

#define MICHAEL_SENTINELS 1

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/cacheline.h"
#include "structures/common/hash.h"
#include "structures/map/michael_list.h"
#include "topology/memory.h"

enum {
	SPLIT_ORDERED_LOAD = 2, /* keys a bucket above which the buckets are doubled */
	SPLIT_ORDERED_BUCKETS_MIN = 16,
	SPLIT_ORDERED_SEGMENTS = 48, /* doublings and one: more than memory can hold */
	SPLIT_ORDERED_NEWS = 64      /* keys that a worker counts before it tells others */
};

/* A worker's own: keys added minus keys removed since it last told. */
struct split_ordered_worker {
	int64_t news;
};

struct split_ordered {
	/* Read by every operation, written by growth alone. */
	CACHELINE_APART _Atomic uint64_t buckets;
	unsigned first_log2;                   /* log2 of the buckets in the first segment */
	struct split_ordered_worker **workers; /* each on its node */
	struct reclaim *reclaim;
	struct memory *memory;
	size_t value_bytes;
	_Atomic uintptr_t segments[SPLIT_ORDERED_SEGMENTS];
	/* Written once in SPLIT_ORDERED_NEWS changes of a worker. */
	CACHELINE_APART _Atomic int64_t keys;
};

static inline uint64_t split_ordered_reverse(uint64_t word)
{
	word = __builtin_bswap64(word);
	word = (word >> 4 & 0x0f0f0f0f0f0f0f0fu) | (word & 0x0f0f0f0f0f0f0f0fu) << 4;
	word = (word >> 2 & 0x3333333333333333u) | (word & 0x3333333333333333u) << 2;
	return (word >> 1 & 0x5555555555555555u) | (word & 0x5555555555555555u) << 1;
}

/* The segment of a bucket, and its place in it. */
static inline unsigned split_ordered_segment(const struct split_ordered *map, uint64_t bucket,
					     uint64_t *index)
{
	const uint64_t part = bucket >> map->first_log2;
	const unsigned segment = part ? 64u - (unsigned)__builtin_clzll(part) : 0;

	*index = segment ? bucket - (UINT64_C(1) << (map->first_log2 + segment - 1)) : bucket;
	return segment;
}

static inline _Atomic uintptr_t *split_ordered_bucket(struct split_ordered *map, uint64_t bucket)
{
	uint64_t index;
	const unsigned segment = split_ordered_segment(map, bucket, &index);

	/* acquire: the segment is zeroed; pairs with the CAS in split_ordered_extend(). */
	return (_Atomic uintptr_t *)load_acquire(&map->segments[segment]) + index;
}

/* The bucket that this one split from: without its highest bit. */
static inline uint64_t split_ordered_parent(uint64_t bucket)
{
	return bucket ^ (UINT64_C(1) << (63 - __builtin_clzll(bucket)));
}

/* Insert a bucket's sentinel, unless it is there. Return: its address, 0 for want of memory. */
static inline uintptr_t split_ordered_insert(struct context *context, _Atomic uintptr_t *parent,
					     uint64_t bucket)
{
	const struct michael_sought sought = { parent, split_ordered_reverse(bucket), true };
	struct michael_node *const fresh =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(*fresh));
	struct michael_place place;
	bool is_there;

	if (!fresh)
		return 0;
	fresh->key = sought.key;
	fresh->is_sentinel = true;
	/* relaxed: nobody else knows the node; the CAS that links it publishes it. */
	store_relaxed(&fresh->value, 0);
	do
		is_there = michael_find(context, sought, &place);
	while (!is_there && !michael_link(&place, fresh));
	if (!is_there)
		return (uintptr_t)fresh;
	arena_free(context->arena, fresh, MEMORY_NODES, sizeof(*fresh));
	return place.node;
}

/*
 * Give a bucket its sentinel, and its parent before it.
 *
 * Return: where to begin for the bucket's keys; not inside a section.
 */
static __attribute__((noinline)) _Atomic uintptr_t *
split_ordered_open(struct split_ordered *map, struct context *context, uint64_t bucket)
{
	const uint64_t parent = split_ordered_parent(bucket);
	_Atomic uintptr_t *const word = split_ordered_bucket(map, parent);
	_Atomic uintptr_t *from;
	uintptr_t sentinel;

	/* acquire, here and below: the sentinel; pairs with the release below. Bucket 0 always has
	 * one, and there are no more generations than bits of a number. */
	if (!load_acquire(word)) {
		from = split_ordered_open(map, context, parent);
		if (!load_acquire(word)) /* acquire: as above */
			return from;
	}
	from = &michael_node(load_acquire(word))->next; /* acquire: as above */
	reclaim_enter(context->reclaim);
	sentinel = split_ordered_insert(context, from, bucket);
	reclaim_exit(context->reclaim);
	if (!sentinel)
		return from;
	/* release: publishes the sentinel; pairs with the loads of a bucket's word. Others may store
	 * the same one. */
	store_release(split_ordered_bucket(map, bucket), sentinel);
	return &michael_node(sentinel)->next;
}

static inline struct michael_sought split_ordered_sought(struct split_ordered *map,
							 struct context *context, uint64_t key)
{
	const uint64_t hash = hash_key(key);
	/* acquire: the segment of the last bucket; pairs with the CAS in split_ordered_extend(). */
	const uint64_t bucket = hash & (load_acquire(&map->buckets) - 1);
	/* acquire: the sentinel; pairs with the release in split_ordered_open(). */
	const uintptr_t sentinel = load_acquire(split_ordered_bucket(map, bucket));

	return (struct michael_sought){
		.head = __builtin_expect(sentinel != 0, 1)
				? &michael_node(sentinel)->next
				: split_ordered_open(map, context, bucket),
		.key = split_ordered_reverse(hash),
	};
}

/* Double the buckets, unless that has been done or there is no memory for it. */
static __attribute__((noinline)) void split_ordered_extend(struct split_ordered *map,
							   uint64_t buckets)
{
	uint64_t index;
	const unsigned segment = split_ordered_segment(map, buckets, &index);
	uintptr_t expected = 0;
	void *words;

	if (segment >= SPLIT_ORDERED_SEGMENTS)
		return;
	/* acquire: another's segment, on whose behalf the CAS below publishes; pairs with the CAS
	 * that set it. */
	if (!load_acquire(&map->segments[segment])) {
		words = memory_shared(map->memory, buckets * sizeof(uintptr_t));
		if (!words)
			return;
		/* acq_rel: publishes the segment, or acquires another's; pairs with the loads of
		 * segments. */
		if (!cas_acq_rel(&map->segments[segment], &expected, (uintptr_t)words))
			memory_release(map->memory, words);
	}
	/* release: who computes with the new number finds the segment; pairs with the acquire in
	 * split_ordered_sought(). */
	cas_release(&map->buckets, &buckets, 2 * buckets);
}

/* Add a worker's news to the count of all. */
static __attribute__((noinline)) void split_ordered_tell(struct split_ordered *map,
							 struct split_ordered_worker *worker)
{
	/* relaxed: a count, that orders nothing. */
	const int64_t keys = fetch_add_relaxed(&map->keys, worker->news) + worker->news;
	/* acquire: as in split_ordered_sought(). */
	const uint64_t buckets = load_acquire(&map->buckets);

	worker->news = 0;
	if (keys > 0 && (uint64_t)keys > SPLIT_ORDERED_LOAD * buckets)
		split_ordered_extend(map, buckets);
}

static inline void split_ordered_count(struct split_ordered *map, const struct context *context,
				       int64_t change)
{
	struct split_ordered_worker *const worker = map->workers[context->worker];

	worker->news += change;
	if (__builtin_expect(worker->news == change * SPLIT_ORDERED_NEWS, 0))
		split_ordered_tell(map, worker);
}

/**
 * split_ordered_get() - read the value of a key.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline bool split_ordered_get(struct split_ordered *map, struct context *context,
				     uint64_t key, uint64_t *value)
{
	return michael_list_get(context, split_ordered_sought(map, context, key), value);
}

/**
 * split_ordered_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool split_ordered_put(struct split_ordered *map, struct context *context,
				     uint64_t key, uint64_t value)
{
	const bool added =
		michael_list_put(context, split_ordered_sought(map, context, key), value);

	if (added)
		split_ordered_count(map, context, 1);
	return added;
}

/**
 * split_ordered_remove() - take a key out.
 *
 * Return: whether it was there.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool split_ordered_remove(struct split_ordered *map, struct context *context,
					uint64_t key)
{
	const bool removed = michael_list_remove(context, split_ordered_sought(map, context, key));

	if (removed)
		split_ordered_count(map, context, -1);
	return removed;
}

/* The buckets of all, then their sentinels: addresses only, which nobody looks into. */
static inline void split_ordered_prefetch(struct split_ordered *map, struct context *context,
					  const struct draw *draws, unsigned count)
{
	/* acquire: as in split_ordered_sought(). */
	const uint64_t mask = load_acquire(&map->buckets) - 1;

	(void)context;
	for (unsigned i = 0; i < count; i++)
		__builtin_prefetch(
			(const void *)split_ordered_bucket(map, hash_key(draws[i].key) & mask));
	for (unsigned i = 0; i < count; i++)
		/* relaxed: a hint. */
		__builtin_prefetch((const void *)load_relaxed(
			split_ordered_bucket(map, hash_key(draws[i].key) & mask)));
}

#endif
