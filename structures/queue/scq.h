/*
 * scq: a bounded queue without locks, in fixed memory, by fetch-and-add.
 *
 * A word-sized queue of values from two rings of indices: scq_array.h says how it is put together,
 * scq_ring.h how a ring works.
 *
 * Paper: R. Nikolaev, "A scalable, portable, and memory-efficient lock-free FIFO queue", DISC 2019.
 * Differences: there are as many slots more than the capacity asked for
 *   as there are workers, so that an answer of full says that so many elements are queued, whatever
 *   slots other operations hold at that moment; and a pause before an answer of full or empty.
 *
 * Invariants: those of scq_ring.h; and
 *   1. Each index is in one of the rings, or held by one operation.
 *
 * Linearization: as of the ring `used`; full at the dequeue of `free` that finds none.
 * Progress: lock-free up to the allocator, for payloads. (A thread that stops within an operation keeps at most one slot to itself.)
 * May run together: enqueue and dequeue, any number of each. create, destroy and inspect: alone.
 * Reclamation: none needed; nothing is freed before destroy.
 * Memory: 40 bytes for each element of capacity (4096 unless asked for), which with the workers is
 *   rounded up to a power of two; and ten lines.
 */
#ifndef STRUCTURES_QUEUE_SCQ_H
#define STRUCTURES_QUEUE_SCQ_H

#include "structures/common/payload.h"
#include "structures/queue/queue.h"
#include "structures/queue/scq_array.h"

struct scq {
	CACHELINE_APART struct scq_array array;
	size_t value_bytes;
};

/**
 * scq_enqueue() - append a value.
 *
 * Return: false if full, or out of memory for a payload.
 * Linearizes: see above.   Progress: lock-free.   Threads: any.
 */
static inline bool scq_enqueue(struct scq *queue, struct context *context, uint64_t value)
{
	uint64_t stored, position;

	if (!payload_make(context, value, &stored))
		return false;
	if (scq_array_enqueue(&queue->array, stored, &position))
		return true;
	cpu_relax_for(SCQ_PAUSES);
	payload_free(context, stored);
	return false;
}

/**
 * scq_dequeue() - take the oldest value.
 *
 * @value:  out, only if there was one.
 *
 * Return: false if empty.
 * Linearizes: see above.   Progress: lock-free.   Threads: any.
 */
static inline bool scq_dequeue(struct scq *queue, struct context *context, uint64_t *value)
{
	uint64_t stored, position;

	if (!scq_array_dequeue(&queue->array, &stored, &position)) {
		cpu_relax_for(SCQ_PAUSES);
		return false;
	}
	*value = payload_read(context, stored);
	payload_free(context, stored);
	return true;
}

/* An enqueue or dequeue that sleeps with an index in its hands. */
static inline void scq_stall(struct scq *queue, struct worker *worker)
{
	uint64_t position;
	const int64_t index = scq_ring_dequeue(&queue->array.free, &position);

	worker_sleep_stalled(worker);
	if (index != SCQ_NONE)
		scq_ring_enqueue(&queue->array.free, (uint64_t)index, &position);
}

#endif
