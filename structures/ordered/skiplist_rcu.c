#include "structures/ordered/skiplist_rcu.h"

#include <errno.h>

static int skiplist_rcu_create(const struct setup *setup, void **instance)
{
	struct skiplist_rcu *const list = memory_shared(setup->memory, sizeof(*list));
	int error;

	if (!list)
		return -ENOMEM;
	error = skip_init(&list->skip, setup);
	if (!error)
		error = mutex_init(&list->writers, setup->memory);
	if (!error)
		error = reclaim_create(setup, &list->reclaim);
	if (!error)
		*instance = list;
	return error;    /* what was got goes with memory_destroy() */
}

static void skiplist_rcu_destroy(void *instance)
{
	struct skiplist_rcu *const list = instance;

	reclaim_destroy(list->reclaim);
	skip_destroy(&list->skip);
	mutex_destroy(&list->writers);
}

static void skiplist_rcu_inspect(void *instance, struct inspection *inspection)
{
	const struct skiplist_rcu *const list = instance;

	skip_inspect(&list->skip, 0, inspection);
}

/* Gets and scans go on; all other writers wait. */
static void skiplist_rcu_stall_writing(struct skiplist_rcu *list, struct worker *worker)
{
	mutex_acquire(&list->writers, NULL);
	worker_sleep_stalled(worker);
	mutex_release(&list->writers, NULL);
}

#define STRUCTURE skiplist_rcu
#define HOOKS_WRITERS_LOCK
#include "structures/reclaim/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"W. Pugh, Concurrent maintenance of skip lists, University of Maryland CS-TR-2222, 1990, " \
	"with readers under RCU"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_SCAN         SCAN_WEAK
#include "structures/ordered/ordered_loop.inc.h"
