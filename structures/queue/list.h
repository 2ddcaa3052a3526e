/*
 * list: one lock around a linked list.
 *
 * The simplest queue there is: the oldest node at the head, the newest at the tail. Nodes and
 * payloads are made before the lock is taken and freed after it is given back, so that the critical
 * section is a handful of instructions.
 *
 * Source: D. Knuth, "The Art of Computer Programming", vol. 1, Addison-Wesley, 1968, section 2.2.3
 *   (linked queues); structures/lock/LOCK.h.
 *
 * Invariants
 *   1. head is NULL exactly when the queue is empty; tail is then meaningless.
 *   2. Nodes from head to tail are linked by next, and the next of tail is NULL.
 *   3. Head, tail and every linked node are read and written under the lock alone.
 *
 * Linearization: each operation at any point while it holds the lock.
 * Progress: blocking.
 * May run together: any operations from any threads, one at a time inside. create, destroy and
 *   inspect: alone. Both operations write, so that a shared mode is of no use: with @rwlock this is
 *   a baseline for that lock's exclusive mode and nothing else.
 * Reclamation: none needed; the dequeuer frees the node, which goes home to its enqueuer's arena.
 * Memory: 16 bytes an element.
 */
#ifndef STRUCTURES_QUEUE_LIST_H
#define STRUCTURES_QUEUE_LIST_H

#include "structures/common/payload.h"
#include "structures/lock/lock.h"
#include "structures/queue/queue.h"

struct list_node {
	struct list_node *next;
	uint64_t stored;
};

struct list {
	struct lock lock;    /* on lines of its own */
	CACHELINE_APART struct list_node *head;
	struct list_node *tail;
	/* Read only after create. */
	CACHELINE_APART struct lock_threads threads;
	size_t value_bytes;
};

/* Return: false if out of memory.    Linearizes: under the lock.    Progress: blocking. */
static inline bool list_enqueue(struct list *queue, struct context *context, uint64_t value)
{
	struct list_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(struct list_node));

	if (!node) {
		context->exhausted++;
		return false;
	}
	if (!payload_make(context, value, &node->stored)) {
		arena_free(context->arena, node, MEMORY_NODES, sizeof(*node));
		return false;
	}
	node->next = NULL;
	lock_acquire(&queue->lock, context->lock);
	if (queue->head)
		queue->tail->next = node;
	else
		queue->head = node;
	queue->tail = node;
	lock_release(&queue->lock, context->lock);
	return true;
}

/* Return: false if empty.            Linearizes: under the lock.    Progress: blocking. */
static inline bool list_dequeue(struct list *queue, struct context *context, uint64_t *value)
{
	struct list_node *node;

	lock_acquire(&queue->lock, context->lock);
	node = queue->head;
	if (node)
		queue->head = node->next;
	lock_release(&queue->lock, context->lock);
	if (!node)
		return false;
	*value = payload_read(context, node->stored);
	payload_free(context, node->stored);
	arena_free(context->arena, node, MEMORY_NODES, sizeof(*node));
	return true;
}

/* There are no readers: a stall holds the lock exclusively. */
static inline void list_stall(struct list *queue, struct worker *worker)
{
	lock_acquire(&queue->lock, worker->context.lock);
	worker_sleep_stalled(worker);
	lock_release(&queue->lock, worker->context.lock);
}

#endif
