/*
 * lease: a lock that stays with whoever uses it again and again, at no atomic instruction a use.
 *
 * A thread that has held the lock several times in a row gets a lease: until that ends it comes and
 * goes with plain loads and stores. Others queue up at a gate, a spin lock. Whoever has the gate asks
 * for the lease to end, and holds the lock from then on until it opens the gate again. The lessee
 * sees that it is asked, works on for a bounded number of uses, and ends the lease; so threads that
 * all want the lock all the time take turns in long runs, in which nothing travels between cores. A
 * lessee that does not answer, because it has other things to do, loses the lease without its help:
 * it announces where it is as a thread with a hazard pointer does, and sys_membarrier takes the place
 * of the fence that the announcement would need at every use.
 * Papers: D. Dice, H. Huang, M. Yang, "Asymmetric Dekker synchronization", Sun Microsystems, 2001; K.
 *   Russell, D. Detlefs, "Eliminating synchronization-related atomic operations with biased locking
 *   and bulk rebiasing", OOPSLA 2006; N. Vasudevan, K. Namjoshi, S. Edwards, "Simple and fast biased
 *   locks", PACT 2010.
 * Differences: (a) leases are for a while, and end by agreement where both sides are busy; (b) the
 *   uses in a row that a lease takes double each time that one had to be revoked, up to a bound, and
 *   halve each time that one ended by agreement.
 *
 * Invariants
 *   1. The lock is held by the holder of the gate once it has seen that there is no lessee, or by a
 *      lessee whose struct lock_thread says that it is inside.
 *   2. lessee goes from NULL to a thread by that thread alone while it holds the lock by the gate,
 *      and back to NULL by that thread while it is inside, or by the holder of the gate, who then
 *      waits until the thread is outside.
 *   3. last, in_a_row and needed are touched only by who holds the lock by the gate, uses only by who
 *      holds it.
 *
 * Fairness: none. With two busy threads, turns of LEASE_USES uses; among many waiters as spin.h.
 * Over-subscription: a pre-empted holder stops everyone until it runs again; a lessee that is
 *   pre-empted outside stops others for LEASE_PATIENCE pauses.
 * Shared mode: none. Per thread: struct lock_thread, one line pair. Memory: three line pairs.
 */
#ifndef STRUCTURES_LOCK_LEASE_H
#define STRUCTURES_LOCK_LEASE_H

#include <assert.h>
#include <errno.h>
#include <stddef.h>

#include "structures/lock/spin.h"
#include "structures/reclaim/membarrier.h"

enum {
	LOCK_HELD_MAX = 2,
#if NUMAMARK_EXPLORE
	/* So few that short histories meet leases, their ends, and some that are revoked. */
	LEASE_USES = 2,
	LEASE_PATIENCE = 2,
	LEASE_NEEDED_MIN = 1,
#else
	/* Uses from being asked to the end: short ones take some microseconds together, many times
	 * what a hand-over costs. */
	LEASE_USES = 1024,
	/* Pauses until a lease is revoked: 20 to 100 us, longer than that takes. */
	LEASE_PATIENCE = 2048,
	/* Uses in a row that make a lease. */
	LEASE_NEEDED_MIN = 8,
#endif
	LEASE_NEEDED_MAX = 1 << 16
};

struct lease;

struct lock_thread {
	/* Leased locks that the thread is inside of; written by the thread. */
	CACHELINE_APART _Atomic(const struct lease *) inside[LOCK_HELD_MAX];
};

struct lease {
	CACHELINE_APART _Atomic(struct lock_thread *) lessee;
	_Atomic unsigned is_asked; /* a hint to the lessee; written by the gate's holder */
	CACHELINE_APART struct lock_thread *last; /* the latest that held the lock by the gate */
	unsigned in_a_row, needed;                /* its uses; how many make a lease */
	unsigned uses;                            /* of the lessee since it was asked */
	struct spin gate;
};

static inline int lease_init(struct lease *lock, struct memory *memory)
{
	if (membarrier_register())
		return -ENOTSUP;
	/* plain: nobody shares the lock yet. */
	atomic_init(&lock->lessee, NULL);
	atomic_init(&lock->is_asked, 0);
	lock->last = NULL;
	lock->in_a_row = 0;
	lock->needed = LEASE_NEEDED_MIN;
	lock->uses = 0;
	return spin_init(&lock->gate, memory);
}

static inline void lease_destroy(struct lease *lock)
{
	spin_destroy(&lock->gate);
}

/* The rest is ready for use in zeroed memory. */
static inline void lease_thread_init(struct lock_thread *thread, unsigned node)
{
	(void)thread, (void)node;
}

/* Where the thread says that it is inside of @lock, or with NULL a free place; NULL if there is none. */
static inline _Atomic(const struct lease *) *lease_place(struct lock_thread *thread,
							 const struct lease *lock)
{
	/* relaxed, both: only this thread writes them. */
	if (load_relaxed(&thread->inside[0]) == lock)
		return &thread->inside[0];
	return load_relaxed(&thread->inside[1]) == lock ? &thread->inside[1] : NULL;
}

/* The holder of the gate takes a lease away, and waits until its lessee is outside. */
static inline void lease_revoke(struct lease *lock, struct lock_thread *lessee)
{
	struct backoff backoff = { 0 };

	/* relaxed: the fence orders it before the loads below, and its light side is in
	 * lease_acquire(). */
	store_relaxed(&lock->lessee, NULL);
	while (!membarrier_fence())
		backoff_pause(&backoff, 1);
	for (unsigned i = 0; i < LOCK_HELD_MAX; i++)
		/* acquire: the lessee's writes are visible; pairs with the release of the place in
		 * lease_release(). */
		while (load_acquire(&lessee->inside[i]) == lock)
			backoff_pause(&backoff, 1);
}

/* The holder of the gate ends a lease, by agreement if it can. */
static inline void lease_end(struct lease *lock, struct lock_thread *lessee)
{
	unsigned waited = 0;

	/* relaxed, here and below: a hint; pairs with the load in lease_release(). */
	store_relaxed(&lock->is_asked, 1);
	/* acquire: the lessee's writes are visible; pairs with the release of lessee in
	 * lease_release(). */
	while (load_acquire(&lock->lessee) && waited++ < LEASE_PATIENCE)
		cpu_relax();
	if (waited > LEASE_PATIENCE) {
		lease_revoke(lock, lessee);
		if (lock->needed < LEASE_NEEDED_MAX)
			lock->needed *= 2;
	} else if (lock->needed > LEASE_NEEDED_MIN) {
		lock->needed /= 2;
	}
	store_relaxed(&lock->is_asked, 0); /* relaxed: as above */
	lock->last = NULL;
	lock->uses = 0;
}

static __attribute__((noinline)) void lease_acquire_gate(struct lease *lock,
							 struct lock_thread *thread)
{
	struct lock_thread *lessee;

	spin_acquire(&lock->gate, thread);
	/* acquire: the writes of the last lessee are visible; pairs with the release of lessee in
	 * lease_release(). */
	lessee = load_acquire(&lock->lessee);
	if (lessee)
		lease_end(lock, lessee);
}

static inline void lease_acquire(struct lease *lock, struct lock_thread *thread)
{
	/* relaxed: a guess, looked at again below. */
	if (load_relaxed(&lock->lessee) == thread) {
		_Atomic(const struct lease *) *const place = lease_place(thread, NULL);

		assert(place);
		/* relaxed: the light fence orders it before the load below; its heavy side is in
		 * lease_revoke(). */
		store_relaxed(place, lock);
		fence_compiler();
		/* relaxed: the thread's own lease, from whose beginning on nobody else has held the
		 * lock. */
		if (__builtin_expect(load_relaxed(&lock->lessee) == thread, 1))
			return;
		/* relaxed: nothing was done inside. */
		store_relaxed(place, NULL);
	}
	lease_acquire_gate(lock, thread);
}

/* The lock is held by the gate. */
static __attribute__((noinline)) void lease_release_gate(struct lease *lock,
							 struct lock_thread *thread)
{
	lock->in_a_row = lock->last == thread ? lock->in_a_row + 1 : 1;
	lock->last = thread;
	if (lock->in_a_row >= lock->needed)
		/* relaxed: others see it when they have the gate. */
		store_relaxed(&lock->lessee, thread);
	spin_release(&lock->gate, thread);
}

static inline void lease_release(struct lease *lock, struct lock_thread *thread)
{
	_Atomic(const struct lease *) *const place = lease_place(thread, lock);

	if (!place) {
		lease_release_gate(lock, thread);
		return;
	}
	/* relaxed: a hint; pairs with the stores in lease_end(). */
	if (__builtin_expect(load_relaxed(&lock->is_asked), 0) && ++lock->uses >= LEASE_USES)
		/* release: publishes the critical section; pairs with the acquires of lessee in
		 * lease_acquire_gate() and lease_end(). Before the place is left: see
		 * invariant 2. */
		store_release(&lock->lessee, NULL);
	/* release: publishes the critical section; pairs with the acquire in lease_revoke(). */
	store_release(place, NULL);
}

#endif
