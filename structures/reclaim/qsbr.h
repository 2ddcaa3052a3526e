/*
 * qsbr: quiescent-state-based reclamation.
 *
 * A thread is taken to hold references all the time while it is online, and says once per batch of
 * operations that at this moment it holds none. Entering and leaving a section cost nothing at all:
 * the price is that a thread which forgets to say so stops all freeing.
 *
 * Papers: P. McKenney, J. Slingwine, "Read-copy update: using execution history to solve
 *   concurrency problems", PDCS 1998; name and comparison: T. Hart, P. McKenney, A. Brown, J.
 *   Walpole, "Performance of memory reclamation for lockless synchronization", J. Parallel Distrib.
 *   Comput. 67(12), 2007.
 * Differences: (a) quiescent states are told in the epochs of epoch.h, so that bags, moves and
 *   freeing are those of ebr and the two differ in the reader's side alone; (b) a quiescent state
 *   in an epoch that the thread has already announced is one load.
 *
 * Invariants, and why two epochs suffice: structures/reclaim/epoch.h, where the section of a thread
 *   lasts from one quiescent state to the next. An offline thread holds nothing and stops nothing.
 * Garbage: unbounded. While no thread stalls, the bags of three epochs, each as long as the longest
 *   batch of any online thread.
 * A stalled thread, anywhere between online and offline: stops all freeing until its next quiescent
 *   state. So a thread goes offline before it waits for others.
 * Progress: quiesce, online, offline and retire are wait-free (retire up to the allocator); freeing
 *   is blocking.
 */
#ifndef STRUCTURES_RECLAIM_QSBR_H
#define STRUCTURES_RECLAIM_QSBR_H

#include "structures/reclaim/epoch.h"

static inline int qsbr_create(const struct setup *setup, struct reclaim **domain)
{
	return epoch_create(setup, false, domain);
}

/* The calling thread holds nothing that was there before @epoch, which it has just read. */
static inline void qsbr_tell(struct reclaim_thread *thread, uint64_t epoch)
{
	/* release: all that was read before is done; pairs with the acquire in
	 * epoch_is_behind(). */
	store_release(&thread->announced, epoch_announcement(epoch));
	/* seq_cst: Fr of epoch.h, the announcement before the next looks; pairs with the fences in
	 * epoch_advance() and epoch_append(). */
	fence_seq_cst();
}

static inline void qsbr_online(struct reclaim_thread *thread)
{
	/* acquire: nothing that follows is older than this epoch; pairs with epoch_advance(). */
	qsbr_tell(thread, load_acquire(&thread->domain->epoch));
}

static inline void qsbr_quiesce(struct reclaim_thread *thread)
{
	/* acquire: as in qsbr_online(). */
	const uint64_t epoch = load_acquire(&thread->domain->epoch);

	/* relaxed: only this thread writes it. */
	if (epoch_announcement(epoch) != load_relaxed(&thread->announced))
		qsbr_tell(thread, epoch);
}

static inline void qsbr_offline(struct reclaim_thread *thread)
{
	/* release: all that was read before is done; pairs with the acquire in
	 * epoch_is_behind(). */
	store_release(&thread->announced, 0);
}

static inline void qsbr_enter(struct reclaim_thread *thread)
{
	(void)thread;    /* being online is enough */
}

static inline void qsbr_exit(struct reclaim_thread *thread)
{
	(void)thread;
}

/* Being online protects. */
static inline void qsbr_announce(struct reclaim_thread *thread, unsigned slot, uintptr_t address)
{
	(void)thread, (void)slot, (void)address;
}

#define qsbr_destroy epoch_destroy
#define qsbr_attach  epoch_attach
#define qsbr_detach  epoch_detach
#define qsbr_retire  epoch_retire
#define qsbr_flush   epoch_flush
#define qsbr_garbage epoch_garbage
#define qsbr_ticket  epoch_ticket
#define qsbr_now     epoch_now
#define qsbr_nudge   epoch_nudge
#define qsbr_count   epoch_count

#endif
