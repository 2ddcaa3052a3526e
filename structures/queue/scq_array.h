/*
 * scq_array: a bounded queue of words of any value, from two rings of indices (scq_ring.h).
 *
 * `free` holds the indices of slots that are free, `used` those of slots with a value in the order
 * in which they were filled. An enqueue takes an index from `free`, fills its slot and puts the index
 * into `used`; a dequeue goes the other way. Who holds an index owns its slot.
 */
#ifndef STRUCTURES_QUEUE_SCQ_ARRAY_H
#define STRUCTURES_QUEUE_SCQ_ARRAY_H

#include "structures/queue/scq_ring.h"

struct scq_array {
	struct scq_ring used, free;
	uint64_t *slots;
};

/*
 * Make an empty one of 2^@log2 slots, all three arrays zeroed or not. Threads: one, before others
 * know it.
 */
static inline void scq_array_init(struct scq_array *array, unsigned log2)
{
	array->used.log2 = log2;
	array->free.log2 = log2;
	scq_ring_fill(&array->used, 0);
	scq_ring_fill(&array->free, UINT64_C(1) << log2);
}

/**
 * scq_array_enqueue() - append a word.
 *
 * @position:  out, in the ring that says the order.
 *
 * Return: false if no slot is free, or if `used` is final.
 */
static inline bool scq_array_enqueue(struct scq_array *array, uint64_t stored, uint64_t *position)
{
	const int64_t index = scq_ring_dequeue(&array->free, position);

	if (index == SCQ_NONE)
		return false;
	array->slots[index] = stored;
	if (scq_ring_enqueue(&array->used, (uint64_t)index, position))
		return true;
	scq_ring_enqueue(&array->free, (uint64_t)index, position);
	return false;
}

static inline bool scq_array_dequeue(struct scq_array *array, uint64_t *stored, uint64_t *position)
{
	const int64_t index = scq_ring_dequeue(&array->used, position);
	uint64_t freed;

	if (index == SCQ_NONE)
		return false;
	*stored = array->slots[index];
	scq_ring_enqueue(&array->free, (uint64_t)index, &freed);
	return true;
}

/* The value at a position of `used` from head on; false if none is there. Threads: one, at rest. */
static inline bool scq_array_peek(const struct scq_array *array, uint64_t position,
				  uint64_t *stored)
{
	const struct scq_ring *const ring = &array->used;
	/* relaxed: at rest. */
	const uint64_t word = load_relaxed(scq_word_at(ring, position));

	if ((word & scq_none(ring)) == scq_none(ring))
		return false;
	*stored = array->slots[word & scq_none(ring)];
	return true;
}

/* Positions of `used` that may hold a value: from *@head to the answer. Threads: one, at rest. */
static inline uint64_t scq_array_positions(const struct scq_array *array, uint64_t *head)
{
	/* relaxed, both: at rest. */
	*head = load_relaxed(&array->used.head);
	return load_relaxed(&array->used.tail) & ~SCQ_FINAL;
}

#endif
