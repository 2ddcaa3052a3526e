/*
 * urcu_lfq: liburcu's queue without locks.
 *
 * A linked list with head and tail, never empty inside: where a dequeue is about to take the last
 * node, it first appends a fresh dummy, and dummies are skipped. Sections keep the compared
 * addresses from coming back.
 *
 * Paper: M. Michael, M. Scott, "Simple, fast, and practical non-blocking and blocking concurrent
 *   queue algorithms", PODC 1996. The code is M. Desnoyers' (userspace-rcu, rculfqueue), 2010.
 * Differences: nodes come from the workers' arenas and are retired as in all other queues. The
 *   dummies are the library's own: it takes them from malloc() and gives them to call_rcu(), one
 *   for each time that the queue runs empty, and they are in no count of garbage here. Head and
 *   tail share a line, as the library has them.
 *
 * Invariants: those of the library, and: a node is retired by the thread whose dequeue answered it.
 * Linearization: enqueue at the CAS on the last node's `next`; a dequeue at its CAS on head, an
 *   empty one where it finds a dummy at the head without a next node.
 * Progress: lock-free, but for malloc().
 * May run together: enqueue and dequeue, any number of each. create, destroy and inspect: alone.
 * Reclamation: an RCU flavour, since the library's own dummies rely on it.
 * Memory: 24 bytes a node (32 of the arena), and a line.
 */
#ifndef STRUCTURES_QUEUE_URCU_LFQ_H
#define STRUCTURES_QUEUE_URCU_LFQ_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/cacheline.h"
#include "structures/common/payload.h"
#include "structures/queue/queue.h"
#include "structures/reclaim/reclaim.h"

#include <urcu/rculfqueue.h>    /* after the flavour, which reclaim.h includes */

struct urcu_lfq_node {
	struct cds_lfq_node_rcu link;
	uint64_t value;    /* the word of payload.h */
};

struct urcu_lfq {
	CACHELINE_APART struct cds_lfq_queue_rcu queue;
	CACHELINE_APART struct reclaim *reclaim;
	size_t value_bytes;
};

static inline struct urcu_lfq_node *urcu_lfq_node(struct cds_lfq_node_rcu *link)
{
	return caa_container_of(link, struct urcu_lfq_node, link);
}

/**
 * urcu_lfq_enqueue() - append a value.
 *
 * Return: true, or false without memory, which is counted.
 * Progress: lock-free.    Threads: any.
 */
static inline bool urcu_lfq_enqueue(struct urcu_lfq *queue, struct context *context, uint64_t value)
{
	struct urcu_lfq_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(*node));

	if (!node) {
		context->exhausted++;
		return false;
	}
	if (!payload_make(context, value, &node->value)) {
		arena_free(context->arena, node, MEMORY_NODES, sizeof(*node));
		return false;
	}
	cds_lfq_node_init_rcu(&node->link);
	liburcu_released(&node->link);
	reclaim_enter(context->reclaim);
	cds_lfq_enqueue_rcu(&queue->queue, &node->link);
	reclaim_exit(context->reclaim);
	return true;
}

/**
 * urcu_lfq_dequeue() - take the oldest value.
 *
 * @value:  out; untouched when the queue is empty.
 *
 * Return: false if the queue is empty.
 * Progress: lock-free, but for malloc().    Threads: any.
 */
static inline bool urcu_lfq_dequeue(struct urcu_lfq *queue, struct context *context,
				    uint64_t *value)
{
	struct cds_lfq_node_rcu *link;
	struct urcu_lfq_node *node;

	reclaim_enter(context->reclaim);
	link = cds_lfq_dequeue_rcu(&queue->queue);
	if (!link) {
		reclaim_exit(context->reclaim);
		return false;
	}
	liburcu_acquired(link);
	node = urcu_lfq_node(link);
	*value = payload_read(context, node->value);
	payload_free(context, node->value);    /* nobody else looks into a taken value */
	reclaim_retire(context->reclaim, node, MEMORY_NODES, sizeof(*node));
	reclaim_exit(context->reclaim);
	return true;
}

#endif
