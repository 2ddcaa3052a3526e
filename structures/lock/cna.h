/*
 * cna: an MCS queue whose holder passes the lock to the next waiter of its own NUMA node.
 *
 * The lock is one word, as mcs. A release walks the queue from its head to the first waiter of the
 * holder's node, and sets those before it aside in a second queue, which travels with the lock.
 * When nobody of the node waits, or after CNA_LOCAL_MAX hand-overs within it, the second queue goes
 * back in front of the first.
 * Paper: D. Dice, A. Kogan, "Compact NUMA-aware locks", EuroSys 2019.
 * Differences: (a) a count of local hand-overs ends the node's turn, not a random draw: the bound
 *   can be stated and tested; (b) no shuffling is skipped by chance when the second queue is empty;
 *   (c) a waiter yields its PU after a bound, see structures/common/backoff.h; (d) a thread's nodes
 *   are in its struct lock_thread, and a node remembers its lock.
 *
 * Invariants
 *   1. tail is NULL exactly when the lock is free; else it is the node of the last thread in the
 *      main queue, which begins with the holder's node.
 *   2. The second queue is linked by `next` and ends in NULL; its first node knows its last. No
 *      waiter of the holder's node came into it while that node had the lock.
 *   3. A waiter's `grant` is 0 until it has the lock; then CNA_ALONE, or the first node of the
 *      second queue.
 *   4. handed_over of the holder is the number of hand-overs within its node since the lock came to
 *      it; at most CNA_LOCAL_MAX of them overtake a waiter in the second queue.
 *   5. node->lock is the lock that the node queues for, NULL while the node is free; only its owner
 *      reads or writes it.
 *
 * Fairness: FIFO within a node. A waiter of another node is overtaken by at most CNA_LOCAL_MAX
 *   threads each time that it is set aside, and comes back in front of all that arrived after it.
 * Over-subscription: as mcs.
 * Shared mode: none. Per thread: struct lock_thread, one line pair for each of LOCK_HELD_MAX locks
 *   held at once, in which the node stands, too.
 * Memory: one line pair.
 */
#ifndef STRUCTURES_LOCK_CNA_H
#define STRUCTURES_LOCK_CNA_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "structures/common/backoff.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "topology/memory.h"

enum {
	LOCK_HELD_MAX = 2,
	CNA_LOCAL_MAX = 64,    /* as COHORT_LOCAL_MAX, and for the same reason */
	CNA_ALONE = 1          /* granted, and the second queue is empty */
};

struct cna;

struct cna_node {
	CACHELINE_APART _Atomic(struct cna_node *) next;
	_Atomic uintptr_t grant;
	struct cna *lock;
	struct cna_node *last;     /* of the second queue, in its first node */
	unsigned node;             /* index of the owner's NUMA node */
	unsigned handed_over;      /* of the holder */
};

struct lock_thread {
	struct cna_node nodes[LOCK_HELD_MAX];
};

struct cna {
	CACHELINE_APART _Atomic(struct cna_node *) tail;
};

/* The rest is ready for use in zeroed memory. */
static inline void cna_thread_init(struct lock_thread *thread, unsigned node)
{
	for (unsigned i = 0; i < LOCK_HELD_MAX; i++)
		thread->nodes[i].node = node;
}

static inline int cna_init(struct cna *lock, struct memory *memory)
{
	(void)memory;
	/* plain: nobody shares the lock yet. */
	atomic_init(&lock->tail, NULL);
	return 0;
}

static inline void cna_destroy(struct cna *lock)
{
	(void)lock;
}

/* The thread's node for @lock; with NULL, a free one. */
static inline struct cna_node *cna_find(struct lock_thread *thread, const struct cna *lock)
{
	struct cna_node *const node = &thread->nodes[thread->nodes[0].lock != lock];

	assert(node->lock == lock);
	return node;
}

static inline void cna_acquire(struct cna *lock, struct lock_thread *thread)
{
	struct cna_node *const node = cna_find(thread, NULL);
	struct cna_node *before;
	struct backoff backoff = { 0 };

	node->lock = lock;
	/*
	 * relaxed, both: published with the node, by the exchange and by the store of before->next.
	 */
	store_relaxed(&node->next, NULL);
	store_relaxed(&node->grant, 0);
	/*
	 * acquire: if the lock was free, the last holder's writes are visible; pairs with the
	 * release CAS in cna_leave(). release: next = NULL comes before the successor's link; pairs
	 * with the acquire half of the successor's exchange.
	 */
	before = exchange_acq_rel(&lock->tail, node);
	if (!before) {
		node->handed_over = 0;
		/* relaxed: only this thread reads it until it gives the lock on. */
		store_relaxed(&node->grant, CNA_ALONE);
		return;
	}
	/*
	 * release: publishes grant = 0 and the number of the node; pairs with the acquire loads of
	 * next in cna_successor() and cna_find_local().
	 */
	store_release(&before->next, node);
	/*
	 * acquire: the holder's writes are visible, and the second queue; pairs with the release in
	 * cna_pass().
	 */
	while (!load_acquire(&node->grant))
		backoff_pause(&backoff, 1);
}

/* Give the lock to a waiter. */
static inline void cna_pass(struct cna_node *to, uintptr_t grant, unsigned handed_over)
{
	to->handed_over = handed_over;
	/*
	 * release: publishes the critical section, the second queue and handed_over; pairs with the
	 * acquire load of grant in cna_acquire().
	 */
	store_release(&to->grant, grant);
}

/* The first node of the second queue, or NULL. The caller holds the lock with @node. */
static inline struct cna_node *cna_second(const struct cna_node *node)
{
	/* relaxed: this thread acquired it with the lock, or wrote it itself. */
	const uintptr_t grant = load_relaxed(&node->grant);

	return grant == CNA_ALONE ? NULL : (struct cna_node *)grant;
}

/* Add the linked nodes from @first to @last to the second queue. */
static inline void cna_set_aside(struct cna_node *node, struct cna_node *first,
				 struct cna_node *last)
{
	struct cna_node *const second = cna_second(node);

	/* relaxed, all three: cna_pass() publishes them. */
	store_relaxed(&last->next, NULL);
	if (second) {
		store_relaxed(&second->last->next, first);
		second->last = last;
	} else {
		first->last = last;
		/* relaxed: as above. */
		store_relaxed(&node->grant, (uintptr_t)first);
	}
}

/*
 * The first waiter of the holder's own node, from @first on; those before it are set aside.
 * Return: NULL if there is none that has linked itself yet.
 */
static inline struct cna_node *cna_find_local(struct cna_node *node, struct cna_node *first)
{
	struct cna_node *last = NULL, *found = first;

	while (found && found->node != node->node) {
		last = found;
		/*
		 * acquire: the node behind as its owner filled it; pairs with the store of next in
		 * cna_acquire().
		 */
		found = load_acquire(&found->next);
	}
	if (found && last)
		cna_set_aside(node, first, last);
	return found;
}

/*
 * Nobody has linked itself behind the holder: free the lock, or give it to the second queue.
 * Return: false if somebody has swapped tail and is about to link itself.
 */
static inline bool cna_leave(struct cna *lock, struct cna_node *node)
{
	struct cna_node *const second = cna_second(node);
	struct cna_node *expected = node;

	/*
	 * release: publishes the critical section, or the second queue's last link; pairs with the
	 * acquire exchange in cna_acquire().
	 */
	if (!cas_release(&lock->tail, &expected, second ? second->last : NULL))
		return false;
	if (second)
		cna_pass(second, CNA_ALONE, 0);
	return true;
}

/* The node behind the holder's, which is there or about to be linked. */
static inline struct cna_node *cna_successor(const struct cna_node *node)
{
	struct backoff backoff = { 0 };
	struct cna_node *next;

	/* acquire: the node as its owner filled it; pairs with the store of next in
	 * cna_acquire(). */
	while (!(next = load_acquire(&node->next)))
		backoff_pause(&backoff, 1);
	return next;
}

static inline void cna_release(struct cna *lock, struct lock_thread *thread)
{
	struct cna_node *const node = cna_find(thread, lock);
	struct cna_node *next, *local = NULL, *second;

	node->lock = NULL;
	/* relaxed: only whether it is there; cna_successor() acquires it. */
	if (!load_relaxed(&node->next) && cna_leave(lock, node))
		return;
	next = cna_successor(node);
	if (node->handed_over < CNA_LOCAL_MAX)
		local = cna_find_local(node, next);
	second = cna_second(node);
	if (local) {
		cna_pass(local, second ? (uintptr_t)second : CNA_ALONE, node->handed_over + 1);
		return;
	}
	if (second)
		/* relaxed: cna_pass() publishes it. */
		store_relaxed(&second->last->next, next);
	cna_pass(second ? second : next, CNA_ALONE, 0);
}

#endif
