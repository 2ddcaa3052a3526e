/*
 * lscq: an unbounded queue of rings of indices, by fetch-and-add and compare-and-swap of one word.
 *
 * scq_array.h says how a bounded queue of words is put together from two rings of indices; here,
 * one that has no slot free is made final, and another is linked behind it (ring_list.h). A pair
 * of operations takes four claims where lcrq takes two, but no element needs more than 40 bytes,
 * and no dequeuer makes enqueuers close a ring that has room.
 *
 * Paper: R. Nikolaev, "A scalable, portable, and memory-efficient lock-free FIFO queue", DISC 2019
 *   (its LSCQ).
 * Differences: (a) threads that meet at a counter take turns (turns.h); (b) rings are reclaimed
 *   under any scheme, and a few at a time.
 *
 * Invariants: those of scq_ring.h and ring_list.h; and
 *   1. Each index of a ring's slots is in one of its two rings, or held by one operation.
 *   2. A value is placed in a final ring only at a position drawn before it was final.
 *
 * Linearization: as of the ring `used`, or at the CAS that links a ring with the value in it; an
 *   empty dequeue at that of the last ring.
 * Progress: lock-free up to the allocator.
 * May run together: enqueue and dequeue, any number of each. create, destroy and inspect: alone.
 * Reclamation: any scheme; see ring_list.h.
 * Memory: 40 bytes an element of a full ring; rings of 2^LSCQ_LOG2 elements and ten lines, 42 KiB
 *   of an arena; at least one.
 */
#ifndef STRUCTURES_QUEUE_LSCQ_H
#define STRUCTURES_QUEUE_LSCQ_H

#include "structures/queue/ring_list.h"
#include "structures/queue/scq_array.h"

#ifndef LSCQ_LOG2
#	define LSCQ_LOG2 10
#endif

enum { LSCQ_SLOTS = 1 << LSCQ_LOG2 };

struct lscq_ring {
	CACHELINE_ALIGNED struct ring_link link;
	struct scq_array array; /* of the three arrays that follow */
	CACHELINE_ALIGNED _Atomic uint64_t used[2 * LSCQ_SLOTS];
	CACHELINE_ALIGNED _Atomic uint64_t free[2 * LSCQ_SLOTS];
	CACHELINE_ALIGNED uint64_t slots[LSCQ_SLOTS];
};

static inline bool lscq_ring_is_possible(const struct setup *setup)
{
	return setup->workers <= LSCQ_SLOTS; /* which the proof of the rings needs */
}

static inline struct lscq_ring *lscq_ring_make(struct arena *arena, uint64_t stored)
{
	struct lscq_ring *const ring = arena_alloc(arena, MEMORY_NODES, sizeof(*ring));
	uint64_t position;

	if (!ring)
		return NULL;
	/* relaxed: whoever links the ring publishes it. */
	store_relaxed(&ring->link.next, 0);
	ring->array.used.words = ring->used;
	ring->array.free.words = ring->free;
	ring->array.slots = ring->slots;
	scq_array_init(&ring->array, LSCQ_LOG2);
	if (stored)
		scq_array_enqueue(&ring->array, stored, &position);
	return ring;
}

static inline bool lscq_ring_enqueue(struct lscq_ring *ring, uint64_t stored, uint64_t *position)
{
	if (scq_array_enqueue(&ring->array, stored, position))
		return true;
	scq_ring_finalize(&ring->array.used);
	return false;
}

static inline uint64_t lscq_ring_dequeue(struct lscq_ring *ring, uint64_t *position)
{
	uint64_t stored;

	return scq_array_dequeue(&ring->array, &stored, position) ? stored : 0;
}

static inline void lscq_ring_settle(struct lscq_ring *ring)
{
	scq_ring_settle(&ring->array.used);
}

static inline bool lscq_ring_find(const struct lscq_ring *ring, uint64_t *at, uint64_t *stored)
{
	uint64_t head;
	const uint64_t end = scq_array_positions(&ring->array, &head);

	while (head + *at < end)
		if (scq_array_peek(&ring->array, head + (*at)++, stored))
			return true;
	return false;
}

static inline const char *lscq_ring_check(const struct lscq_ring *ring)
{
	uint64_t at = 0, stored, found = 0;

	while (lscq_ring_find(ring, &at, &stored))
		found++;
	return found > LSCQ_SLOTS ? "lscq: more elements than slots" : NULL;
}

#define STRUCTURE   lscq
#define RING_PAUSES SCQ_PAUSES
#include "structures/queue/ring_queue.inc.h"

#endif
