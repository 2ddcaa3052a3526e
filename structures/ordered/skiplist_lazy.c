#include "structures/ordered/skiplist_lazy.h"

/* Gets and scans go on; writers behind the head, on any level, wait. */
static void skiplist_lazy_stall_writing(struct skiplist_lazy *list, struct worker *worker)
{
	reclaim_enter(worker->context.reclaim);
	skiplist_lazy_lock(list->skip.head);
	worker_sleep_stalled(worker);
	skiplist_lazy_unlock(list->skip.head);
	reclaim_exit(worker->context.reclaim);
}

#define STRUCTURE    skiplist_lazy
#define SKIP_AT_REST SKIPLIST_LAZY_LINKED
#include "structures/ordered/skip_cold.inc.h"
#define HOOKS_WRITERS_LOCK
#include "structures/reclaim/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"M. Herlihy, Y. Lev, V. Luchangco, N. Shavit, A simple optimistic skiplist algorithm, "      \
	"SIROCCO 2007"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_SCAN         SCAN_WEAK
#include "structures/ordered/ordered_loop.inc.h"
