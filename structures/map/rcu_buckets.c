#include "structures/map/rcu_buckets.h"

#include <errno.h>

static int rcu_buckets_create(const struct setup *setup, void **instance)
{
	struct rcu_buckets *const map = memory_shared(setup->memory, sizeof(*map));
	uint64_t buckets = 1;
	int error;

	if (!map)
		return -ENOMEM;
	while (buckets < setup->filled)
		buckets *= 2;
	map->buckets = memory_shared(setup->memory, buckets * sizeof(*map->buckets));
	if (!map->buckets)
		return -ENOMEM; /* what was got goes with memory_destroy() */
	map->mask = buckets - 1;
	map->value_bytes = setup->value_bytes;
	error = reclaim_create(setup, &map->reclaim);
	if (error)
		return error;
	*instance = map;
	return 0;
}

static void rcu_buckets_free_list(struct rcu_buckets_node *node, size_t value_bytes)
{
	while (node) {
		/* relaxed, both: all workers have detached. */
		struct rcu_buckets_node *const next = rcu_buckets_node(load_relaxed(&node->next));
		const uint64_t stored = load_relaxed(&node->value);

		if (value_bytes > PAYLOAD_INLINE_BYTES)
			arena_free(NULL, payload_words(stored), MEMORY_PAYLOADS, value_bytes);
		arena_free(NULL, node, MEMORY_NODES, sizeof(*node));
		node = next;
	}
}

/* Frees garbage and every node: with an allocator other than arenas they would stay. */
static void rcu_buckets_destroy(void *instance)
{
	struct rcu_buckets *const map = instance;

	reclaim_destroy(map->reclaim);
	for (uint64_t i = 0; i <= map->mask; i++)
		/* relaxed: all workers have detached. */
		rcu_buckets_free_list(rcu_buckets_node(load_relaxed(&map->buckets[i])),
				      map->value_bytes);
}

/* Check and count one bucket. Return: the invariant that does not hold, or NULL. */
static const char *rcu_buckets_inspect_bucket(const struct rcu_buckets *map, uint64_t index,
					      struct inspection *inspection)
{
	/* relaxed, here and below: all workers are at rest. */
	const uintptr_t first = load_relaxed(&map->buckets[index]);
	struct rcu_buckets_node *node = rcu_buckets_node(first);
	_Atomic uintptr_t *before;

	if (first & BUCKET_LOCKED)
		return "a bucket is locked at rest";
	while (node) {
		if (rcu_buckets_bucket(map, node->key) != &map->buckets[index])
			return "a key is in a bucket that it does not hash to";
		if (rcu_buckets_find(first, node->key, &before) != node)
			return "a key is in its bucket twice";
		inspection->elements++;
		inspection->sum += node->key;
		/* relaxed: as above. */
		node = rcu_buckets_node(load_relaxed(&node->next));
	}
	return NULL;
}

static void rcu_buckets_inspect(void *instance, struct inspection *inspection)
{
	const struct rcu_buckets *const map = instance;

	*inspection = (struct inspection){ 0 };
	for (uint64_t i = 0; i <= map->mask && !inspection->broken; i++)
		inspection->broken = rcu_buckets_inspect_bucket(map, i, inspection);
}

/* Gets go on; the writers of this bucket wait. */
static void rcu_buckets_stall_writing(struct rcu_buckets *map, struct worker *worker)
{
	_Atomic uintptr_t *const bucket = rcu_buckets_bucket(map, worker->context.worker);
	const uintptr_t first = bucket_lock(bucket);

	worker_sleep_stalled(worker);
	bucket_unlock(bucket, first);
}

#define STRUCTURE rcu_buckets
#define VARIANT_PAPER                                                                          \
	"McKenney, Slingwine, Read-copy update: using execution history to solve concurrency " \
	"problems, PDCS 1998"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_PREFETCHES   1
#define HOOKS_WRITERS_LOCK
#include "structures/reclaim/hooks.inc.h"

#include "structures/map/map_loop.inc.h"
