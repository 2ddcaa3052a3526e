/*
 * clock: a block cache whose hits take no lock and write next to nothing, with second chances.
 *
 * Blocks lie in a table that is read without a lock (structures/kvblock/block_table.h); a hit pins
 * the last block of the prefix and sets its visited mark unless it is set. A ring of slots has
 * one for each block of capacity, and the marks lie beside it: so the hand takes a mark away, or
 * passes a block that has children, without a touch of the block. Each worker has a part of the
 * ring, and a hand over it: who needs room goes along his own part, where his own blocks lie, and
 * where that gives none along all of it. A visited block loses its mark and stays, a leaf without
 * one goes. Then its parent is looked at, which is a leaf now: so a tail that nobody wants any more
 * goes as a whole, and not one block of it in each turn of the hand.
 *
 * Paper: F. Corbato, "A paging experiment with the Multics system", MIT Project MAC, 1968 (the
 *   clock).
 * Differences: (a) many hands, one a worker, each over a part of its own first; (b) only leaves go;
 *   (c) from a leaf up to its parents, out of turn; (d) what is added has no second chance before
 *   its first hit; (e) a slot that is filled anew under the hand waits for its next turn.
 *
 * Invariants
 *   1. A slot is free, taken by a worker, or holds one block that is in the table or about to leave
 *      it; who kills a block has taken its slot, and marks it before the block is retired.
 *   2. A worker takes a slot before it adds a block, and nobody else gets it before that block has
 *      left the table: there are never more blocks than slots, which are as many as the capacity.
 *   3. A block has its slot from before it is found until it is dead. A slot that the hand passes
 *      for its children's sake is shown to it again by whoever evicts one of them, or is left
 *      without room for the first, before the reference goes that kept the block.
 *   4. Those of structures/kvblock/block_table.h.
 *
 * Linearization, progress: acquire and release lock-free, see structures/kvblock/unlocked.inc.h;
 *   commit waits for the holder of a bucket's lock.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: any scheme whose sections protect all that they can reach.
 * Memory: 32 bytes a block; 9 of ring and 16 to 32 of table for each block of capacity.
 */
#ifndef STRUCTURES_KVBLOCK_CLOCK_H
#define STRUCTURES_KVBLOCK_CLOCK_H

#include <assert.h>

#define BLOCK_OF_POLICY \
	uint32_t slot;  \
	_Atomic uintptr_t next;
#include "structures/kvblock/block_table.h"

enum {
	CLOCK_AHEAD = 8 /* slots whose blocks are fetched ahead of the look at them */
};

/*
 * A slot holds the address of a block, or 0 if it is free. With CLOCK_PASS the hand passes it: with
 * no address it is some worker's, between a block and the next; with one, the block got a child
 * from whoever placed it.
 */
#define CLOCK_PASS ((uintptr_t)1)

/* Of one worker, on its node. */
struct clock_worker {
	struct clock_hand {
		uint64_t from, to, at;
	} mine, all;   /* over its own part of the ring, and over all of it */
	uint64_t room; /* the slot that it has taken */
};

static_assert(sizeof(struct block) == 32, "two blocks a line");

struct clock {
	/* Read only after create. */
	struct block_table table;
	struct reclaim *reclaim;
	_Atomic uintptr_t *slots;
	_Atomic uint8_t *visited; /* by slot: hit since the hand was there */
	uint64_t capacity;
	struct clock_worker **workers;
};

static inline void clock_hit(struct clock *cache, struct block *block)
{
	_Atomic uint8_t *const visited = &cache->visited[block->slot];

	/* relaxed, both: a hint to the hand, for the block's heir too; a bit that is set already
	 * costs no write. */
	if (!load_relaxed(visited))
		store_relaxed(visited, 1);
}

/* A second chance taken away. Return: whether there was one. */
static inline bool clock_was_visited(struct clock *cache, uint64_t slot)
{
	/* relaxed, both: a hint, see clock_hit(). */
	if (!load_relaxed(&cache->visited[slot]))
		return false;
	store_relaxed(&cache->visited[slot], 0);
	return true;
}

/* Of structures/kvblock/unlocked.inc.h. */
static inline void clock_evict(struct clock *cache, struct context *context,
			       struct kvblock_request *request, struct block *block);

/* Take the slot of a block that is dead by now, and evict it. */
static inline void clock_take(struct clock *cache, struct context *context,
			      struct kvblock_request *request, struct block *dead)
{
	struct clock_worker *const own = cache->workers[context->worker];

	own->room = dead->slot;
	/* relaxed: says nothing of any block. Whoever still finds the dead one is in a section that
	 * its retirement, further down, waits for; partner: the load in clock_look(). */
	store_relaxed(&cache->slots[own->room], CLOCK_PASS);
	block_go_up(request, dead);
	if (dead->parent) {
		/* For the next one. */
		fetch_to_write(block_table_bucket(&cache->table, dead->parent->id));
		fetch_to_write(&cache->slots[dead->parent->slot]);
	}
	clock_evict(cache, context, request, dead);
}

/* A slot that is free. Return: false if another worker was first. */
static inline bool clock_take_free(struct clock *cache, struct context *context, uint64_t slot)
{
	uintptr_t none = 0;

	/* relaxed: a free slot says nothing of any block. */
	if (!cas_relaxed(&cache->slots[slot], &none, CLOCK_PASS))
		return false;
	cache->workers[context->worker]->room = slot;
	return true;
}

static inline bool clock_look(struct clock *cache, struct context *context,
			      struct kvblock_request *request, uint64_t slot)
{
	/* acquire: the block as it was placed; pairs with the releases in clock_place() and
	 * clock_let_go(). */
	const uintptr_t held = load_acquire(&cache->slots[slot]);
	struct block *const block = (struct block *)held;

	if (!held)
		return clock_take_free(cache, context, slot);
	if (clock_was_visited(cache, slot) || held & CLOCK_PASS || !block_kill(block, 0))
		return false;
	clock_take(cache, context, request, block);
	return true;
}

static inline void clock_fetch_block(const struct clock *cache, uint64_t slot)
{
	/* relaxed: a hint; nobody looks into it. */
	const uintptr_t held = load_relaxed(&cache->slots[slot]);

	if (!(held & CLOCK_PASS))
		__builtin_prefetch((const void *)held);
}

/* Two turns: the first may do no more than take bits away. Return: false if nothing can go. */
static inline bool clock_sweep(struct clock *cache, struct context *context,
			       struct kvblock_request *request, struct clock_hand *hand)
{
	for (uint64_t i = 0; i < 2 * (hand->to - hand->from); i++) {
		const uint64_t slot = hand->at;

		hand->at = slot + 1 == hand->to ? hand->from : slot + 1;
		if (slot + CLOCK_AHEAD < hand->to)
			clock_fetch_block(cache, slot + CLOCK_AHEAD);
		if (clock_look(cache, context, request, slot))
			return true;
	}
	return false;
}

/* A slot that is filled anew is not for this turn of the hand. */
static inline void clock_pass(struct clock_hand *hand, uint64_t slot)
{
	if (hand->at == slot)
		hand->at = slot + 1 == hand->to ? hand->from : slot + 1;
}

/* A block that may be a leaf now is the hand's; the caller pins it, or counts as its child. */
static inline void clock_let_go(struct clock *cache, struct block *block)
{
	/* release: as clock_place(), whose store it may come before; the slot is the block's as long
	 * as that lives. */
	store_release(&cache->slots[block->slot], (uintptr_t)block);
}

static inline bool clock_claim(struct clock *cache, struct context *context,
			       struct kvblock_request *request)
{
	struct clock_worker *const own = cache->workers[context->worker];
	struct block *const candidate = request->candidate;

	request->candidate = NULL;
	/* relaxed: a hint, see clock_hit(). */
	if (candidate && !load_relaxed(&cache->visited[candidate->slot]) &&
	    block_kill(candidate, 1)) {
		clock_take(cache, context, request, candidate);
		clock_pass(&own->mine, own->room);
		return true;
	}
	if (candidate) {
		clock_let_go(cache, candidate);
		block_unpin(candidate);
	}
	return clock_sweep(cache, context, request, &own->mine) ||
	       clock_sweep(cache, context, request, &own->all);
}

static inline void clock_give_back(struct clock *cache, struct context *context,
				   struct kvblock_request *request)
{
	(void)request;
	/* relaxed: a free slot says nothing of any block. */
	store_relaxed(&cache->slots[cache->workers[context->worker]->room], 0);
}

/* Its slot, for whoever finds it. */
static inline void clock_prepare(struct clock *cache, struct context *context, struct block *block)
{
	block->slot = (uint32_t)cache->workers[context->worker]->room;
	/* relaxed: a hint, see clock_hit(). */
	store_relaxed(&cache->visited[block->slot], 0);
}

/* Pinned by the request. It gets a child next, if more is to come. */
static inline void clock_place(struct clock *cache, struct kvblock_request *request,
			       struct block *block)
{
	const bool is_last = request->cached + 1 == request->count;

	/* release: publishes the block; pairs with the acquire in clock_look(). */
	store_release(&cache->slots[block->slot], (uintptr_t)block | (is_last ? 0 : CLOCK_PASS));
}

static inline void clock_finish(struct clock *cache, const struct context *context,
				struct kvblock_request *request, bool is_short)
{
	(void)context;
	if (is_short && request->pinned)
		clock_let_go(cache, request->pinned);
	if (request->candidate)
		clock_let_go(cache, request->candidate);
}

#define STRUCTURE clock
#include "structures/kvblock/unlocked.inc.h"

#endif
