/*
 * two_lock: a linked list with a dummy node, one lock for its head and one for its tail.
 *
 * The dummy keeps enqueuers and dequeuers apart: one side links nodes behind the tail, the other
 * moves the head, and neither ever needs the other's word. So one enqueue and one dequeue run side
 * by side.
 *
 * Paper: M. Michael, M. Scott, "Simple, fast, and practical non-blocking and blocking concurrent
 *   queue algorithms", PODC 1996.
 * Differences: (a) next is atomic: with one node in the list the enqueuer writes the word that the
 *   dequeuer reads, under different locks; (b) nodes and payloads are made before a lock is taken
 *   and freed after it is given back; (c) the first dummy is part of the queue and is never freed,
 *   so that create() needs no worker's arena.
 *
 * Invariants
 *   1. head is the dummy: the nodes behind it, linked by next, hold the values, oldest first.
 *   2. tail is the last node of that list; its next is NULL.
 *   3. head is read and written under the head lock alone, tail under the tail lock alone.
 *   4. A node's value is written before the node is linked, and read under the head lock alone, by
 *      the dequeue that makes the node the dummy.
 *
 * Linearization: enqueue at its store of next; dequeue at its load of next, which finds a node or
 *   finds the queue empty.
 * Progress: blocking; a stalled enqueuer does not stop dequeuers, nor the other way round.
 * May run together: one enqueue with one dequeue; others wait. create, destroy and inspect: alone.
 *   Both operations write, so that a shared mode is of no use: with @rwlock this is a baseline for
 *   that lock's exclusive mode and nothing else.
 * Reclamation: none needed: an enqueuer never follows next, and under the head lock only one thread
 *   does; the dequeuer frees the old dummy, which goes home to its enqueuer's arena.
 * Memory: 16 bytes an element.
 */
#ifndef STRUCTURES_QUEUE_TWO_LOCK_H
#define STRUCTURES_QUEUE_TWO_LOCK_H

#include "structures/common/payload.h"
#include "structures/lock/lock.h"
#include "structures/queue/queue.h"

struct two_lock_node {
	_Atomic(struct two_lock_node *) next;
	uint64_t stored;
};

/* One end of the list: a lock on lines of its own, and what it guards. */
struct two_lock_end {
	struct lock lock;
	CACHELINE_APART struct two_lock_node *node;
};

struct two_lock {
	struct two_lock_end head, tail;
	struct two_lock_node first;    /* the first dummy */
	/* Read only after create. */
	CACHELINE_APART struct lock_threads threads;
	size_t value_bytes;
};

/* Return: false if out of memory.    Linearizes: at the store of next.    Progress: blocking. */
static inline bool two_lock_enqueue(struct two_lock *queue, struct context *context, uint64_t value)
{
	struct two_lock_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(struct two_lock_node));

	if (!node) {
		context->exhausted++;
		return false;
	}
	if (!payload_make(context, value, &node->stored)) {
		arena_free(context->arena, node, MEMORY_NODES, sizeof(*node));
		return false;
	}
	/* relaxed: published with the node by the store below. */
	store_relaxed(&node->next, NULL);
	lock_acquire(&queue->tail.lock, context->lock);
	/* release: publishes the node; pairs with the acquire load in two_lock_dequeue(). */
	store_release(&queue->tail.node->next, node);
	queue->tail.node = node;
	lock_release(&queue->tail.lock, context->lock);
	return true;
}

/* Return: false if empty.            Linearizes: at the load of next.     Progress: blocking. */
static inline bool two_lock_dequeue(struct two_lock *queue, struct context *context,
				    uint64_t *value)
{
	struct two_lock_node *dummy, *node;
	uint64_t stored = 0;

	lock_acquire(&queue->head.lock, context->lock);
	dummy = queue->head.node;
	/* acquire: the node is whole; pairs with the release store in two_lock_enqueue(). */
	node = load_acquire(&dummy->next);
	if (node) {
		/* Now: once the lock is given back, another dequeuer may free the node. */
		stored = node->stored;
		queue->head.node = node;
	}
	lock_release(&queue->head.lock, context->lock);
	if (!node)
		return false;
	*value = payload_read(context, stored);
	payload_free(context, stored);
	if (dummy != &queue->first)
		arena_free(context->arena, dummy, MEMORY_NODES, sizeof(*dummy));
	return true;
}

/* A writer is an enqueuer here, a reader a dequeuer: a stall stops one side. */
static inline void two_lock_stall(struct two_lock *queue, struct worker *worker)
{
	struct two_lock_end *const end = worker->stall_as_writer ? &queue->tail : &queue->head;

	lock_acquire(&end->lock, worker->context.lock);
	worker_sleep_stalled(worker);
	lock_release(&end->lock, worker->context.lock);
}

#endif
