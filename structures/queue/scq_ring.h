/*
 * scq_ring: a queue of indices 0 to n - 1 in 2n words, two of which make an scq_array.
 *
 * Head and tail are counters advanced by fetch-and-add; position p lies in word p mod 2n in cycle
 * p / 2n. An enqueuer may use a word of an earlier cycle that holds no index; a dequeuer that comes
 * before its enqueuer raises the word's cycle, so that the enqueuer, if it comes at all, goes on to
 * a later position. At most n indices are about, so half of the words are free at any time and an
 * enqueuer always finds one. A dequeuer must not chase positions that enqueuers have skipped for
 * ever: `threshold` counts down with each failure and is set to 3n - 1 by each enqueue, which is as
 * many failures as there can be while an index is in the ring.
 *
 * Paper: R. Nikolaev, "A scalable, portable, and memory-efficient lock-free FIFO queue", DISC 2019.
 * Differences: words on different lines for neighbours in the order, as the paper advises, so that
 *   whoever draws a position fetches the line of a later one. As the paper's unbounded queue has it,
 *   a ring can be made final: bit 63 of tail stops enqueuers.
 *
 * Invariants
 *   1. A word's cycle never falls, and its index changes only from none to one, and back to none by
 *      the dequeuer whose cycle it is.
 *   2. An unsafe word takes an index only from an enqueuer whose dequeuer cannot have passed yet.
 *   3. Between two settings the threshold only falls; it is below 0 only if the ring was empty.
 *
 * Linearization: enqueue at the fetch-and-add that drew the position it kept; dequeue that finds an
 *   index at the later of its own fetch-and-add and that one: both in the order of positions, which
 *   the CAS that places an index need not follow. An empty one at its load of threshold, or of
 *   tail.
 * Progress: lock-free while at most n indices are about.
 */
#ifndef STRUCTURES_QUEUE_SCQ_RING_H
#define STRUCTURES_QUEUE_SCQ_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "structures/common/fetch.h"

#define SCQ_FINAL (UINT64_C(1) << 63) /* of tail: no more enqueues */

enum {
	SCQ_NONE = -1,     /* no index: empty */
	SCQ_LINE_LOG2 = 3, /* words of a line: neighbours in the order lie on different lines */
	SCQ_AHEAD = 2,     /* positions from one drawn to the one whose line is fetched */
	/* Before a queue's answer of full or empty: dequeuers at the heels of enqueuers, and the
	 * other way, would take each line from them. */
	SCQ_PAUSES = 128
};

struct scq_ring {
	CACHELINE_ALIGNED _Atomic uint64_t tail;
	CACHELINE_ALIGNED _Atomic uint64_t head;
	CACHELINE_ALIGNED _Atomic int64_t threshold;
	/* Read only after it is made. */
	CACHELINE_ALIGNED _Atomic uint64_t *words;
	unsigned log2; /* of n */
};

/*
 * A word: index in the low log2 + 1 bits, all ones if none; then a bit that says it is safe; then
 * the cycle.
 */
static inline uint64_t scq_none(const struct scq_ring *ring)
{
	return (UINT64_C(2) << ring->log2) - 1;
}

static inline uint64_t scq_safe(const struct scq_ring *ring)
{
	return UINT64_C(2) << ring->log2;
}

static inline uint64_t scq_cycle_of_word(const struct scq_ring *ring, uint64_t word)
{
	return word >> (ring->log2 + 2);
}

static inline uint64_t scq_cycle(const struct scq_ring *ring, uint64_t position)
{
	return position >> (ring->log2 + 1);
}

static inline uint64_t scq_word(const struct scq_ring *ring, uint64_t cycle, uint64_t safe,
				uint64_t index)
{
	return cycle << (ring->log2 + 2) | safe | index;
}

static inline _Atomic uint64_t *scq_word_at(const struct scq_ring *ring, uint64_t position)
{
	const unsigned bits = ring->log2 + 1;
	const uint64_t at = position & ((UINT64_C(1) << bits) - 1);

	if (bits <= SCQ_LINE_LOG2)
		return &ring->words[at];
	return &ring->words[(at << SCQ_LINE_LOG2 & ((UINT64_C(1) << bits) - 1)) |
			    at >> (bits - SCQ_LINE_LOG2)];
}

static inline int64_t scq_threshold(const struct scq_ring *ring)
{
	return (INT64_C(3) << ring->log2) - 1;
}

/* Bytes of words of a ring of 2^@log2 indices. */
static inline size_t scq_words_bytes(unsigned log2)
{
	return (sizeof(uint64_t) << log2) * 2;
}

/* A ring with the indices 0 to @count - 1 in it, in this order. Threads: one, before others know it. */
static inline void scq_ring_fill(struct scq_ring *ring, uint64_t count)
{
	const uint64_t words = UINT64_C(2) << ring->log2;

	/* relaxed, all: whoever publishes the ring publishes them. Positions begin with cycle 1. */
	for (uint64_t i = 0; i < words; i++)
		store_relaxed(scq_word_at(ring, i),
			      i < count ? scq_word(ring, 1, scq_safe(ring), i)
					: scq_word(ring, 0, scq_safe(ring), scq_none(ring)));
	/* relaxed, all three: as above. */
	store_relaxed(&ring->head, words);
	store_relaxed(&ring->tail, words + count); /* relaxed: as above */
	/* relaxed: as above. */
	store_relaxed(&ring->threshold, count ? scq_threshold(ring) : -1);
}

/* The enqueuer of @position: put the index there, if that can still be. */
static inline bool scq_ring_place(struct scq_ring *ring, uint64_t position, uint64_t index)
{
	_Atomic uint64_t *const at = scq_word_at(ring, position);
	const uint64_t cycle = scq_cycle(ring, position), none = scq_none(ring);
	const uint64_t made = scq_word(ring, cycle, scq_safe(ring), index);
	/* acquire: the dequeuer that emptied the word is done; pairs with the fetch-or and the CAS
	 * in scq_ring_try(). */
	uint64_t word = load_acquire(at);

	while (scq_cycle_of_word(ring, word) < cycle && (word & none) == none) {
		/* seq_cst: the word was loaded before; with an unsafe word the dequeuer of this
		 * position must not have passed. Pairs with the fetch-and-add of head. */
		if (!(word & scq_safe(ring)) && load_seq_cst(&ring->head) > position)
			return false;
		/* seq_cst: publishes what the index stands for; pairs with the load of the word in
		 * scq_ring_try(). And before the load of threshold that follows. */
		if (cas_seq_cst(at, &word, made))
			return true;
	}
	return false;
}

/**
 * scq_ring_enqueue() - append an index: one of the n, and in neither ring. So there is always room.
 *
 * @position:  out.
 *
 * Return: false if the ring is final.
 */
static inline bool scq_ring_enqueue(struct scq_ring *ring, uint64_t index, uint64_t *position)
{
	do {
		/* seq_cst: before the load of threshold below, and in one order with head; pairs
		 * with the load of tail in scq_ring_dequeue(). */
		*position = fetch_add_seq_cst(&ring->tail, 1);
		if (*position & SCQ_FINAL)
			return false;
		fetch_to_write(scq_word_at(ring, *position + SCQ_AHEAD));
	} while (!scq_ring_place(ring, *position, index));
	/* seq_cst: after the CAS that placed the index, so that a dequeuer that took the threshold
	 * below 0 did so before, or meets the value stored here; pairs with scq_ring_dequeue(). */
	if (load_seq_cst(&ring->threshold) != scq_threshold(ring))
		store_seq_cst(&ring->threshold, scq_threshold(ring)); /* seq_cst: as above */
	return true;
}

/* No position is given to an enqueuer from here on. */
static inline void scq_ring_finalize(struct scq_ring *ring)
{
	/* acq_rel: after the positions that were given; pairs with the fetch-and-add in
	 * scq_ring_enqueue(). */
	fetch_or_acq_rel(&ring->tail, SCQ_FINAL);
}

/*
 * A final ring: let dequeuers fail as often again as it takes to come past every position that
 * was given. An enqueuer may have placed an index and not yet set the threshold, or may still be
 * about to place it.
 */
static inline void scq_ring_settle(struct scq_ring *ring)
{
	/* seq_cst: before the caller's load in scq_ring_dequeue(); pairs with that. */
	store_seq_cst(&ring->threshold, scq_threshold(ring));
}

/* The dequeuers are ahead of the enqueuers: bring tail up to @head, so that these need not walk. */
static inline void scq_ring_catch_up(struct scq_ring *ring, uint64_t tail, uint64_t head)
{
	/* acq_rel: a step of tail like any other; pairs with the fetch-and-add in
	 * scq_ring_enqueue(). */
	while (!cas_acq_rel(&ring->tail, &tail, head | (tail & SCQ_FINAL))) {
		/* acquire: after the failed CAS, no older than it; pairs with the fetch-and-add in
		 * scq_ring_dequeue(). */
		head = load_acquire(&ring->head);
		if ((tail & ~SCQ_FINAL) >= head)
			return;
	}
}

/* The dequeuer of @position. Return: the index there, or SCQ_NONE and its enqueuer will not come. */
static inline int64_t scq_ring_try(struct scq_ring *ring, uint64_t position)
{
	_Atomic uint64_t *const at = scq_word_at(ring, position);
	const uint64_t cycle = scq_cycle(ring, position), none = scq_none(ring);
	/* acquire: what the index stands for; pairs with the CAS in scq_ring_place(). */
	uint64_t word = load_acquire(at), made;

	do {
		if (scq_cycle_of_word(ring, word) == cycle) {
			/* acq_rel: takes the index out for good, and hands the word to the next
			 * cycle; pairs with the load in scq_ring_place(). */
			fetch_or_acq_rel(at, none);
			return (int64_t)(word & none);
		}
		if (scq_cycle_of_word(ring, word) > cycle)
			return SCQ_NONE;
		if ((word & none) == none)
			made = scq_word(ring, cycle, word & scq_safe(ring), none);
		else
			made = word & ~scq_safe(ring);
		/* acq_rel: keeps this position's enqueuer out; pairs with the load in
		 * scq_ring_place(). */
	} while (!cas_acq_rel(at, &word, made));
	return SCQ_NONE;
}

/* Return: the oldest index, and where it was, or SCQ_NONE if there is none. */
static inline int64_t scq_ring_dequeue(struct scq_ring *ring, uint64_t *position)
{
	/* seq_cst: pairs with the store in scq_ring_enqueue(). */
	if (load_seq_cst(&ring->threshold) < 0)
		return SCQ_NONE;
	for (;;) {
		uint64_t tail;
		int64_t index;

		/* seq_cst: in one order with the load of head in scq_ring_place(), and before the
		 * load of tail below. */
		*position = fetch_add_seq_cst(&ring->head, 1);
		fetch_to_write(scq_word_at(ring, *position + SCQ_AHEAD));
		index = scq_ring_try(ring, *position);
		if (index != SCQ_NONE)
			return index;
		/* seq_cst: after the fetch-and-add above; pairs with that of tail. */
		tail = load_seq_cst(&ring->tail);
		if ((tail & ~SCQ_FINAL) <= *position + 1) {
			scq_ring_catch_up(ring, tail, *position + 1);
			/* seq_cst: one failure; pairs with the store in scq_ring_enqueue(). */
			fetch_add_seq_cst(&ring->threshold, -1);
			return SCQ_NONE;
		}
		/* seq_cst: as above. */
		if (fetch_add_seq_cst(&ring->threshold, -1) <= 0)
			return SCQ_NONE;
	}
}

#endif
