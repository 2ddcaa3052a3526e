#include "runners/measure/start_line.h"

#include <time.h>

#include "structures/common/atomics.h"
#include "structures/common/backoff.h"

enum { NAP_SHORTEST_NS = 20000, NAP_LONGEST_NS = 2000000 };

void start_line_init(struct start_line *line, unsigned threads)
{
	line->threads = threads;
	/* relaxed: the threads are not there yet; what starts them publishes this. */
	store_relaxed(&line->coming, 0);
	store_relaxed(&line->arrived, 0);
	store_relaxed(&line->lap, 0);
}

/* Sleep, longer from time to time, until all threads of a lap are on their way. */
static void gather(struct start_line *line, unsigned lap)
{
	const unsigned all = line->threads * (lap + 1);
	struct timespec nap = { .tv_nsec = NAP_SHORTEST_NS };

	/* relaxed, both: the barrier behind this orders what threads have done. */
	fetch_add_relaxed(&line->coming, 1);
	while (load_relaxed(&line->coming) < all) {
		nanosleep(&nap, NULL);
		if (nap.tv_nsec < NAP_LONGEST_NS)
			nap.tv_nsec *= 2;
	}
}

void start_line_cross(struct start_line *line)
{
	/* relaxed: the lap cannot end before this thread's own arrival below. */
	const unsigned lap = load_relaxed(&line->lap);
	struct backoff wait = { 0 };

	gather(line, lap);
	/*
	 * acq_rel: the last to arrive has seen what all others did before arriving, by their
	 * release half here.
	 */
	if (fetch_add_acq_rel(&line->arrived, 1) == line->threads - 1) {
		/* relaxed: published by the release of lap, before any thread can arrive again. */
		store_relaxed(&line->arrived, 0);
		/* release: pairs with the acquire load of lap below. */
		store_release(&line->lap, lap + 1);
		return;
	}
	/* acquire: pairs with the release store of lap above. */
	while (load_acquire(&line->lap) == lap)
		backoff_pause(&wait, 1);
}
