#include "structures/map/sharded.h"

static int sharded_fill_shards(struct sharded *map, const struct setup *setup)
{
	const uint64_t expected = setup->expected / map->count + 1;
	int error;

	map->shards = memory_shared(setup->memory, map->count * sizeof(*map->shards));
	if (!map->shards)
		return -ENOMEM;
	for (uint32_t i = 0; i < map->count; i++) {
		error = locked_map_init(&map->shards[i], setup->memory, expected);
		if (error)
			return error;
	}
	return 0;
}

static int sharded_create(const struct setup *setup, void **instance)
{
	struct sharded *const map = memory_shared(setup->memory, sizeof(*map));
	int error;

	if (!map)
		return -ENOMEM;
	map->count = setup->shards ? setup->shards : sharded_default_count(setup->workers);
	map->value_bytes = setup->value_bytes;
	error = sharded_fill_shards(map, setup);
	if (error)
		return error;
	error = lock_threads_init(&map->threads, setup->memory, setup->workers);
	if (error)
		return error;
	*instance = map;
	return 0;
}

static void sharded_destroy(void *instance)
{
	struct sharded *const map = instance;

	for (uint32_t i = 0; i < map->count; i++)
		locked_map_destroy(&map->shards[i], map->value_bytes);
}

static void sharded_inspect(void *instance, struct inspection *inspection)
{
	const struct sharded *const map = instance;

	*inspection = (struct inspection){ 0 };
	for (uint32_t i = 0; i < map->count; i++)
		seq_map_inspect(&map->shards[i].map, inspection);
}

#define STRUCTURE sharded
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"M. Herlihy, N. Shavit, The Art of Multiprocessor Programming, 2008, section 13.2"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_PREFETCHES   1
#define VARIANT_SHARDED      true
#ifndef SHARDED_LOOP
#	define SHARDED_LOOP "structures/map/map_loop.inc.h" /* or another family's, which includes this */
#endif
#include SHARDED_LOOP
