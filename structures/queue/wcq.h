/*
 * wcq: a bounded queue in fixed memory, each of whose operations ends after a bounded number of
 * steps.
 *
 * A queue of words from two rings of indices, as scq_array.h: `free` holds the indices of slots
 * that are free, `used` those of slots with a value in the order in which they were filled.
 * wcq_ring.h says how a ring works, wcq_slow.h how threads help each other where one would
 * starve.
 *
 * Paper: R. Nikolaev, B. Ravindran, "wCQ: a fast wait-free queue with bounded memory usage", SPAA
 *   2022.
 * Differences: (a) there are as many slots more than the capacity asked for as there are workers,
 *   so that an answer of full says that so many elements are queued, whatever slots other
 *   operations hold at that moment; (b) each ring has requests of its own, so that positions in
 *   them never mean the other ring; (c) a request is open while two counters agree, in place of a
 *   flag; (d) a worker has a step for each counter of a ring, and who meets a step beside a
 *   counter looks, once it has read the step, whether it still stands there: its owner may by
 *   then have written its next one, which must not be followed before it is taken; (e) helpers of
 *   a dequeue, too, stop when the request is closed; (f) words and notes are loaded one by one,
 *   the note first, which a compare-and-swap of both confirms where it matters; (g) whoever draws a
 *   position on the fast path fetches the line of a later one; and a pause before an answer of full
 *   or empty.
 *
 * Invariants: those of wcq_ring.h; and
 *   1. Each index is in one of the rings, or held by one operation.
 *
 * Linearization: an enqueue at the drawing of the position it kept; a dequeue that finds an index
 *   at the later of that and the drawing of its own; an empty one at its load of threshold, or of
 *   tail. Full: at the dequeue of `free` that finds none.
 * Progress: wait-free up to the allocator, for payloads, given as many slots as workers.
 * May run together: enqueue and dequeue, any number of each. create, destroy and inspect: alone.
 * Reclamation: none needed; nothing is freed before destroy.
 * Needs: a compare-and-swap of 16 bytes (structures/common/atomic_pair.h). x86-64 has an
 *   instruction; on arm64 it is a loop of load and store exclusive, wait-free as far as those
 *   are.
 * Memory: 72 bytes for each element of capacity (4096 unless asked for), which with the workers is
 *   rounded up to a power of two; and eight lines for each worker.
 */
#ifndef STRUCTURES_QUEUE_WCQ_H
#define STRUCTURES_QUEUE_WCQ_H

#include "structures/common/payload.h"
#include "structures/queue/queue.h"
#include "structures/queue/wcq_slow.h"

struct wcq {
	CACHELINE_APART struct wcq_ring used;
	struct wcq_ring free;
	CACHELINE_ALIGNED uint64_t *slots;
	size_t value_bytes;
};

/**
 * wcq_enqueue() - append a value.
 *
 * Return: false if full, or out of memory for a payload.
 * Linearizes: see above.   Progress: wait-free.   Threads: any.
 */
static inline bool wcq_enqueue(struct wcq *queue, struct context *context, uint64_t value)
{
	uint64_t stored, index;

	if (!payload_make(context, value, &stored))
		return false;
	index = wcq_ring_dequeue(&queue->free, context->worker);
	if (index == WCQ_EMPTY) {
		cpu_relax_for(WCQ_PAUSES);
		payload_free(context, stored);
		return false;
	}
	queue->slots[index] = stored;
	wcq_ring_enqueue(&queue->used, context->worker, index);
	return true;
}

/**
 * wcq_dequeue() - take the oldest value.
 *
 * @value:  out, only if there was one.
 *
 * Return: false if empty.
 * Linearizes: see above.   Progress: wait-free.   Threads: any.
 */
static inline bool wcq_dequeue(struct wcq *queue, struct context *context, uint64_t *value)
{
	const uint64_t index = wcq_ring_dequeue(&queue->used, context->worker);
	uint64_t stored;

	if (index == WCQ_EMPTY) {
		cpu_relax_for(WCQ_PAUSES);
		return false;
	}
	stored = queue->slots[index];
	wcq_ring_enqueue(&queue->free, context->worker, index);
	*value = payload_read(context, stored);
	payload_free(context, stored);
	return true;
}

/* An enqueue or dequeue that sleeps with an index in its hands. */
static inline void wcq_stall(struct wcq *queue, struct worker *worker)
{
	const uint64_t index = wcq_ring_dequeue(&queue->free, worker->context.worker);

	worker_sleep_stalled(worker);
	if (index != WCQ_EMPTY)
		wcq_ring_enqueue(&queue->free, worker->context.worker, index);
}

#endif
