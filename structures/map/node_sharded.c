#include "structures/map/node_sharded.h"

static uint32_t node_sharded_per_node(const struct setup *setup, unsigned nodes)
{
	const uint32_t count =
		setup->shards ? setup->shards : sharded_default_count(setup->workers);

	return (count + nodes - 1) / nodes;
}

/* The shards of one home, @expected elements in each. */
static int node_sharded_fill_home(struct node_sharded *map, struct memory *memory, unsigned home,
				  uint64_t expected)
{
	const unsigned node = map->nodes.index[home];
	struct node_sharded_shard *const shards =
		memory_on_node(memory, node, map->per_node * sizeof(*shards));

	if (!shards)
		return -ENOMEM;
	map->shards[home] = shards;
	for (uint32_t i = 0; i < map->per_node; i++) {
		shards[i].arena = memory_arena_on(memory, node);
		if (!shards[i].arena ||
		    seq_map_init_on(&shards[i].map, memory, (int)node, expected))
			return -ENOMEM;
	}
	return 0;
}

/* The locks of one node, for the shards of all homes. */
static int node_sharded_fill_locks(struct node_sharded *map, struct memory *memory, unsigned node)
{
	const size_t count = (size_t)map->per_node * map->nodes.count;
	struct lock *const locks =
		memory_on_node(memory, map->nodes.index[node], count * sizeof(*locks));
	int error = locks ? 0 : -ENOMEM;

	map->locks[node] = locks;
	for (size_t i = 0; i < count && !error; i++)
		error = lock_init(&locks[i], memory);
	return error;
}

static int node_sharded_create(const struct setup *setup, void **instance)
{
	struct node_sharded *const map = memory_shared(setup->memory, sizeof(*map));
	int error = map ? nodes_find(&map->nodes, setup->memory) : -ENOMEM;

	if (error)
		return error;
	map->per_node = node_sharded_per_node(setup, map->nodes.count);
	map->value_bytes = setup->value_bytes;
	for (unsigned node = 0; node < map->nodes.count && !error; node++) {
		error = node_sharded_fill_home(
			map, setup->memory, node,
			setup->expected / map->per_node / map->nodes.count + 1);
		if (!error)
			error = node_sharded_fill_locks(map, setup->memory, node);
	}
	if (!error)
		error = lock_threads_init(&map->threads, setup->memory, setup->workers);
	if (!error)
		*instance = map;
	return error;
}

static void node_sharded_destroy(void *instance)
{
	struct node_sharded *const map = instance;

	for (unsigned home = 0; home < map->nodes.count; home++)
		for (uint32_t i = 0; i < map->per_node; i++)
			seq_map_destroy(&map->shards[home][i].map, map->value_bytes);
	for (unsigned node = 0; node < map->nodes.count; node++)
		for (size_t i = 0; i < (size_t)map->per_node * map->nodes.count; i++)
			lock_destroy(&map->locks[node][i]);
}

static void node_sharded_inspect(void *instance, struct inspection *inspection)
{
	const struct node_sharded *const map = instance;

	*inspection = (struct inspection){ 0 };
	for (unsigned home = 0; home < map->nodes.count; home++)
		for (uint32_t i = 0; i < map->per_node; i++)
			seq_map_inspect(&map->shards[home][i].map, inspection);
}

#define STRUCTURE node_sharded
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"I. Calciu, D. Dice, Y. Lev, V. Luchangco, V. Marathe, N. Shavit, NUMA-aware "              \
	"reader-writer locks, PPoPP 2013 (a lock a node)"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_SHARDED      true
#include "structures/map/map_loop.inc.h"
