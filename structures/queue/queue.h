/*
 * The contract of a FIFO queue of values of setup.value_bytes.
 *
 * A structure NAME of this family defines, as static inline functions:
 *
 *   bool NAME_enqueue(struct NAME *, struct context *, uint64_t value)     false if full, or out of memory
 *   bool NAME_dequeue(struct NAME *, struct context *, uint64_t *value)    false if empty; *value only if true
 *   quiesce, online, offline, stall: as in structures/map/map.h
 * and the create, destroy, attach, detach, inspect and garbage of struct variant.
 *
 * Values go through payload_make(), payload_read() and payload_free() (structures/common/payload.h). An enqueue that
 * finds no memory counts context->exhausted and answers false.
 */
#ifndef STRUCTURES_QUEUE_QUEUE_H
#define STRUCTURES_QUEUE_QUEUE_H

#include "structures/variant.h"

enum queue_operation { QUEUE_ENQUEUE, QUEUE_DEQUEUE };

enum { QUEUE_SEQUENCE_BITS = 44 };

extern const struct family queue_family;

/* A value names its producer and its place in that producer's order: what comes out proves both. Never 0. */
static inline uint64_t queue_value(unsigned producer, uint64_t sequence)
{
	return (uint64_t)producer << QUEUE_SEQUENCE_BITS | (sequence + 1);
}

static inline unsigned queue_value_producer(uint64_t value)
{
	return (unsigned)(value >> QUEUE_SEQUENCE_BITS);
}

static inline uint64_t queue_value_sequence(uint64_t value)
{
	return (value & ((1ull << QUEUE_SEQUENCE_BITS) - 1)) - 1;
}

/* Count a value that came out, and whether it did in its producer's order. */
static inline void queue_count_dequeued(struct worker *worker, struct tally *tally, uint64_t value)
{
	const unsigned producer = queue_value_producer(value);
	const bool is_known = producer < worker->workers;
	uint64_t *const last = &worker->last_seen[is_known ? producer : 0];
	/* Plus one, so that 0 means none yet. */
	const uint64_t sequence = queue_value_sequence(value) + 1;

	if (__builtin_expect(!is_known || sequence <= *last, 0))
		count_rare(&tally->mismatched);
	*last = sequence;
	tally->sum_out += value;
}

#endif
