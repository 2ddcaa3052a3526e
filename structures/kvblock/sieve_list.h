/*
 * sieve_list: the leaves of a cache in the order in which they came, and a hand that says who goes:
 * the policy SIEVE, or with SIEVE_RENEWS second chances.
 *
 * Paper and differences: structures/kvblock/sieve.h. All under a lock of the cache's. A leaf that
 * was hit loses its bit under the hand and, by SIEVE, stays where it stands: right where what was
 * wanted once is wanted for long. With SIEVE_RENEWS it goes on as the newest, as does one that may
 * not go. That is the clock of structures/kvblock/clock.h, and right where it is not: of
 * conversations that are over SIEVE keeps what was hit while all that is new passes by it.
 *
 * Only leaves may go, and of the blocks of a chain one is a leaf: a list of all blocks would have
 * the hand step over the others again and again, each step a line that is in no cache. So a block
 * is put on the list when its commit ends with it, leaves the list when a commit is about to give
 * it a child, and comes back, as the newest, when a child of it is evicted and it stays.
 *
 * Invariant: a live block is on the list unless it has children, or a commit has it pinned, or has
 * just evicted a child of it. One with children may be there too, and only costs the hand a look.
 */
#ifndef STRUCTURES_KVBLOCK_SIEVE_LIST_H
#define STRUCTURES_KVBLOCK_SIEVE_LIST_H

/* Members of a block: before it is declared. */
#define SIEVE_LINKS                                                   \
	_Atomic uint8_t visited; /* hit since the hand last looked */ \
	bool is_listed;                                               \
	struct block *newer, *older;

#ifndef SIEVE_RENEWS
#	define SIEVE_RENEWS false
#endif

#ifndef BLOCK_IS_LOST
#	define BLOCK_IS_LOST(block) (!(block)->is_listed)
#endif

#include "structures/kvblock/block.h"

struct sieve_list {
	struct block *newest, *oldest;
	struct block *hand; /* the next to be looked at; NULL: the oldest */
	uint64_t listed;
	uint64_t count; /* blocks in the cache, or about to be */
};

static inline void sieve_visit(struct block *block)
{
	/* relaxed, both: a hint to the policy; a bit that is set already costs no write. */
	if (!load_relaxed(&block->visited))
		store_relaxed(&block->visited, 1);
}

/* A second chance taken away. Return: whether there was one. */
static inline bool sieve_was_visited(struct block *block)
{
	bool was_visited = false;
	struct block *copy = block;

	do {
		/* relaxed, both: a hint, see sieve_visit(). */
		if (load_relaxed(&copy->visited)) {
			store_relaxed(&copy->visited, 0);
			was_visited = true;
		}
		copy = BLOCK_COPY_AFTER(copy);
	} while (copy != block);
	return was_visited;
}

/* A leaf that is new, or one again; unless it is there. The caller has a reference to it. */
static inline void sieve_list_add(struct sieve_list *list, struct block *block)
{
	if (block->is_listed)
		return;
	block->newer = NULL;
	block->older = list->newest;
	if (list->newest)
		list->newest->newer = block;
	else
		list->oldest = block;
	list->newest = block;
	block->is_listed = true;
	list->listed++;
}

static inline void sieve_list_take_out(struct sieve_list *list, struct block *block)
{
	if (!block->is_listed)
		return;
	if (list->hand == block)
		list->hand = block->newer;
	if (block->newer)
		block->newer->older = block->older;
	else
		list->newest = block->older;
	if (block->older)
		block->older->newer = block->newer;
	else
		list->oldest = block->newer;
	block->is_listed = false;
	list->listed--;
}

/* The block above the one evicted last. Return: whether it is dead now. */
static inline bool sieve_kill_candidate(struct sieve_list *list, struct block *candidate)
{
	if (!sieve_was_visited(candidate) && block_kill_copies(candidate, 1))
		return true;
	sieve_list_add(list, candidate);
	block_unpin_copies(candidate);
	return false;
}

/* Two turns: the first may do no more than take bits away. Return: a block that is dead now, or
 * NULL. */
static inline struct block *sieve_list_choose(struct sieve_list *list)
{
	for (uint64_t i = 0; i < 2 * list->listed; i++) {
		struct block *const block = list->hand ? list->hand : list->oldest;

		list->hand = block->newer;
		fetch_to_write(list->hand);
		if (!sieve_was_visited(block) && block_kill_copies(block, 0))
			return block;
		if (SIEVE_RENEWS) {
			sieve_list_take_out(list, block);
			sieve_list_add(list, block);
		}
	}
	return NULL;
}

/**
 * sieve_list_claim() - room for one block.
 *
 * @parent:   gets a child next, as far as the caller knows; who finds that it does not puts it
 *            back. NULL: none.
 * @request:  its candidate goes first if it may.
 * @block:    out, who went for it: dead, off the list, and the caller's to unlink and retire; NULL
 *            where nobody need go.
 *
 * Return: false if there is no room to be had.
 */
static inline bool sieve_list_claim(struct sieve_list *list, uint64_t capacity,
				    struct block *parent, struct kvblock_request *request,
				    struct block **block)
{
	*block = NULL;
	if (parent)
		sieve_list_take_out(list, parent);
	if (list->count < capacity) {
		list->count++;
		return true;
	}
	*block = request->candidate;
	request->candidate = NULL;
	if (!*block || !sieve_kill_candidate(list, *block))
		*block = sieve_list_choose(list);
	if (*block)
		sieve_list_take_out(list, *block);
	return *block;
}

#endif
