/* The cold half: create, destroy, inspect, and the facts for the catalogue. See ordered.h. */
#include "structures/template/ordered.h"

/* Memory of shared tables and threads belongs to setup->memory: a failure just returns. */
static int skeleton_create(const struct setup *setup, void **instance)
{
	struct skeleton *const map = memory_shared(setup->memory, sizeof(*map));
	int error;

	if (!map)
		return -ENOMEM;
	map->slots = memory_shared(setup->memory, setup->range * sizeof(*map->slots));
	if (!map->slots)
		return -ENOMEM;
	error = lock_init(&map->lock, setup->memory);
	if (error)
		return error;
	error = lock_threads_init(&map->threads, setup->memory, setup->workers);
	if (error)
		return error;
	map->value_bytes = setup->value_bytes;
	*instance = map;
	return 0;
}

/* Gives back what came from arenas: nodes and payloads. */
static void skeleton_destroy(void *instance)
{
	struct skeleton *const map = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = map->value_bytes };

	for (uint64_t i = 0; i < map->count; i++)
		payload_free(&context, map->slots[i].stored);
	lock_destroy(&map->lock);
}

/* Counts, sums the keys, and checks the invariants of the header, as far as they show at rest. */
static void skeleton_inspect(void *instance, struct inspection *inspection)
{
	const struct skeleton *const map = instance;

	*inspection = (struct inspection){ .elements = map->count };
	for (uint64_t i = 0; i < map->count; i++) {
		inspection->sum += map->slots[i].key;
		if (i > 0 && map->slots[i].key <= map->slots[i - 1].key)
			inspection->broken = "skeleton: the keys are not strictly ascending";
	}
}

#define STRUCTURE skeleton
/* attach, detach, quiesce, online and offline of a structure that needs locks alone. */
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER        "a skeleton to start an ordered map from, 2026"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_SCAN         SCAN_SNAPSHOT
#include "structures/ordered/ordered_loop.inc.h"
