/*
 * block_table: the blocks of a cache by id, for caches whose hits take no lock.
 *
 * A hash table whose lists are read without a lock and changed under a lock bit of each bucket.
 *
 * Source: lists under a bucket's lock, read under RCU, P. McKenney, J. Slingwine, "Read-copy
 * update", PDCS 1998, as in map/rcu_buckets.
 *
 * Invariants
 *   1. A live block's parent lives: it counts the child among its references until the child is
 *      dead, and then whoever killed the child until he kills it or lets it go.
 *   2. Of an id at most one live block is in the table; dead ones may still be there behind it, as
 *      a new one enters at the head.
 *   3. A dead block has no children and is pinned by nobody, and never lives again. Its parent may
 *      be dead and retired before it is out of its list itself: nobody follows that pointer.
 *
 * Reclamation: whatever protects all that a section can reach.
 * Expects BLOCK_OF_POLICY with a member `_Atomic uintptr_t next`, of the bucket.
 */
#ifndef STRUCTURES_KVBLOCK_BLOCK_TABLE_H
#define STRUCTURES_KVBLOCK_BLOCK_TABLE_H

#include "structures/common/bucket_lock.h"
#include "structures/common/fetch.h"
#include "structures/common/hash.h"
#include "structures/kvblock/block.h"

enum {
	BLOCK_TABLE_AHEAD = 8 /* blocks of a chain whose buckets are fetched ahead */
};

struct block_table {
	_Atomic uintptr_t *buckets;
	uint64_t mask;
};

static inline uint64_t block_table_buckets(uint64_t capacity)
{
	uint64_t buckets = 1;

	/* At most one block to two buckets: who looks for an absent one seldom meets any. */
	while (buckets < 2 * capacity)
		buckets *= 2;
	return buckets;
}

static inline size_t block_table_bytes(uint64_t capacity)
{
	return block_table_buckets(capacity) * sizeof(_Atomic uintptr_t);
}

/* @buckets:  block_table_bytes() of zeroes, the caller's; or NULL. Return: 0, -ENOMEM without. */
static inline int block_table_init(struct block_table *table, void *buckets, uint64_t capacity)
{
	table->buckets = buckets;
	table->mask = block_table_buckets(capacity) - 1;
	return buckets ? 0 : -ENOMEM;
}

static inline _Atomic uintptr_t *block_table_bucket(const struct block_table *table, uint64_t id)
{
	return &table->buckets[hash_key(id) & table->mask];
}

static inline struct block *block_of(uintptr_t word)
{
	return (struct block *)(word & ~BUCKET_LOCKED);
}

/* Fetch the first buckets that the rest of a request's chain needs. */
ALWAYS_INLINE void block_table_fetch_first(const struct block_table *table,
					   const struct kvblock_request *request,
					   void (*fetch)(const volatile void *))
{
	const unsigned end = request->cached + BLOCK_TABLE_AHEAD;

	for (unsigned i = request->cached; i < request->count && i < end; i++)
		fetch(block_table_bucket(table, request->blocks[i]));
}

/* With each step the next bucket, and the first block of one that is half as far away. */
ALWAYS_INLINE void block_table_fetch_next(const struct block_table *table,
					  const struct kvblock_request *request,
					  void (*fetch)(const volatile void *))
{
	const unsigned bucket = request->cached + BLOCK_TABLE_AHEAD;
	const unsigned block = request->cached + BLOCK_TABLE_AHEAD / 2;

	if (bucket < request->count)
		fetch(block_table_bucket(table, request->blocks[bucket]));
	if (block < request->count)
		/* relaxed: a hint; nobody looks into it. */
		fetch_to_read(
			block_of(load_relaxed(block_table_bucket(table, request->blocks[block]))));
}

/* Inside a section. Return: the block, be it dead, or NULL. */
static inline struct block *block_table_find(const struct block_table *table, uint64_t id)
{
	/* acquire: the block as it was published; pairs with the release in bucket_unlock().
	 */
	struct block *block = block_of(load_acquire(block_table_bucket(table, id)));

	while (block && block->id != id)
		/* acquire: as above, and with the release in block_table_unlink(). */
		block = block_of(load_acquire(&block->next));
	return block;
}

/*
 * The last block of a prefix that was found without a lock, pinned: or the one before it, and so
 * on, for each that has died since. Inside a section.
 */
static inline void block_table_pin_prefix(const struct block_table *table, struct block *last,
					  struct kvblock_request *request)
{
	while (request->cached && !(last && block_pin(last)))
		/* By its id, not as the dead one's parent: see invariant 3. */
		last = --request->cached
			       ? block_table_find(table, request->blocks[request->cached - 1])
			       : NULL;
	request->pinned = last;
}

/**
 * block_table_add() - put a block of one's own into the table, pinned by the caller.
 *
 * @fresh:  with its id and parent; the parent is pinned by the caller, and counts that pin for the
 * child from here on.
 *
 * Return: @fresh; or the live block of this id that somebody else has added meanwhile, pinned.
 * Threads: the owner of @fresh, inside a section.
 */
static inline struct block *block_table_add(const struct block_table *table, struct block *fresh)
{
	_Atomic uintptr_t *const bucket = block_table_bucket(table, fresh->id);
	const uintptr_t first = bucket_lock(bucket);
	struct block *block = block_of(first);

	/* A dead one is skipped: it is on its way out. */
	while (block && (block->id != fresh->id || !block_pin(block)))
		/* relaxed: only the holder of the lock changes it. */
		block = block_of(load_relaxed(&block->next));
	if (!block) {
		/* relaxed, both: nobody else knows the block; the unlocking store publishes it. */
		store_relaxed(&fresh->next, first);
		store_relaxed(&fresh->references, 1);
	}
	bucket_unlock(bucket, block ? first : (uintptr_t)fresh);
	return block ? block : fresh;
}

/* Take a dead block out of its list; its parent counts it still. For who killed it. */
static inline void block_table_unlink(const struct block_table *table, struct block *block)
{
	_Atomic uintptr_t *const bucket = block_table_bucket(table, block->id);
	uintptr_t first = bucket_lock(bucket);
	/* relaxed, here and below: only the holder of the lock changes the list. */
	const uintptr_t after = load_relaxed(&block->next);

	if (block_of(first) == block) {
		first = after;
	} else {
		struct block *before = block_of(first), *next;

		/* relaxed: as above. */
		while ((next = block_of(load_relaxed(&before->next))) != block)
			before = next;
		/* release: hands on the block after; pairs with the acquire in block_table_find().
		 */
		store_release(&before->next, after);
	}
	bucket_unlock(bucket, first);
}

/* Frees all blocks. Alone. */
static inline void block_table_destroy(struct block_table *table)
{
	for (uint64_t i = 0; i <= table->mask; i++) {
		/* relaxed, both: all workers have detached. */
		struct block *block = block_of(load_relaxed(&table->buckets[i])), *next;

		for (; block; block = next) {
			next = block_of(load_relaxed(&block->next));
			arena_free(NULL, block, MEMORY_NODES, sizeof(*block));
		}
	}
}

/* Check and count one block. Return: its references that are no children's, by wrapping sums. */
static inline uint32_t block_table_inspect_block(const struct block_table *table,
						 const struct block *block,
						 struct inspection *inspection)
{
	/* relaxed: all workers are at rest. */
	const uint32_t references = load_relaxed(&block->references);

	inspection->elements++;
	inspection->sum += block->id;
	if (references & BLOCK_DEAD)
		inspection->broken = "a dead block is still in its list";
	if (!references && BLOCK_IS_LOST(block))
		inspection->broken = "a leaf is there that eviction would never meet";
	if (block_table_find(table, block->id) != block)
		inspection->broken = "a block is there twice";
	if (block->parent && block_table_find(table, block->parent->id) != block->parent)
		inspection->broken = "a block is there whose parent is not";
	return references - (block->parent != NULL);
}

/* Fills @inspection with what the table holds, and checks the invariants. Alone. */
static inline void block_table_inspect(const struct block_table *table, uint64_t capacity,
				       struct inspection *inspection)
{
	uint32_t pins = 0;

	*inspection = (struct inspection){ 0 };
	for (uint64_t i = 0; i <= table->mask; i++) {
		/* relaxed, here and below: all workers are at rest. */
		const uintptr_t first = load_relaxed(&table->buckets[i]);

		if (first & BUCKET_LOCKED)
			inspection->broken = "a bucket is locked at rest";
		for (const struct block *block = block_of(first); block;
		     /* relaxed: as above. */
		     block = block_of(load_relaxed(&block->next)))
			pins += block_table_inspect_block(table, block, inspection);
	}
	inspection->pins = pins;
	if (pins)
		inspection->broken = "a pin has outlived its request";
	if (inspection->elements > capacity)
		inspection->broken = "more blocks than the capacity";
}

#endif
