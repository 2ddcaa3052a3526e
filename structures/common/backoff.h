/*
 * How to wait for another thread's store: pause, longer if the reason to wait is likely to last,
 * and after a bound give the PU away.
 *
 * The bound exists for over-subscription. A spinner on the PU of the very thread it waits for waits
 * for the end of its own time slice, milliseconds in which nothing moves; where locks are handed
 * over in order of arrival each hand-over may meet that. So after about the time of a context
 * switch (the competitive bound of A. Karlin, M. Manasse, L. McGeoch, S. Owicki, "Competitive
 * randomized algorithms for non-uniform problems", SODA 1990) a waiter yields, and from then on
 * yields again after short spins. On a PU of its own a yield returns at once, so that a long but
 * healthy queue loses little by it.
 */
#ifndef STRUCTURES_COMMON_BACKOFF_H
#define STRUCTURES_COMMON_BACKOFF_H

#include <sched.h>

#include "structures/common/atomics.h"

enum {
	/*
	 * A pause takes 10 to 140 cycles: 1 to 14 us before the first yield, 0.1 to 2 us between
	 * later ones.
	 */
	BACKOFF_BEFORE_YIELD = 256,
	BACKOFF_BETWEEN_YIELDS = 32,
	/* Longest wait between two looks, so that a released lock does not stand idle for long. */
	BACKOFF_LONGEST = 64
};

/* One wait, from the first failed look to success. Starts as { 0 }. */
struct backoff {
	unsigned spent;     /* pauses since the wait began; after a yield, near the bound */
	unsigned longer;    /* log2 of backoff_grow()'s next wait */
};

/* Pause @pauses times between two looks at a shared word, or yield when the wait has lasted. */
static inline void backoff_pause(struct backoff *backoff, unsigned pauses)
{
	if (backoff->spent >= BACKOFF_BEFORE_YIELD) {
		sched_yield();
		backoff->spent = BACKOFF_BEFORE_YIELD - BACKOFF_BETWEEN_YIELDS;
		return;
	}
	backoff->spent += pauses;
	cpu_relax_for(pauses);
}

/* Each wait twice as long as the one before, up to BACKOFF_LONGEST. */
static inline void backoff_grow(struct backoff *backoff)
{
	backoff_pause(backoff, 1u << backoff->longer);
	if (1u << backoff->longer < BACKOFF_LONGEST)
		backoff->longer++;
}

/* What is waited for has moved on: the thread that it depends on runs. */
static inline void backoff_restart(struct backoff *backoff)
{
	*backoff = (struct backoff){ 0 };
}

#endif
