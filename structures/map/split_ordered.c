#include "structures/map/split_ordered.h"

#include <errno.h>

/* The sentinel of bucket 0 belongs to no worker. */
static int split_ordered_make_first(struct split_ordered *map, const struct setup *setup)
{
	struct michael_node *const first = memory_shared(setup->memory, sizeof(*first));
	uint64_t buckets = SPLIT_ORDERED_BUCKETS_MIN;
	_Atomic uintptr_t *words;

	while (buckets < setup->expected)
		buckets *= 2;
	words = memory_shared(setup->memory, buckets * sizeof(*words));
	if (!first || !words)
		return -ENOMEM;
	first->is_sentinel = true;
	/* plain, here and below: nobody shares the map yet. */
	atomic_init(&words[0], (uintptr_t)first);
	atomic_init(&map->segments[0], (uintptr_t)words);
	atomic_init(&map->buckets, buckets);
	map->first_log2 = (unsigned)__builtin_ctzll(buckets);
	return 0;
}

static int split_ordered_make_workers(struct split_ordered *map, const struct setup *setup)
{
	map->workers = memory_shared(setup->memory, setup->workers * sizeof(*map->workers));
	if (!map->workers)
		return -ENOMEM;
	for (unsigned i = 0; i < setup->workers; i++) {
		map->workers[i] = memory_thread(setup->memory, i, sizeof(*map->workers[i]));
		if (!map->workers[i])
			return -ENOMEM;
	}
	return 0;
}

static int split_ordered_create(const struct setup *setup, void **instance)
{
	struct split_ordered *const map = memory_shared(setup->memory, sizeof(*map));
	int error;

	if (!map)
		return -ENOMEM; /* what was got goes with memory_destroy(), here and below */
	map->memory = setup->memory;
	map->value_bytes = setup->value_bytes;
	error = split_ordered_make_first(map, setup);
	if (!error)
		error = split_ordered_make_workers(map, setup);
	if (!error)
		error = reclaim_create(setup, &map->reclaim);
	if (error)
		return error;
	*instance = map;
	return 0;
}

static struct michael_node *split_ordered_first(struct split_ordered *map)
{
	/* relaxed: all workers are at rest. */
	return michael_node(load_relaxed(split_ordered_bucket(map, 0)));
}

/* Frees garbage and every node but the first: with an allocator other than arenas they would stay. */
static void split_ordered_destroy(void *instance)
{
	struct split_ordered *const map = instance;
	const bool is_apart = map->value_bytes > PAYLOAD_INLINE_BYTES;
	/* relaxed, here and below: all workers have detached. */
	struct michael_node *node = michael_node(load_relaxed(&split_ordered_first(map)->next));

	reclaim_destroy(map->reclaim);
	while (node) {
		/* relaxed: as above. */
		struct michael_node *const next = michael_node(load_relaxed(&node->next));

		if (is_apart && !node->is_sentinel)
			/* relaxed: as above. */
			arena_free(NULL, payload_words(load_relaxed(&node->value)), MEMORY_PAYLOADS,
				   map->value_bytes);
		arena_free(NULL, node, MEMORY_NODES, sizeof(*node));
		node = next;
	}
}

/* The key of an order: hash_key() backwards. */
static uint64_t split_ordered_key(uint64_t order)
{
	const uint64_t constant = hash_key(1) ^ hash_key(1) >> 32;
	uint64_t key = split_ordered_reverse(order), inverse = constant;

	for (unsigned i = 0; i < 6; i++) /* each step doubles the correct bits (Newton) */
		inverse *= 2 - constant * inverse;
	key = (key ^ key >> 32) * inverse;
	return key ^ key >> 32;
}

/* Return: the invariant that does not hold between a node and the one before, or NULL. */
static const char *split_ordered_inspect_node(struct split_ordered *map,
					      const struct michael_node *before,
					      const struct michael_node *node)
{
	const struct michael_sought place = { .key = node->key, .is_sentinel = node->is_sentinel };

	/* relaxed: all workers are at rest. */
	if (load_relaxed(&node->next) & MICHAEL_MARK)
		return node->is_sentinel ? "a sentinel carries the mark of a removed node"
					 : "a removed node is still linked at rest";
	if (!michael_is_before(before, place))
		return "the list is not strictly ascending";
	/* relaxed: as above. */
	if (!node->is_sentinel && map->value_bytes > PAYLOAD_INLINE_BYTES &&
	    load_relaxed(&node->value) == MICHAEL_TAKEN)
		return "a linked node has lost its payload";
	return NULL;
}

/* Return: the invariant that does not hold between buckets and sentinels, or NULL. */
static const char *split_ordered_inspect_buckets(struct split_ordered *map, uint64_t sentinels)
{
	/* relaxed, here and below: all workers are at rest. */
	const uint64_t buckets = load_relaxed(&map->buckets);
	uint64_t opened = 0;

	for (uint64_t i = 0; i < buckets; i++) {
		/* relaxed: as above. */
		const struct michael_node *const node =
			michael_node(load_relaxed(split_ordered_bucket(map, i)));

		if (!node)
			continue;
		if (!node->is_sentinel || node->key != split_ordered_reverse(i))
			return "a bucket points to a node that is not its sentinel";
		/* relaxed: as above. */
		if (i && !load_relaxed(split_ordered_bucket(map, split_ordered_parent(i))))
			return "a bucket has a sentinel, and its parent none";
		opened++;
	}
	return opened != sentinels ? "a sentinel is in the list that no bucket points to" : NULL;
}

static void split_ordered_inspect(void *instance, struct inspection *inspection)
{
	struct split_ordered *const map = instance;
	const struct michael_node *before = split_ordered_first(map), *node;
	uint64_t sentinels = 1;

	*inspection = (struct inspection){ 0 };
	/* relaxed, here and below: all workers are at rest. */
	node = michael_node(load_relaxed(&before->next));
	while (node && !inspection->broken) {
		inspection->broken = split_ordered_inspect_node(map, before, node);
		sentinels += node->is_sentinel;
		inspection->elements += !node->is_sentinel;
		inspection->sum += node->is_sentinel ? 0 : split_ordered_key(node->key);
		before = node;
		node = michael_node(load_relaxed(&node->next)); /* relaxed: as above */
	}
	if (!inspection->broken)
		inspection->broken = split_ordered_inspect_buckets(map, sentinels);
}

#define STRUCTURE split_ordered
#define VARIANT_PAPER                                                                           \
	"Shalev, Shavit, Split-ordered lists: lock-free extensible hash tables, J. ACM 53(3), " \
	"2006"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_PREFETCHES   1
#include "structures/reclaim/hooks.inc.h"

#include "structures/map/map_loop.inc.h"
