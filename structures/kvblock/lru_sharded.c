#include "structures/kvblock/lru_sharded.h"

#ifndef LRU_SHARDED_BY_NODE
#	define LRU_SHARDED_BY_NODE 0
#endif

static void *lru_sharded_table(struct lru_sharded *cache, struct memory *memory, unsigned home,
			       size_t size_bytes)
{
	if (LRU_SHARDED_BY_NODE)
		return memory_on_node(memory, cache->nodes.index[home], size_bytes);
	return memory_shared(memory, size_bytes);
}

/* Of each shard, a power of two. */
static uint64_t lru_sharded_buckets(const struct lru_sharded *cache)
{
	uint64_t buckets = 1;

	while (buckets * cache->homes * cache->per_home < cache->capacity)
		buckets *= 2;
	return buckets;
}

static int lru_sharded_make_shard(struct lru_sharded *cache, struct memory *memory, unsigned home,
				  struct lru_shard *shard)
{
	const uint64_t buckets = lru_sharded_buckets(cache);

	shard->ends.newer = shard->ends.older = &shard->ends;
	shard->mask = buckets - 1;
	shard->buckets = lru_sharded_table(cache, memory, home, buckets * sizeof(*shard->buckets));
	if (LRU_SHARDED_BY_NODE)
		shard->arena = memory_arena_on(memory, cache->nodes.index[home]);
	if (!shard->buckets || (LRU_SHARDED_BY_NODE && !shard->arena))
		return -ENOMEM;
	return lock_init(&shard->lock, memory);
}

static int lru_sharded_make_shards(struct lru_sharded *cache, struct memory *memory)
{
	int error = 0;

	for (unsigned home = 0; home < cache->homes && !error; home++) {
		struct lru_shard *const shards =
			lru_sharded_table(cache, memory, home, cache->per_home * sizeof(*shards));

		cache->shards[home] = shards;
		for (uint32_t i = 0; shards && i < cache->per_home && !error; i++)
			error = lru_sharded_make_shard(cache, memory, home, &shards[i]);
		if (!shards)
			error = -ENOMEM;
	}
	return error;
}

static void lru_sharded_size(struct lru_sharded *cache, const struct setup *setup)
{
	const uint32_t shards =
		setup->shards ? setup->shards : setup->workers * LRU_SHARDS_PER_WORKER;

	cache->capacity = kvblock_capacity(setup);
	cache->homes = LRU_SHARDED_BY_NODE ? cache->nodes.count : 1;
	cache->per_home = (shards + cache->homes - 1) / cache->homes;
}

/* Requests are numbered by worker and turn: no two of the same number. */
static int lru_sharded_number(struct lru_sharded *cache, const struct setup *setup)
{
	enum { WORKER_SHIFT = 48 };

	cache->requests = memory_shared(setup->memory, setup->workers * sizeof(uint64_t *));
	for (unsigned i = 0; cache->requests && i < setup->workers; i++) {
		cache->requests[i] = memory_thread(setup->memory, i, sizeof(*cache->requests[i]));
		if (!cache->requests[i])
			return -ENOMEM;
		*cache->requests[i] = (uint64_t)i << WORKER_SHIFT;
	}
	return cache->requests ? 0 : -ENOMEM;
}

static int lru_sharded_create(const struct setup *setup, void **instance)
{
	struct lru_sharded *const cache = memory_shared(setup->memory, sizeof(*cache));
	int error = cache ? nodes_find(&cache->nodes, setup->memory) : -ENOMEM;

	if (error)
		return error; /* what was got goes with memory_destroy() */
	lru_sharded_size(cache, setup);
	error = lru_sharded_make_shards(cache, setup->memory);
	if (!error)
		error = lru_sharded_number(cache, setup);
	if (!error)
		error = lock_threads_init(&cache->threads, setup->memory, setup->workers);
	if (!error)
		*instance = cache;
	return error;
}

static void lru_sharded_destroy(void *instance)
{
	struct lru_sharded *const cache = instance;

	for (uint32_t at = 0; at < cache->homes * cache->per_home; at++) {
		struct lru_shard *const shard =
			&cache->shards[at / cache->per_home][at % cache->per_home];
		struct shard_block *next;

		for (struct shard_block *block = shard->ends.older; block != &shard->ends;
		     block = next) {
			next = block->older;
			arena_free(NULL, block, MEMORY_NODES, sizeof(*block));
		}
		lock_destroy(&shard->lock);
	}
}

/* Counts a shard. Return: its references that are no children's, by wrapping sums. */
static uint64_t lru_sharded_inspect_shard(struct lru_sharded *cache, struct lru_shard *shard,
					  struct inspection *inspection)
{
	uint64_t pins = 0;

	for (struct shard_block *block = shard->ends.older; block != &shard->ends;
	     block = block->older) {
		const struct shard_block *const parent = block->parent;

		inspection->elements++;
		inspection->sum += block->id;
		if (lru_shard_find(lru_sharded_shard(cache, block->id), block->id) != block)
			inspection->broken = "a block cannot be found by its id";
		if (parent &&
		    lru_shard_find(lru_sharded_shard(cache, parent->id), parent->id) != parent)
			inspection->broken = "a block is there whose parent is not";
		/* relaxed: all workers are at rest. */
		pins += load_relaxed(&block->references) - (uint64_t)(parent != NULL);
	}
	return pins;
}

static void lru_sharded_inspect(void *instance, struct inspection *inspection)
{
	struct lru_sharded *const cache = instance;

	*inspection = (struct inspection){ 0 };
	for (uint32_t at = 0; at < cache->homes * cache->per_home; at++)
		inspection->pins += lru_sharded_inspect_shard(
			cache, &cache->shards[at / cache->per_home][at % cache->per_home],
			inspection);
	/* relaxed: all workers are at rest. */
	if (inspection->elements != load_relaxed(&cache->count) ||
	    inspection->elements > cache->capacity)
		inspection->broken = "more blocks than the capacity, or than were counted";
	if (inspection->pins)
		inspection->broken = "a pin has outlived its request";
}

#define STRUCTURE lru_sharded
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER                                                                        \
	"M. Herlihy, N. Shavit, The Art of Multiprocessor Programming, 2008, section 13.2, " \
	"over lists of recency"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE false
#define VARIANT_SHARDED      true
#define VARIANT_TELLS_HELD   true
#include "structures/kvblock/kvblock_loop.inc.h"
