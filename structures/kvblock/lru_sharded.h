/*
 * lru_sharded: a block cache in shards, each with a lock and a list of recency of its own.
 *
 * The hash of a block's id chooses its shard, so that even the first block, which is in every
 * request, burdens one shard alone. An operation goes along its chain from lock to lock and holds
 * one at a time: it pins each block before it leaves the one before, and so never stands on a block
 * that may go. Room is one count of all shards, so that the cache holds what fits, however the hash
 * falls; who finds none evicts the oldest leaf of the shard at hand, or of the next ones. From a
 * leaf it goes on to its parent, wherever that is, if the same request was the last to want both.
 *
 * As node_sharded (LRU_SHARDED_BY_NODE) the shards belong to the NUMA nodes that workers sit on,
 * and so does all that is in them, locks, lists and blocks: traffic for a block goes to its home
 * and nowhere else.
 *
 * Source: lock striping, M. Herlihy, N. Shavit, "The Art of Multiprocessor Programming", 2008,
 *   section 13.2, over the cache of structures/kvblock/seq_lru.h.
 * Differences: (a) recency is exact within a shard, not between them; (b) a block that is no leaf
 *   when its turn comes is taken for recent; (c) pins move hand over hand, where one lock would make
 *   one pin do.
 * Shards: setup.shards, or LRU_SHARDS_PER_WORKER a worker; of node_sharded rounded up to a multiple
 *   of the nodes.
 *
 * Invariants
 *   1. A block is in the shard that its hash chooses, and is found, added and evicted under its
 *      lock.
 *   2. `references` counts a block's children in the cache and its pins. Under the shard's lock 0
 *      stays 0: whoever could add to it would have to find the block first.
 *   3. `count` is the number of blocks, or more while one is being added: at most the capacity.
 *   4. A shard's arena (node_sharded) is used under its lock.
 *
 * Linearization: acquire at the pin of the last block that it finds: it is a prefix then, and the
 *   next block was absent when it was looked for after. Commit one block at a time. Release at the
 *   pin's end.
 * Progress: blocking; a stalled thread stops one shard.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: none needed; a block is freed under its shard's lock, unpinned and without children.
 * Memory: 56 bytes a block (64 of the arena); 8 to 16 of table for each block of capacity, 256 or
 *   more a shard.
 */
#ifndef STRUCTURES_KVBLOCK_LRU_SHARDED_H
#define STRUCTURES_KVBLOCK_LRU_SHARDED_H

#include "structures/common/nodes.h"
#include "structures/kvblock/held_lock.h"
#include "structures/kvblock/lru_shard.h"

enum { LRU_SHARDS_PER_WORKER = 16 };

struct lru_sharded {
	/* Read only after create. */
	struct nodes nodes;
	struct lru_shard *shards[NODES_MAX]; /* by node, or all of them in the first */
	uint32_t homes, per_home;
	uint64_t capacity;
	struct lock_threads threads;
	uint64_t **requests; /* by worker: number of its last request */
	CACHELINE_APART _Atomic uint64_t count;
};

static inline struct lru_shard *lru_sharded_shard(const struct lru_sharded *cache, uint64_t id)
{
	/* The low half of the hash, scaled twice: home, and of the rest the shard. */
	const uint64_t scaled = (hash_key(id) & UINT32_MAX) * cache->homes;

	return &cache->shards[scaled >> 32][(scaled & UINT32_MAX) * cache->per_home >> 32];
}

/* Move the request's pin on to @block, which is pinned already. */
static inline void lru_sharded_go_on(struct kvblock_request *request, struct shard_block *block)
{
	if (request->pinned)
		shard_block_unpin(request->pinned);
	request->pinned = block;
	request->cached++;
}

/* Find the next block of the chain, and pin it. Under the lock. Return: false if it is not there.
 */
static inline bool lru_sharded_pass(struct lru_sharded *cache, struct context *context,
				    struct lru_shard *shard, struct kvblock_request *request)
{
	struct shard_block *const block = lru_shard_find(shard, request->blocks[request->cached]);

	if (!block)
		return false;
	lru_shard_renew(shard, block);
	/* relaxed: a hint, see lru_sharded_remove(). */
	store_relaxed(&block->request, *cache->requests[context->worker]);
	shard_block_pin(block);
	lru_sharded_go_on(request, block);
	return true;
}

/* Linearizes: see above.    Progress: blocking. */
static inline void lru_sharded_acquire(struct lru_sharded *cache, struct context *context,
				       struct kvblock_request *request)
{
	bool is_there = true;

	++*cache->requests[context->worker];
	while (is_there && request->cached < request->count) {
		struct lru_shard *const shard =
			lru_sharded_shard(cache, request->blocks[request->cached]);

		held_acquire(&shard->lock, context);
		is_there = lru_sharded_pass(cache, context, shard, request);
		held_release(&shard->lock, context);
	}
}

/* Linearizes: at the pin's end.    Progress: wait-free. */
static inline void lru_sharded_release(struct lru_sharded *cache, struct context *context,
				       struct kvblock_request *request)
{
	(void)cache, (void)context;
	if (request->pinned)
		shard_block_unpin(request->pinned);
	request->pinned = NULL;
}

/* Under the lock: @block is free, and goes. Its room is the caller's. */
static inline void lru_sharded_remove(struct lru_sharded *cache, struct context *context,
				      struct kvblock_request *request, struct shard_block *block)
{
	struct lru_shard *const shard = lru_sharded_shard(cache, block->id);

	lru_shard_remove(shard, block);
	request->candidate = NULL;
	if (block->parent) {
		/* Before its reference goes, and with it the certainty that it is there. */
		/* relaxed, both: a hint; the parent's lock is not held. */
		if (load_relaxed(&block->parent->request) == load_relaxed(&block->request))
			request->candidate = block->parent;
		request->candidate_id = block->parent->id;
		shard_block_unpin(block->parent);
	}
	kvblock_count_evicted(request, block->id);
	arena_free(shard->arena ? shard->arena : context->arena, block, MEMORY_NODES,
		   sizeof(*block));
}

/* The parent of what went last, if it is still there and free. */
static inline bool lru_sharded_evict_candidate(struct lru_sharded *cache, struct context *context,
					       struct kvblock_request *request)
{
	struct shard_block *const candidate = request->candidate;
	struct lru_shard *const shard = lru_sharded_shard(cache, request->candidate_id);
	bool goes;

	held_acquire(&shard->lock, context);
	/* By its id: the pointer alone may be one to memory of another time. */
	goes = lru_shard_find(shard, request->candidate_id) == candidate &&
	       shard_block_is_free(candidate);
	request->candidate = NULL;
	if (goes)
		lru_sharded_remove(cache, context, request, candidate);
	held_release(&shard->lock, context);
	return goes;
}

/* The oldest leaf of a shard that nobody pins. Return: false if there is none. */
static inline bool lru_sharded_evict_from(struct lru_sharded *cache, struct context *context,
					  struct kvblock_request *request, struct lru_shard *shard)
{
	struct shard_block *block;

	held_acquire(&shard->lock, context);
	block = lru_shard_oldest_free(shard);
	if (block)
		lru_sharded_remove(cache, context, request, block);
	held_release(&shard->lock, context);
	return block;
}

/* From the shard at hand and those after it. */
static inline bool lru_sharded_evict(struct lru_sharded *cache, struct context *context,
				     struct kvblock_request *request, uint64_t id)
{
	const uint32_t all = cache->homes * cache->per_home;
	const uint32_t first = (uint32_t)(hash_key(id) % all);

	if (request->candidate && lru_sharded_evict_candidate(cache, context, request))
		return true;
	for (uint32_t i = 0; i < all; i++) {
		const uint32_t at = (first + i) % all;

		if (lru_sharded_evict_from(
			    cache, context, request,
			    &cache->shards[at / cache->per_home][at % cache->per_home]))
			return true;
	}
	return false;
}

/* Room for one block. Return: false if there is none to be had. */
static inline bool lru_sharded_claim(struct lru_sharded *cache, struct context *context,
				     struct kvblock_request *request, uint64_t id)
{
	/* relaxed, here and below: only the number counts. */
	uint64_t count = load_relaxed(&cache->count);

	while (count < cache->capacity)
		if (cas_weak_relaxed(&cache->count, &count, count + 1))
			return true;
	return lru_sharded_evict(cache, context, request, id);
}

static inline void lru_sharded_give_back(struct lru_sharded *cache)
{
	/* relaxed: as above. */
	fetch_add_relaxed(&cache->count, UINT64_MAX);
}

/* Under the lock: a new block, pinned. Return: false for want of memory. */
static inline bool lru_sharded_add(struct lru_sharded *cache, struct context *context,
				   struct lru_shard *shard, struct kvblock_request *request)
{
	const uint64_t id = request->blocks[request->cached];
	struct shard_block *const block = arena_alloc(shard->arena ? shard->arena : context->arena,
						      MEMORY_NODES, sizeof(*block));

	if (!block) {
		context->exhausted++;
		return false;
	}
	block->id = id;
	block->parent = request->pinned;
	/* relaxed, both: nobody finds it before the lock is released. */
	store_relaxed(&block->request, *cache->requests[context->worker]);
	store_relaxed(&block->references, 1);
	lru_shard_insert(shard, block);
	if (block->parent)
		shard_block_pin(block->parent);
	kvblock_count_added(request, id);
	lru_sharded_go_on(request, block);
	return true;
}

/* Linearizes: each block under its shard's lock.    Progress: blocking. */
static inline void lru_sharded_commit(struct lru_sharded *cache, struct context *context,
				      struct kvblock_request *request)
{
	bool goes_on = true;

	while (goes_on && request->cached < request->count) {
		const uint64_t id = request->blocks[request->cached];
		struct lru_shard *const shard = lru_sharded_shard(cache, id);
		bool is_there, has_room;

		/* No two locks at once: room first, which is given back if the block is there. */
		has_room = lru_sharded_claim(cache, context, request, id);
		held_acquire(&shard->lock, context);
		is_there = lru_sharded_pass(cache, context, shard, request);
		goes_on = is_there || (has_room && lru_sharded_add(cache, context, shard, request));
		held_release(&shard->lock, context);
		if (has_room && (is_there || !goes_on))
			lru_sharded_give_back(cache);
	}
}

/* In the shard of the block that has the worker's number; there are no readers. */
static inline void lru_sharded_stall(struct lru_sharded *cache, struct worker *worker)
{
	struct lru_shard *const shard = lru_sharded_shard(cache, worker->context.worker);

	lock_acquire(&shard->lock, worker->context.lock);
	worker_sleep_stalled(worker);
	lock_release(&shard->lock, worker->context.lock);
}

#endif
