#include "structures/map/michael.h"

#include <errno.h>

static int michael_create(const struct setup *setup, void **instance)
{
	struct michael *const map = memory_shared(setup->memory, sizeof(*map));
	uint64_t buckets = 1;
	int error;

	if (!map)
		return -ENOMEM;
	while (buckets < setup->filled)
		buckets *= 2;
	map->buckets = memory_shared(setup->memory, buckets * sizeof(*map->buckets));
	if (!map->buckets)
		return -ENOMEM;    /* what was got goes with memory_destroy() */
	map->mask = buckets - 1;
	map->value_bytes = setup->value_bytes;
	error = reclaim_create(setup, &map->reclaim);
	if (error)
		return error;
	*instance = map;
	return 0;
}

/* Frees garbage and every node: with an allocator other than arenas they would stay. */
static void michael_destroy(void *instance)
{
	struct michael *const map = instance;
	const bool is_apart = map->value_bytes > PAYLOAD_INLINE_BYTES;

	reclaim_destroy(map->reclaim);
	for (uint64_t i = 0; i <= map->mask; i++) {
		/* relaxed, here and below: all workers have detached. */
		struct michael_node *node = michael_node(load_relaxed(&map->buckets[i]));

		while (node) {
			struct michael_node *const next = michael_node(load_relaxed(&node->next));

			if (is_apart)
				/* relaxed: as above. */
				arena_free(NULL, payload_words(load_relaxed(&node->value)),
					   MEMORY_PAYLOADS, map->value_bytes);
			arena_free(NULL, node, MEMORY_NODES, sizeof(*node));
			node = next;
		}
	}
}

/* Check and count one bucket. Return: the invariant that does not hold, or NULL. */
static const char *michael_inspect_bucket(const struct michael *map, uint64_t index,
					  struct inspection *inspection)
{
	/* relaxed, here and below: all workers are at rest. */
	uintptr_t word = load_relaxed(&map->buckets[index]);
	bool is_first = true;
	uint64_t before = 0;

	if (word & MICHAEL_MARK)
		return "a bucket head carries the mark of a removed node";
	while (word) {
		struct michael_node *const node = michael_node(word);

		word = load_relaxed(&node->next);    /* relaxed: as above */
		if (word & MICHAEL_MARK)
			return "a removed node is still linked at rest";
		if ((hash_key(node->key) & map->mask) != index)
			return "a key is in a bucket that it does not hash to";
		if (!is_first && node->key <= before)
			return "the keys of a bucket are not strictly ascending";
		/* relaxed: as above. */
		if (map->value_bytes > PAYLOAD_INLINE_BYTES &&
		    load_relaxed(&node->value) == MICHAEL_TAKEN)
			return "a linked node has lost its payload";
		is_first = false;
		before = node->key;
		inspection->elements++;
		inspection->sum += node->key;
	}
	return NULL;
}

static void michael_inspect(void *instance, struct inspection *inspection)
{
	const struct michael *const map = instance;

	*inspection = (struct inspection){ 0 };
	for (uint64_t i = 0; i <= map->mask && !inspection->broken; i++)
		inspection->broken = michael_inspect_bucket(map, i, inspection);
}

#define STRUCTURE            michael
#define VARIANT_PAPER                                                                              \
	"Michael, High performance dynamic lock-free hash tables and list-based sets, SPAA 2002"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_UPDATE       (MICHAEL_REPLACES ? UPDATE_REPLACE : UPDATE_IN_PLACE)
#define VARIANT_LINEARIZABLE true
#define VARIANT_PREFETCHES   1
#include "structures/reclaim/hooks.inc.h"

#include "structures/map/map_loop.inc.h"
