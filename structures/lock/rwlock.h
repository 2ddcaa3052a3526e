/*
 * rwlock, rwlock-writer: the system's own readers-writer lock, pthread_rwlock_t.
 *
 * rwlock is of the default kind, which lets readers in while writers wait; rwlock-writer is of the
 * kind PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, which holds new readers back then.
 *
 * Readers count themselves in and out of one shared word, so readers of one lock still write one
 * line: they run side by side, but do not scale where the critical section is shorter than that
 * line's travel.
 * Source: P. Courtois, F. Heymans, D. Parnas, "Concurrent control with readers and writers", CACM
 *   14(10), 1971.
 *
 * Invariants
 *   1. While a thread is between rwlock_acquire() and rwlock_release(), no other thread holds the
 *      lock in any mode.
 *   2. Any number of threads may be between rwlock_acquire_shared() and rwlock_release_shared().
 *   3. rwlock-writer: no thread enters the shared mode while one waits for the exclusive mode.
 *
 * A lock is first tried: where it is free, glibc's trylock takes it by one compare-and-swap; its
 * rdlock and wrlock change the word once for the count or the claim, and once more for the phase.
 * (glibc before 2.30 could lose a wake-up after these, bug 23844; the oldest supported has 2.35.)
 *
 * Orders: each acquisition acquires what earlier exclusive holders released, and an exclusive one
 *   also what earlier readers released (POSIX, "Memory synchronization").
 * Fairness, rwlock: readers first, as is glibc's default: a writer waits until no reader is in, so
 *   that a stream of overlapping readers delays writers. A measuring thread that waits as a writer
 *   sends no reads meanwhile, which bounds the stream. rwlock-writer: a stream of writers delays
 *   readers instead.
 * Over-subscription: waiters sleep in the kernel. A pre-empted reader stops writers, not readers.
 * Per thread: nothing. Memory: one line pair.
 */
#ifndef STRUCTURES_LOCK_RWLOCK_H
#define STRUCTURES_LOCK_RWLOCK_H

#include <assert.h>
#include <pthread.h>

#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "topology/memory.h"

#ifndef RWLOCK_PREFERS_WRITERS
#	define RWLOCK_PREFERS_WRITERS 0    /* set by lock.h for rwlock-writer */
#endif

struct rwlock {
	CACHELINE_APART pthread_rwlock_t rwlock;
};

/* Return: 0 or a negative errno. */
static inline int rwlock_init(struct rwlock *lock, struct memory *memory)
{
	pthread_rwlockattr_t kind;
	int error = pthread_rwlockattr_init(&kind);

	(void)memory;
	if (error)
		return -error;
	if (RWLOCK_PREFERS_WRITERS)
		pthread_rwlockattr_setkind_np(&kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	error = pthread_rwlock_init(&lock->rwlock, &kind);
	pthread_rwlockattr_destroy(&kind);
	return -error;
}

static inline void rwlock_destroy(struct rwlock *lock)
{
	pthread_rwlock_destroy(&lock->rwlock);
}

/* A writer that found the lock taken. Not inlined: the callers' fast paths stay short. */
static __attribute__((noinline, unused)) void rwlock_wait(struct rwlock *lock)
{
	const int error = pthread_rwlock_wrlock(&lock->rwlock);

	assert(!error);
	(void)error;
}

static inline void rwlock_acquire(struct rwlock *lock, struct lock_thread *thread)
{
	(void)thread;
	if (__builtin_expect(pthread_rwlock_trywrlock(&lock->rwlock) != 0, 0))
		rwlock_wait(lock);
}

static inline void rwlock_release(struct rwlock *lock, struct lock_thread *thread)
{
	(void)thread;
	pthread_rwlock_unlock(&lock->rwlock);
}

/* A reader that found a writer there or, for rwlock-writer, waiting. */
static __attribute__((noinline, unused)) void rwlock_wait_shared(struct rwlock *lock)
{
	const int error = pthread_rwlock_rdlock(&lock->rwlock);

	assert(!error);
	(void)error;
}

static inline void rwlock_acquire_shared(struct rwlock *lock, struct lock_thread *thread)
{
	(void)thread;
	if (__builtin_expect(pthread_rwlock_tryrdlock(&lock->rwlock) != 0, 0))
		rwlock_wait_shared(lock);
}

static inline void rwlock_release_shared(struct rwlock *lock, struct lock_thread *thread)
{
	(void)thread;
	pthread_rwlock_unlock(&lock->rwlock);
}

#endif
