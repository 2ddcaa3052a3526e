/*
 * One contract for every lock, chosen when a variant is compiled: NUMAMARK_LOCK_MUTEX=1 and so on.
 *
 * A lock NAME is one header, NAME.h, with struct NAME and, as static inline functions,
 *
 *   int  NAME_init(struct NAME *, struct memory *)                  0 or a negative errno
 *   void NAME_destroy(struct NAME *)                                nobody holds it
 *   void NAME_acquire(struct NAME *, struct lock_thread *)          exclusive
 *   void NAME_release(struct NAME *, struct lock_thread *)
 *   void NAME_acquire_shared(...), NAME_release_shared(...)         if it has a shared mode
 *   void NAME_thread_init(struct lock_thread *, unsigned node)      if it keeps something per thread
 *
 * and a line below. The memory is that of the structure: it knows the workers, who alone take the
 * lock, and their nodes, and gives a lock what it keeps for each of these. Structures use
 * lock_acquire() and its like alone, and say with the shared calls where they only read: on a lock
 * without a shared mode these are the exclusive ones. A thread holds none of them twice, and of
 * locks that keep something per thread at most two at once (LOCK_HELD_MAX of mcs.h). Acquire and
 * release order memory as the names say, partners inside each lock.
 */
#ifndef STRUCTURES_LOCK_LOCK_H
#define STRUCTURES_LOCK_LOCK_H

#include <errno.h>
#include <stddef.h>

#include "structures/common/context.h"
#include "topology/memory.h"

#define LOCK_HAS_SHARED 0
#define LOCK_HAS_THREAD 0    /* keeps struct lock_thread for each thread */

#if NUMAMARK_LOCK_MUTEX
#	include "structures/lock/mutex.h"
#	define LOCK mutex
#elif NUMAMARK_LOCK_RWLOCK
#	include "structures/lock/rwlock.h"
#	define LOCK rwlock
#	undef LOCK_HAS_SHARED
#	define LOCK_HAS_SHARED 1
#elif NUMAMARK_LOCK_RWLOCK_WRITER
#	define RWLOCK_PREFERS_WRITERS 1
#	include "structures/lock/rwlock.h"
#	define LOCK rwlock
#	undef LOCK_HAS_SHARED
#	define LOCK_HAS_SHARED 1
#elif NUMAMARK_LOCK_SPIN
#	include "structures/lock/spin.h"
#	define LOCK spin
#elif NUMAMARK_LOCK_TICKET
#	include "structures/lock/ticket.h"
#	define LOCK ticket
#elif NUMAMARK_LOCK_MCS
#	include "structures/lock/mcs.h"
#	define LOCK mcs
#	undef LOCK_HAS_THREAD
#	define LOCK_HAS_THREAD 1
#elif NUMAMARK_LOCK_RWSPIN
#	include "structures/lock/rwspin.h"
#	define LOCK rwspin
#	undef LOCK_HAS_SHARED
#	define LOCK_HAS_SHARED 1
#elif NUMAMARK_LOCK_CLH
#	include "structures/lock/clh.h"
#	define LOCK clh
#	undef LOCK_HAS_THREAD
#	define LOCK_HAS_THREAD 1
#elif NUMAMARK_LOCK_COHORT
#	include "structures/lock/cohort.h"
#	define LOCK cohort
#	undef LOCK_HAS_THREAD
#	define LOCK_HAS_THREAD 1
#elif NUMAMARK_LOCK_CNA
#	include "structures/lock/cna.h"
#	define LOCK cna
#	undef LOCK_HAS_THREAD
#	define LOCK_HAS_THREAD 1
#elif NUMAMARK_LOCK_LEASE
#	include "structures/lock/lease.h"
#	define LOCK lease
#	undef LOCK_HAS_THREAD
#	define LOCK_HAS_THREAD 1
#elif NUMAMARK_LOCK_BRLOCK
#	include "structures/lock/brlock.h"
#	define LOCK brlock
#	undef LOCK_HAS_SHARED
#	define LOCK_HAS_SHARED 1
#	undef LOCK_HAS_THREAD
#	define LOCK_HAS_THREAD 1
#else
#	error "no lock chosen: register the structure with LOCK in structures/CMakeLists.txt"
#endif

#define LOCK_PASTE_(a, b) a##_##b
#define LOCK_PASTE(a, b)  LOCK_PASTE_(a, b)
#define LOCK_OP(verb)     LOCK_PASTE(LOCK, verb)

struct lock {
	struct LOCK of;
};

static inline int lock_init(struct lock *lock, struct memory *memory)
{
	return LOCK_OP(init)(&lock->of, memory);
}

static inline void lock_destroy(struct lock *lock)
{
	LOCK_OP(destroy)(&lock->of);
}

static inline void lock_acquire(struct lock *lock, struct lock_thread *thread)
{
	LOCK_OP(acquire)(&lock->of, thread);
}

static inline void lock_release(struct lock *lock, struct lock_thread *thread)
{
	LOCK_OP(release)(&lock->of, thread);
}

static inline void lock_acquire_shared(struct lock *lock, struct lock_thread *thread)
{
#if LOCK_HAS_SHARED
	LOCK_OP(acquire_shared)(&lock->of, thread);
#else
	LOCK_OP(acquire)(&lock->of, thread);
#endif
}

static inline void lock_release_shared(struct lock *lock, struct lock_thread *thread)
{
#if LOCK_HAS_SHARED
	LOCK_OP(release_shared)(&lock->of, thread);
#else
	LOCK_OP(release)(&lock->of, thread);
#endif
}

/*
 * What the lock keeps for each worker, on the worker's node: an array by worker, NULL where it
 * keeps nothing.
 */
struct lock_threads {
	struct lock_thread **of_worker;
};

/**
 * lock_threads_init() - make the per-thread state of all workers, for attach() to hand out.
 *
 * Return: 0 or -ENOMEM.
 * Ownership: the memory object.
 */
static inline int lock_threads_init(struct lock_threads *threads, struct memory *memory,
				    unsigned workers)
{
#if LOCK_HAS_THREAD
	threads->of_worker = memory_shared(memory, workers * sizeof(*threads->of_worker));
	if (!threads->of_worker)
		return -ENOMEM;
	for (unsigned i = 0; i < workers; i++) {
		threads->of_worker[i] = memory_thread(memory, i, sizeof(struct lock_thread));
		if (!threads->of_worker[i])
			return -ENOMEM;
		LOCK_OP(thread_init)(threads->of_worker[i], memory_worker_node(memory, i));
	}
#else
	(void)memory, (void)workers;
	threads->of_worker = NULL;
#endif
	return 0;
}

/* The state of one worker, for context->lock. */
static inline struct lock_thread *lock_threads_get(const struct lock_threads *threads,
						   unsigned worker)
{
	return threads->of_worker ? threads->of_worker[worker] : NULL;
}

#endif
