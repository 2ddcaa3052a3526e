/*
 * urcu_wfcq: liburcu's concurrent queue with wait-free enqueue and locked dequeue.
 *
 * `tail` names the last node, `head` holds a dummy in front of the first. An enqueue exchanges tail
 * for its node and then writes the link from the node before: two steps, whatever others do.
 * Dequeues exclude one another by a mutex, and wait where a link is not written yet.
 *
 * Source: M. Desnoyers, Lai Jiangshan, userspace-rcu, wfcqueue, 2012, after a queue of P. McKenney;
 *   there is no paper.
 * Differences: nodes come from the workers' arenas.
 *
 * Invariants: those of the library.
 * Linearization: enqueue at the exchange of tail; a dequeue at the step under the lock that takes
 *   the first node, an empty one where it finds tail at the dummy.
 * Progress: blocking. Enqueues alone are wait-free; a dequeuer that sleeps with the lock stops the
 *   others, and an enqueuer that sleeps between its two steps stops them all: they then look again
 *   every 10 ms.
 * May run together: enqueue and dequeue, any number of each. create, destroy and inspect: alone.
 * Reclamation: none. A dequeued node is given back at once, as the library allows: the one who
 *   would still write to it, the enqueuer of the next node, has done so, for that link is what the
 *   dequeue waited for; and if there was no next node, tail was moved off it by a CAS.
 * Memory: 16 bytes a node, and two lines.
 */
#ifndef STRUCTURES_QUEUE_URCU_WFCQ_H
#define STRUCTURES_QUEUE_URCU_WFCQ_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/cacheline.h"
#include "structures/common/payload.h"
#include "structures/queue/queue.h"
#include "structures/reclaim/liburcu.h"

#include <urcu/wfcqueue.h>

struct urcu_wfcq_node {
	struct cds_wfcq_node link;
	uint64_t value;    /* the word of payload.h */
};

struct urcu_wfcq {
	CACHELINE_APART struct cds_wfcq_head head;    /* with the lock of the dequeues */
	CACHELINE_APART struct cds_wfcq_tail tail;
	CACHELINE_APART size_t value_bytes;
};

static inline struct urcu_wfcq_node *urcu_wfcq_node(struct cds_wfcq_node *link)
{
	return caa_container_of(link, struct urcu_wfcq_node, link);
}

/**
 * urcu_wfcq_enqueue() - append a value.
 *
 * Return: true, or false without memory, which is counted.
 * Progress: wait-free.    Threads: any.
 */
static inline bool urcu_wfcq_enqueue(struct urcu_wfcq *queue, struct context *context,
				     uint64_t value)
{
	struct urcu_wfcq_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(*node));

	if (!node) {
		context->exhausted++;
		return false;
	}
	if (!payload_make(context, value, &node->value)) {
		arena_free(context->arena, node, MEMORY_NODES, sizeof(*node));
		return false;
	}
	cds_wfcq_node_init(&node->link);
	liburcu_released(&node->link);
	cds_wfcq_enqueue(&queue->head, &queue->tail, &node->link);
	return true;
}

/**
 * urcu_wfcq_dequeue() - take the oldest value.
 *
 * @value:  out; untouched when the queue is empty.
 *
 * Return: false if the queue is empty.
 * Progress: blocking.    Threads: any.
 */
static inline bool urcu_wfcq_dequeue(struct urcu_wfcq *queue, struct context *context,
				     uint64_t *value)
{
	struct cds_wfcq_node *const link = cds_wfcq_dequeue_blocking(&queue->head, &queue->tail);
	struct urcu_wfcq_node *node;

	if (!link)
		return false;
	liburcu_acquired(link);
	node = urcu_wfcq_node(link);
	*value = payload_read(context, node->value);
	payload_free(context, node->value);
	arena_free(context->arena, node, MEMORY_NODES, sizeof(*node));
	return true;
}

#endif
