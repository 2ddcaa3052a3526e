#include "structures/ordered/skiplist_fraser.h"

#define STRUCTURE    skiplist_fraser
#define SKIP_AT_REST SKIPLIST_FRASER_DONE
#include "structures/ordered/skip_cold.inc.h"
#include "structures/reclaim/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"K. Fraser, Practical lock-freedom, PhD thesis, University of Cambridge, 2004"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_SCAN         SCAN_WEAK
#include "structures/ordered/ordered_loop.inc.h"
