/*
 * sieve_list: blocks in the order in which they came, and a hand that says who goes: the policy
 * SIEVE.
 *
 * Paper, differences and invariants: structures/kvblock/sieve.h. All under a lock of the cache's.
 */
#ifndef STRUCTURES_KVBLOCK_SIEVE_LIST_H
#define STRUCTURES_KVBLOCK_SIEVE_LIST_H

/* Members of a block: before it is declared. */
#define SIEVE_LINKS struct block *newer, *older;

#include "structures/kvblock/block.h"

struct sieve_list {
	struct block *newest, *oldest;
	struct block *hand; /* the next to be looked at; NULL: the oldest */
	uint64_t count;     /* on the list, or about to be */
};

static inline void sieve_list_add(struct sieve_list *list, struct block *block)
{
	block->newer = NULL;
	block->older = list->newest;
	if (list->newest)
		list->newest->newer = block;
	else
		list->oldest = block;
	list->newest = block;
}

static inline void sieve_list_take_out(struct sieve_list *list, struct block *block)
{
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
}

/* Two turns: the first may do no more than take bits away. Return: a block that is dead now, or
 * NULL. */
static inline struct block *sieve_list_choose(struct sieve_list *list, struct block *candidate)
{
	/* relaxed: a hint, see block_visit(). */
	if (candidate && !load_relaxed(&candidate->visited) && block_kill(candidate))
		return candidate;
	for (uint64_t i = 0; i < 2 * list->count; i++) {
		struct block *const block = list->hand ? list->hand : list->oldest;

		if (!block)
			break;
		list->hand = block->newer;
		if (!block_was_visited(block) && block_kill(block))
			return block;
	}
	return NULL;
}

/**
 * sieve_list_claim() - room for one block.
 *
 * @candidate:  to go first if it may; NULL: none.
 * @block:      out, who went for it: dead, off the list, and the caller's to unlink and retire;
 * NULL where nobody need go.
 *
 * Return: false if there is no room to be had.
 */
static inline bool sieve_list_claim(struct sieve_list *list, uint64_t capacity,
				    struct block *candidate, struct block **block)
{
	*block = NULL;
	if (list->count < capacity) {
		list->count++;
		return true;
	}
	*block = sieve_list_choose(list, candidate);
	if (*block)
		sieve_list_take_out(list, *block);
	return *block;
}

#endif
