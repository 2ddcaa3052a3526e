/*
 * lcrq_ring: a bounded queue in a ring of cells, which can be closed.
 *
 * Head and tail are counters advanced by fetch-and-add. Position p lies in cell p mod LCRQ_CELLS,
 * a pair of words that change together by a compare-and-swap of 16 bytes: a value, and the index
 * of the next position to use the cell. An enqueuer puts its value into the cell if that is empty
 * and not yet past its position. A dequeuer takes the value of its own position out; where none
 * is yet it moves an empty cell on, and marks a cell that still holds the value of an earlier lap
 * as unsafe, so that the enqueuer of its position does not put a value there which nobody would
 * fetch.
 *
 * Paper and differences: structures/queue/lcrq.h.
 *
 * Invariants
 *   1. A cell's index never falls, and is its position modulo LCRQ_CELLS.
 *   2. A cell's value is 0, or that of the position which is its index.
 *   3. An unsafe cell takes a value only from an enqueuer whose dequeuer has not come yet.
 *   4. A closed ring takes no value of a position drawn after it was closed.
 */
#ifndef STRUCTURES_QUEUE_LCRQ_RING_H
#define STRUCTURES_QUEUE_LCRQ_RING_H

#include "structures/common/atomic_pair.h"
#include "structures/queue/ring_list.h"

#ifndef LCRQ_CELLS
#	define LCRQ_CELLS 1024
#endif

#define LCRQ_CLOSED (UINT64_C(1) << 63) /* of tail */
#define LCRQ_UNSAFE (UINT64_C(1) << 63) /* of a cell's index */

enum {
	LCRQ_STARVING = 16, /* positions that an enqueuer cannot use before it closes the ring */
	LCRQ_PATIENCE = 8   /* looks at an empty cell before it is moved on */
};

static_assert((LCRQ_CELLS & (LCRQ_CELLS - 1)) == 0, "positions wrap around");

struct lcrq_ring {
	CACHELINE_ALIGNED struct ring_link link;
	CACHELINE_ALIGNED _Atomic uint64_t tail;
	CACHELINE_ALIGNED _Atomic uint64_t head;
	CACHELINE_ALIGNED struct atomic_pair cells[LCRQ_CELLS]; /* low: value; high: index */
};

static inline struct atomic_pair *lcrq_cell(struct lcrq_ring *ring, uint64_t position)
{
	return &ring->cells[position % LCRQ_CELLS];
}

/* The halves may be of different moments, which the CAS that uses them finds out. */
static inline struct pair lcrq_look(const struct atomic_pair *cell)
{
	/* acquire, both: what the value stands for, and what the dequeuer that marked the cell had
	 * done to head; pairs with the CAS in lcrq_place() and lcrq_take(). */
	const uint64_t index = load_acquire(&cell->high);

	return (struct pair){ load_acquire(&cell->low), index };
}

static inline bool lcrq_ring_is_possible(const struct setup *setup)
{
	(void)setup;
	return are_pairs_atomic();
}

/* A ring that nobody knows yet, with a value in it unless that is 0. NULL without memory. */
static inline struct lcrq_ring *lcrq_ring_make(struct arena *arena, uint64_t stored)
{
	struct lcrq_ring *const ring = arena_alloc(arena, MEMORY_NODES, sizeof(*ring));

	if (!ring)
		return NULL;
	/* relaxed, all: whoever links the ring publishes it. */
	store_relaxed(&ring->link.next, 0);
	store_relaxed(&ring->head, 0);
	store_relaxed(&ring->tail, stored != 0);
	for (uint64_t i = 0; i < LCRQ_CELLS; i++) {
		store_relaxed(&ring->cells[i].low, 0);  /* relaxed: as above */
		store_relaxed(&ring->cells[i].high, i); /* relaxed: as above */
	}
	store_relaxed(&ring->cells[0].low, stored); /* relaxed: as above */
	return ring;
}

/* The enqueuer of @position: put the value there, if that can still be. */
static inline bool lcrq_place(struct lcrq_ring *ring, uint64_t position, uint64_t stored)
{
	struct atomic_pair *const cell = lcrq_cell(ring, position);
	const struct pair seen = lcrq_look(cell);

	if (seen.low || (seen.high & ~LCRQ_UNSAFE) > position)
		return false;
	/* acquire: after the load of the cell, with which came head as the dequeuer knew it that
	 * marked the cell; pairs with the fetch-and-add in lcrq_ring_dequeue(). */
	if (seen.high & LCRQ_UNSAFE && load_acquire(&ring->head) > position)
		return false;
	/* acq_rel: publishes the payload; pairs with lcrq_look() of the dequeuer, whose lap before
	 * is done. */
	return cas_acq_rel_pair(cell, seen, (struct pair){ stored, position });
}

/**
 * lcrq_ring_enqueue() - append a value.
 *
 * @position:  out, that of the value.
 *
 * Return: false if the ring is closed; then it stays so.
 */
static inline bool lcrq_ring_enqueue(struct lcrq_ring *ring, uint64_t stored, uint64_t *position)
{
	for (unsigned failures = 0; failures < LCRQ_STARVING; failures++) {
		/* acq_rel: who reads this count has all that was claimed before it; pairs with the
		 * load in lcrq_ring_is_empty(). */
		*position = fetch_add_acq_rel(&ring->tail, 1);
		if (*position & LCRQ_CLOSED)
			return false;
		if (lcrq_place(ring, *position, stored))
			return true;
		/* relaxed: a guess, that the ring is full. */
		if ((int64_t)(*position - load_relaxed(&ring->head)) >= LCRQ_CELLS)
			break;
	}
	/* acq_rel: after the positions that were drawn, and before the next ring; pairs with the
	 * fetch-and-add above. */
	fetch_or_acq_rel(&ring->tail, LCRQ_CLOSED);
	return false;
}

/* The dequeuer of @position. Return: the value there, or 0 and its enqueuer will not come. */
static inline uint64_t lcrq_take(struct lcrq_ring *ring, uint64_t position)
{
	struct atomic_pair *const cell = lcrq_cell(ring, position);

	for (unsigned looks = 0;;) {
		const struct pair seen = lcrq_look(cell);
		const uint64_t index = seen.high & ~LCRQ_UNSAFE;
		struct pair made = { 0, (seen.high & LCRQ_UNSAFE) | (position + LCRQ_CELLS) };

		if (index > position)
			return 0;
		if (!seen.low && looks++ < LCRQ_PATIENCE) {
			cpu_relax();
			continue;
		}
		if (seen.low && index != position)
			made = (struct pair){ seen.low, seen.high | LCRQ_UNSAFE };
		/* acq_rel: takes the value, or keeps this position's enqueuer out; pairs with
		 * lcrq_look() in lcrq_place(). */
		if (cas_acq_rel_pair(cell, seen, made))
			return index == position ? seen.low : 0;
	}
}

/* Bring tail up to @head, so that enqueuers need not walk there. Not if the ring is closed. */
static inline void lcrq_catch_up(struct lcrq_ring *ring, uint64_t tail, uint64_t head)
{
	while (tail < head) {
		/* acq_rel: a step of tail like any other; pairs with the fetch-and-add in
		 * lcrq_ring_enqueue(). */
		if (cas_acq_rel(&ring->tail, &tail, head))
			return;
		/* acquire: no older than tail; pairs with the fetch-and-add in
		 * lcrq_ring_dequeue(). */
		head = load_acquire(&ring->head);
	}
}

/* Is nothing at position @head, nor behind it? */
static inline bool lcrq_ring_is_empty(struct lcrq_ring *ring, uint64_t head)
{
	const struct pair seen = lcrq_look(lcrq_cell(ring, head));
	uint64_t tail;

	/* A hint that there is something, which lcrq_take() settles: the enqueuers' line is left
	 * alone. */
	if (seen.low && (seen.high & ~LCRQ_UNSAFE) == head)
		return false;
	/* acquire: after the dequeuers' count, so that all that was claimed is claimed by those as
	 * well; pairs with the fetch-and-add in lcrq_ring_enqueue(). */
	tail = load_acquire(&ring->tail);
	if ((tail & ~LCRQ_CLOSED) > head)
		return false;
	lcrq_catch_up(ring, tail, head);
	return true;
}

/**
 * lcrq_ring_dequeue() - take the oldest value.
 *
 * @position:  out, that of the value.
 *
 * Return: 0 if the ring is empty.
 */
static inline uint64_t lcrq_ring_dequeue(struct lcrq_ring *ring, uint64_t *position)
{
	uint64_t stored = 0;

	while (!stored) {
		/* acquire: before the loads that look for a value; pairs with the fetch-and-add
		 * below. */
		if (lcrq_ring_is_empty(ring, load_acquire(&ring->head)))
			return 0;
		/* acq_rel: hands on what was seen of tail, and is known to whoever sees what
		 * lcrq_take() does to the cell; pairs with the load above, and with that in
		 * lcrq_place(). */
		*position = fetch_add_acq_rel(&ring->head, 1);
		stored = lcrq_take(ring, *position);
	}
	return stored;
}

/* It is closed, and tail says up to where. */
static inline void lcrq_ring_settle(struct lcrq_ring *ring)
{
	(void)ring;
}

/* The next value from cell *@at on. Threads: one, at rest. */
static inline bool lcrq_ring_find(const struct lcrq_ring *ring, uint64_t *at, uint64_t *stored)
{
	while (*at < LCRQ_CELLS) {
		*stored = load_relaxed(&ring->cells[(*at)++].low); /* relaxed: at rest */
		if (*stored)
			return true;
	}
	return false;
}

/* Return: what is broken, or NULL. Threads: one, at rest. */
static inline const char *lcrq_ring_check(const struct lcrq_ring *ring)
{
	/* relaxed, here and below: at rest. */
	const uint64_t head = load_relaxed(&ring->head);
	const uint64_t tail = load_relaxed(&ring->tail) & ~LCRQ_CLOSED;

	for (unsigned i = 0; i < LCRQ_CELLS; i++) {
		const uint64_t stored = load_relaxed(&ring->cells[i].low); /* relaxed: as above */
		/* relaxed: as above. */
		const uint64_t index = load_relaxed(&ring->cells[i].high) & ~LCRQ_UNSAFE;

		if (index % LCRQ_CELLS != i)
			return "lcrq: a cell with the index of another one";
		if (stored && (index < head || index >= tail))
			return "lcrq: a value out of the dequeuers' way";
	}
	return NULL;
}

#endif
