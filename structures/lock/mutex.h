/*
 * mutex: the system's own lock, pthread_mutex_t of the default kind. The yardstick for all others.
 *
 * In glibc one word in user space: a compare-and-swap takes it when it is free, a waiter sleeps in
 *   the kernel (futex)
 * at once, without spinning.
 * Source: H. Franke, R. Russell, M. Kirkwood, "Fuss, futexes and furwocks: fast userlevel locking
 *   in Linux", Ottawa
 * Linux Symposium 2002.
 *
 * Invariants
 *   1. At most one thread is between mutex_acquire() and mutex_release().
 *
 * Orders: pthread_mutex_lock() acquires what the last pthread_mutex_unlock() released (POSIX,
 *   "Memory synchronization").
 * Fairness: none. A running thread takes the lock before one that is still waking up.
 * Over-subscription: waiters sleep, so PUs go to threads that can work; a pre-empted holder stops
 *   its waiters alone.
 * Shared mode: none. Per thread: nothing. Memory: one line pair.
 */
#ifndef STRUCTURES_LOCK_MUTEX_H
#define STRUCTURES_LOCK_MUTEX_H

#include <assert.h>
#include <errno.h>
#include <pthread.h>

#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "topology/memory.h"

struct mutex {
	CACHELINE_APART pthread_mutex_t mutex;
};

/* Return: 0 or a negative errno. */
static inline int mutex_init(struct mutex *lock, struct memory *memory)
{
	(void)memory;
	return -pthread_mutex_init(&lock->mutex, NULL);
}

static inline void mutex_destroy(struct mutex *lock)
{
	pthread_mutex_destroy(&lock->mutex);
}

static inline void mutex_acquire(struct mutex *lock, struct lock_thread *thread)
{
	int error;

	(void)thread;
#if NUMAMARK_EXPLORE
	/* The workers are coroutines of one thread, which must not sleep. */
	while ((error = EXPLORED(pthread_mutex_trylock(&lock->mutex))) == EBUSY)
		cpu_relax();
#else
	error = pthread_mutex_lock(&lock->mutex);
#endif
	assert(!error);
	(void)error;
}

static inline void mutex_release(struct mutex *lock, struct lock_thread *thread)
{
	(void)thread;
	(void)EXPLORED(pthread_mutex_unlock(&lock->mutex));
}

#endif
