/*
 * rcu_buckets: a hash table of linked lists, read under RCU, written under a lock in each bucket.
 *
 * A reader follows the list of a bucket and writes nothing, whatever writers do: they link a new
 * node at the head, and unlink one by a single store, which leaves the way onward from it as it
 * was. What is unlinked is retired, so that it lasts as long as any reader may be in it. Writers of
 * one bucket exclude each other by a bit of its head.
 *
 * Paper: P. McKenney, J. Slingwine, "Read-copy update: using execution history to solve concurrency
 *   problems", PDCS 1998; hash tables of this form: P. McKenney, D. Sarma, M. Soni, "Scaling dcache
 *   with RCU", Linux Journal 117, 2004.
 * Differences: (a) the lock is the lowest bit of the head, so that a writer touches no line beside
 *   it, and linking a node and unlocking are one store; (b) a put on a key that is there overwrites
 *   its word in place, where RCU would copy the node: readers load it once, so that it is old or
 *   new. A payload is replaced as a whole, and the old one retired; (c) sized once, at create:
 *   resizing it needs a wait for readers between its steps (J. Triplett, P. McKenney, J. Walpole,
 *   "Resizable, scalable, concurrent hash tables via relativistic programming", USENIX ATC 2011),
 *   which only the schemes with tickets offer. split_ordered and urcu_lfht resize.
 *
 * Invariants
 *   1. Only the thread that set the lock bit of a bucket changes its list and its words.
 *   2. A node enters at the head, and its `next` changes only to pass by the node behind it. Of an
 *      unlinked node nothing changes any more.
 *   3. A node, or a payload, is retired by the thread that unlinked or replaced it.
 *   4. A bucket has one node for each of its keys. At rest no bucket is locked.
 *
 * Linearization: put at the store of the value or of the head, remove at the store that unlinks.
 *   A node that a get meets was linked at some moment of the call: it was so when its predecessor
 *   was read, or when that was unlinked, which happened during the call. So a get that finds counts
 *   at its load of the value if the node is linked then, else just before it was unlinked. A get
 *   that does not find: the key was absent when it read the head, or its node was unlinked since,
 *   and it was absent then.
 * Progress: get is wait-free for lists of bounded length; put and remove block, and a stalled one
 *   stops the writers of its bucket.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: a scheme of sections. Hazard pointers would need to see that a node is unlinked, but
 *   nothing in it says so.
 * Memory: 24 bytes a node (32 of the arena) and one bucket of 8 bytes for each 1 to 2 elements.
 */
#ifndef STRUCTURES_MAP_RCU_BUCKETS_H
#define STRUCTURES_MAP_RCU_BUCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/bucket_lock.h"
#include "structures/common/hash.h"
#include "structures/common/payload.h"
#include "structures/map/map.h"
#include "structures/reclaim/reclaim.h"

#if !RECLAIM_BY_SECTION
#	error "rcu_buckets: readers walk through unlinked nodes, which hazard pointers do not keep"
#endif

struct rcu_buckets_node {
	_Atomic uintptr_t next;
	uint64_t key;
	_Atomic uint64_t value; /* the word of payload.h */
};

struct rcu_buckets {
	_Atomic uintptr_t *buckets; /* first node, with BUCKET_LOCKED */
	uint64_t mask;
	struct reclaim *reclaim;
	size_t value_bytes;
};

static inline struct rcu_buckets_node *rcu_buckets_node(uintptr_t word)
{
	return (struct rcu_buckets_node *)(word & ~BUCKET_LOCKED);
}

static inline _Atomic uintptr_t *rcu_buckets_bucket(const struct rcu_buckets *map, uint64_t key)
{
	return &map->buckets[hash_key(key) & map->mask];
}

/* Under the lock: the node of a key, or NULL. @before: out, the word that leads on to it. */
static inline struct rcu_buckets_node *rcu_buckets_find(uintptr_t first, uint64_t key,
							_Atomic uintptr_t **before)
{
	struct rcu_buckets_node *node = rcu_buckets_node(first);

	*before = NULL;
	while (node && node->key != key) {
		*before = &node->next;
		/* relaxed: only the holder of the lock changes it. */
		node = rcu_buckets_node(load_relaxed(&node->next));
	}
	return node;
}

/**
 * rcu_buckets_get() - read the value of a key.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline bool rcu_buckets_get(struct rcu_buckets *map, struct context *context, uint64_t key,
				   uint64_t *value)
{
	struct rcu_buckets_node *node;

	reclaim_enter(context->reclaim);
	/* acquire: the node as it was published; pairs with the release in bucket_unlock(). */
	node = rcu_buckets_node(load_acquire(rcu_buckets_bucket(map, key)));
	while (node && node->key != key)
		/* acquire: as above, and with the release in rcu_buckets_remove(). */
		node = rcu_buckets_node(load_acquire(&node->next));
	if (node)
		/* acquire: the payload; pairs with the release in rcu_buckets_overwrite(). */
		*value = payload_read(context, load_acquire(&node->value));
	reclaim_exit(context->reclaim);
	return node;
}

static inline void rcu_buckets_retire_payload(struct context *context, uint64_t stored)
{
	if (payload_is_apart(context))
		reclaim_retire(context->reclaim, payload_words(stored), MEMORY_PAYLOADS,
			       context->value_bytes);
}

/* Under the lock. */
static inline void rcu_buckets_overwrite(struct context *context, struct rcu_buckets_node *node,
					 uint64_t stored)
{
	/* relaxed: only the holder of the lock writes it. */
	const uint64_t old = load_relaxed(&node->value);

	/* release: publishes the payload; pairs with the acquire in rcu_buckets_get(). */
	store_release(&node->value, stored);
	rcu_buckets_retire_payload(context, old);
}

/* A node that leads on to @first. Return: NULL for want of memory, which is counted. */
static inline struct rcu_buckets_node *rcu_buckets_make(struct context *context, uint64_t key,
							uint64_t stored, uintptr_t first)
{
	struct rcu_buckets_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(*node));

	if (!node) {
		context->exhausted++;
		return NULL;
	}
	node->key = key;
	/* relaxed, both: nobody else knows the node; the unlocking store publishes it. */
	store_relaxed(&node->next, first);
	store_relaxed(&node->value, stored);
	return node;
}

/**
 * rcu_buckets_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Progress: blocking.    Threads: any, each with its own context.
 */
static inline bool rcu_buckets_put(struct rcu_buckets *map, struct context *context, uint64_t key,
				   uint64_t value)
{
	_Atomic uintptr_t *const bucket = rcu_buckets_bucket(map, key), *before;
	struct rcu_buckets_node *node, *fresh = NULL;
	uintptr_t first;
	uint64_t stored;

	if (!payload_make(context, value, &stored))
		return false;
	first = bucket_lock(bucket);
	node = rcu_buckets_find(first, key, &before);
	if (node)
		rcu_buckets_overwrite(context, node, stored);
	else
		fresh = rcu_buckets_make(context, key, stored, first);
	bucket_unlock(bucket, fresh ? (uintptr_t)fresh : first);
	if (!node && !fresh)
		payload_free(context, stored);
	return fresh;
}

/**
 * rcu_buckets_remove() - take a key out.
 *
 * Return: whether it was there.
 * Progress: blocking.    Threads: any, each with its own context.
 */
static inline bool rcu_buckets_remove(struct rcu_buckets *map, struct context *context,
				      uint64_t key)
{
	_Atomic uintptr_t *const bucket = rcu_buckets_bucket(map, key), *before;
	uintptr_t first = bucket_lock(bucket), after;
	struct rcu_buckets_node *const node = rcu_buckets_find(first, key, &before);

	if (node) {
		/* relaxed: only the holder of the lock changes it. */
		after = load_relaxed(&node->next);
		if (before)
			/* release: hands on the node after; pairs with the acquire in
			 * rcu_buckets_get(). */
			store_release(before, after);
		else
			first = after;
	}
	bucket_unlock(bucket, first);
	if (!node)
		return false;
	/* relaxed: it is out of the list, and was written under the lock. */
	rcu_buckets_retire_payload(context, load_relaxed(&node->value));
	reclaim_retire(context->reclaim, node, MEMORY_NODES, sizeof(*node));
	return true;
}

/* The buckets of all, then the first node of each: an address only, which nobody looks into. */
static inline void rcu_buckets_prefetch(struct rcu_buckets *map, struct context *context,
				    const struct draw *draws, unsigned count)
{
	(void)context;
	for (unsigned i = 0; i < count; i++)
		__builtin_prefetch((const void *)rcu_buckets_bucket(map, draws[i].key));
	for (unsigned i = 0; i < count; i++)
		/* relaxed: a hint. */
		__builtin_prefetch((const void *)load_relaxed(rcu_buckets_bucket(map, draws[i].key)));
}

#endif
