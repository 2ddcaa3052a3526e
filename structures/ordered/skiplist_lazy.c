#include "structures/ordered/skiplist_lazy.h"

#define STRUCTURE    skiplist_lazy
#define SKIP_AT_REST SKIPLIST_LAZY_LINKED
#include "structures/ordered/skip_cold.inc.h"
#include "structures/reclaim/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"M. Herlihy, Y. Lev, V. Luchangco, N. Shavit, A simple optimistic skiplist algorithm, "      \
	"SIROCCO 2007"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_SCAN         SCAN_WEAK
#include "structures/ordered/ordered_loop.inc.h"
