/*
 * Acquire and release of the caches whose hits take no lock.
 * Expects STRUCTURE, and as static inline functions
 *
 *   const struct block_table *NAME_table(const struct NAME *, const struct context *)
 *       where this worker looks blocks up
 *   void NAME_hit(struct NAME *, struct block *)
 *       it was wanted, and ends what is pinned
 *
 * A hit marks the last block of its prefix alone. Those before it cannot go while that one is there,
 * and a mark on each would give a prefix that nobody wants any more one turn of the hand for every
 * block of it.
 */
#include "structures/kvblock/block_table.h"

/*
 * Linearizes: at the pin; what it finds is a prefix then, and was the longest at some moment of the
 * call: when the block after it was looked for and not found, or died, or its last block was added.
 * Progress: lock-free; it waits for nobody, and goes back one block for each that dies under it.
 */
static inline void OP(acquire)(struct STRUCTURE *cache, struct context *context,
			       struct kvblock_request *request)
{
	const struct block_table *const table = OP(table)(cache, context);
	struct block *last = NULL, *block;

	block_table_fetch_first(table, request, fetch_to_read);
	reclaim_enter(context->reclaim);
	while (request->cached < request->count &&
	       (block = block_table_find(table, request->blocks[request->cached]))) {
		last = block;
		request->cached++;
		block_table_fetch_next(table, request, fetch_to_read);
	}
	block_table_pin_prefix(table, last, request);
	if (request->pinned)
		OP(hit)(cache, request->pinned);
	reclaim_exit(context->reclaim);
}

/* Linearizes: at the pin's end.    Progress: lock-free. */
static inline void OP(release)(struct STRUCTURE *cache, struct context *context,
			       struct kvblock_request *request)
{
	(void)cache, (void)context;
	block_release(request);
}
