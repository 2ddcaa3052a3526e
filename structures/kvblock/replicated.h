/*
 * replicated: a block index on every NUMA node, whose readers stay on their node.
 *
 * Each node that workers sit on has a whole copy of the index, table and blocks, in its own memory,
 * with pins and visited bits of its own. An acquire or release touches the copy of its node and
 * nothing else, without a lock. A commit changes all copies, under one lock: the copies of a block
 * form a ring, and it dies in all of them or in none. Who goes is decided once, by second chances
 * (structures/kvblock/sieve_list.h): one list has the first copy of each leaf, and a block was hit
 * if any node has hit it.
 *
 * So a hit costs what it costs on a machine of one node, and an update as many times more as there
 * are nodes: worth it where look-ups outnumber the blocks that come and go.
 *
 * Paper: R. Achermann, A. Panwar, A. Bhattacharjee, T. Roscoe, J. Gandhi, "Mitosis: transparently
 *   self-replicating page-tables for large-memory machines", ASPLOS 2020 (all copies of an index
 *   updated at once by who writes, along a ring of them).
 * Differences: (a) readers are threads under a reclamation scheme, not hardware, so that a copy's
 * block is retired; (b) what they leave behind, visited bits and pins, is gathered along the ring.
 * Rejected: a log of updates, which each node carries out by itself (map/replicated). Whether a
 * block may go depends on the pins of all nodes at that moment, so that each eviction in a log
 * would have to ask them all the same, and a node that lags would hold up the room of the others.
 *
 * Invariants
 *   1. Each block has one copy in the table of each node, or is about to be there or gone: copies
 *      come and go under the lock. A copy's parent is its parent's copy on the same node.
 *   2. A block is dead in all copies, or alive in all, whenever the lock is free. While an eviction
 *      finds out that one copy is pinned, others may look dead to their readers, who are then
 *      content with the parent.
 *   3. list.count is the number of blocks, at most the capacity. Ring and list are read and written
 *      under the lock alone; so are the nodes' arenas.
 *   4. Of each copy and its table those of structures/kvblock/block_table.h.
 *
 * Linearization: acquire at the pin: what it finds is a prefix then on its node, and was the
 *   longest there at some moment of the call, but for 2. Commit of each block at its store into the
 *   table of the reader's node: another node's reader may find it a moment earlier or later, though
 *   never after the commit has returned. Release at the pin's end.
 * Progress: acquire and release lock-free, see structures/kvblock/unlocked_hits.inc.h; commit waits
 *   for the lock.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: any scheme whose sections protect all that they can reach.
 * Memory: for each node 64 bytes a block, and 16 to 32 of table for each block of capacity.
 */
#ifndef STRUCTURES_KVBLOCK_REPLICATED_H
#define STRUCTURES_KVBLOCK_REPLICATED_H

#define SIEVE_RENEWS true
#define BLOCK_OF_POLICY                                                             \
	SIEVE_LINKS                                                                 \
	_Atomic uintptr_t next;                                                     \
	struct block *copy_after; /* on the next node; after the last: the first */ \
	struct block *first;      /* of the ring, on the node of rank 0; it is on the list */

#define BLOCK_COPY_AFTER(copy) ((copy)->copy_after)
#define BLOCK_IS_LOST(block)   (!(block)->first->is_listed)
#include "structures/kvblock/sieve_list.h"

#include "structures/common/nodes.h"
#include "structures/kvblock/block_table.h"
#include "structures/kvblock/held.h"
#include "structures/lock/spin.h"

static_assert(sizeof(struct block) == CACHELINE_BYTES, "a copy is no more than a line");

struct replicated {
	/* Read only after create; tables and arenas by rank of their node. */
	struct block_table tables[NODES_MAX];
	struct arena *arenas[NODES_MAX];
	struct nodes nodes;
	struct reclaim *reclaim;
	uint64_t capacity;
	CACHELINE_APART struct spin lock;
	/* Under the lock. */
	struct sieve_list list;
};

static inline const struct block_table *replicated_table(const struct replicated *cache,
							 const struct context *context)
{
	return &cache->tables[nodes_rank(&cache->nodes, context)];
}

static inline void replicated_hit(struct replicated *cache, struct block *copy)
{
	(void)cache;
	sieve_visit(copy);
}

#define STRUCTURE replicated
#include "structures/kvblock/unlocked_hits.inc.h"

/* Under the lock: a block that is dead goes out of all tables. */
static inline void replicated_unlink(struct replicated *cache, struct context *context,
				     struct kvblock_request *request, struct block *first)
{
	struct block *copy = first, *after;

	block_go_up(request, first);
	kvblock_count_evicted(request, first->id);
	for (unsigned rank = 0; rank < cache->nodes.count; rank++, copy = after) {
		after = copy->copy_after;
		block_table_unlink(&cache->tables[rank], copy);
		reclaim_retire(context->reclaim, copy, MEMORY_NODES, sizeof(*copy));
	}
}

/* Under the lock. Return: false if there is no room to be had. */
static inline bool replicated_claim(struct replicated *cache, struct context *context,
				    struct kvblock_request *request)
{
	struct block *const pinned = request->pinned, *dead;
	const bool has_room = sieve_list_claim(&cache->list, cache->capacity,
					       pinned ? pinned->first : NULL, request, &dead);

	if (dead)
		replicated_unlink(cache, context, request, dead);
	return has_room;
}

/* What was made of a ring before memory ran out. */
static inline void replicated_unmake(struct context *context, struct block *first)
{
	for (struct block *after; first; first = after) {
		after = first->copy_after;
		arena_free(context->arena, first, MEMORY_NODES, sizeof(*first));
	}
	context->exhausted++;
}

/*
 * Under the lock: a child of the block that is pinned, a copy on each node, which nobody knows yet.
 *
 * Return: the first of the ring, or NULL for want of memory, which is counted.
 */
static inline struct block *replicated_make(struct replicated *cache, struct context *context,
					    const struct kvblock_request *request)
{
	const struct block *const pinned = request->pinned;
	struct block *parent = pinned ? pinned->first : NULL, *first = NULL, **link = &first;

	for (unsigned rank = 0; rank < cache->nodes.count; rank++) {
		struct block *const copy =
			arena_alloc(cache->arenas[rank], MEMORY_NODES, sizeof(*copy));

		*link = copy;
		if (!copy) {
			replicated_unmake(context, first);
			return NULL;
		}
		copy->id = request->blocks[request->cached];
		copy->parent = parent;
		copy->first = first;
		copy->is_listed = false;
		/* relaxed: nobody else knows the copy. */
		store_relaxed(&copy->visited, 0);
		link = &copy->copy_after;
		parent = parent ? parent->copy_after : NULL;
	}
	*link = first;
	return first;
}

/*
 * Under the lock: each copy goes into the table of its node, and counts as a reference to its
 * parent there. On the worker's own node it takes the request's pin along, see block_go_down().
 */
static inline void replicated_place(struct replicated *cache, struct context *context,
				    struct kvblock_request *request, struct block *first)
{
	const unsigned own = nodes_rank(&cache->nodes, context);
	struct block *copy = first;

	for (unsigned rank = 0; rank < cache->nodes.count; rank++, copy = copy->copy_after) {
		if (rank != own && copy->parent)
			block_pin(copy->parent);
		block_table_add(&cache->tables[rank], copy);
		if (rank != own)
			block_unpin(copy);
		else
			block_go_down(request, copy);
	}
}

/* Under the lock: go on to a block that is not there. Return: false for want of room or memory. */
static inline bool replicated_add(struct replicated *cache, struct context *context,
				  struct kvblock_request *request)
{
	struct block *first;

	if (!replicated_claim(cache, context, request))
		return false;
	first = replicated_make(cache, context, request);
	if (!first) {
		cache->list.count--;
		return false;
	}
	kvblock_count_added(request, first->id);
	replicated_place(cache, context, request, first);
	return true;
}

/* Under the lock: go on along what others have added since the acquire; nothing of it can die. */
static inline void replicated_pass(struct replicated *cache, struct context *context,
				   struct kvblock_request *request)
{
	const struct block_table *const table = replicated_table(cache, context);
	struct block *block;

	while (request->cached < request->count &&
	       (block = block_table_find(table, request->blocks[request->cached]))) {
		block_pin(block);
		block_go_on(request, block);
	}
}

/* Linearizes: see above.    Progress: blocking. */
static inline void replicated_commit(struct replicated *cache, struct context *context,
				     struct kvblock_request *request)
{
	spin_acquire(&cache->lock, NULL);
	held_begin(context);
	reclaim_enter(context->reclaim);
	replicated_pass(cache, context, request);
	while (request->cached < request->count && replicated_add(cache, context, request))
		;
	if (request->pinned)
		sieve_list_add(&cache->list, ((struct block *)request->pinned)->first);
	if (request->candidate) {
		sieve_list_add(&cache->list, request->candidate);
		block_unpin_copies(request->candidate);
	}
	reclaim_exit(context->reclaim);
	held_end(context);
	spin_release(&cache->lock, NULL);
}

#endif
