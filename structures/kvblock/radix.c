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

static void radix_free_block(struct block *block)
{
	radix_free_table(block);
	arena_free(NULL, block, MEMORY_NODES, sizeof(*block));
}

/* From each leaf upward, to the first block that has another child. */
static void radix_destroy(void *instance)
{
	struct radix *const cache = instance;
	struct block *block, *parent;

	reclaim_destroy(cache->reclaim);
	while ((block = cache->list.oldest)) {
		sieve_list_take_out(&cache->list, block);
		/* relaxed, both: all workers have detached. */
		for (; block && !load_relaxed(&block->references); block = parent) {
			parent = block->parent;
			if (parent) {
				sieve_list_take_out(&cache->list, parent);
				/* relaxed: as above. */
				fetch_add_relaxed(&parent->references, UINT32_MAX);
			}
			radix_free_block(block);
		}
	}
	radix_free_table(&cache->root);
	mutex_destroy(&cache->lock);
}

/* The first child in slot @i or behind it, or NULL; slot 0 is the block's own. */
static struct block *radix_child_from(const struct block *above, uint32_t i)
{
	/* relaxed, all: all workers are at rest. */
	const struct radix_table *const table = load_relaxed(&above->children);
	struct block *child = load_relaxed(&above->child);

	if (!i && radix_is_there(child))
		return child;
	for (i -= i > 0; table && i <= table->mask; i++) {
		/* relaxed: as above. */
		child = load_relaxed(&table->slots[i]);
		if (radix_is_there(child))
			return child;
	}
	return NULL;
}

/* The number of a slot, as radix_child_from() counts them. */
static uint32_t radix_slot_number(const struct block *above, const _Atomic(struct block *) *slot)
{
	/* relaxed: all workers are at rest. */
	return slot == &above->child ? 0
				     : 1 + (uint32_t)(slot - load_relaxed(&above->children)->slots);
}

/* Children first, then those of its parent behind it, and so on. Return: NULL after the last. */
static struct block *radix_following(struct radix *cache, struct block *block,
				     struct inspection *inspection)
{
	struct block *child = radix_child_from(block, 0);

	while (!child && block != &cache->root) {
		struct block *const above = radix_above(cache, block->parent);
		struct block *found = NULL;
		_Atomic(struct block *) *const slot = radix_slot(above, block->id, &found);

		if (!slot || found != block) {
			inspection->broken = "a block is not among its parent's children";
			return NULL;
		}
		child = radix_child_from(above, radix_slot_number(above, slot) + 1);
		block = above;
	}
	return child;
}

/* Check and count one block. Return: its pins, by wrapping sums. */
static uint32_t radix_inspect_block(const struct block *block, struct inspection *inspection)
{
	/* relaxed, all: all workers are at rest. */
	const uint32_t references = load_relaxed(&block->references);
	const uint32_t children = radix_table_children(load_relaxed(&block->children)) +
				  radix_is_there(load_relaxed(&block->child));

	inspection->elements++;
	inspection->sum += block->id;
	if (references & BLOCK_DEAD)
		inspection->broken = "a dead block is still in the tree";
	if (!children && BLOCK_IS_LOST(block))
		inspection->broken = "a leaf is there that eviction would never meet";
	return references - children;
}

static void radix_inspect(void *instance, struct inspection *inspection)
{
	struct radix *const cache = instance;
	struct block *block = &cache->root;
	uint32_t pins = 0;

	*inspection = (struct inspection){ 0 };
	while ((block = radix_following(cache, block, inspection)))
		pins += radix_inspect_block(block, inspection);
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

#define VARIANT_TELLS_HELD true
#include "structures/kvblock/kvblock_loop.inc.h"
