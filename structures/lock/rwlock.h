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

static inline void rwlock_acquire(struct rwlock *lock, struct lock_thread *thread)
{
	const int error = pthread_rwlock_wrlock(&lock->rwlock);

	(void)thread;
	assert(!error);
	(void)error;
}

static inline void rwlock_release(struct rwlock *lock, struct lock_thread *thread)
{
	(void)thread;
	pthread_rwlock_unlock(&lock->rwlock);
}

static inline void rwlock_acquire_shared(struct rwlock *lock, struct lock_thread *thread)
{
	const int error = pthread_rwlock_rdlock(&lock->rwlock);

	(void)thread;
	assert(!error);
	(void)error;
}

static inline void rwlock_release_shared(struct rwlock *lock, struct lock_thread *thread)
{
	(void)thread;
	pthread_rwlock_unlock(&lock->rwlock);
}

#endif
