/*
 * ticket: first come, first served, by two counters.
 *
 * An arrival draws the next ticket with one fetch-and-add, and enters when `serving` reaches it.
 * How far away it is tells a waiter how long it will be, so it pauses in proportion to the number
 * of threads before it.
 * Papers: D. Reed, R. Kanodia, "Synchronization with eventcounts and sequencers", CACM 22(2), 1979
 *   (the sequencer); J. Mellor-Crummey, M. Scott, "Algorithms for scalable synchronization on
 *   shared-memory multiprocessors", ACM TOCS 9(1), 1991 (the lock with proportional backoff).
 * Differences: (a) a waiter yields its PU after a bound without movement, see
 *   structures/common/backoff.h; (b) both counters lie on one line: an uncontended acquisition and
 *   a hand-over then move one line, not two, and proportional backoff keeps waiters away from it
 *   meanwhile.
 *
 * Invariants
 *   1. next - serving (modulo 2^32) is the number of threads that hold or wait for the lock.
 *   2. Only the holder of ticket `serving` writes serving.
 *
 * Fairness: FIFO in the order of the fetch-and-adds.
 * Over-subscription: the worst case of a FIFO lock: the next in line may have no PU. It gets one
 *   because the others yield; while the queue moves they do not, since each movement restarts their
 *   bound.
 * Shared mode: none. Per thread: nothing. Memory: one line pair.
 */
#ifndef STRUCTURES_LOCK_TICKET_H
#define STRUCTURES_LOCK_TICKET_H

#include "structures/common/backoff.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "topology/memory.h"

enum {
	/*
	 * For each thread before: about 100 ns where a pause is 140 cycles, a short critical
	 * section and its hand-over.
	 */
	TICKET_PAUSES_EACH = 2
};

struct ticket {
	CACHELINE_APART _Atomic uint32_t next;
	_Atomic uint32_t serving;
};

static inline int ticket_init(struct ticket *lock, struct memory *memory)
{
	(void)memory;
	/* plain: nobody shares the lock yet. */
	atomic_init(&lock->next, 0);
	atomic_init(&lock->serving, 0);
	return 0;
}

static inline void ticket_destroy(struct ticket *lock)
{
	(void)lock;
}

static inline void ticket_acquire(struct ticket *lock, struct lock_thread *thread)
{
	/*
	 * relaxed: a place in the queue and nothing else; the load below orders the critical
	 * sections.
	 */
	const uint32_t mine = fetch_add_relaxed(&lock->next, 1);
	struct backoff backoff = { 0 };
	uint32_t before, last = 0;

	(void)thread;
	/*
	 * acquire: the last holder's writes are visible; pairs with the release store in
	 * ticket_release().
	 */
	while ((before = mine - load_acquire(&lock->serving)) != 0) {
		if (before != last)
			backoff_restart(&backoff);
		last = before;
		backoff_pause(&backoff, before * TICKET_PAUSES_EACH);
	}
}

static inline void ticket_release(struct ticket *lock, struct lock_thread *thread)
{
	/* relaxed: only the holder, this thread, writes serving. */
	const uint32_t mine = load_relaxed(&lock->serving);

	(void)thread;
	/*
	 * release: publishes the critical section; pairs with the acquire load in ticket_acquire().
	 */
	store_release(&lock->serving, mine + 1);
}

#endif
