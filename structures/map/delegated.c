#include "structures/map/delegated.h"

#include <errno.h>

static int delegated_make_shard(const struct delegated *map, const struct setup *setup,
				unsigned owner)
{
	struct memory *const memory = setup->memory;
	const unsigned node = memory_worker_node(memory, owner);
	struct delegated_shard *const shard = memory_on_node(memory, node, sizeof(*shard));

	if (!shard)
		return -ENOMEM;
	map->shards[owner] = shard;
	shard->arena = memory_arena_on(memory, node);
	shard->mailboxes =
		memory_on_node(memory, node, map->workers * sizeof(*shard->mailboxes));
	if (!shard->arena || !shard->mailboxes)
		return -ENOMEM;
	return seq_map_init_on(&shard->map, memory, (int)node,
			       setup->expected / map->workers + 1);
}

static int delegated_create(const struct setup *setup, void **instance)
{
	struct delegated *const map = memory_shared(setup->memory, sizeof(*map));
	int error = 0;

	if (!map)
		return -ENOMEM;
	map->workers = setup->workers;
	map->value_bytes = setup->value_bytes;
	map->shards = memory_shared(setup->memory, setup->workers * sizeof(struct delegated_shard *));
	if (!map->shards)
		return -ENOMEM;
	for (unsigned owner = 0; owner < setup->workers && !error; owner++)
		error = delegated_make_shard(map, setup, owner);
	if (!error)
		*instance = map;
	return error;
}

static void delegated_destroy(void *instance)
{
	struct delegated *const map = instance;

	for (uint32_t owner = 0; owner < map->workers; owner++)
		seq_map_destroy(&map->shards[owner]->map, map->value_bytes);
}

static int delegated_attach(void *instance, struct context *context)
{
	(void)instance, (void)context;
	return 0;
}

static void delegated_detach(void *instance, struct context *context)
{
	(void)instance, (void)context;
}

static void delegated_inspect(void *instance, struct inspection *inspection)
{
	const struct delegated *const map = instance;

	*inspection = (struct inspection){ 0 };
	for (uint32_t owner = 0; owner < map->workers; owner++)
		seq_map_inspect(&map->shards[owner]->map, inspection);
}

#define STRUCTURE delegated

#define VARIANT_PAPER                                                                              \
	"S. Roghanchi, J. Eriksson, N. Basu, ffwd: delegation is (much) faster than you think, "    \
	"SOSP 2017"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#include "structures/map/map_loop.inc.h"
