/*
 * skeleton: where to start a block cache from: an array of blocks that is searched from end to end,
 * under one lock.
 *
 * To add a cache: copy kvblock.h and kvblock.c to structures/kvblock/NAME.h and NAME.c, replace
 * `skeleton` and `template/kvblock` by NAME and kvblock/NAME, and add to structures/CMakeLists.txt
 * the one line numamark_structure(kvblock/NAME LOCK mutex). List, records, README table and tests
 * then have it. (This pair is compiled by the tests alone.)
 *
 * Every header begins with such an essay; map.h beside this says what belongs into each part.
 *
 * Paper: authors, title, venue, year. (This one has none.)
 *
 * Invariants
 *   1. The blocks are blocks[0] to blocks[count - 1]; count <= capacity.
 *   2. `references` counts a block's children in the cache and its pins; only a block with 0 is
 * evicted.
 *   3. All of it is read and written under the lock alone.
 *
 * Linearization: each operation at any point while it holds the lock.
 * Progress: blocking.
 * May run together: nothing; all operations write, so that a shared mode is of no use.
 * Reclamation: none needed.
 * Memory: 32 bytes a block, 8 for each block of the capacity.
 */
#ifndef STRUCTURES_TEMPLATE_KVBLOCK_H
#define STRUCTURES_TEMPLATE_KVBLOCK_H

#include "structures/kvblock/held_lock.h"
#include "structures/kvblock/kvblock.h"

struct skeleton_block {
	uint64_t id;
	struct skeleton_block *parent; /* NULL: the first of a chain */
	uint32_t references;
};

struct skeleton {
	struct lock lock;
	CACHELINE_APART uint64_t count;
	uint64_t next; /* where the search for one to evict goes on */
	/* Read only after create. */
	CACHELINE_APART struct skeleton_block **blocks;
	uint64_t capacity;
	struct lock_threads threads;
};

/* Return: the block, or NULL. */
static inline struct skeleton_block *skeleton_find(const struct skeleton *cache, uint64_t id)
{
	for (uint64_t i = 0; i < cache->count; i++)
		if (cache->blocks[i]->id == id)
			return cache->blocks[i];
	return NULL;
}

/* Move the pin on to the next block of the chain. */
static inline void skeleton_go_on(struct kvblock_request *request, struct skeleton_block *block)
{
	struct skeleton_block *const before = request->pinned;

	block->references++;
	if (before)
		before->references--;
	request->pinned = block;
	request->cached++;
}

/* Linearizes: under the lock.    Progress: blocking. */
static inline void skeleton_acquire(struct skeleton *cache, struct context *context,
				    struct kvblock_request *request)
{
	struct skeleton_block *block;

	held_acquire(&cache->lock, context);
	while (request->cached < request->count &&
	       (block = skeleton_find(cache, request->blocks[request->cached])))
		skeleton_go_on(request, block);
	held_release(&cache->lock, context);
}

/* While there is room; what finds no memory counts. */
static inline struct skeleton_block *skeleton_make(struct skeleton *cache, struct context *context)
{
	struct skeleton_block *const block =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(*block));

	if (block)
		cache->blocks[cache->count++] = block;
	else
		context->exhausted++;
	return block;
}

/* A block of one's own: new, or that of a leaf which nobody pins. NULL: there is none. */
static inline struct skeleton_block *skeleton_claim(struct skeleton *cache, struct context *context,
						    struct kvblock_request *request)
{
	if (cache->count < cache->capacity)
		return skeleton_make(cache, context);
	for (uint64_t i = 0; i < cache->capacity; i++) {
		struct skeleton_block *const block = cache->blocks[cache->next];

		cache->next = cache->next + 1 == cache->capacity ? 0 : cache->next + 1;
		if (block->references)
			continue;
		if (block->parent)
			block->parent->references--;
		kvblock_count_evicted(request, block->id);
		return block;
	}
	return NULL;
}

/* Linearizes: under the lock.    Progress: blocking. */
static inline void skeleton_commit(struct skeleton *cache, struct context *context,
				   struct kvblock_request *request)
{
	held_acquire(&cache->lock, context);
	while (request->cached < request->count) {
		const uint64_t id = request->blocks[request->cached];
		struct skeleton_block *const parent = request->pinned;
		/* Somebody else may have added it since the acquire. */
		struct skeleton_block *block = skeleton_find(cache, id);

		if (!block) {
			block = skeleton_claim(cache, context, request);
			if (!block)
				break;
			*block = (struct skeleton_block){ id, parent, 0 };
			if (parent)
				parent->references++;
			kvblock_count_added(request, id);
		}
		skeleton_go_on(request, block);
	}
	held_release(&cache->lock, context);
}

/* Linearizes: under the lock.    Progress: blocking. */
static inline void skeleton_release(struct skeleton *cache, struct context *context,
				    struct kvblock_request *request)
{
	struct skeleton_block *const pinned = request->pinned;

	held_acquire(&cache->lock, context);
	if (pinned)
		pinned->references--;
	request->pinned = NULL;
	held_release(&cache->lock, context);
}

/* Sleep as a thread does that is pre-empted inside an operation: with the lock held. */
static inline void skeleton_stall(struct skeleton *cache, struct worker *worker)
{
	lock_acquire(&cache->lock, worker->context.lock);
	worker_sleep_stalled(worker);
	lock_release(&cache->lock, worker->context.lock);
}

#endif
