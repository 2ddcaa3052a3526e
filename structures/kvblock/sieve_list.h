/*
 * sieve_list: blocks in the order in which they came, and a hand that says who goes: the policy
 * SIEVE.
 *
 * Paper, differences and invariants: structures/kvblock/sieve.h. All under a lock of the cache's.
 */
#ifndef STRUCTURES_KVBLOCK_SIEVE_LIST_H
#define STRUCTURES_KVBLOCK_SIEVE_LIST_H

/* Members of a block: before it is declared. */
#define SIEVE_LINKS                                                    \
	_Atomic uint32_t visited; /* hit since the hand last looked */ \
	struct block *newer, *older;

#include "structures/kvblock/block.h"

struct sieve_list {
	struct block *newest, *oldest;
	struct block *hand; /* the next to be looked at; NULL: the oldest */
	uint64_t count;     /* on the list, or about to be */
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
	/* relaxed, both: a hint, see sieve_visit(). */
	if (!load_relaxed(&block->visited))
		return false;
	store_relaxed(&block->visited, 0);
	return true;
}

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

/* The block above the one evicted last. Return: whether it is dead now. */
static inline bool sieve_kill_candidate(struct block *candidate)
{
	/* relaxed: a hint, see sieve_visit(). */
	if (!load_relaxed(&candidate->visited) && block_kill(candidate, 1))
		return true;
	block_unpin(candidate);
	return false;
}

/* Two turns: the first may do no more than take bits away. Return: a block that is dead now, or
 * NULL. */
static inline struct block *sieve_list_choose(struct sieve_list *list)
{
	for (uint64_t i = 0; i < 2 * list->count; i++) {
		struct block *const block = list->hand ? list->hand : list->oldest;

		if (!block)
			break;
		list->hand = block->newer;
		if (!sieve_was_visited(block) && block_kill(block, 0))
			return block;
	}
	return NULL;
}

/**
 * sieve_list_claim() - room for one block.
 *
 * @request:  its candidate goes first if it may.
 * @block:    out, who went for it: dead, off the list, and the caller's to unlink and retire; NULL
 * where nobody need go.
 *
 * Return: false if there is no room to be had.
 */
static inline bool sieve_list_claim(struct sieve_list *list, uint64_t capacity,
				    struct kvblock_request *request, struct block **block)
{
	*block = NULL;
	if (list->count < capacity) {
		list->count++;
		return true;
	}
	*block = request->candidate;
	request->candidate = NULL;
	if (!*block || !sieve_kill_candidate(*block))
		*block = sieve_list_choose(list);
	if (*block)
		sieve_list_take_out(list, *block);
	return *block;
}

#endif
