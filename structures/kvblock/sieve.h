/*
 * sieve: a block cache whose hits take no lock, with eviction by SIEVE.
 *
 * Hits are those of kvblock/clock: a pin, and the visited bits that are not yet set. What differs
 * is who goes: leaves stand on a list in the order in which they came, new ones at its head, and a
 * hand moves from the tail to the head. A visited leaf loses its bit and stays where it stands, one
 * without it goes. So a new block that is never hit goes soon, and the old that are hit need
 * not be moved. The list has one lock, for those who add or evict.
 *
 * Paper: Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi, "SIEVE is simpler than LRU: an
 *   efficient turn-key eviction algorithm for web caches", NSDI 2024.
 * Differences: (a) only leaves go; (b) from a leaf up to its parents, out of turn, as long as these
 * are leaves without a bit: children come behind their parents, and the hand would take one of a
 * tail in each turn; (c) inner blocks are not on the list, and join it as new
 * ones when they are leaves again: see structures/kvblock/sieve_list.h.
 *
 * Invariants
 *   1. `count` blocks are in the table or have room claimed for them, at most the capacity.
 *   2. The list and the hand are read and written by the holder of the lock alone. Leaves are on
 * it, see structures/kvblock/sieve_list.h.
 *   3. Those of structures/kvblock/block_table.h.
 *
 * Linearization, progress: acquire and release lock-free, see structures/kvblock/unlocked.inc.h;
 *   commit waits for the list's lock and for a bucket's.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: any scheme whose sections protect all that they can reach.
 * Memory: 48 bytes a block; 16 to 32 of table for each block of capacity.
 */
#ifndef STRUCTURES_KVBLOCK_SIEVE_H
#define STRUCTURES_KVBLOCK_SIEVE_H

#define BLOCK_OF_POLICY \
	SIEVE_LINKS     \
	_Atomic uintptr_t next;
#include "structures/kvblock/sieve_list.h"

#include "structures/kvblock/block_table.h"
#include "structures/lock/spin.h"

struct sieve {
	/* Read only after create. */
	struct block_table table;
	struct reclaim *reclaim;
	uint64_t capacity;
	CACHELINE_APART struct spin lock;
	/* Under the lock. */
	struct sieve_list list;
};

static inline void sieve_hit(struct sieve *cache, struct block *block)
{
	(void)cache;
	sieve_visit(block);
}

/* Of structures/kvblock/unlocked.inc.h. */
static inline void sieve_evict(struct sieve *cache, struct context *context,
			       struct kvblock_request *request, struct block *block);

static inline bool sieve_claim(struct sieve *cache, struct context *context,
			       struct kvblock_request *request)
{
	struct block *block;
	bool has_room;

	spin_acquire(&cache->lock, NULL);
	has_room = sieve_list_claim(&cache->list, cache->capacity, request->pinned, request,
				    &block);
	spin_release(&cache->lock, NULL);
	if (block)
		sieve_evict(cache, context, request, block);
	return has_room;
}

static inline void sieve_give_back(struct sieve *cache, struct context *context)
{
	(void)context;
	spin_acquire(&cache->lock, NULL);
	cache->list.count--;
	spin_release(&cache->lock, NULL);
}

static inline void sieve_prepare(struct sieve *cache, struct context *context, struct block *block)
{
	(void)cache, (void)context;
	/* relaxed: nobody else knows the block. */
	store_relaxed(&block->visited, 0);
	block->is_listed = false;
}

static inline void sieve_let_go(struct sieve *cache, struct block *block)
{
	spin_acquire(&cache->lock, NULL);
	sieve_list_add(&cache->list, block);
	spin_release(&cache->lock, NULL);
}

/* Only a leaf need be on the list, and this one is none if more is to come. */
static inline void sieve_place(struct sieve *cache, struct kvblock_request *request,
			       struct block *block)
{
	if (request->cached + 1 == request->count)
		sieve_let_go(cache, block);
}

#define STRUCTURE sieve
#include "structures/kvblock/unlocked.inc.h"

#endif
