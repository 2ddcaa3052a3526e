/*
 * clh: first come, first served, by a queue in which each thread spins on its predecessor's word.
 *
 * An arrival swaps a node of its own into the tail and waits until the node that was there says
 * that its thread is done. Nobody links anything, and the release is one store, whoever may have
 * come meanwhile. The node that a thread waited on is its own afterwards: its predecessor needs it
 * no more.
 * Papers: T. Craig, "Building FIFO and priority-queuing spin locks from atomic swap", University of
 *   Washington TR 93-02-02, 1993; P. Magnusson, A. Landin, E. Hagersten, "Queue locks on cache
 *   coherent multiprocessors", IPPS 1994.
 * Differences: (a) a waiter yields its PU after a bound, see structures/common/backoff.h; (b) a
 *   thread's nodes are in its struct lock_thread, which remembers what it holds, so that callers
 *   pass no node around.
 *
 * Invariants
 *   1. tail is the node of the last thread that arrived, or the lock's first node.
 *   2. A node says is_busy from before it is in tail until its thread releases, which clears it
 *      once. The lock is free exactly when the node in tail is not busy.
 *   3. Each node belongs to one thread, or is the tail of one lock without a holder: a release
 *      gives away one node and takes over another.
 *   4. A place is of the lock that its thread holds or waits for, NULL while it is free; only its
 *      owner reads or writes it.
 *
 * Fairness: FIFO in the order of the exchanges on tail.
 * Over-subscription: as mcs: the next in line may have no PU, and gets one because others yield.
 * NUMA: nodes wander between threads, so the word that a thread spins on may lie on another node.
 *   Its cache answers meanwhile; only the hand-over crosses.
 * Shared mode: none. Per thread: struct lock_thread, a line pair for each of LOCK_HELD_MAX locks
 *   held at once and one more.
 * Memory: two line pairs, one of them the first node. Nodes are of the memory object, and live as
 *   long as all locks and threads of it.
 */
#ifndef STRUCTURES_LOCK_CLH_H
#define STRUCTURES_LOCK_CLH_H

#include <assert.h>
#include <errno.h>

#include "structures/common/backoff.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "topology/memory.h"

enum { LOCK_HELD_MAX = 2 };

struct clh_node {
	CACHELINE_APART _Atomic unsigned is_busy;
};

struct clh {
	CACHELINE_APART _Atomic(struct clh_node *) tail;
};

/* What a thread needs to hold one lock. */
struct clh_place {
	struct clh *lock;
	struct clh_node *mine;      /* in the queue, or free */
	struct clh_node *before;    /* of the predecessor; this thread's own after its release */
};

struct lock_thread {
	struct clh_node nodes[LOCK_HELD_MAX];    /* that it starts with */
	struct clh_place places[LOCK_HELD_MAX];
};

static inline void clh_thread_init(struct lock_thread *thread, unsigned node)
{
	(void)node;
	for (unsigned i = 0; i < LOCK_HELD_MAX; i++) {
		/* plain: nobody shares the node yet. */
		atomic_init(&thread->nodes[i].is_busy, 0);
		thread->places[i] = (struct clh_place){ .mine = &thread->nodes[i] };
	}
}

/* Return: 0 or -ENOMEM. */
static inline int clh_init(struct clh *lock, struct memory *memory)
{
	struct clh_node *const first = memory_thread(memory, 0, sizeof(*first));

	if (!first)
		return -ENOMEM;
	/* plain, both: nobody shares the lock yet. */
	atomic_init(&first->is_busy, 0);
	atomic_init(&lock->tail, first);
	return 0;
}

static inline void clh_destroy(struct clh *lock)
{
	(void)lock;    /* its node may be some thread's own by now */
}

/* The thread's place for @lock; with NULL, a free one. */
static inline struct clh_place *clh_find(struct lock_thread *thread, const struct clh *lock)
{
	struct clh_place *const place = &thread->places[thread->places[0].lock != lock];

	assert(place->lock == lock);
	return place;
}

static inline void clh_acquire(struct clh *lock, struct lock_thread *thread)
{
	struct clh_place *const place = clh_find(thread, NULL);
	struct backoff backoff = { 0 };

	place->lock = lock;
	/* relaxed: published with the node by the exchange. */
	store_relaxed(&place->mine->is_busy, 1);
	/*
	 * release: is_busy = 1 comes before the successor's look at it. acquire: likewise, of the
	 * node before. Each half pairs with the other in the next thread's exchange.
	 */
	place->before = exchange_acq_rel(&lock->tail, place->mine);
	/* acquire: the holder's writes are visible; pairs with the store in clh_release(). */
	while (load_acquire(&place->before->is_busy))
		backoff_pause(&backoff, 1);
}

static inline void clh_release(struct clh *lock, struct lock_thread *thread)
{
	struct clh_place *const place = clh_find(thread, lock);

	/* release: publishes the critical section; pairs with the load in clh_acquire(). */
	store_release(&place->mine->is_busy, 0);
	place->mine = place->before;
	place->lock = NULL;
}

#endif
