/*
 * Acquire, commit and release of the caches without a lock for all; a policy says who goes.
 * Expects STRUCTURE, whose struct has members `struct block_table table`, `struct reclaim *reclaim`
 * and `uint64_t capacity`, and as static inline functions of the policy
 *
 *   void NAME_hit(struct NAME *, struct block *)    as unlocked_hits.inc.h has it
 *   bool NAME_claim(struct NAME *, struct context *, struct kvblock_request *)
 *       room for one block, by eviction where the cache is full; false if there is none to be had
 *   void NAME_give_back(struct NAME *, struct context *, struct kvblock_request *)
 *       room that was not needed
 *   void NAME_prepare(struct NAME *, struct context *, struct block *)
 *       a new block that nobody else knows yet will be in that room
 *   void NAME_place(struct NAME *, struct kvblock_request *, struct block *)
 *       there it is, in the table and pinned by the request, which goes on to its child if there is
 *       more to come
 *   void NAME_finish(struct NAME *, const struct context *, struct kvblock_request *, bool is_short)
 *       the commit ends, short of blocks for want of room or memory or not: a candidate, and what
 *       the request has pinned, may go as soon as the request lets go of them, as it is about to
 */
#include "structures/kvblock/block_table.h"

static inline const struct block_table *OP(table)(const struct STRUCTURE *cache,
						  const struct context *context)
{
	(void)context;
	return &cache->table;
}

#include "structures/kvblock/unlocked_hits.inc.h"

/* Go on to a block that is not there yet. Return: false for want of room or memory. */
static inline bool OP(add)(struct STRUCTURE *cache, struct context *context,
			   struct kvblock_request *request, uint64_t id)
{
	struct block *fresh, *there;

	if (!OP(claim)(cache, context, request))
		return false;
	fresh = arena_alloc(context->arena, MEMORY_NODES, sizeof(*fresh));
	if (!fresh) {
		context->exhausted++;
		OP(give_back)(cache, context, request);
		return false;
	}
	fresh->id = id;
	fresh->parent = request->pinned;
	OP(prepare)(cache, context, fresh);
	there = block_table_add(&cache->table, fresh);
	if (there != fresh) {
		arena_free(context->arena, fresh, MEMORY_NODES, sizeof(*fresh));
		OP(give_back)(cache, context, request);
		block_go_on(request, there);
		return true;
	}
	kvblock_count_added(request, id);
	OP(place)(cache, request, fresh);
	block_go_down(request, fresh);
	return true;
}

/*
 * Go on to the next block of the chain.
 *
 * @is_child:  in, whether the pinned block is new, so that nobody will have given it this child yet
 *             and it is added without a look; out, whether the next one is.
 *
 * Return: false for want of room or memory.
 */
static inline bool OP(next)(struct STRUCTURE *cache, struct context *context,
			    struct kvblock_request *request, bool *is_child)
{
	const uint64_t id = request->blocks[request->cached], added = request->added;
	struct block *block = NULL;
	bool goes_on;

	block_table_fetch_next(&cache->table, request, fetch_to_write);
	if (!*is_child)
		block = block_table_find(&cache->table, id);
	if (block && block_pin(block)) {
		/* There and alive: somebody else has added it since the acquire. */
		block_go_on(request, block);
		return true;
	}
	goes_on = OP(add)(cache, context, request, id);
	*is_child = request->added != added;
	return goes_on;
}

/*
 * Linearizes: each block at the store that puts it into its bucket.
 * Progress: blocking; a stalled holder of a bucket's lock holds up those who add or evict there.
 */
static inline void OP(commit)(struct STRUCTURE *cache, struct context *context,
			      struct kvblock_request *request)
{
	bool goes_on = true, is_child = false;

	block_table_fetch_first(&cache->table, request, fetch_to_write);
	reclaim_enter(context->reclaim);
	while (goes_on && request->cached < request->count)
		goes_on = OP(next)(cache, context, request, &is_child);
	OP(finish)(cache, context, request, !goes_on);
	if (request->candidate)
		block_unpin(request->candidate);
	reclaim_exit(context->reclaim);
}

/* What is left to do for a block that the policy has killed: nobody pins it any more. */
static inline void OP(evict)(struct STRUCTURE *cache, struct context *context,
			     struct kvblock_request *request, struct block *block)
{
	block_table_unlink(&cache->table, block);
	kvblock_count_evicted(request, block->id);
	reclaim_retire(context->reclaim, block, MEMORY_NODES, sizeof(*block));
}

/* Hits go on; those who add or evict in this bucket wait. */
static void OP(stall_writing)(struct STRUCTURE *cache, struct worker *worker)
{
	_Atomic uintptr_t *const bucket = block_table_bucket(&cache->table, worker->context.worker);
	const uintptr_t first = bucket_lock(bucket);

	worker_sleep_stalled(worker);
	bucket_unlock(bucket, first);
}

static void OP(destroy)(void *instance)
{
	struct STRUCTURE *const cache = instance;

	reclaim_destroy(cache->reclaim);
	block_table_destroy(&cache->table);
}
