/* probe/null: the draw, the tally and the loop around nothing. Its cost stands beside every figure. */
#include <errno.h>

#include "structures/probe/probe.h"

struct null {
	uint64_t unused;
};

static inline uint64_t null_touch(struct null *null, struct context *context, uint64_t key)
{
	(void)null, (void)context;
	__asm__ volatile("" : "+r"(key));    /* the key must exist, as it must for a structure */
	return key;
}

static int null_create(const struct setup *setup, void **instance)
{
	*instance = memory_shared(setup->memory, sizeof(struct null));
	return *instance ? 0 : -ENOMEM;
}

#define STRUCTURE        null
#define VARIANT_PAPER    "the measurement loop around nothing"
#define VARIANT_PROGRESS PROGRESS_WAIT_FREE
#include "structures/probe/probe_loop.inc.h"
