#include "structures/kvblock/radix.h"

static int radix_create(const struct setup *setup, void **instance)
{
	struct radix *const cache = memory_shared(setup->memory, sizeof(*cache));
	int error;

	if (!cache)
		return -ENOMEM; /* what was got goes with memory_destroy() */
	cache->capacity = kvblock_capacity(setup);
	error = mutex_init(&cache->lock, setup->memory);
	if (!error)
		error = reclaim_create(setup, &cache->reclaim);
	if (!error)
		*instance = cache;
	return error;
}

static void radix_free_table(struct block *block)
{
	/* relaxed: all workers have detached. */
	struct radix_table *const table = load_relaxed(&block->children);

	if (table)
		arena_free(NULL, table, MEMORY_NODES, radix_table_bytes(table->mask));
}

static void radix_destroy(void *instance)
{
	struct radix *const cache = instance;
	struct block *next;

	reclaim_destroy(cache->reclaim);
	for (struct block *block = cache->list.oldest; block; block = next) {
		next = block->newer;
		radix_free_table(block);
		arena_free(NULL, block, MEMORY_NODES, sizeof(*block));
	}
	radix_free_table(&cache->root);
	mutex_destroy(&cache->lock);
}

static void radix_inspect(void *instance, struct inspection *inspection)
{
	struct radix *const cache = instance;
	uint32_t pins = 0;

	*inspection = (struct inspection){ 0 };
	for (struct block *block = cache->list.oldest; block; block = block->newer) {
		/* relaxed, both: all workers are at rest. */
		const uint32_t references = load_relaxed(&block->references);
		const uint32_t children = radix_children(load_relaxed(&block->children));
		struct block *found = NULL;

		inspection->elements++;
		inspection->sum += block->id;
		pins += references - children;
		if (!radix_slot(radix_above(cache, block->parent), block->id, &found) ||
		    found != block)
			inspection->broken = "a block is not among its parent's children";
		if (references & BLOCK_DEAD)
			inspection->broken = "a dead block is still on the list";
	}
	inspection->pins = pins;
	if (pins)
		inspection->broken = "a pin has outlived its request";
	if (inspection->elements != cache->list.count || inspection->elements > cache->capacity)
		inspection->broken = "more blocks than the capacity, or than were counted";
}

/* Readers go on; who commits waits. */
static void radix_stall_writing(struct radix *cache, struct worker *worker)
{
	mutex_acquire(&cache->lock, NULL);
	worker_sleep_stalled(worker);
	mutex_release(&cache->lock, NULL);
}

#define STRUCTURE radix
#define VARIANT_PAPER                                                                          \
	"L. Zheng et al., SGLang: efficient execution of structured language model programs, " \
	"NeurIPS 2024, its tree read under RCU (PDCS 1998)"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE false
#define HOOKS_WRITERS_LOCK
#include "structures/reclaim/hooks.inc.h"

#include "structures/kvblock/kvblock_loop.inc.h"
