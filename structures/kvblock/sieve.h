/*
 * sieve: a block cache whose hits take no lock, with eviction by SIEVE.
 *
 * Hits are those of kvblock/clock: a pin, and the visited bit of the last block. What differs
 * is who goes: leaves stand on a list in the order in which they came, new ones at its head, and a
 * hand moves from the tail to the head. A visited leaf loses its bit and stays where it stands, one
 * without it goes. So a new block that is never hit goes soon, and the old that are hit need
 * not be moved. The list has one lock, for those who add or evict: a commit takes it for several
 * blocks at a time, kills under it those that go for them, and takes these out of the table after.
 *
 * Paper: Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi, "SIEVE is simpler than LRU: an
 *   efficient turn-key eviction algorithm for web caches", NSDI 2024.
 * Differences: (a) only leaves go; (b) from a leaf up to its parents, out of turn, as long as these
 *   are leaves without a bit: children come behind their parents, and the hand would take one of a
 *   tail in each turn; (c) inner blocks are not on the list, and join it as new ones when they are
 *   leaves again: see structures/kvblock/sieve_list.h.
 *
 * Invariants
 *   1. `count` blocks live or have room claimed for them, at most the capacity. Those that were
 *      killed for that room may be in the table a moment longer.
 *   2. The list and the hand are read and written by the holder of the lock alone. Leaves are on it,
 *      see structures/kvblock/sieve_list.h.
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
#include "structures/kvblock/held.h"
#include "structures/lock/spin.h"

enum { SIEVE_AHEAD = 8 }; /* rooms that a commit takes at a time, at most */

/* All commits together have no more than this part of all rooms ahead; a test has them take more. */
#ifndef SIEVE_AHEAD_SHARE
#	define SIEVE_AHEAD_SHARE 8
#endif

struct sieve {
	/* Read only after create. */
	struct block_table table;
	struct reclaim *reclaim;
	uint64_t capacity;
	unsigned ahead; /* rooms that a commit takes at a time */
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

/*
 * Room for as many blocks as the request may want, at one time with the lock. Those killed for it go
 * out of the table without the lock: whoever finds one there meanwhile sees that it is dead.
 */
static inline void sieve_claim_ahead(struct sieve *cache, struct context *context,
				     struct kvblock_request *request)
{
	const unsigned missing = request->count - request->cached;
	const unsigned wanted = missing < cache->ahead ? missing : cache->ahead;
	struct block *dead[SIEVE_AHEAD], *block;
	unsigned count = 0;

	spin_acquire(&cache->lock, NULL);
	held_begin(context);
	while (request->rooms < wanted &&
	       sieve_list_claim(&cache->list, cache->capacity, request->pinned, request, &block)) {
		request->rooms++;
		if (!block)
			continue;
		dead[count++] = block;
		block_go_up(request, block);
		fetch_to_write(block_table_bucket(&cache->table, block->id));
	}
	held_end(context);
	spin_release(&cache->lock, NULL);
	for (unsigned i = 0; i < count; i++)
		sieve_evict(cache, context, request, dead[i]);
}

static inline bool sieve_claim(struct sieve *cache, struct context *context,
			       struct kvblock_request *request)
{
	if (!request->rooms)
		sieve_claim_ahead(cache, context, request);
	if (!request->rooms)
		return false;
	request->rooms--;
	return true;
}

static inline void sieve_give_back(struct sieve *cache, struct context *context,
				   struct kvblock_request *request)
{
	(void)cache, (void)context;
	request->rooms++;
}

static inline void sieve_prepare(struct sieve *cache, struct context *context, struct block *block)
{
	(void)cache, (void)context;
	/* relaxed: nobody else knows the block. */
	store_relaxed(&block->visited, 0);
	block->is_listed = false;
}

/* Only leaves need be on the list, and which one of the request's is shows at the end. */
static inline void sieve_place(struct sieve *cache, struct kvblock_request *request,
			       struct block *block)
{
	(void)cache, (void)request, (void)block;
}

static inline void sieve_finish(struct sieve *cache, const struct context *context,
				struct kvblock_request *request, bool is_short)
{
	(void)is_short;
	spin_acquire(&cache->lock, NULL);
	held_begin(context);
	cache->list.count -= request->rooms;
	if (request->pinned)
		sieve_list_add(&cache->list, request->pinned);
	if (request->candidate)
		sieve_list_add(&cache->list, request->candidate);
	held_end(context);
	spin_release(&cache->lock, NULL);
}

#define STRUCTURE sieve
#include "structures/kvblock/unlocked.inc.h"

#endif
