/*
 * lru_shard: one shard of kvblock/lru_sharded: blocks by id, in a list of recency.
 *
 * Synchronisation is the caller's: the shard's lock for all but the pins of a block that is pinned
 * already, which may be in any shard. Invariants: structures/kvblock/lru_sharded.h.
 */
#ifndef STRUCTURES_KVBLOCK_LRU_SHARD_H
#define STRUCTURES_KVBLOCK_LRU_SHARD_H

#include "structures/common/hash.h"
#include "structures/kvblock/kvblock.h"
#include "structures/lock/lock.h"

struct shard_block {
	uint64_t id;
	struct shard_block *chained;       /* next of its bucket */
	struct shard_block *newer, *older; /* of the list, whose ends meet in lru_shard.ends */
	struct shard_block *parent;        /* in any shard; NULL: the first block of a chain */
	_Atomic uint64_t request;          /* the last that wanted it */
	_Atomic uint32_t references;
};

struct lru_shard {
	struct lock lock;
	CACHELINE_APART struct shard_block **buckets;
	uint64_t mask;
	struct arena *arena;     /* NULL: blocks come from the worker's */
	struct shard_block ends; /* .older: the most recent block; .newer: the oldest */
};

/* By the high half of the hash, as the low one has chosen the shard. */
static inline struct shard_block **lru_shard_bucket(const struct lru_shard *shard, uint64_t id)
{
	return &shard->buckets[hash_key(id) >> 32 & shard->mask];
}

static inline struct shard_block *lru_shard_find(const struct lru_shard *shard, uint64_t id)
{
	struct shard_block *block = *lru_shard_bucket(shard, id);

	while (block && block->id != id)
		block = block->chained;
	return block;
}

static inline void lru_shard_make_recent(struct lru_shard *shard, struct shard_block *block)
{
	block->newer = &shard->ends;
	block->older = shard->ends.older;
	shard->ends.older->newer = block;
	shard->ends.older = block;
}

static inline void lru_shard_take_out(struct shard_block *block)
{
	block->newer->older = block->older;
	block->older->newer = block->newer;
}

static inline void lru_shard_renew(struct lru_shard *shard, struct shard_block *block)
{
	lru_shard_take_out(block);
	lru_shard_make_recent(shard, block);
}

static inline void lru_shard_insert(struct lru_shard *shard, struct shard_block *block)
{
	struct shard_block **const bucket = lru_shard_bucket(shard, block->id);

	block->chained = *bucket;
	*bucket = block;
	lru_shard_make_recent(shard, block);
}

static inline void lru_shard_remove(struct lru_shard *shard, struct shard_block *block)
{
	struct shard_block **link = lru_shard_bucket(shard, block->id);

	while (*link != block)
		link = &(*link)->chained;
	*link = block->chained;
	lru_shard_take_out(block);
}

static inline void shard_block_pin(struct shard_block *block)
{
	/* relaxed: under the lock of its shard, or by who pins it already. */
	fetch_add_relaxed(&block->references, 1);
}

static inline void shard_block_unpin(struct shard_block *block)
{
	/* release: what was done under the pin comes before an eviction; pairs with the acquire in
	 * shard_block_is_free(). */
	fetch_add_release(&block->references, UINT32_MAX);
}

/* Under its shard's lock: a leaf that nobody pins, and that nobody can pin meanwhile. */
static inline bool shard_block_is_free(const struct shard_block *block)
{
	/* acquire: pairs with the release in shard_block_unpin(). */
	return !load_acquire(&block->references);
}

/* The oldest leaf that nobody pins, or NULL. */
static inline struct shard_block *lru_shard_oldest_free(struct lru_shard *shard)
{
	struct shard_block *block = shard->ends.newer, *first = NULL;

	while (block != &shard->ends && block != first && !shard_block_is_free(block)) {
		/* No leaf, or pinned: to the recent end, lest all search past it. */
		first = first ? first : block;
		lru_shard_renew(shard, block);
		block = shard->ends.newer;
	}
	return block == &shard->ends || block == first ? NULL : block;
}

#endif
