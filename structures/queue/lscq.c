#include "structures/queue/lscq.h"

#define VARIANT_PAPER \
	"Nikolaev, A scalable, portable, and memory-efficient lock-free FIFO queue, DISC 2019"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_LINEARIZABLE true
#define VARIANT_REUSES_NODES true
#include "structures/reclaim/hooks.inc.h"

#include "structures/queue/queue_loop.inc.h"
