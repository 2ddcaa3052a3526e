#include "structures/kvslot/slots_versioned.h"

static int slots_versioned_create(const struct setup *setup, void **instance)
{
	struct slots_versioned *const cache = memory_shared(setup->memory, sizeof(*cache));
	int error = cache ? nodes_find(&cache->nodes, setup->memory) : -ENOMEM;

	if (!error)
		error = slots_init(&cache->slots, setup, SLOTS_OF_NODES ? &cache->nodes : NULL);
	if (!error)
		*instance = cache;
	return error;
}

/* All of it belongs to the memory object. */
static void slots_versioned_destroy(void *instance)
{
	(void)instance;
}

static void slots_versioned_inspect(void *instance, struct inspection *inspection)
{
	const struct slots_versioned *const cache = instance;

	slots_inspect(&cache->slots, slots_versioned_load, inspection);
}

#define STRUCTURE slots_versioned
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER \
	"H.-J. Boehm, Can seqlocks get along with programming language memory models?, MSPC 2012"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE false
#define VARIANT_BOUNDED      true
#include "structures/kvslot/kvslot_loop.inc.h"
