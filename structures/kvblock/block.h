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
 * Expects BLOCK_OF_POLICY: what index and policy keep in a block besides, as members of it; one of
 * half a word first. And where each block is there in copies, which live and die together,
 * BLOCK_COPY_AFTER(copy): the next one of the ring that they form.
 */
#ifndef STRUCTURES_KVBLOCK_BLOCK_H
#define STRUCTURES_KVBLOCK_BLOCK_H

#include "structures/common/fetch.h"
#include "structures/kvblock/kvblock.h"
#include "structures/reclaim/reclaim.h"

#define BLOCK_DEAD (UINT32_C(1) << 31)

#ifndef BLOCK_COPY_AFTER
#	define BLOCK_COPY_AFTER(copy) (copy)
#endif

/* At rest: a leaf that the policy would never meet. */
#ifndef BLOCK_IS_LOST
#	define BLOCK_IS_LOST(block) false
#endif

struct block {
	uint64_t id;
	struct block *parent;        /* NULL: the first of a chain */
	_Atomic uint32_t references; /* pins and children, or BLOCK_DEAD */
	BLOCK_OF_POLICY
};

/* Inside a section, or where the memory stays for another reason. Return: false if it is dead. */
static inline bool block_pin(struct block *block)
{
	/* acquire: what is done under the pin comes after it, and after what was done under those
	 * that have ended; pairs with the release in block_unpin(). Whether an eviction or the pin
	 * came first, the order of this one word says. */
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

/*
 * The right to evict, for one. @held: the references that are the caller's own.
 *
 * Return: false if it is pinned by others, has children, or is dead already.
 */
static inline bool block_kill(struct block *block, uint32_t held)
{
	uint32_t expected = held;

	/* relaxed: a look, that spares the line; the CAS decides. */
	if (load_relaxed(&block->references) != held)
		return false;
	/* acquire: all that was done under its last pin; pairs with the release in block_unpin().
	 */
	return cas_acquire(&block->references, &expected, BLOCK_DEAD);
}

/* The same for all copies of a block, or for none: to be called under the lock of who writes. */
static inline bool block_kill_copies(struct block *block, uint32_t held)
{
	struct block *copy = block;

	while (block_kill(copy, held)) {
		copy = BLOCK_COPY_AFTER(copy);
		if (copy == block)
			return true;
	}
	/* One is pinned: those before it live again. Who met them dead meanwhile was content with a
	 * shorter prefix, and has taken its own count back or is about to. */
	for (; block != copy; block = BLOCK_COPY_AFTER(block))
		/* release: as block_unpin(). */
		fetch_add_release(&block->references, held - BLOCK_DEAD);
	return false;
}

/* Of each copy one reference of the caller's. */
static inline void block_unpin_copies(struct block *block)
{
	struct block *copy = block;

	do {
		struct block *const after = BLOCK_COPY_AFTER(copy);

		block_unpin(copy);
		copy = after;
	} while (copy != block);
}

/* Move the request's pin on to @block, which is pinned already. */
static inline void block_go_on(struct kvblock_request *request, struct block *block)
{
	if (request->pinned)
		block_unpin(request->pinned);
	request->pinned = block;
	request->cached++;
}

/*
 * Move the request's pin on to a block of its own that nobody knows yet, and which counts one
 * reference. Its parent is the block that is pinned so far, and that pin becomes the child's
 * reference: no count changes.
 */
static inline void block_go_down(struct kvblock_request *request, struct block *fresh)
{
	request->pinned = fresh;
	request->cached++;
}

/* What a block that the request has killed was to its parent is the request's reference now. */
static inline void block_go_up(struct kvblock_request *request, const struct block *dead)
{
	request->candidate = dead->parent;
	/* The next one up, to be looked at soon. */
	if (dead->parent)
		fetch_to_write(dead->parent->parent);
}

static inline void block_release(struct kvblock_request *request)
{
	if (request->pinned)
		block_unpin(request->pinned);
	request->pinned = NULL;
}

#endif
