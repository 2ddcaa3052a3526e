#include "structures/kvblock/sieve.h"

/* What the others have taken ahead is no room for the last: at most a small part of it all. */
static unsigned sieve_ahead(uint64_t capacity, unsigned workers)
{
	const uint64_t share = capacity / SIEVE_AHEAD_SHARE / workers;

	return share < 1 ? 1 : share < SIEVE_AHEAD ? (unsigned)share : SIEVE_AHEAD;
}

static int sieve_create(const struct setup *setup, void **instance)
{
	struct sieve *const cache = memory_shared(setup->memory, sizeof(*cache));
	int error;

	if (!cache)
		return -ENOMEM; /* what was got goes with memory_destroy() */
	cache->capacity = kvblock_capacity(setup);
	cache->ahead = sieve_ahead(cache->capacity, setup->workers);
	error = spin_init(&cache->lock, setup->memory);
	if (!error)
		error = block_table_init(
			&cache->table,
			memory_shared(setup->memory, block_table_bytes(cache->capacity)),
			cache->capacity);
	if (!error)
		error = reclaim_create(setup, &cache->reclaim);
	if (!error)
		*instance = cache;
	return error;
}

static void sieve_inspect(void *instance, struct inspection *inspection)
{
	const struct sieve *const cache = instance;

	block_table_inspect(&cache->table, cache->capacity, inspection);
	if (inspection->elements != cache->list.count)
		inspection->broken = "a room is taken at rest, or blocks have none";
}

#define VARIANT_PAPER                                                                           \
	"Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi, SIEVE is simpler than LRU: an " \
	"efficient turn-key eviction algorithm for web caches, NSDI 2024"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE false
#define HOOKS_WRITERS_LOCK
#include "structures/reclaim/hooks.inc.h"

#define VARIANT_TELLS_HELD true
#include "structures/kvblock/kvblock_loop.inc.h"
