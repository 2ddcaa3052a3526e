/*
 * seq_lru: the sequential block cache under the lock of kvblock/lru.
 *
 * A hash table of blocks by id, and a list of all of them by recency. An acquire moves the prefix
 * that it finds to the recent end, its first block in front; a commit puts each new block right
 * behind its parent. So a parent is always more recent than its children, and the oldest block is a
 * leaf: exact least-recently-used eviction looks no further, unless a pin is in the way.
 *
 * Source: prefix caching with least-recently-used eviction of leaves, L. Zheng et al., "SGLang:
 *   efficient execution of structured language model programs", NeurIPS 2024; hash chains as keys,
 *   W. Kwon et al., "Efficient memory management for large language model serving with
 *   PagedAttention", SOSP 2023.
 * Differences: (a) the tree is nowhere but in the blocks' parents, as ids are hashes of prefixes;
 *   (b) no block of data hangs on an entry.
 *
 * Invariants
 *   1. A block's parent is in the cache, and nearer to the recent end.
 *   2. `references` counts a block's children in the cache and its pins; only a block with 0 goes.
 *   3. `count` is the number of blocks, at most `capacity`.
 *
 * Synchronisation is the caller's: exclusive for all operations.
 * Memory: 48 bytes a block and 8 to 16 of table, for each block of capacity.
 */
#ifndef STRUCTURES_KVBLOCK_SEQ_LRU_H
#define STRUCTURES_KVBLOCK_SEQ_LRU_H

#include "structures/common/hash.h"
#include "structures/kvblock/kvblock.h"

struct lru_block {
	uint64_t id;
	struct lru_block *chained;       /* next of its bucket */
	struct lru_block *newer, *older; /* of the list, whose ends meet in seq_lru.ends */
	struct lru_block *parent;        /* NULL: the first block of a chain */
	uint32_t references;
	uint32_t seen; /* by seq_lru_inspect() alone */
};

struct seq_lru {
	struct lru_block **buckets;
	uint64_t mask;
	uint64_t count, capacity;
	struct lru_block ends; /* .older: the most recent block; .newer: the oldest */
};

/* Return: 0 or -ENOMEM.    Ownership: the table belongs to @memory. */
int seq_lru_init(struct seq_lru *cache, struct memory *memory, uint64_t capacity);

/* Gives back all blocks. Alone. */
void seq_lru_destroy(struct seq_lru *cache);

/* Adds to @inspection what the cache holds, and checks the invariants. Nothing is pinned. */
void seq_lru_inspect(struct seq_lru *cache, struct inspection *inspection);

static inline struct lru_block **seq_lru_bucket(const struct seq_lru *cache, uint64_t id)
{
	return &cache->buckets[hash_key(id) & cache->mask];
}

static inline struct lru_block *seq_lru_find(const struct seq_lru *cache, uint64_t id)
{
	struct lru_block *block = *seq_lru_bucket(cache, id);

	while (block && block->id != id)
		block = block->chained;
	return block;
}

/* Right behind @newer on the list. */
static inline void seq_lru_insert(struct lru_block *newer, struct lru_block *block)
{
	block->newer = newer;
	block->older = newer->older;
	newer->older->newer = block;
	newer->older = block;
}

static inline void seq_lru_take_out(struct lru_block *block)
{
	block->newer->older = block->older;
	block->older->newer = block->newer;
}

static inline void seq_lru_acquire(struct seq_lru *cache, struct kvblock_request *request)
{
	struct lru_block *last = NULL, *block;

	while (request->cached < request->count &&
	       (block = seq_lru_find(cache, request->blocks[request->cached]))) {
		last = block;
		request->cached++;
	}
	request->pinned = last;
	if (last)
		last->references++;
	for (block = last; block; block = block->parent) {
		seq_lru_take_out(block);
		seq_lru_insert(&cache->ends, block);
	}
}

/* The oldest leaf without a pin goes. Return: false if there is none. */
static inline bool seq_lru_evict(struct seq_lru *cache, struct context *context,
				 struct kvblock_request *request)
{
	struct lru_block *block = cache->ends.newer, **link;

	while (block->references && block != &cache->ends)
		block = block->newer;
	if (block == &cache->ends)
		return false;
	for (link = seq_lru_bucket(cache, block->id); *link != block;)
		link = &(*link)->chained;
	*link = block->chained;
	seq_lru_take_out(block);
	if (block->parent)
		block->parent->references--;
	cache->count--;
	kvblock_count_evicted(request, block->id);
	arena_free(context->arena, block, MEMORY_NODES, sizeof(*block));
	return true;
}

/* Return: the new block, or NULL for want of room or memory. */
static inline struct lru_block *seq_lru_add(struct seq_lru *cache, struct context *context,
					    struct kvblock_request *request, uint64_t id)
{
	struct lru_block *const parent = request->pinned;
	struct lru_block *block, **bucket;

	if (cache->count == cache->capacity && !seq_lru_evict(cache, context, request))
		return NULL;
	block = arena_alloc(context->arena, MEMORY_NODES, sizeof(*block));
	if (!block) {
		context->exhausted++;
		return NULL;
	}
	bucket = seq_lru_bucket(cache, id);
	*block = (struct lru_block){ .id = id, .chained = *bucket, .parent = parent };
	*bucket = block;
	seq_lru_insert(parent ? parent : &cache->ends, block);
	if (parent)
		parent->references++;
	cache->count++;
	kvblock_count_added(request, id);
	return block;
}

static inline void seq_lru_release(struct kvblock_request *request)
{
	struct lru_block *const pinned = request->pinned;

	if (pinned)
		pinned->references--;
	request->pinned = NULL;
}

static inline void seq_lru_commit(struct seq_lru *cache, struct context *context,
				  struct kvblock_request *request)
{
	while (request->cached < request->count) {
		const uint64_t id = request->blocks[request->cached];
		struct lru_block *block = seq_lru_find(cache, id);

		/* There: somebody else has added it since the acquire. */
		if (!block)
			block = seq_lru_add(cache, context, request, id);
		if (!block)
			return;
		block->references++;
		seq_lru_release(request);
		request->pinned = block;
		request->cached++;
	}
}

#endif
