/*
 * spin: one word, test-and-test-and-set with exponential backoff.
 *
 * A waiter looks with plain loads, which its own cache answers until the holder's store takes the
 * line away, and only then tries the exchange. Backoff spreads the exchanges that a release would
 * otherwise set off all at once.
 * Papers: L. Rudolph, Z. Segall, "Dynamic decentralized cache schemes for MIMD parallel
 *   processors", ISCA 1984 (test-and-test-and-set); T. Anderson, "The performance of spin lock
 *   alternatives for shared-memory multiprocessors", IEEE TPDS 1(1), 1990 (backoff).
 * Differences: (a) a waiter yields its PU after a bound, see structures/common/backoff.h; (b) the
 *   first attempt is the exchange, without a look before it: a free lock's line is then fetched
 *   once, for writing, not twice.
 *
 * Invariants
 *   1. is_held is 1 exactly while one thread is between a successful exchange and its store of 0.
 *
 * Fairness: none; the thread nearest to the line tends to win again, and a backed-off one may
 *   starve.
 * Over-subscription: a pre-empted holder stops everyone until it runs again; waiters on its PU
 *   yield to it.
 * Shared mode: none. Per thread: nothing. Memory: one line pair.
 */
#ifndef STRUCTURES_LOCK_SPIN_H
#define STRUCTURES_LOCK_SPIN_H

#include "structures/common/backoff.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "topology/memory.h"

struct spin {
	CACHELINE_APART _Atomic unsigned is_held;
};

static inline int spin_init(struct spin *lock, struct memory *memory)
{
	(void)memory;
	/* plain: nobody shares the lock yet. */
	atomic_init(&lock->is_held, 0);
	return 0;
}

static inline void spin_destroy(struct spin *lock)
{
	(void)lock;
}

static inline void spin_acquire(struct spin *lock, struct lock_thread *thread)
{
	struct backoff backoff = { 0 };

	(void)thread;
	/*
	 * acquire: the last holder's writes are visible; pairs with the release store in
	 * spin_release().
	 */
	while (exchange_acquire(&lock->is_held, 1)) {
		do
			backoff_grow(&backoff);
		/* relaxed: a guess at whether the exchange may succeed. */
		while (load_relaxed(&lock->is_held));
	}
}

static inline void spin_release(struct spin *lock, struct lock_thread *thread)
{
	(void)thread;
	/*
	 * release: publishes the critical section; pairs with the acquire exchange in
	 * spin_acquire().
	 */
	store_release(&lock->is_held, 0);
}

#endif
