#include "structures/kvblock/replicated.h"

/* On each node a table and an arena. */
static int replicated_make_nodes(struct replicated *cache, struct memory *memory)
{
	const size_t size_bytes = block_table_bytes(cache->capacity);
	int error = nodes_find(&cache->nodes, memory);

	for (unsigned rank = 0; rank < cache->nodes.count && !error; rank++) {
		const unsigned node = cache->nodes.index[rank];

		cache->arenas[rank] = memory_arena_on(memory, node);
		if (!cache->arenas[rank])
			return -ENOMEM;
		error = block_table_init(&cache->tables[rank],
					 memory_on_node(memory, node, size_bytes), cache->capacity);
	}
	return error;
}

static int replicated_create(const struct setup *setup, void **instance)
{
	struct replicated *const cache = memory_shared(setup->memory, sizeof(*cache));
	int error;

	if (!cache)
		return -ENOMEM; /* what was got goes with memory_destroy() */
	cache->capacity = kvblock_capacity(setup);
	error = spin_init(&cache->lock, setup->memory);
	if (!error)
		error = replicated_make_nodes(cache, setup->memory);
	if (!error)
		error = reclaim_create(setup, &cache->reclaim);
	if (!error)
		*instance = cache;
	return error;
}

static void replicated_destroy(void *instance)
{
	struct replicated *const cache = instance;

	reclaim_destroy(cache->reclaim);
	for (unsigned rank = 0; rank < cache->nodes.count; rank++)
		block_table_destroy(&cache->tables[rank]);
}

static void replicated_inspect(void *instance, struct inspection *inspection)
{
	const struct replicated *const cache = instance;
	const char *broken = NULL;
	uint64_t pins = 0;

	for (unsigned rank = cache->nodes.count; rank--;) {
		const uint64_t elements = inspection->elements, sum = inspection->sum;

		block_table_inspect(&cache->tables[rank], cache->capacity, inspection);
		pins += inspection->pins;
		if (rank + 1 < cache->nodes.count &&
		    (inspection->elements != elements || inspection->sum != sum))
			broken = "the indexes of two nodes differ";
		broken = inspection->broken ? inspection->broken : broken;
	}
	if (inspection->elements != cache->list.count)
		broken = "more blocks than were counted, or less";
	inspection->pins = pins;
	inspection->broken = broken;
}

/* Readers go on; who commits waits. */
static void replicated_stall_writing(struct replicated *cache, struct worker *worker)
{
	spin_acquire(&cache->lock, NULL);
	worker_sleep_stalled(worker);
	spin_release(&cache->lock, NULL);
}

#define VARIANT_PAPER                                                                \
	"R. Achermann, A. Panwar, A. Bhattacharjee, T. Roscoe, J. Gandhi, Mitosis: " \
	"transparently self-replicating page-tables for large-memory machines, ASPLOS 2020"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE false
#define VARIANT_READ_AT_HOME true
#define HOOKS_WRITERS_LOCK
#include "structures/reclaim/hooks.inc.h"

#define VARIANT_TELLS_HELD true
#include "structures/kvblock/kvblock_loop.inc.h"
