/*
 * ring: a bounded queue in one array, under one lock.
 *
 * The baseline of the bounded queues: whatever is faster than this owes it to something else than the
 * array. Every operation writes, also under an rwlock, which is kept for completeness.
 *
 * Source: D. Knuth, "The Art of Computer Programming", vol. 1, 1968, section 2.2.2, under one lock.
 * Differences: (a) positions count on without end, so that full and empty are told apart; (b) a ring
 *   that has run empty begins again with its first slot, so that one with few elements in it stays
 *   in few lines, however often they change; (c) the holder fetches lines ahead of it: nobody else
 *   has a use for them meanwhile.
 *
 * Invariants
 *   1. tail - head is between 0 and the capacity, and the slots of head to tail - 1 hold the elements.
 *   2. head, tail and the slots are touched only by the holder of the lock.
 *
 * Linearization: each operation at any point while it holds the lock.
 * Progress: blocking.
 * May run together: all, one at a time. create, destroy and inspect: alone.
 * Reclamation: none needed.
 * Memory: 8 bytes for each element of capacity (4096 unless asked for, rounded up to a power of two), the
 *   lock and a line pair.
 */
#ifndef STRUCTURES_QUEUE_RING_H
#define STRUCTURES_QUEUE_RING_H

#include "structures/common/payload.h"
#include "structures/lock/lock.h"
#include "structures/queue/queue.h"

struct ring {
	struct lock lock;    /* on lines of its own */
	CACHELINE_APART uint64_t head;
	uint64_t tail;
	/* Read only after create. */
	uint64_t *slots;
	uint64_t mask;       /* capacity - 1 */
	struct lock_threads threads;
	size_t value_bytes;
};

/* The holder's: the slot of @position, about to be filled or emptied. */
static inline uint64_t *ring_slot(const struct ring *queue, uint64_t position, const bool fills)
{
	cacheline_fetch(&queue->slots[(position + CACHELINE_AHEAD_WORDS) & queue->mask], fills);
	return &queue->slots[position & queue->mask];
}

/* Return: false if full, or out of memory for a payload.   Linearizes: under the lock. */
static inline bool ring_enqueue(struct ring *queue, struct context *context, uint64_t value)
{
	uint64_t stored;
	bool has_room;

	if (!payload_make(context, value, &stored))
		return false;
	lock_acquire(&queue->lock, context->lock);
	has_room = queue->tail - queue->head <= queue->mask;
	if (has_room)
		*ring_slot(queue, queue->tail++, true) = stored;
	lock_release(&queue->lock, context->lock);
	if (!has_room)
		payload_free(context, stored);
	return has_room;
}

/* Return: false if empty.   Linearizes: under the lock. */
static inline bool ring_dequeue(struct ring *queue, struct context *context, uint64_t *value)
{
	uint64_t stored = 0;
	bool has_one;

	lock_acquire(&queue->lock, context->lock);
	has_one = queue->tail != queue->head;
	if (has_one)
		stored = *ring_slot(queue, queue->head++, false);
	if (queue->tail == queue->head)
		queue->tail = queue->head = 0;
	lock_release(&queue->lock, context->lock);
	if (!has_one)
		return false;
	*value = payload_read(context, stored);
	payload_free(context, stored);
	return true;
}

/* There are no readers: a stall holds the lock exclusively. */
static inline void ring_stall(struct ring *queue, struct worker *worker)
{
	lock_acquire(&queue->lock, worker->context.lock);
	worker_sleep_stalled(worker);
	lock_release(&queue->lock, worker->context.lock);
}

#endif
