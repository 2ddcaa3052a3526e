/* probe/faa: one fetch-and-add on one shared line. No structure that writes a shared word per operation beats it. */
#include <errno.h>

#include "structures/probe/probe.h"

struct faa {
	CACHELINE_APART _Atomic uint64_t count;
};

static inline uint64_t faa_touch(struct faa *faa, struct context *context, uint64_t key)
{
	(void)context, (void)key;
	/* relaxed: the count carries no data, only its line's travel is of interest. */
	return fetch_add_relaxed(&faa->count, 1);
}

static int faa_create(const struct setup *setup, void **instance)
{
	*instance = memory_shared(setup->memory, sizeof(struct faa));
	return *instance ? 0 : -ENOMEM;
}

#define STRUCTURE        faa
#define VARIANT_PAPER    "the ceiling of one shared atomic word"
#define VARIANT_PROGRESS PROGRESS_WAIT_FREE
#include "structures/probe/probe_loop.inc.h"
