#include "runners/measure/start_line.h"

#include "structures/common/atomics.h"
#include "structures/common/backoff.h"

void start_line_init(struct start_line *line, unsigned threads)
{
	line->threads = threads;
	/* relaxed: the threads are not there yet; what starts them publishes this. */
	store_relaxed(&line->arrived, 0);
	store_relaxed(&line->lap, 0);
}

void start_line_cross(struct start_line *line)
{
	/* relaxed: the lap cannot end before this thread's own arrival below. */
	const unsigned lap = load_relaxed(&line->lap);
	struct backoff wait = { 0 };

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
