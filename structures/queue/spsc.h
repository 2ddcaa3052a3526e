/*
 * spsc: a bounded queue for one producer and one consumer.
 *
 * A ring whose tail only the producer writes and whose head only the consumer writes. Each side
 * keeps a copy of the other's index, and looks at the index itself only when by the copy the ring
 * is full, or empty: while neither is so, a line moves between the two once in many elements.
 *
 * Papers: L. Lamport, "Specifying concurrent program modules", ACM Trans. Program. Lang. Syst.
 *   5(2), 1983 (the ring without locks); P. Lee, T. Bu, G. Chandranmenon, "A lock-free,
 *   cache-efficient multi-core synchronization mechanism for line-rate network traffic
 *   monitoring", IPDPS 2010 (copies of the other side's index).
 * Differences: (a) positions count on without end, so that full and empty are told apart without
 *   an unused slot; (b) each element is published by itself, not in batches, so that none waits for
 *   a later one; (c) each look at the other side's index comes after a pause, in which that side gets
 *   ahead by many elements: without it, looks find a few each, and take the other's line away (as temporal slipping in J. Giacomoni, T. Moseley, M. Vachharajani,
 *   "FastForward for efficient pipeline parallelism", PPoPP 2008); (d) both sides fetch the lines
 *   ahead of them, as far as by their copies these are theirs.
 *
 * Invariants
 *   1. head <= tail <= head + capacity; slots head to tail - 1 hold the elements.
 *   2. head_seen <= head and tail_seen <= tail: a copy errs to the side of full, or of empty.
 *   3. A slot from tail on is the producer's, one below tail the consumer's.
 *
 * Linearization: enqueue at its store of tail, dequeue at its store of head; full and empty at the
 *   load of the other side's index.
 * Progress: wait-free up to the allocator, for payloads.
 * May run together: one enqueue and one dequeue. create, destroy and inspect: alone.
 * Reclamation: none needed; nothing is freed before destroy.
 * Memory: 8 bytes for each element of capacity (4096 unless asked for, rounded up to a power of
 *   two), and three line pairs.
 */
#ifndef STRUCTURES_QUEUE_SPSC_H
#define STRUCTURES_QUEUE_SPSC_H

#include "structures/common/payload.h"
#include "structures/queue/queue.h"

enum {
	/* 0.3 to 2 us: what a line takes from core to core, some times over. */
	SPSC_PAUSES = 32
};

struct spsc {
	CACHELINE_APART _Atomic uint64_t tail; /* written by the producer */
	uint64_t head_seen;                    /* the producer's */
	CACHELINE_APART _Atomic uint64_t head; /* written by the consumer */
	uint64_t tail_seen;                    /* the consumer's */
	/* Read only after create. */
	CACHELINE_APART uint64_t *slots;
	uint64_t mask; /* capacity - 1 */
	size_t value_bytes;
};

/* Before a look at the other side's index. */
static inline void spsc_pause(void)
{
	cpu_relax_for(SPSC_PAUSES);
}

/* The producer's: is there no room behind @tail? */
static inline bool spsc_is_full(struct spsc *queue, uint64_t tail)
{
	if (tail - queue->head_seen <= queue->mask)
		return false;
	spsc_pause();
	/* acquire: the consumer is done with the slots below; pairs with the release of head in
	 * spsc_dequeue(). */
	queue->head_seen = load_acquire(&queue->head);
	return tail - queue->head_seen > queue->mask;
}

/* The consumer's: is there nothing at @head? */
static inline bool spsc_is_empty(struct spsc *queue, uint64_t head)
{
	if (head != queue->tail_seen)
		return false;
	spsc_pause();
	/* acquire: the slots below are filled; pairs with the release of tail in spsc_enqueue(). */
	queue->tail_seen = load_acquire(&queue->tail);
	return head == queue->tail_seen;
}

/* At the beginning of a line: fetch the one some lines ahead if @count slots from @at on are ours. */
static inline void spsc_look_ahead(const struct spsc *queue, uint64_t at, uint64_t count,
				   const bool fills)
{
	if (at % CACHELINE_WORDS == 0 && count > CACHELINE_AHEAD_WORDS)
		cacheline_fetch(&queue->slots[(at + CACHELINE_AHEAD_WORDS) & queue->mask], fills);
}

/**
 * spsc_enqueue() - append a value.
 *
 * Return: false if full, or out of memory for a payload.
 * Linearizes: at the store of tail, or at the load of head if full.   Progress: wait-free.
 * Threads: one at a time.
 */
static inline bool spsc_enqueue(struct spsc *queue, struct context *context, uint64_t value)
{
	/* relaxed: only the producer writes it. */
	const uint64_t tail = load_relaxed(&queue->tail);

	if (spsc_is_full(queue, tail) ||
	    !payload_make(context, value, &queue->slots[tail & queue->mask]))
		return false;
	spsc_look_ahead(queue, tail, queue->head_seen + queue->mask + 1 - tail, true);
	/* release: publishes the slot; pairs with the acquire of tail in spsc_is_empty(). */
	store_release(&queue->tail, tail + 1);
	return true;
}

/**
 * spsc_dequeue() - take the oldest value.
 *
 * @value:  out, only if there was one.
 *
 * Return: false if empty.
 * Linearizes: at the store of head, or at the load of tail if empty.   Progress: wait-free.
 * Threads: one at a time.
 */
static inline bool spsc_dequeue(struct spsc *queue, struct context *context, uint64_t *value)
{
	/* relaxed: only the consumer writes it. */
	const uint64_t head = load_relaxed(&queue->head);
	uint64_t stored;

	if (spsc_is_empty(queue, head))
		return false;
	spsc_look_ahead(queue, head, queue->tail_seen - head, false);
	stored = queue->slots[head & queue->mask];
	/* release: the slot has been read; pairs with the acquire of head in spsc_is_full(). */
	store_release(&queue->head, head + 1);
	*value = payload_read(context, stored);
	payload_free(context, stored);
	return true;
}

/* Asleep before its store: nothing is held, and the other side goes on until full or empty. */
static inline void spsc_stall(struct spsc *queue, struct worker *worker)
{
	(void)queue;
	worker_sleep_stalled(worker);
}

#endif
