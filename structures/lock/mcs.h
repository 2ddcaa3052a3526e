/*
 * mcs: first come, first served, by a linked queue in which each thread spins on a line of its own.
 *
 * An arrival swaps its node into the tail and links itself behind the node that was there; the
 * holder's release writes one word in its successor's node. So a hand-over moves one line to one
 * waiter, however many wait.
 * Paper: J. Mellor-Crummey, M. Scott, "Algorithms for scalable synchronization on shared-memory
 *   multiprocessors", ACM TOCS 9(1), 1991.
 * Differences: (a) a waiter yields its PU after a bound, see structures/common/backoff.h; (b) a
 *   thread's nodes are in its struct lock_thread, and a node remembers its lock, so that callers
 *   pass no node around.
 *
 * Invariants
 *   1. tail is NULL exactly when the lock is free; else it is the node of the last thread in the
 *      queue.
 *   2. Nodes from the holder's to tail are linked by next, up to links that arrivals are about to
 *      write.
 *   3. A node is waiting from before it is linked until its predecessor's release, which clears it
 *      once.
 *   4. node->lock is the lock that the node queues for, NULL while the node is free; only its owner
 *      reads or writes it.
 *
 * Fairness: FIFO in the order of the exchanges on tail.
 * Over-subscription: as for any FIFO lock the next in line may have no PU; it gets one because the
 *   others yield. A waiter cannot see the queue move, so in a long queue it also yields when all is
 *   well: on a PU of its own that costs a system call now and then.
 * Shared mode: none. Per thread: struct lock_thread, one line pair for each of LOCK_HELD_MAX locks
 *   held at once, and one for the node.
 * Memory: one line pair.
 */
#ifndef STRUCTURES_LOCK_MCS_H
#define STRUCTURES_LOCK_MCS_H

#include <assert.h>
#include <stdbool.h>

#include "structures/common/backoff.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "topology/memory.h"

enum { LOCK_HELD_MAX = 2 };

struct mcs;

struct mcs_node {
	CACHELINE_APART _Atomic(struct mcs_node *) next;
	_Atomic unsigned is_waiting;
	struct mcs *lock;
};

struct lock_thread {
	struct mcs_node nodes[LOCK_HELD_MAX];
	unsigned node;    /* index of the worker's NUMA node, for locks built on this one */
};

struct mcs {
	CACHELINE_APART _Atomic(struct mcs_node *) tail;
};

static inline int mcs_init(struct mcs *lock, struct memory *memory)
{
	(void)memory;
	/* plain: nobody shares the lock yet. */
	atomic_init(&lock->tail, NULL);
	return 0;
}

static inline void mcs_destroy(struct mcs *lock)
{
	(void)lock;
}

/* The rest is ready for use in zeroed memory. */
static inline void mcs_thread_init(struct lock_thread *thread, unsigned node)
{
	thread->node = node;
}

/* The thread's node for @lock; with NULL, a free one. */
static inline struct mcs_node *mcs_find(struct lock_thread *thread, const struct mcs *lock)
{
	struct mcs_node *const node = &thread->nodes[thread->nodes[0].lock != lock];

	assert(node->lock == lock);
	return node;
}

static inline void mcs_acquire(struct mcs *lock, struct lock_thread *thread)
{
	struct mcs_node *const node = mcs_find(thread, NULL);
	struct mcs_node *before;
	struct backoff backoff = { 0 };

	node->lock = lock;
	/*
	 * relaxed: both are published with the node, by the exchange and by the store of
	 * before->next.
	 */
	store_relaxed(&node->next, NULL);
	store_relaxed(&node->is_waiting, 1);
	/*
	 * acquire: if the lock was free, the last holder's writes are visible; pairs with the
	 * release CAS in mcs_release(). release: next = NULL comes before the successor's link;
	 * pairs with the acquire half of the successor's exchange.
	 */
	before = exchange_acq_rel(&lock->tail, node);
	if (!before)
		return;
	/*
	 * release: publishes is_waiting = 1; pairs with the acquire loads of next in mcs_release().
	 */
	store_release(&before->next, node);
	/*
	 * acquire: the holder's writes are visible; pairs with the release store of is_waiting in
	 * mcs_release().
	 */
	while (load_acquire(&node->is_waiting))
		backoff_pause(&backoff, 1);
}

/* Return: whether somebody waits behind the holder, which the calling thread is. */
static inline bool mcs_has_successor(const struct mcs *lock, struct lock_thread *thread)
{
	/* relaxed: a question whose answer may change at once; the release asks again. */
	return load_relaxed(&mcs_find(thread, lock)->next) != NULL;
}

static inline void mcs_release(struct mcs *lock, struct lock_thread *thread)
{
	struct mcs_node *const node = mcs_find(thread, lock);
	struct mcs_node *expected = node, *after;
	struct backoff backoff = { 0 };

	/*
	 * acquire: the successor's is_waiting = 1 comes before ours = 0; pairs with the store of
	 * next in mcs_acquire().
	 */
	after = load_acquire(&node->next);
	/*
	 * release: publishes the critical section; pairs with the acquire exchange in
	 * mcs_acquire().
	 */
	if (!after && !cas_release(&lock->tail, &expected, NULL)) {
		/*
		 * acquire: as above, of a successor that has swapped tail and is about to link
		 * itself.
		 */
		while (!(after = load_acquire(&node->next)))
			backoff_pause(&backoff, 1);
	}
	if (after)
		/*
		 * release: publishes the critical section; pairs with the acquire load of
		 * is_waiting in mcs_acquire().
		 */
		store_release(&after->is_waiting, 0);
	node->lock = NULL;
}

#endif
