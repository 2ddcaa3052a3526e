/*
 * cohort: a global lock that a NUMA node holds, and a local lock for the threads of each node.
 *
 * A thread takes the lock of its node, and then the global one unless its node has it already. A
 * release looks for a waiter on the same node and leaves the global lock to it, so that lock and
 * data stay in the caches of one node for a while; after COHORT_LOCAL_MAX such hand-overs, or with
 * nobody there, it gives the global lock back.
 * Paper: D. Dice, V. Marathe, N. Shavit, "Lock cohorting: a general technique for designing NUMA
 *   locks", PPoPP 2012; this is their C-TKT-MCS.
 * Differences: (a) whether the node has the global lock stands beside its local lock and not in the
 *   word that a waiter spins on, so that both locks are those of ticket.h and mcs.h unchanged: one
 *   line more moves within the node.
 *
 * Invariants
 *   1. A thread holds the lock exactly while it holds its node's local lock and that node holds the
 *      global one.
 *   2. `has_global` and `handed_over` are read and written under the local lock alone.
 *   3. handed_over is the number of hand-overs since the node took the global lock.
 *   4. The global lock is taken and released by threads of one node, not always by the same one.
 *
 * Fairness: FIFO within a node, and FIFO among nodes, by the global ticket: once a node's turn is
 *   drawn, each node before it passes the lock on at most COHORT_LOCAL_MAX times.
 * Over-subscription: as mcs and ticket; at most one waiter per node spins on the ticket.
 * Shared mode: none. Per thread: struct lock_thread of mcs.h.
 * Memory: two line pairs, and two more on each node with a worker.
 */
#ifndef STRUCTURES_LOCK_COHORT_H
#define STRUCTURES_LOCK_COHORT_H

#include <errno.h>
#include <stdbool.h>

#include "structures/lock/mcs.h"
#include "structures/lock/nodes.h"
#include "structures/lock/ticket.h"

enum {
	/* Local hand-overs in a row: the cost of a move between nodes is shared by so many. */
	COHORT_LOCAL_MAX = 64
};

struct cohort_node {
	struct mcs local;    /* on lines of its own */
	CACHELINE_APART bool has_global;
	unsigned handed_over;
};

struct cohort {
	struct ticket global;    /* on lines of its own */
	CACHELINE_APART struct cohort_node **nodes;    /* by index; NULL where no worker sits */
};

#define cohort_thread_init mcs_thread_init

/* Return: 0 or -ENOMEM. A local lock in zeroed memory is free. */
static inline int cohort_init(struct cohort *lock, struct memory *memory)
{
	lock->nodes = (struct cohort_node **)lock_nodes_make(memory, sizeof(**lock->nodes));
	return lock->nodes ? ticket_init(&lock->global, memory) : -ENOMEM;
}

static inline void cohort_destroy(struct cohort *lock)
{
	ticket_destroy(&lock->global);
}

static inline void cohort_acquire(struct cohort *lock, struct lock_thread *thread)
{
	struct cohort_node *const node = lock->nodes[thread->node];

	mcs_acquire(&node->local, thread);
	if (!node->has_global) {
		ticket_acquire(&lock->global, thread);
		node->handed_over = 0;
	}
}

static inline void cohort_release(struct cohort *lock, struct lock_thread *thread)
{
	struct cohort_node *const node = lock->nodes[thread->node];

	node->has_global = node->handed_over < COHORT_LOCAL_MAX &&
			   mcs_has_successor(&node->local, thread);
	if (node->has_global)
		node->handed_over++;
	else
		ticket_release(&lock->global, thread);
	mcs_release(&node->local, thread);
}

#endif
