/*
 * radix: the prefix tree itself, read under RCU.
 *
 * Each cached block is a node of the tree, with room for one child, which is what nearly all have,
 * and a table by id for more; to acquire is to go down from the root, block by block, without a
 * lock, and to pin the last one. Commits have one lock for all of the tree, evict by second
 * chances, and hand readers whole tables: a child comes and goes by one store, and a table that is
 * full is copied to a larger one and retired.
 *
 * Paper: the tree, L. Zheng et al., "SGLang: efficient execution of structured language model
 * programs", NeurIPS 2024 (RadixAttention); the readers, P. McKenney, J. Slingwine, "Read-copy
 * update: using execution history to solve concurrency problems", PDCS 1998; who goes,
 * structures/kvblock/sieve_list.h. Differences: (a) a node is one block, not a run of them, so that no
 * node is ever split under a reader; (b) not recency but visited bits, as a reader writes nothing
 * that is written already.
 *
 * Invariants
 *   1. A live block's parent lives, and has it as its only child or in its table. Both and the list
 *      are changed under the lock alone, and blocks are killed there.
 *   2. A table has free slots, at which a search ends.
 *   3. list.count is the number of blocks, at most the capacity.
 *
 * Linearization: acquire at the pin: what it finds is a prefix then, and was the longest at some
 *   moment of the call. Commit at the store that puts each block beside its parent or into its
 *   table. Release at the pin's end.
 * Progress: acquire and release lock-free; commit waits for the lock.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: any scheme whose sections protect all that they can reach, for blocks and tables. In
 *   a full cache a commit evicts as much as it adds, so that a scheme which frees late (call_rcu()
 *   sleeps 10 ms at a time) has more in limbo than a small cache holds, and each block is out of the
 *   processor's caches when it comes back.
 * Memory: 56 bytes a block (64 of the arena); 40 (48) for a table of the first children beyond one,
 *   16 to 64 a child in larger ones.
 */
#ifndef STRUCTURES_KVBLOCK_RADIX_H
#define STRUCTURES_KVBLOCK_RADIX_H

#define SIEVE_RENEWS true
#define BLOCK_OF_POLICY                                             \
	SIEVE_LINKS                                                 \
	_Atomic(struct block *) child; /* or NULL, or RADIX_GONE */ \
	_Atomic(struct radix_table *) children;
#include "structures/common/hash.h"
#include "structures/kvblock/held.h"
#include "structures/kvblock/sieve_list.h"
#include "structures/lock/mutex.h"

/* What was a child; a search goes on behind it. */
#define RADIX_GONE ((struct block *)1)

enum { RADIX_SLOTS_FIRST = 4 };

struct radix_table {
	uint32_t mask; /* slots - 1 */
	uint32_t used; /* slots that are not free: children, and those that are gone */
	_Atomic(struct block *) slots[];
};

struct radix {
	struct block root; /* of no id; its children are first blocks; never killed */
	struct reclaim *reclaim;
	uint64_t capacity;
	struct mutex lock; /* on lines of its own */
	/* Under the lock. */
	struct sieve_list list;
};

static inline size_t radix_table_bytes(uint32_t mask)
{
	return sizeof(struct radix_table) + ((size_t)mask + 1) * sizeof(struct block *);
}

/* The block above one, the root above first ones. */
static inline struct block *radix_above(struct radix *cache, struct block *block)
{
	return block ? block : &cache->root;
}

static inline bool radix_is_there(const struct block *child)
{
	return child && child != RADIX_GONE;
}

/* Inside a section. Return: the slot of a child beyond the first, or NULL. *child only then. */
static inline _Atomic(struct block *) *radix_table_slot(struct block *above, uint64_t id,
							struct block **child)
{
	/* acquire: the table as it was published; pairs with the release in radix_grow(). */
	struct radix_table *const table = load_acquire(&above->children);
	const uint64_t hash = hash_key(id);

	for (uint32_t i = 0; table && i <= table->mask; i++) {
		_Atomic(struct block *) *const slot = &table->slots[(hash + i) & table->mask];

		/* acquire: the block as it was published; pairs with the release in radix_put(). */
		*child = load_acquire(slot);
		if (!*child)
			return NULL;
		if (*child != RADIX_GONE && (*child)->id == id)
			return slot;
	}
	return NULL;
}

/* Inside a section. Return: the slot of a child, or NULL. *child only then. */
static inline _Atomic(struct block *) *radix_slot(struct block *above, uint64_t id,
						  struct block **child)
{
	/* acquire: as in radix_table_slot(). */
	*child = load_acquire(&above->child);
	if (radix_is_there(*child) && (*child)->id == id)
		return &above->child;
	return radix_table_slot(above, id, child);
}

/* Linearizes: at the pin.    Progress: lock-free; one block back for each that dies under it. */
static inline void radix_acquire(struct radix *cache, struct context *context,
				 struct kvblock_request *request)
{
	struct block *last = NULL, *child;

	reclaim_enter(context->reclaim);
	while (request->cached < request->count &&
	       radix_slot(radix_above(cache, last), request->blocks[request->cached], &child)) {
		last = child;
		request->cached++;
	}
	while (last && !block_pin(last)) {
		/* On the way down it was alive, or dead and not yet retired; so it is memory. */
		last = last->parent;
		request->cached--;
	}
	request->pinned = last;
	if (request->pinned)
		sieve_visit(request->pinned);
	reclaim_exit(context->reclaim);
}

/* Linearizes: at the pin's end.    Progress: lock-free. */
static inline void radix_release(struct radix *cache, struct context *context,
				 struct kvblock_request *request)
{
	(void)cache, (void)context;
	block_release(request);
}

static inline void radix_put(struct radix_table *table, struct block *child)
{
	const uint64_t hash = hash_key(child->id);
	uint32_t i = 0;

	/* relaxed: only the holder of the lock changes slots. */
	while (load_relaxed(&table->slots[(hash + i) & table->mask]))
		i++;
	/* release: publishes the block; pairs with the acquire in radix_table_slot(). */
	store_release(&table->slots[(hash + i) & table->mask], child);
	table->used++;
}

static inline uint32_t radix_table_children(const struct radix_table *table)
{
	uint32_t children = 0;

	for (uint32_t i = 0; table && i <= table->mask; i++)
		/* relaxed: only the holder of the lock changes slots. */
		children += radix_is_there(load_relaxed(&table->slots[i]));
	return children;
}

/* A table with room for one more child. Return: false for want of memory, which is counted. */
static inline bool radix_grow(struct block *above, struct context *context)
{
	/* relaxed, here and below: only the holder of the lock changes tables. */
	struct radix_table *const old = load_relaxed(&above->children);
	const uint32_t children = radix_table_children(old);
	uint32_t slots = RADIX_SLOTS_FIRST;
	struct radix_table *table;

	while (children && slots < 4 * (children + 1))
		slots *= 2;
	table = arena_alloc(context->arena, MEMORY_NODES, radix_table_bytes(slots - 1));
	if (!table) {
		context->exhausted++;
		return false;
	}
	*table = (struct radix_table){ .mask = slots - 1 };
	for (uint32_t i = 0; i < slots; i++)
		/* relaxed: nobody else knows the table. */
		store_relaxed(&table->slots[i], NULL);
	for (uint32_t i = 0; old && i <= old->mask; i++) {
		/* relaxed: as above. */
		struct block *const child = load_relaxed(&old->slots[i]);

		if (radix_is_there(child))
			radix_put(table, child);
	}
	/* release: publishes the table; pairs with the acquire in radix_table_slot(). */
	store_release(&above->children, table);
	if (old)
		reclaim_retire(context->reclaim, old, MEMORY_NODES, radix_table_bytes(old->mask));
	return true;
}

/*
 * Under the lock: is there a slot to put a child into? Half of a table stays free, as each step of
 * a search goes to another block.
 */
static inline bool radix_has_room(const struct block *above)
{
	/* relaxed, both: only the holder of the lock changes them. */
	const struct radix_table *const table = load_relaxed(&above->children);

	return !radix_is_there(load_relaxed(&above->child)) ||
	       (table && table->used <= table->mask / 2);
}

/* Under the lock, with room. */
static inline void radix_adopt(struct block *above, struct block *block)
{
	/* relaxed, both: only the holder of the lock changes them. */
	if (radix_is_there(load_relaxed(&above->child)))
		radix_put(load_relaxed(&above->children), block);
	else
		/* release: publishes the block; pairs with the acquire in radix_slot(). */
		store_release(&above->child, block);
}

/* Under the lock: a dead block goes out of the tree. */
static inline void radix_unlink(struct radix *cache, struct context *context,
				struct kvblock_request *request, struct block *block)
{
	struct block *child;
	_Atomic(struct block *) *const slot =
		radix_slot(radix_above(cache, block->parent), block->id, &child);
	/* relaxed: only the holder of the lock changes tables. */
	struct radix_table *const table = load_relaxed(&block->children);

	/* relaxed: who still finds the block sees that it is dead. */
	store_relaxed(slot, RADIX_GONE);
	block_go_up(request, block);
	kvblock_count_evicted(request, block->id);
	if (table)
		reclaim_retire(context->reclaim, table, MEMORY_NODES,
			       radix_table_bytes(table->mask));
	reclaim_retire(context->reclaim, block, MEMORY_NODES, sizeof(*block));
}

/* Under the lock. Return: false if there is no room to be had. */
static inline bool radix_claim(struct radix *cache, struct context *context,
			       struct kvblock_request *request)
{
	struct block *block;
	const bool has_room =
		sieve_list_claim(&cache->list, cache->capacity, request->pinned, request, &block);

	if (block)
		radix_unlink(cache, context, request, block);
	return has_room;
}

/* Under the lock, with room claimed. Return: a new child, pinned, or NULL for want of memory. */
static inline struct block *radix_link(struct radix *cache, struct context *context,
				       struct block *parent, uint64_t id)
{
	struct block *const above = radix_above(cache, parent);
	struct block *const block = arena_alloc(context->arena, MEMORY_NODES, sizeof(*block));

	context->exhausted += !block;
	if (!block)
		return NULL;
	if (!radix_has_room(above) && !radix_grow(above, context)) {
		arena_free(context->arena, block, MEMORY_NODES, sizeof(*block));
		return NULL;
	}
	block->id = id;
	block->parent = parent;
	/* relaxed, all: nobody else knows the block. */
	store_relaxed(&block->references, 1);
	store_relaxed(&block->visited, 0);
	store_relaxed(&block->child, NULL);
	store_relaxed(&block->children, NULL);
	block->is_listed = false;
	radix_adopt(above, block);
	return block;
}

/* Under the lock: go on along the chain. Return: false for want of room or memory. */
static inline bool radix_next(struct radix *cache, struct context *context,
			      struct kvblock_request *request)
{
	const uint64_t id = request->blocks[request->cached];
	struct block *block;

	/* There: it cannot die, as that takes the lock. */
	if (radix_slot(radix_above(cache, request->pinned), id, &block) && block_pin(block)) {
		block_go_on(request, block);
		return true;
	}
	if (!radix_claim(cache, context, request))
		return false;
	block = radix_link(cache, context, request->pinned, id);
	if (!block) {
		cache->list.count--;
		return false;
	}
	kvblock_count_added(request, id);
	block_go_down(request, block);
	if (request->cached == request->count)
		sieve_list_add(&cache->list, block);
	return true;
}

/* Linearizes: each block at the store of radix_adopt().    Progress: blocking. */
static inline void radix_commit(struct radix *cache, struct context *context,
				struct kvblock_request *request)
{
	bool goes_on = true;

	mutex_acquire(&cache->lock, NULL);
	held_begin(context);
	reclaim_enter(context->reclaim);
	while (goes_on && request->cached < request->count)
		goes_on = radix_next(cache, context, request);
	if (!goes_on && request->pinned)
		sieve_list_add(&cache->list, request->pinned);
	if (request->candidate) {
		sieve_list_add(&cache->list, request->candidate);
		block_unpin(request->candidate);
	}
	reclaim_exit(context->reclaim);
	held_end(context);
	mutex_release(&cache->lock, NULL);
}

#endif
