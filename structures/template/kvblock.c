/* The cold half: create, destroy, inspect, and the facts for the catalogue. See kvblock.h. */
#include "structures/template/kvblock.h"

/* Memory of shared tables and threads belongs to setup->memory: a failure just returns. */
static int skeleton_create(const struct setup *setup, void **instance)
{
	struct skeleton *const cache = memory_shared(setup->memory, sizeof(*cache));
	int error;

	if (!cache)
		return -ENOMEM;
	cache->capacity = kvblock_capacity(setup);
	cache->blocks = memory_shared(setup->memory, cache->capacity * sizeof(*cache->blocks));
	if (!cache->blocks)
		return -ENOMEM;
	error = lock_init(&cache->lock, setup->memory);
	if (!error)
		error = lock_threads_init(&cache->threads, setup->memory, setup->workers);
	if (!error)
		*instance = cache;
	return error;
}

/* Gives back what came from arenas. */
static void skeleton_destroy(void *instance)
{
	struct skeleton *const cache = instance;

	for (uint64_t i = 0; i < cache->count; i++)
		arena_free(NULL, cache->blocks[i], MEMORY_NODES, sizeof(*cache->blocks[i]));
	lock_destroy(&cache->lock);
}

/* Counts, sums the ids, and checks the invariants of the header, as far as they show at rest. */
static void skeleton_inspect(void *instance, struct inspection *inspection)
{
	const struct skeleton *const cache = instance;
	uint64_t references = 0, children = 0;

	*inspection = (struct inspection){ .elements = cache->count };
	for (uint64_t i = 0; i < cache->count; i++) {
		const struct skeleton_block *const block = cache->blocks[i];

		inspection->sum += block->id;
		references += block->references;
		children += block->parent != NULL;
		if (block->parent && skeleton_find(cache, block->parent->id) != block->parent)
			inspection->broken = "skeleton: a block is there whose parent is not";
	}
	inspection->pins = references - children;
	if (inspection->pins)
		inspection->broken = "skeleton: a pin has outlived its request";
}

#define STRUCTURE skeleton
/* attach, detach, quiesce, online and offline of a structure that needs locks alone. */
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER        "a skeleton to start a block cache from, 2026"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE true
#define VARIANT_TELLS_HELD   true
#include "structures/kvblock/kvblock_loop.inc.h"
