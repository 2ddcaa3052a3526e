#include "structures/map/chained.h"

static int chained_create(const struct setup *setup, void **instance)
{
	struct chained *const map = memory_shared(setup->memory, sizeof(*map));
	int error;

	if (!map)
		return -ENOMEM;
	error = locked_map_init(&map->locked, setup->memory, setup->expected);
	if (error)
		return error;
	error = lock_threads_init(&map->threads, setup->memory, setup->workers);
	if (error)
		return error;
	map->value_bytes = setup->value_bytes;
	*instance = map;
	return 0;
}

static void chained_destroy(void *instance)
{
	struct chained *const map = instance;

	locked_map_destroy(&map->locked, map->value_bytes);
}

static void chained_inspect(void *instance, struct inspection *inspection)
{
	const struct chained *const map = instance;

	*inspection = (struct inspection){ 0 };
	seq_map_inspect(&map->locked.map, inspection);
}

#define STRUCTURE chained
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"D. Knuth, The Art of Computer Programming vol. 3, 1973, section 6.4, under one lock"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_PREFETCHES   1
#ifndef CHAINED_LOOP
#	define CHAINED_LOOP "structures/map/map_loop.inc.h" /* or another family's, which includes this */
#endif
#include CHAINED_LOOP
