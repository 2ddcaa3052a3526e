/* The cold half: create, destroy, inspect, and the facts for the catalogue. See kvslot.h. */
#include "structures/template/kvslot.h"

/* Memory of shared tables and threads belongs to setup->memory: a failure just returns. */
static int skeleton_create(const struct setup *setup, void **instance)
{
	struct skeleton *const cache = memory_shared(setup->memory, sizeof(*cache));
	int error = cache ? lock_init(&cache->lock, setup->memory) : -ENOMEM;

	if (!error)
		error = lock_threads_init(&cache->threads, setup->memory, setup->workers);
	if (error)
		return error;
	cache->slots = memory_shared(setup->memory, setup->range * sizeof(*cache->slots));
	if (!cache->slots)
		return -ENOMEM;
	cache->range = setup->range;
	cache->value_bytes = setup->value_bytes;
	*instance = cache;
	return 0;
}

/* Gives back what came from arenas: nodes and payloads. */
static void skeleton_destroy(void *instance)
{
	struct skeleton *const cache = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = cache->value_bytes };

	for (uint64_t key = 0; key < cache->range; key++)
		if (cache->slots[key].is_present)
			payload_free(&context, cache->slots[key].stored);
	lock_destroy(&cache->lock);
}

/* Counts, sums the keys, and checks the invariants of the header, as far as they show at rest. */
static void skeleton_inspect(void *instance, struct inspection *inspection)
{
	const struct skeleton *const cache = instance;

	*inspection = (struct inspection){ 0 };
	for (uint64_t key = 0; key < cache->range; key++) {
		inspection->elements += cache->slots[key].is_present;
		inspection->sum += cache->slots[key].is_present ? key : 0;
	}
}

#define STRUCTURE skeleton
/* attach, detach, quiesce, online and offline of a structure that needs locks alone. */
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER        "a skeleton to start a KV cache from, 2026"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#include "structures/kvslot/kvslot_loop.inc.h"
