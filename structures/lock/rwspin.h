/*
 * rwspin: a readers-writer spin lock of one word, which counts readers and marks a writer.
 *
 * A reader comes with one fetch-and-add and goes with another; a writer comes with one
 * compare-and-swap and goes with a fetch-and-add. All of it is inlined: where the system's lock
 * costs two calls, this one costs two locked instructions.
 *
 * Source: the single-word lock of J. Mellor-Crummey, M. Scott, "Scalable reader-writer
 *   synchronization for shared-memory multiprocessors", PPoPP 1991, section 3 (a count of active
 *   readers and a flag), in its writer-preferring form.
 * Differences: (a) a writer that must wait sets a flag of its own, which new readers respect, so
 *   that waiting writers need no count; (b) a reader that came too early takes itself out of the
 *   count again before it waits; (c) a waiter yields its PU after a bound, see
 *   structures/common/backoff.h. Rejected: the phase-fair ticket lock of B. Brandenburg, J.
 *   Anderson, "Reader-writer synchronization for shared-memory multiprocessor real-time systems",
 *   ECRTS 2009, which starves nobody, but whose writer passes three locked instructions on a free
 *   lock instead of two, on the path that this lock is there for.
 *
 * Invariants
 *   1. HELD is set exactly while one thread is between rwspin_acquire() and rwspin_release(). It is
 *      set in a word without readers.
 *   2. The readers counted are those inside, and those that came while HELD or WANTED was set and
 *      are about to take themselves out.
 *   3. WANTED is set by a thread that waits as a writer, and is cleared by the next writer to enter.
 *      Other waiting writers set it again.
 *
 * Fairness: writers first: no new reader enters while WANTED is set, so that a stream of overlapping
 *   writers starves readers. A writer that waits behind another may see readers enter until it looks
 *   again and sets WANTED anew. Among writers: none.
 * Over-subscription: a pre-empted writer stops everyone, a pre-empted reader the writers and, if
 *   one waits, new readers; waiters on its PU yield to it.
 * Readers of one lock share its line: they run side by side but do not scale where the critical
 *   section is shorter than that line's travel.
 * Per thread: nothing. Memory: one line pair.
 */
#ifndef STRUCTURES_LOCK_RWSPIN_H
#define STRUCTURES_LOCK_RWSPIN_H

#include <stdint.h>

#include "structures/common/backoff.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "topology/memory.h"

enum { RWSPIN_HELD = 1, RWSPIN_WANTED = 2, RWSPIN_WRITERS = 3, RWSPIN_READER = 4 };

struct rwspin {
	CACHELINE_APART _Atomic uint32_t word;
};

static inline int rwspin_init(struct rwspin *lock, struct memory *memory)
{
	(void)memory;
	/* plain: nobody shares the lock yet. */
	atomic_init(&lock->word, 0);
	return 0;
}

static inline void rwspin_destroy(struct rwspin *lock)
{
	(void)lock;
}

/* A writer that found the lock taken. Not inlined: the callers' fast paths stay short. */
static __attribute__((noinline, unused)) void rwspin_wait(struct rwspin *lock)
{
	struct backoff backoff = { 0 };

	for (;;) {
		/* relaxed: a look; the operation below that acts on it decides. */
		uint32_t word = load_relaxed(&lock->word);

		/*
		 * acquire: what earlier writers wrote is visible, and earlier readers are done;
		 * pairs with the releases in rwspin_release() and rwspin_release_shared().
		 */
		if (!(word & ~(uint32_t)RWSPIN_WANTED) &&
		    cas_acquire(&lock->word, &word, RWSPIN_HELD))
			return;
		if (!(word & RWSPIN_WANTED))
			/* relaxed: a wish and no data. */
			fetch_or_relaxed(&lock->word, RWSPIN_WANTED);
		backoff_grow(&backoff);
	}
}

static inline void rwspin_acquire(struct rwspin *lock, struct lock_thread *thread)
{
	uint32_t expected = 0;

	(void)thread;
	/* acquire: as in rwspin_wait(). */
	if (__builtin_expect(!cas_acquire(&lock->word, &expected, RWSPIN_HELD), 0))
		rwspin_wait(lock);
}

static inline void rwspin_release(struct rwspin *lock, struct lock_thread *thread)
{
	(void)thread;
	/*
	 * release: publishes the critical section; pairs with the acquires in rwspin_acquire(),
	 * rwspin_wait(), rwspin_acquire_shared() and rwspin_wait_shared(). Not a store: readers may
	 * be counting themselves in and out.
	 */
	fetch_add_release(&lock->word, -(uint32_t)RWSPIN_HELD);
}

/* A reader that found a writer there or waiting; it still is in the count. */
static __attribute__((noinline, unused)) void rwspin_wait_shared(struct rwspin *lock)
{
	struct backoff backoff = { 0 };

	do {
		/* relaxed: this reader has read nothing. */
		fetch_add_relaxed(&lock->word, -(uint32_t)RWSPIN_READER);
		do
			backoff_grow(&backoff);
		/* relaxed: a guess at whether the addition may succeed. */
		while (load_relaxed(&lock->word) & RWSPIN_WRITERS);
		/*
		 * acquire: the last writer's writes are visible; pairs with the release in
		 * rwspin_release().
		 */
	} while (fetch_add_acquire(&lock->word, RWSPIN_READER) & RWSPIN_WRITERS);
}

static inline void rwspin_acquire_shared(struct rwspin *lock, struct lock_thread *thread)
{
	(void)thread;
	/* acquire: as in rwspin_wait_shared(). */
	if (__builtin_expect(fetch_add_acquire(&lock->word, RWSPIN_READER) & RWSPIN_WRITERS, 0))
		rwspin_wait_shared(lock);
}

static inline void rwspin_release_shared(struct rwspin *lock, struct lock_thread *thread)
{
	(void)thread;
	/*
	 * release: this reader has read all it wanted; pairs with the acquires of writers in
	 * rwspin_acquire() and rwspin_wait().
	 */
	fetch_add_release(&lock->word, -(uint32_t)RWSPIN_READER);
}

#endif
