/*
 * vyukov, vyukov_waits: a bounded queue for many producers and many consumers in one array.
 *
 * Each slot carries a turn that says whose it is: a producer may fill slot i in round r at turn 2r,
 * a consumer may empty it at turn 2r + 1. Threads claim positions by advancing tail or head with a
 * CAS and then meet only at their slot, so that a producer and a consumer at different lines share
 * none.
 *
 * Source: D. Vyukov, "Bounded MPMC queue", 1024cores, 2010 (a web page; there is no paper).
 * Differences: (a) the turn counts rounds, not positions, and of it there is the low byte: seven
 *   slots lie in a line, where four with turns of 8 bytes would. So a turn says who may act to those
 *   alone whose position is the end's still, which only the CAS on the end shows. (b) Threads that
 *   meet at one end take turns there (turns.h); backoff between failed claims, and a pause before an
 *   answer of full or empty. (c) The first claim of a line fetches a later one, where the other end
 *   is known to be far from it; without that each line is waited for.
 *
 * Invariants
 *   1. tail is between head and head + a round.
 *   2. A slot's turn, of which the low eight bits are kept, only grows, by one for each fill and each
 *      empty. While an end stands at a position, the turn of its slot is that for which the end
 *      waits, or one or two behind.
 *   3. A slot's value is written only by the producer whose turn it is, and read only by the consumer
 *      whose turn it is.
 *
 * Linearization: an enqueue that succeeds at its CAS on tail, a dequeue that succeeds at its CAS on
 *   head. An empty answer has no such point: a dequeue that meets a slot claimed but not yet filled
 *   answers empty although a later enqueue may have completed; likewise full. Hence not linearizable.
 *   vyukov_waits (VYUKOV_WAITS=1) answers empty only if tail has not passed the head it looked at, and
 *   full only if head has not passed the slot a round behind; else it waits for the slot. It is
 *   linearizable: empty and full at the load of the other end.
 * Progress: blocking. A producer that stops between its CAS and its store of the turn stops all
 *   consumers at that slot, and a round later the producers; a consumer that does, the producers a
 *   round later, and then the consumers. Those of vyukov get refusals, those of vyukov_waits no
 *   answer at all.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: none needed; nothing is freed before destroy.
 * Memory: a line for each seven elements of capacity (4096 unless asked for); the lines are rounded
 *   up to a power of two, and as many elements as they have slots for are let in: 7168 unless asked
 *   for. Three line pairs, and one for each worker.
 */
#ifndef STRUCTURES_QUEUE_VYUKOV_H
#define STRUCTURES_QUEUE_VYUKOV_H

#include "structures/common/backoff.h"
#include "structures/common/fetch.h"
#include "structures/common/payload.h"
#include "structures/queue/queue.h"
#include "structures/queue/turns.h"

enum {
	VYUKOV_SLOTS = 7,     /* of a line */
	VYUKOV_SLOT_BITS = 3, /* of a position, for the slot in its line */
	VYUKOV_AHEAD = 2,     /* lines from a claim to the line that is fetched */
	/* Lines between two looks at the other end, whose line each look takes away. */
	VYUKOV_LOOK_EVERY = 128,
	/* Before an answer of full or empty: about 100 operations of the other end. */
	VYUKOV_PAUSES = 64
};

/* Seven slots, each a value and a turn. */
struct vyukov_line {
	CACHELINE_ALIGNED uint64_t stored[VYUKOV_SLOTS];
	_Atomic uint8_t turns[VYUKOV_SLOTS];
};

_Static_assert(sizeof(struct vyukov_line) == CACHELINE_BYTES, "seven slots are one line");

/*
 * Where one kind of thread works; its own line. A position is the number of a line, counted through
 * all rounds, and in the low bits the slot, 0 to 6: so nothing need be divided by 7.
 */
struct vyukov_end {
	CACHELINE_APART _Atomic uint64_t position; /* next to claim */
	_Atomic uint64_t other;                    /* where the other end was, some time ago */
};

/* Of one worker, on its node. */
struct vyukov_thread {
	CACHELINE_APART struct turns fills;
	struct turns empties;
};

struct vyukov {
	struct vyukov_end tail; /* to fill; written by producers */
	struct vyukov_end head; /* to empty; written by consumers */
	/* Read only after create. */
	CACHELINE_APART struct vyukov_line *lines;
	uint64_t mask;  /* lines - 1 */
	unsigned shift; /* of a position, to its round */
	size_t value_bytes;
	struct vyukov_thread *threads[]; /* by worker */
};

static inline struct vyukov_line *vyukov_line_at(const struct vyukov *queue, uint64_t position)
{
	return &queue->lines[position >> VYUKOV_SLOT_BITS & queue->mask];
}

static inline unsigned vyukov_slot(uint64_t position)
{
	return position & ((1u << VYUKOV_SLOT_BITS) - 1);
}

/* The position after @position: the next slot of its line, or the first one of the next line. */
static inline uint64_t vyukov_next(uint64_t position)
{
	return position + 1 + (vyukov_slot(position) == VYUKOV_SLOTS - 1);
}

static inline _Atomic uint8_t *vyukov_turn_at(const struct vyukov *queue, uint64_t position)
{
	return &vyukov_line_at(queue, position)->turns[vyukov_slot(position)];
}

static inline uint64_t *vyukov_stored_at(const struct vyukov *queue, uint64_t position)
{
	return &vyukov_line_at(queue, position)->stored[vyukov_slot(position)];
}

/* Positions of a round: how far tail is ahead of head when the queue is full. */
static inline uint64_t vyukov_round(const struct vyukov *queue)
{
	return UINT64_C(1) << queue->shift;
}

/* How many positions there were before this one, for turns.h. */
static inline uint64_t vyukov_ticket(uint64_t position)
{
	return position - (position >> VYUKOV_SLOT_BITS);
}

#ifndef VYUKOV_WAITS
#	define VYUKOV_WAITS 0
#endif

/* The turn at which a position may be filled; one more, and it may be emptied. */
static inline uint8_t vyukov_turn(const struct vyukov *queue, uint64_t position)
{
	return (uint8_t)((position >> queue->shift) * 2);
}

/*
 * The slot at @position was found behind its turn. Is nothing there for good, or has another thread
 * claimed the slot and is not done with it?
 */
static inline bool vyukov_is_refused(const struct vyukov *queue, bool fills, uint64_t position)
{
	/* acquire, here and below: whoever moved this end moved it past what it had seen of the
	 * other, and this thread has acquired that move; so the other end is not met behind
	 * @position, and where it is met at it, this end was there too. Pairs with the CAS in
	 * vyukov_claim(). */
	if (load_acquire(fills ? &queue->tail.position : &queue->head.position) != position)
		return false; /* and the turn, modulo 256, may have been ahead */
	if (!VYUKOV_WAITS)
		return true;
	if (fills)
		return load_acquire(&queue->head.position) + vyukov_round(queue) == position;
	return load_acquire(&queue->tail.position) == position; /* acquire: as above */
}

/*
 * After a claim of the first slot of a line: fetch a later line, if the other end was far enough away
 * for it to be this end's. Else it would be taken away from a thread at work there.
 */
static inline void vyukov_fetch_ahead(struct vyukov *queue, bool fills, uint64_t position)
{
	struct vyukov_end *const end = fills ? &queue->tail : &queue->head;
	const uint64_t ahead = position + ((uint64_t)VYUKOV_AHEAD << VYUKOV_SLOT_BITS);
	uint64_t limit;

	if (vyukov_slot(position))
		return;
	/* relaxed, all: a hint; a wrong one costs time. */
	if (!(position % (VYUKOV_LOOK_EVERY << VYUKOV_SLOT_BITS)))
		store_relaxed(&end->other,
			      load_relaxed(fills ? &queue->head.position : &queue->tail.position));
	limit = load_relaxed(&end->other) + (fills ? vyukov_round(queue) : 0);
	if ((int64_t)(limit - ahead) > 0)
		fetch_to_write(vyukov_line_at(queue, ahead));
}

/*
 * Claim the next position at the tail, to fill it, or at the head, whose slot has reached its turn.
 * Return: false if there is none: full, or empty.
 */
static inline bool vyukov_claim(struct vyukov *queue, bool fills, uint64_t *claimed)
{
	_Atomic uint64_t *const end = fills ? &queue->tail.position : &queue->head.position;
	struct backoff backoff = { 0 };
	/* acquire: see vyukov_is_refused(); pairs with the CAS below, which by claiming the position
	 * shows that the turn read between was of its round. */
	uint64_t position = load_acquire(end);

	for (;;) {
		const uint8_t mine = (uint8_t)(vyukov_turn(queue, position) + !fills);
		/* acquire: who had the slot before is done with its value; pairs with the releases of
		 * turn in vyukov_enqueue() and vyukov_release(). */
		const uint8_t turn = load_acquire(vyukov_turn_at(queue, position));

		if ((int8_t)(turn - mine) < 0 && vyukov_is_refused(queue, fills, position)) {
			/* Asked in a loop, it would take the other end's line away each time. */
			backoff_pause(&backoff, VYUKOV_PAUSES);
			return false;
		}
		if (turn != mine) {
			/* Others are at work at this end or slot, and with every look their lines
			 * would travel. */
			backoff_grow(&backoff);
			/* acquire: as above. */
			position = load_acquire(end);
			continue;
		}
		/* acq_rel: hands on the turn acquired above, which shows where the other end was;
		 * pairs with the loads of this end. The turn of the slot carries the data. */
		if (cas_acq_rel(end, &position, vyukov_next(position))) {
			*claimed = position;
			vyukov_fetch_ahead(queue, fills, position);
			return true;
		}
		backoff_grow(&backoff);
	}
}

/* Take the value out of a slot claimed for emptying, and hand the slot to the next round. */
static inline uint64_t vyukov_release(struct vyukov *queue, uint64_t position)
{
	const uint64_t stored = *vyukov_stored_at(queue, position);

	/* release: the value has been read; pairs with the acquire in vyukov_claim(). */
	store_release(vyukov_turn_at(queue, position), (uint8_t)(vyukov_turn(queue, position) + 2));
	return stored;
}

/**
 * vyukov_enqueue() - append a value.
 *
 * Return: false if full (vyukov: or if the slot a round behind is claimed and not yet emptied), or
 * out of memory for a payload.
 * Linearizes: at the CAS on tail.   Progress: blocking.
 */
static inline bool vyukov_enqueue(struct vyukov *queue, struct context *context, uint64_t value)
{
	uint64_t position, stored;

	if (!payload_make(context, value, &stored))
		return false;
	if (!vyukov_claim(queue, true, &position)) {
		payload_free(context, stored);
		return false;
	}
	*vyukov_stored_at(queue, position) = stored;
	/* release: publishes the value; pairs with the acquire in vyukov_claim(). */
	store_release(vyukov_turn_at(queue, position), (uint8_t)(vyukov_turn(queue, position) + 1));
	turns_pass(&queue->threads[context->worker]->fills, vyukov_ticket(position));
	return true;
}

/**
 * vyukov_dequeue() - take the oldest value.
 *
 * @value:  out, only if there was one.
 *
 * Return: false if empty (vyukov: or if the next slot is claimed and not yet filled).
 * Linearizes: at the CAS on head, when it succeeds.   Progress: blocking.
 */
static inline bool vyukov_dequeue(struct vyukov *queue, struct context *context, uint64_t *value)
{
	uint64_t position, stored;

	if (!vyukov_claim(queue, false, &position))
		return false;
	stored = vyukov_release(queue, position);
	turns_pass(&queue->threads[context->worker]->empties, vyukov_ticket(position));
	*value = payload_read(context, stored);
	payload_free(context, stored);
	return true;
}

/* A dequeue that sleeps between its claim and its release: producers stop a round later, at its slot,
 * and when the ring has run empty, so do consumers. */
static inline void vyukov_stall(struct vyukov *queue, struct worker *worker)
{
	uint64_t position, stored;

	if (!vyukov_claim(queue, false, &position)) {
		worker_sleep_stalled(worker); /* nothing to take: asleep inside an empty answer */
		return;
	}
	worker_sleep_stalled(worker);
	stored = vyukov_release(queue, position);
	worker->tally.attempted[QUEUE_DEQUEUE]++;
	worker->tally.succeeded[QUEUE_DEQUEUE]++;
	queue_count_dequeued(worker, &worker->tally, payload_read(&worker->context, stored));
	payload_free(&worker->context, stored);
}

#endif
