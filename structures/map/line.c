#include "structures/map/line_make.h"

static int line_create(const struct setup *setup, void **instance)
{
	struct line *map;
	int error = line_make(setup, setup->expected, &map);

#if LINE_HAS_SCHEME
	if (!error)
		error = reclaim_create(setup, &map->reclaim);
#endif
	if (!error)
		*instance = map;
	return error;
}

static void line_destroy(void *instance)
{
	struct line *const map = instance;

	line_unmake(map);
#if LINE_HAS_SCHEME
	reclaim_destroy(map->reclaim);
#endif
}

/* Asleep with the lock of one chain held: gets go on, but for payloads of line@bucket; inserts and
 * removes of that chain wait. */
static void line_stall_writing(struct line *map, struct worker *worker)
{
	struct line_table *table;
	uint64_t header;
	struct line_bucket *head =
		line_lock_key(map, &worker->context, worker->context.worker, &header, &table);

	worker_sleep_stalled(worker);
	line_unlock(head, header);
}

#define STRUCTURE line
#if LINE_HAS_SCHEME
#	define HOOKS_WRITERS_LOCK
#	include "structures/reclaim/hooks.inc.h"
#else
#	include "structures/common/bare_hooks.inc.h"
#	define line_stall line_stall_writing    /* nobody else holds anything */
#endif

#define VARIANT_PAPER                                                                              \
	"T. David, R. Guerraoui, V. Trigonakis, Asynchronized concurrency: the secret to scaling " \
	"concurrent search data structures, ASPLOS 2015 (CLHT, lock-based)"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#include "structures/map/map_loop.inc.h"
