/*
 * A cached block, as caches know it whose hits take no lock.
 *
 * It carries one count of references, its pins and its cached children together: who evicts it
 * turns 0 into BLOCK_DEAD by one compare-and-swap, and who pins it adds 1 and looks whether it was
 * alive. So a pin and an eviction of the same block never both succeed, a block with children
 * cannot go, and nobody need lock anything to know.
 *
 * Source: a count that death closes, D. Detlefs, P. Martin, M. Moir, G. Steele, "Lock-free
 * reference counting", PODC 2001. Differences: (a) the count never frees: a dead block waits for
 * the end of all sections that may have met it, so that a pin may touch it in vain.
 *
 * Expects BLOCK_OF_POLICY: what index and policy keep in a block, as members of it.
 */
#ifndef STRUCTURES_KVBLOCK_BLOCK_H
#define STRUCTURES_KVBLOCK_BLOCK_H

#include "structures/kvblock/kvblock.h"
#include "structures/reclaim/reclaim.h"

#define BLOCK_DEAD (UINT32_C(1) << 31)

struct block {
	uint64_t id;
	struct block *parent;        /* NULL: the first of a chain */
	_Atomic uint32_t references; /* pins and children, or BLOCK_DEAD */
	_Atomic uint32_t visited;    /* hit since the policy last looked */
	BLOCK_OF_POLICY
};

static inline void block_visit(struct block *block)
{
	/* relaxed, both: a hint to the policy; a bit that is set already costs no write. */
	if (!load_relaxed(&block->visited))
		store_relaxed(&block->visited, 1);
}

/* A second chance taken away. Return: whether there was one. */
static inline bool block_was_visited(struct block *block)
{
	/* relaxed, both: a hint, see block_visit(). */
	if (!load_relaxed(&block->visited))
		return false;
	store_relaxed(&block->visited, 0);
	return true;
}

/* Inside a section, or by who knows otherwise that the memory stays. Return: false if it is dead.
 */
static inline bool block_pin(struct block *block)
{
	/* acquire: who finds it alive finds its parent's reference counted; pairs with the release
	 * in block_unpin(). */
	if (!(fetch_add_acquire(&block->references, 1) & BLOCK_DEAD))
		return true;
	/* relaxed: of a dead block nobody looks at the count. */
	fetch_add_relaxed(&block->references, UINT32_MAX);
	return false;
}

static inline void block_unpin(struct block *block)
{
	/* release: what was done under the pin comes before an eviction; pairs with the acquires in
	 * block_pin() and block_kill(). */
	fetch_add_release(&block->references, UINT32_MAX);
}

/* The right to evict, for one. Return: false if it is pinned, has children, or is dead already. */
static inline bool block_kill(struct block *block)
{
	uint32_t none = 0;

	/* relaxed: a look, that spares the line; the CAS decides. */
	if (load_relaxed(&block->references))
		return false;
	/* acquire: all that was done under its last pin; pairs with the release in block_unpin().
	 */
	return cas_acquire(&block->references, &none, BLOCK_DEAD);
}

/*
 * The last block of a prefix that was found without a lock, pinned: or the one before it, and so
 * on, for each that has died since. Inside a section.
 */
static inline void block_pin_prefix(struct block *last, struct kvblock_request *request)
{
	while (last && !block_pin(last)) {
		/* Found alive in this section, so that its parent is still memory. */
		last = last->parent;
		request->cached--;
	}
	request->pinned = last;
}

/* Move the request's pin on to @block, which is pinned already. */
static inline void block_go_on(struct kvblock_request *request, struct block *block)
{
	if (request->pinned)
		block_unpin(request->pinned);
	request->pinned = block;
	request->cached++;
}

static inline void block_release(struct kvblock_request *request)
{
	if (request->pinned)
		block_unpin(request->pinned);
	request->pinned = NULL;
}

#endif
