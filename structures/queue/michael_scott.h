/*
 * michael_scott: the linked FIFO queue without locks.
 *
 * A list with one node too many at its head: `head` points to a dummy whose value has been taken,
 * `tail` to the last node or the one before. An enqueue links its node behind the last one and then
 * moves `tail`, with help from whoever finds it lagging. A dequeue moves `head` to the next node,
 * whose value it takes and which becomes the dummy.
 *
 * Paper: M. Michael, M. Scott, "Simple, fast, and practical non-blocking and blocking concurrent
 *   queue algorithms", PODC 1996; under hazard pointers as in M. Michael, "Hazard pointers", IEEE
 *   Trans. Parallel Distrib. Syst. 15(6), 2004.
 * Differences: (a) no counters beside the pointers: reclamation keeps an address from coming back
 *   while anyone compares with it; (b) head and tail on lines of their own; (c) the value is read
 *   before the CAS that takes it, and a payload after it, when it belongs to this thread alone.
 *
 * Invariants
 *   1. From head, following `next`, one reaches tail and then at most one node more.
 *   2. A node's `next` changes once, from 0; its value never.
 *   3. tail is never behind head: a dequeue that finds both equal moves tail first.
 *   4. A node is retired by the thread that moved head past it, once.
 *
 * Linearization: enqueue at the CAS on the last node's `next`; a dequeue that takes a value at the
 *   CAS on head; an empty one at the load that finds the dummy's `next` at 0: head cannot have
 *   moved past a node without a next one, so this was head and it was empty at that moment.
 * Progress: lock-free.
 * May run together: enqueue and dequeue, any number of each. create, destroy and inspect: alone.
 * Reclamation: any scheme. Hazard pointers use one slot for the head or tail, validated by that
 *   word; and one for the node after the head, valid if head is still the same: `next` itself never
 *   changes, so it would prove nothing.
 * Memory: 16 bytes a node; two lines; one node too many.
 */
#ifndef STRUCTURES_QUEUE_MICHAEL_SCOTT_H
#define STRUCTURES_QUEUE_MICHAEL_SCOTT_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "structures/common/payload.h"
#include "structures/queue/queue.h"
#include "structures/reclaim/reclaim.h"

enum { MICHAEL_SCOTT_END_SLOT, MICHAEL_SCOTT_NEXT_SLOT };

struct michael_scott_node {
	_Atomic uintptr_t next;
	uint64_t value;    /* the word of payload.h; not changed after the node is linked */
};

struct michael_scott {
	CACHELINE_APART _Atomic uintptr_t head;    /* the dummy; written by dequeues */
	CACHELINE_APART _Atomic uintptr_t tail;    /* the last node or the one before it */
	CACHELINE_APART struct reclaim *reclaim;
	size_t value_bytes;
};

static inline struct michael_scott_node *michael_scott_node(uintptr_t word)
{
	return (struct michael_scott_node *)word;
}

/* Move tail from a node to the one behind it. Whoever comes late fails, and that is fine. */
static inline void michael_scott_help(struct michael_scott *queue, uintptr_t tail, uintptr_t next)
{
	/* acq_rel: hands on the node, which this thread made or acquired; pairs with the load of
	 * tail in michael_scott_enqueue(). */
	cas_acq_rel(&queue->tail, &tail, next);
}

/**
 * michael_scott_enqueue() - append a value.
 *
 * Return: true, or false without memory, which is counted.
 * Linearizes: at the CAS on `next`.    Progress: lock-free.    Threads: any.
 */
static inline bool michael_scott_enqueue(struct michael_scott *queue, struct context *context,
					 uint64_t value)
{
	struct michael_scott_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(*node));
	uintptr_t tail, next;

	if (!node) {
		context->exhausted++;
		return false;
	}
	if (!payload_make(context, value, &node->value)) {
		arena_free(context->arena, node, MEMORY_NODES, sizeof(*node));
		return false;
	}
	/* relaxed: the CAS below publishes it. */
	store_relaxed(&node->next, 0);
	reclaim_enter(context->reclaim);
	for (;;) {
		tail = reclaim_protect(context->reclaim, MICHAEL_SCOTT_END_SLOT, &queue->tail);
		next = 0;
		/* acq_rel: publishes the node; pairs with the load of `next` in
		 * michael_scott_dequeue(). On failure acquires the node there, to hand it on. */
		if (cas_acq_rel(&michael_scott_node(tail)->next, &next, (uintptr_t)node))
			break;
		michael_scott_help(queue, tail, next);
	}
	michael_scott_help(queue, tail, (uintptr_t)node);
	reclaim_exit(context->reclaim);
	return true;
}

/**
 * michael_scott_dequeue() - take the oldest value.
 *
 * @value:  out; untouched when the queue is empty.
 *
 * Return: false if the queue is empty.
 * Linearizes: at the CAS on head, or at the load that finds no next node.    Progress: lock-free.
 * Threads: any.
 */
static inline bool michael_scott_dequeue(struct michael_scott *queue, struct context *context,
					 uint64_t *value)
{
	struct reclaim_thread *const thread = context->reclaim;
	uintptr_t head, next;
	uint64_t stored;

	reclaim_enter(thread);
	for (;;) {
		head = reclaim_protect(thread, MICHAEL_SCOTT_END_SLOT, &queue->head);
		/* acquire: after the load of head, so that a tail other than this head is ahead of
		 * it; pairs with the CAS in michael_scott_help(). */
		const uintptr_t tail = load_acquire(&queue->tail);

		/* acquire: the node as it was published; pairs with the CAS in
		 * michael_scott_enqueue(). */
		next = load_acquire(&michael_scott_node(head)->next);
		if (!next) {
			reclaim_exit(thread);
			return false;
		}
		if (head == tail) {
			michael_scott_help(queue, tail, next);
			continue;
		}
		if (!RECLAIM_BY_SECTION) {
			reclaim_announce(thread, MICHAEL_SCOTT_NEXT_SLOT, next);
			/* acquire: after the announcement. While head is the same, the node after
			 * it is not retired. Pairs with the CAS below. */
			if (load_acquire(&queue->head) != head)
				continue;
		}
		stored = michael_scott_node(next)->value;
		/* acq_rel: the value was read before the node can become garbage; hands on the node
		 * to who loads head. Pairs with the load of head above. */
		if (cas_acq_rel(&queue->head, &head, next))
			break;
	}
	reclaim_retire(thread, michael_scott_node(head), MEMORY_NODES,
		       sizeof(struct michael_scott_node));
	reclaim_exit(thread);
	*value = payload_read(context, stored);
	payload_free(context, stored);    /* nobody else looks into the payload of a taken value */
	return true;
}

#endif
