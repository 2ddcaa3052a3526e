/*
 * skeleton: where to start a queue from: an array of fixed capacity, under one lock.
 *
 * To add a queue: copy queue.h and queue.c to structures/queue/NAME.h and NAME.c, replace `skeleton` and
 * `template/queue` by NAME and queue/NAME, and add to structures/CMakeLists.txt the one line
 * numamark_structure(queue/NAME LOCK mutex). List, records, README table and tests then have it.
 * (This pair is compiled by the tests alone.)
 *
 * Every header begins with such an essay; map.h beside this says what belongs into each part.
 *
 * Paper: authors, title, venue, year. (This one has none.)
 *
 * Invariants
 *   1. head <= tail <= head + capacity; both only grow.
 *   2. The elements are slots[i mod capacity] for i from head to tail - 1, oldest first.
 *   3. All of it is read and written under the lock alone.
 *
 * Linearization: each operation at any point while it holds the lock.
 * Progress: blocking.
 * May run together: nothing; both operations write, so that a shared mode is of no use.
 * Reclamation: none needed.
 * Memory: 8 bytes an element of the capacity.
 */
#ifndef STRUCTURES_TEMPLATE_QUEUE_H
#define STRUCTURES_TEMPLATE_QUEUE_H

#include "structures/common/payload.h"
#include "structures/lock/lock.h"
#include "structures/queue/queue.h"

enum { SKELETON_CAPACITY = 1 << 16 };    /* without a wish of the user's */

struct skeleton {
	struct lock lock;
	CACHELINE_APART uint64_t head;
	uint64_t tail;
	/* Read only after create. */
	CACHELINE_APART uint64_t *slots;    /* values or addresses of payloads: see payload.h */
	uint64_t capacity;
	size_t value_bytes;
	struct lock_threads threads;
};

/**
 * skeleton_enqueue() - append a value.
 *
 * Return: true; false if the queue is full or there is no memory.
 * Linearizes: under the lock.    Progress: blocking.
 */
static inline bool skeleton_enqueue(struct skeleton *queue, struct context *context, uint64_t value)
{
	uint64_t stored;
	bool has_room;

	/* Counts context->exhausted by itself; nodes that a structure allocates, it counts. */
	if (!payload_make(context, value, &stored))
		return false;
	lock_acquire(&queue->lock, context->lock);
	has_room = queue->tail - queue->head < queue->capacity;
	if (has_room)
		queue->slots[queue->tail++ % queue->capacity] = stored;
	lock_release(&queue->lock, context->lock);
	if (!has_room)
		payload_free(context, stored);
	return has_room;
}

/**
 * skeleton_dequeue() - take the oldest value.
 *
 * @value:  out; untouched if the queue is empty.
 *
 * Return: true; false if the queue is empty.
 * Linearizes: under the lock.    Progress: blocking.
 */
static inline bool skeleton_dequeue(struct skeleton *queue, struct context *context, uint64_t *value)
{
	uint64_t stored = 0;
	bool is_taken;

	lock_acquire(&queue->lock, context->lock);
	is_taken = queue->head != queue->tail;
	if (is_taken)
		stored = queue->slots[queue->head++ % queue->capacity];
	lock_release(&queue->lock, context->lock);
	if (!is_taken)
		return false;
	/* Nobody else can reach the payload any more. */
	*value = payload_read(context, stored);
	payload_free(context, stored);
	return true;
}

/* Sleep where a thread that is pre-empted hurts most: here with the lock held. */
static inline void skeleton_stall(struct skeleton *queue, struct worker *worker)
{
	lock_acquire(&queue->lock, worker->context.lock);
	worker_sleep_stalled(worker);
	lock_release(&queue->lock, worker->context.lock);
}

#endif
