/*
 * brlock: a readers-writer lock for each NUMA node; a reader takes that of its node, a writer all.
 *
 * The "big-reader" idea: readers of different nodes share no line, so that a read-mostly load
 * scales over nodes, and writers pay for it. Within a node readers meet on one word. A lock per
 * thread would spare them that too, but a writer's path, and the memory of each lock, would grow
 * with the threads and not with the nodes; map/sharded has hundreds of locks.
 *
 * Source: the big-reader locks of Linux 2.4 (linux/brlock.h: a lock per processor), per node here;
 *   W. Hsieh, W. Weihl, "Scalable reader-writer locks for parallel systems", IPPS 1992 (a private
 *   lock for each reader). To be compared with I. Calciu, D. Dice, Y. Lev, V. Luchangco, V.
 *   Marathe, N. Shavit, "NUMA-aware reader-writer locks", PPoPP 2013, where readers count
 *   themselves on their node likewise, and writers pass through a cohort lock.
 * Differences: (a) one lock per node, not per processor; (b) the lock of a node is rwspin.h's, so
 *   that writers come before new readers.
 *
 * Invariants
 *   1. A writer is inside when it holds the locks of all nodes with a worker exclusively; a reader,
 *      when it holds that of its own node.
 *   2. Writers take the locks in the order of the nodes: no two of them wait for each other, and the
 *      first one decides among them.
 *
 * Fairness: as rwspin on each node. A writer that waits at one node has shut out the readers of the
 *   nodes before it.
 * Over-subscription: as rwspin; a pre-empted reader stops writers, and readers of its own node when
 *   a writer waits for it, but also those of the nodes before.
 * Per thread: struct lock_thread, the number of its node. Memory: a line pair, and one more on each
 *   node with a worker.
 */
#ifndef STRUCTURES_LOCK_BRLOCK_H
#define STRUCTURES_LOCK_BRLOCK_H

#include <errno.h>

#include "structures/lock/nodes.h"
#include "structures/lock/rwspin.h"

struct lock_thread {
	unsigned node;    /* index of the worker's NUMA node */
};

/* Read only after init. */
struct brlock {
	CACHELINE_APART struct rwspin **nodes;    /* by index; NULL where no worker sits */
	unsigned count;
};

static inline void brlock_thread_init(struct lock_thread *thread, unsigned node)
{
	thread->node = node;
}

/* Return: 0 or -ENOMEM. A word in zeroed memory is free. */
static inline int brlock_init(struct brlock *lock, struct memory *memory)
{
	lock->count = lock_nodes_count(memory);
	lock->nodes = (struct rwspin **)lock_nodes_make(memory, sizeof(**lock->nodes));
	return lock->nodes ? 0 : -ENOMEM;
}

static inline void brlock_destroy(struct brlock *lock)
{
	(void)lock;
}

static inline void brlock_acquire(struct brlock *lock, struct lock_thread *thread)
{
	for (unsigned i = 0; i < lock->count; i++)
		if (lock->nodes[i])
			rwspin_acquire(lock->nodes[i], thread);
}

static inline void brlock_release(struct brlock *lock, struct lock_thread *thread)
{
	for (unsigned i = lock->count; i-- > 0;)
		if (lock->nodes[i])
			rwspin_release(lock->nodes[i], thread);
}

static inline void brlock_acquire_shared(struct brlock *lock, struct lock_thread *thread)
{
	rwspin_acquire_shared(lock->nodes[thread->node], thread);
}

static inline void brlock_release_shared(struct brlock *lock, struct lock_thread *thread)
{
	rwspin_release_shared(lock->nodes[thread->node], thread);
}

#endif
