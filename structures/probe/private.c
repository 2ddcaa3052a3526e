/* probe/private: one fetch-and-add per worker, each on a line and a node of its own: scaling without sharing. */
#include <errno.h>

#include "structures/probe/probe.h"

struct private_line {
	CACHELINE_APART _Atomic uint64_t count;
};

struct private {
	unsigned workers;
	struct private_line *lines[];    /* one per worker, on its node */
};

static inline uint64_t private_touch(struct private *private, struct context *context, uint64_t key)
{
	(void)key;
	/* relaxed: nobody else reads the count. */
	return fetch_add_relaxed(&private->lines[context->worker]->count, 1);
}

static int private_create(const struct setup *setup, void **instance)
{
	struct private *private = memory_shared(
		setup->memory, sizeof(*private) + setup->workers * sizeof(struct private_line *));

	if (!private)
		return -ENOMEM;
	private->workers = setup->workers;
	for (unsigned i = 0; i < private->workers; i++) {
		private->lines[i] = memory_thread(setup->memory, i, sizeof(struct private_line));
		if (!private->lines[i])
			return -ENOMEM;
	}
	*instance = private;
	return 0;
}

#define STRUCTURE        private
#define VARIANT_PAPER    "the ceiling of one private atomic word per worker"
#define VARIANT_PROGRESS PROGRESS_WAIT_FREE
#include "structures/probe/probe_loop.inc.h"
