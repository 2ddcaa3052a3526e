#include "structures/kvblock/clock.h"

/* Equal parts of the ring; with more workers than slots some have none. */
static int clock_make_workers(struct clock *cache, const struct setup *setup)
{
	cache->workers =
		memory_shared(setup->memory, setup->workers * sizeof(struct clock_worker *));
	for (unsigned i = 0; cache->workers && i < setup->workers; i++) {
		struct clock_worker *const own = memory_thread(setup->memory, i, sizeof(*own));
		const uint64_t from = cache->capacity * i / setup->workers;
		const uint64_t to = cache->capacity * (i + 1) / setup->workers;

		if (!own)
			return -ENOMEM;
		own->mine = (struct clock_hand){ from, to, from };
		own->all = (struct clock_hand){ 0, cache->capacity, from };
		cache->workers[i] = own;
	}
	return cache->workers ? 0 : -ENOMEM;
}

static int clock_create(const struct setup *setup, void **instance)
{
	struct clock *const cache = memory_shared(setup->memory, sizeof(*cache));
	int error;

	if (!cache)
		return -ENOMEM;
	cache->capacity = kvblock_capacity(setup);
	if (cache->capacity > UINT32_MAX)
		return -EOVERFLOW; /* a block keeps the number of its slot in half a word */
	cache->slots = memory_shared(setup->memory, cache->capacity * sizeof(*cache->slots));
	cache->visited = memory_shared(setup->memory, cache->capacity * sizeof(*cache->visited));
	if (!cache->slots || !cache->visited)
		return -ENOMEM; /* what was got goes with memory_destroy() */
	error = block_table_init(&cache->table,
				 memory_shared(setup->memory, block_table_bytes(cache->capacity)),
				 cache->capacity);
	if (!error)
		error = clock_make_workers(cache, setup);
	if (!error)
		error = reclaim_create(setup, &cache->reclaim);
	if (!error)
		*instance = cache;
	return error;
}

#define VARIANT_PAPER                                                                          \
	"F. Corbato, A paging experiment with the Multics system, MIT Project MAC, 1968 (the " \
	"clock)"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE false
#define HOOKS_WRITERS_LOCK
#include "structures/reclaim/hooks.inc.h"

#include "structures/kvblock/kvblock_loop.inc.h"
