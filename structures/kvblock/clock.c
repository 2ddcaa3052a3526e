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

/* Return: whether there is a block in a slot, as is right at rest if it is not free. */
static bool clock_inspect_slot(struct clock *cache, uint64_t slot, struct inspection *inspection)
{
	/* relaxed, here and below: all workers are at rest. */
	const uintptr_t held = load_relaxed(&cache->slots[slot]);
	const struct block *const block = (const struct block *)(held & ~CLOCK_PASS);

	if (held == CLOCK_PASS)
		inspection->broken = "a slot is some worker's at rest";
	if (!block)
		return false;
	if (block->slot != slot)
		inspection->broken = "a slot has another one's block";
	if (held & CLOCK_PASS && !load_relaxed(&block->references)) /* relaxed: as above */
		inspection->broken = "a leaf is there that the hand passes";
	return true;
}

static void clock_inspect(void *instance, struct inspection *inspection)
{
	struct clock *const cache = instance;
	uint64_t used = 0;

	block_table_inspect(&cache->table, cache->capacity, inspection);
	for (uint64_t slot = 0; slot < cache->capacity; slot++)
		used += clock_inspect_slot(cache, slot, inspection);
	if (used != inspection->elements)
		inspection->broken = "there are not as many blocks as slots with one";
}

#define VARIANT_PAPER                                                                          \
	"F. Corbato, A paging experiment with the Multics system, MIT Project MAC, 1968 (the " \
	"clock)"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE false
#define HOOKS_WRITERS_LOCK
#include "structures/reclaim/hooks.inc.h"

#include "structures/kvblock/kvblock_loop.inc.h"
