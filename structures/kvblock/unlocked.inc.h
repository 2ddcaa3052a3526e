/*
 * Acquire, commit and release of the caches whose hits take no lock; a policy says who goes.
 * Expects STRUCTURE, whose struct has members `struct block_table table`, `struct reclaim *reclaim`
 * and `uint64_t capacity`, and as static inline functions of the policy
 *
 *   bool NAME_claim(struct NAME *, struct context *, struct kvblock_request *)
 *       room for one block, by eviction where the cache is full; false if there is none to be had
 *   void NAME_give_back(struct NAME *, struct context *)              room that was not needed
 *   void NAME_place(struct NAME *, struct context *, struct block *)  a new block into that room
 */
#include "structures/kvblock/block_table.h"

/*
 * Linearizes: at the pin; what it finds is a prefix then, and was the longest at some moment of the
 * call.
 * Progress: lock-free; it waits for nobody, and goes back one block for each that dies under it.
 */
static inline void OP(acquire)(struct STRUCTURE *cache, struct context *context,
			       struct kvblock_request *request)
{
	struct block *last = NULL, *block;

	block_table_prefetch(&cache->table, request->blocks, request->count);
	reclaim_enter(context->reclaim);
	while (request->cached < request->count &&
	       (block = block_table_find(&cache->table, request->blocks[request->cached]))) {
		block_visit(block);
		last = block;
		request->cached++;
	}
	block_pin_prefix(last, request);
	reclaim_exit(context->reclaim);
}

/* Linearizes: at the pin's end.    Progress: lock-free. */
static inline void OP(release)(struct STRUCTURE *cache, struct context *context,
			       struct kvblock_request *request)
{
	(void)cache, (void)context;
	block_release(request);
}

/* A block that is not there yet. Return: it, pinned, or NULL for want of room or memory. */
static inline struct block *OP(add)(struct STRUCTURE *cache, struct context *context,
				    struct kvblock_request *request, uint64_t id)
{
	struct block *fresh, *there;

	if (!OP(claim)(cache, context, request))
		return NULL;
	fresh = arena_alloc(context->arena, MEMORY_NODES, sizeof(*fresh));
	if (!fresh) {
		context->exhausted++;
		OP(give_back)(cache, context);
		return NULL;
	}
	fresh->id = id;
	fresh->parent = request->pinned;
	/* relaxed: nobody else knows the block. */
	store_relaxed(&fresh->visited, 0);
	there = block_table_add(&cache->table, fresh);
	if (there != fresh) {
		arena_free(context->arena, fresh, MEMORY_NODES, sizeof(*fresh));
		OP(give_back)(cache, context);
		return there;
	}
	kvblock_count_added(request, id);
	OP(place)(cache, context, fresh);
	return fresh;
}

/*
 * Linearizes: each block at the store that puts it into its bucket.
 * Progress: blocking; a stalled holder of a bucket's lock holds up those who add or evict there.
 */
static inline void OP(commit)(struct STRUCTURE *cache, struct context *context,
			      struct kvblock_request *request)
{
	reclaim_enter(context->reclaim);
	while (request->cached < request->count) {
		const uint64_t id = request->blocks[request->cached];
		struct block *block = block_table_find(&cache->table, id);

		/* There and alive: somebody else has added it since the acquire. */
		if (!block || !block_pin(block))
			block = OP(add)(cache, context, request, id);
		if (!block)
			break;
		block_go_on(request, block);
	}
	reclaim_exit(context->reclaim);
}

/* What is left to do for a block that the policy has killed: nobody finds or pins it any more. */
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
	const uintptr_t first = block_table_lock(bucket);

	worker_sleep_stalled(worker);
	block_table_unlock(bucket, first);
}

static void OP(destroy)(void *instance)
{
	struct STRUCTURE *const cache = instance;

	reclaim_destroy(cache->reclaim);
	block_table_destroy(&cache->table);
}

static void OP(inspect)(void *instance, struct inspection *inspection)
{
	const struct STRUCTURE *const cache = instance;

	block_table_inspect(&cache->table, cache->capacity, inspection);
}
