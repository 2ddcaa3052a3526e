#include "structures/map/redis.h"

#include <errno.h>

static int redis_create(const struct setup *setup, void **instance)
{
	struct redis *const map = memory_shared(setup->memory, sizeof(*map));
	const int error = map ? redis_crew_open(setup, &map->crew) : -ENOMEM;

	if (!error)
		*instance = map;
	return error;
}

static void redis_destroy(void *instance)
{
	struct redis *const map = instance;

	redis_crew_close(&map->crew);
}

/* By the server's count: that is all that it tells without being asked for every key. */
static void redis_inspect(void *instance, struct inspection *inspection)
{
	struct redis *const map = instance;

	*inspection = (struct inspection){ 0 };
	if (!redis_link_size(&map->crew.control, &inspection->elements))
		inspection->broken = map->crew.control.failure;
}

#define STRUCTURE redis
#include "structures/remote/stall.inc.h"
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER        "none; S. Sanfilippo, Redis, 2009, or a server that speaks its protocol"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_REPLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_SERVER       "redis"
#define VARIANT_BLIND        true
#define VARIANT_PREFETCHES   1
#define VARIANT_PIPELINES    1
#include "structures/map/map_loop.inc.h"
