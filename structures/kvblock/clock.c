#include "structures/kvblock/clock.h"

static int clock_make_workers(struct clock *cache, const struct setup *setup)
{
	const uint64_t share = cache->capacity / setup->workers / CLOCK_STRETCHES_LEAST;

	cache->stretch = share > CLOCK_STRETCH_MAX ? CLOCK_STRETCH_MAX : share ? share : 1;
	cache->workers =
		memory_shared(setup->memory, setup->workers * sizeof(struct clock_worker *));
	for (unsigned i = 0; cache->workers && i < setup->workers; i++) {
		cache->workers[i] = memory_thread(setup->memory, i, sizeof(struct clock_worker));
		if (!cache->workers[i])
			return -ENOMEM;
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
	cache->slots = memory_shared(setup->memory, cache->capacity * sizeof(*cache->slots));
	if (!cache->slots)
		return -ENOMEM; /* what was got goes with memory_destroy() */
	error = block_table_init(&cache->table, setup->memory, cache->capacity);
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
