/*
 * clock: a block cache whose hits take no lock and write next to nothing, with second chances.
 *
 * Blocks lie in a table that is read without a lock (structures/kvblock/block_table.h); a hit pins
 * the last block of the prefix and sets the visited bits that are not yet set. A ring of slots has
 * one for each block of capacity. Each worker has a part of the ring, and a hand over it: who needs
 * room goes along his own part, where his own blocks lie, and where that gives none along all of
 * it. A visited block loses its bit and stays, a leaf without one goes. Then its parent is looked
 * at, which is a leaf now: so a tail that nobody wants any more goes as a whole, and not one block
 * of it in each turn of the hand.
 *
 * Paper: F. Corbato, "A paging experiment with the Multics system", MIT Project MAC, 1968 (the
 * clock). Differences: (a) many hands, one a worker, each over a part of its own first; (b) only
 * leaves go; (c) from a leaf up to its parents, out of turn; (d) what is added has no second chance
 * before its first hit.
 *
 * Invariants
 *   1. A slot is free, taken by a worker, or holds one block that is in the table or about to leave
 * it; who kills a block has taken its slot, and marks it before the block is retired.
 *   2. A worker takes a slot before it adds a block, and nobody else gets it before that block has
 * left the table: there are never more blocks than slots, which are as many as the capacity.
 *   3. Those of structures/kvblock/block_table.h.
 *
 * Linearization, progress: acquire and release lock-free, see structures/kvblock/unlocked.inc.h;
 *   commit waits for the holder of a bucket's lock.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: any scheme whose sections protect all that they can reach.
 * Memory: 48 bytes a block; 8 of ring and 8 to 16 of table for each block of capacity.
 */
#ifndef STRUCTURES_KVBLOCK_CLOCK_H
#define STRUCTURES_KVBLOCK_CLOCK_H

#define BLOCK_OF_POLICY         \
	_Atomic uintptr_t next; \
	uint64_t slot;
#include "structures/kvblock/block_table.h"

enum {
	CLOCK_AHEAD = 4 /* slots whose blocks are fetched ahead of the look at them */
};

/* A slot that is neither free (NULL) nor holds a block: some worker's, between the two. */
#define CLOCK_TAKEN ((struct block *)1)

/* Of one worker, on its node. */
struct clock_worker {
	struct clock_hand {
		uint64_t from, to, at;
	} mine, all;   /* over its own part of the ring, and over all of it */
	uint64_t room; /* the slot that it has taken */
};

struct clock {
	/* Read only after create. */
	struct block_table table;
	struct reclaim *reclaim;
	_Atomic(struct block *) *slots;
	uint64_t capacity;
	struct clock_worker **workers;
};

/* Of structures/kvblock/unlocked.inc.h. */
static inline void clock_evict(struct clock *cache, struct context *context,
			       struct kvblock_request *request, struct block *block);

/* Evict a leaf that is not pinned. Return: false if it is not one, or no longer there. */
static inline bool clock_take(struct clock *cache, struct context *context,
			      struct kvblock_request *request, struct block *block)
{
	struct clock_worker *const own = cache->workers[context->worker];

	if (!block_kill(block))
		return false;
	own->room = block->slot;
	/* release: no look into the slot finds the block after it was retired; pairs with the
	 * acquire in clock_look(). */
	store_release(&cache->slots[own->room], CLOCK_TAKEN);
	request->candidate = block->parent;
	clock_evict(cache, context, request, block);
	return true;
}

/* A slot that is free. Return: false if another worker was first. */
static inline bool clock_take_free(struct clock *cache, struct context *context, uint64_t slot)
{
	struct block *none = NULL;

	/* relaxed: a free slot says nothing of any block. */
	if (!cas_relaxed(&cache->slots[slot], &none, CLOCK_TAKEN))
		return false;
	cache->workers[context->worker]->room = slot;
	return true;
}

static inline bool clock_look(struct clock *cache, struct context *context,
			      struct kvblock_request *request, uint64_t slot)
{
	/* acquire: the block as it was placed, and not yet retired; pairs with the releases in
	 * clock_place() and clock_take(). */
	struct block *const block = load_acquire(&cache->slots[slot]);

	if (!block)
		return clock_take_free(cache, context, slot);
	if (block == CLOCK_TAKEN)
		return false;
	return !block_was_visited(block) && clock_take(cache, context, request, block);
}

/* Two turns: the first may do no more than take bits away. Return: false if nothing can go. */
static inline bool clock_sweep(struct clock *cache, struct context *context,
			       struct kvblock_request *request, struct clock_hand *hand)
{
	for (uint64_t i = 0; i < 2 * (hand->to - hand->from); i++) {
		const uint64_t slot = hand->at;

		hand->at = slot + 1 == hand->to ? hand->from : slot + 1;
		if (slot + CLOCK_AHEAD < hand->to)
			/* relaxed: a hint; nobody looks into it. */
			__builtin_prefetch(load_relaxed(&cache->slots[slot + CLOCK_AHEAD]));
		if (clock_look(cache, context, request, slot))
			return true;
	}
	return false;
}

static inline bool clock_claim(struct clock *cache, struct context *context,
			       struct kvblock_request *request)
{
	struct clock_worker *const own = cache->workers[context->worker];
	struct block *const candidate = request->candidate;

	request->candidate = NULL;
	/* relaxed: a hint, see block_visit(). */
	if (candidate && !load_relaxed(&candidate->visited) &&
	    clock_take(cache, context, request, candidate))
		return true;
	return clock_sweep(cache, context, request, &own->mine) ||
	       clock_sweep(cache, context, request, &own->all);
}

static inline void clock_give_back(struct clock *cache, struct context *context)
{
	/* relaxed: a free slot says nothing of any block. */
	store_relaxed(&cache->slots[cache->workers[context->worker]->room], NULL);
}

static inline void clock_place(struct clock *cache, struct context *context, struct block *block)
{
	struct clock_worker *const own = cache->workers[context->worker];

	block->slot = own->room;
	/* release: publishes the block; pairs with the acquire in clock_look(). */
	store_release(&cache->slots[own->room], block);
}

#define STRUCTURE clock
#include "structures/kvblock/unlocked.inc.h"

#endif
