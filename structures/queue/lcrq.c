#include "structures/queue/lcrq.h"

#define VARIANT_PAPER        "Morrison, Afek, Fast concurrent queues for x86 processors, PPoPP 2013"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_LINEARIZABLE true
#define VARIANT_REUSES_NODES true
#include "structures/reclaim/hooks.inc.h"

#include "structures/queue/queue_loop.inc.h"
