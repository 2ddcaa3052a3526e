/*
 * What a test must know of the lock that it is compiled for, to see a thread arrive there: see
 * structures/lock/lock.h.
 */
#ifndef TESTS_STRUCTURES_LOCK_FACTS_H
#define TESTS_STRUCTURES_LOCK_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/lock/lock.h"

/* Locks that serve in order of arrival on one node. */
#if NUMAMARK_LOCK_TICKET || NUMAMARK_LOCK_MCS || NUMAMARK_LOCK_CLH || NUMAMARK_LOCK_COHORT ||      \
	NUMAMARK_LOCK_CNA
#	define HAS_QUEUE 1
#endif
/* Locks whose holder prefers its own node, so many times in a row. */
#if NUMAMARK_LOCK_COHORT
#	define LOCAL_MAX COHORT_LOCAL_MAX
#elif NUMAMARK_LOCK_CNA
#	define LOCAL_MAX CNA_LOCAL_MAX
#endif
/* Locks with a shared mode that let no reader in while a writer waits. */
#if NUMAMARK_LOCK_RWLOCK_WRITER || NUMAMARK_LOCK_RWSPIN || NUMAMARK_LOCK_BRLOCK
#	define PREFERS_WRITERS 1
#endif

#if NUMAMARK_LOCK_TICKET
/* A number that each arrival changes. relaxed, here and below: nothing is read behind it. */
static uintptr_t queued(struct lock *lock)
{
	return load_relaxed(&lock->of.next);
}
#elif NUMAMARK_LOCK_COHORT
static uintptr_t queued(struct lock *lock)
{
	/* relaxed, all three: as above. */
	return (uintptr_t)load_relaxed(&lock->of.nodes[0]->local.tail) * 3 +
	       (uintptr_t)load_relaxed(&lock->of.nodes[1]->local.tail) * 5 +
	       load_relaxed(&lock->of.global.next);
}
#elif HAS_QUEUE
static uintptr_t queued(struct lock *lock)
{
	/* relaxed: as above. */
	return (uintptr_t)load_relaxed(&lock->of.tail);
}
#endif

#if NUMAMARK_LOCK_COHORT
/* Whether a thread of another node than the holder's waits with its node's turn drawn. */
static bool has_drawn(struct lock *lock)
{
	/* relaxed, both: as above. */
	return load_relaxed(&lock->of.global.next) - load_relaxed(&lock->of.global.serving) == 2;
}
#elif NUMAMARK_LOCK_CNA
static bool has_drawn(struct lock *lock)
{
	(void)lock;
	return true;    /* the tail is all there is to see */
}
#endif

#if NUMAMARK_LOCK_RWLOCK_WRITER
static bool has_waiting_writer(struct lock *lock)
{
	if (pthread_rwlock_tryrdlock(&lock->of.rwlock))
		return true;
	pthread_rwlock_unlock(&lock->of.rwlock);
	return false;
}
#elif NUMAMARK_LOCK_RWSPIN
static bool has_waiting_writer(struct lock *lock)
{
	/* relaxed: as above. */
	return load_relaxed(&lock->of.word) & RWSPIN_WANTED;
}
#elif NUMAMARK_LOCK_BRLOCK
static bool has_waiting_writer(struct lock *lock)
{
	/* relaxed: as above. The test's own thread, a reader, is on the first node. */
	return load_relaxed(&lock->of.nodes[0]->word) & RWSPIN_WANTED;
}
#endif

#endif
