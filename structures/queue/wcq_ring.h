/*
 * wcq_ring: a queue of indices 0 to n - 1, as scq_ring.h, whose operations end after a bounded
 * number of steps.
 *
 * An operation tries for a while as scq does (the fast path, here). Then it asks for help in a
 * record of its own, and it and all who come to help go the slow path together (wcq_slow.h): one
 * position after the other is drawn for the request, and for each all must agree on what became
 * of it. So an entry is a word as in scq and a note beside it: the highest cycle in which the
 * slow path gave the entry up. Every few operations a thread looks whether the next one in turn
 * asks for help; once all do, nothing can overtake the request any more.
 *
 * Paper and differences: structures/queue/wcq.h.
 *
 * Invariants
 *   1. An entry's cycle and its note never fall.
 *   2. In one cycle an entry goes from older to an index, and from that to WCQ_CONSUMED; or from
 *      older to WCQ_NONE, and then no index comes into it in that cycle.
 *   3. Between two settings the threshold only falls; it is below 0 only if the ring was empty.
 *   4. An entry whose enqueue is not known to be finished lacks the bit WCQ_FINISHED, and whoever
 *      consumes it finishes the request before.
 */
#ifndef STRUCTURES_QUEUE_WCQ_RING_H
#define STRUCTURES_QUEUE_WCQ_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomic_pair.h"
#include "structures/common/cacheline.h"
#include "structures/common/fetch.h"

#ifndef WCQ_ENQUEUE_PATIENCE
#	define WCQ_ENQUEUE_PATIENCE 16 /* attempts on the fast path */
#endif
#ifndef WCQ_DEQUEUE_PATIENCE
#	define WCQ_DEQUEUE_PATIENCE 64
#endif
#ifndef WCQ_HELP_EVERY
#	define WCQ_HELP_EVERY 16 /* operations between two looks at others' requests */
#endif
#ifndef WCQ_PAUSES
#	define WCQ_PAUSES 128 /* before an answer of full or empty, as SCQ_PAUSES */
#endif

#define WCQ_EMPTY UINT64_MAX /* no index */

enum {
	WCQ_LINE_LOG2 = 2, /* entries of a line: neighbours in the order lie on different lines */
	WCQ_CATCH_UPS = 8, /* attempts to spare enqueuers a walk */
	WCQ_AHEAD = 2      /* positions from one drawn to the one whose line is fetched */
};

/* The latest step from one value of a head or tail to the next: seqlocked, its owner's to write. */
struct wcq_step {
	_Atomic uint64_t begun;
	_Atomic uintptr_t local; /* what must follow: a word of a request */
	_Atomic uint64_t from;
	_Atomic uint64_t written;
};

/* Of one worker. */
struct wcq_record {
	/* One for each counter: it may stand beside that until another step takes its place. */
	CACHELINE_APART struct wcq_step at_tail, at_head;
	/* The request: open while `asked` is `current`. */
	_Atomic uint64_t current, asked;
	_Atomic uint64_t index;      /* to be enqueued; WCQ_EMPTY: a dequeue */
	_Atomic uint64_t began_at;   /* the last position that the fast path tried */
	_Atomic uint64_t tail, head; /* the position drawn for it, with WCQ_DRAWING or WCQ_DONE */
	/* The owner's: when to look, and after whom. */
	unsigned until_help, helped;
};

struct wcq_ring {
	/* low: positions drawn; high: the last one's step, 0 if nothing follows from it. */
	CACHELINE_ALIGNED struct atomic_pair tail;
	CACHELINE_ALIGNED struct atomic_pair head;
	CACHELINE_ALIGNED _Atomic int64_t threshold;
	/* Read only after it is made. */
	CACHELINE_ALIGNED struct atomic_pair *entries; /* low: word; high: note */
	struct wcq_record **records;                   /* by worker */
	unsigned workers;
	unsigned log2; /* of n */
};

/* Flags of a request's position. */
#define WCQ_DRAWING (UINT64_C(1) << 62) /* the counter may not have been advanced yet */
#define WCQ_DONE    (UINT64_C(1) << 63)

/*
 * A word: index in the low log2 + 1 bits, of which the two highest values are WCQ_NONE and
 * WCQ_CONSUMED; a bit that says that its enqueue is finished; one that says it is safe; then the
 * cycle.
 */
static inline uint64_t wcq_consumed(const struct wcq_ring *ring)
{
	return (UINT64_C(2) << ring->log2) - 1;
}

static inline uint64_t wcq_none(const struct wcq_ring *ring)
{
	return wcq_consumed(ring) - 1;
}

static inline uint64_t wcq_finished(const struct wcq_ring *ring)
{
	return UINT64_C(2) << ring->log2;
}

static inline uint64_t wcq_safe(const struct wcq_ring *ring)
{
	return UINT64_C(4) << ring->log2;
}

static inline uint64_t wcq_index_of_word(const struct wcq_ring *ring, uint64_t word)
{
	return word & wcq_consumed(ring);
}

static inline bool wcq_is_vacant(const struct wcq_ring *ring, uint64_t word)
{
	return wcq_index_of_word(ring, word) >= wcq_none(ring);
}

static inline uint64_t wcq_cycle_of_word(const struct wcq_ring *ring, uint64_t word)
{
	return word >> (ring->log2 + 3);
}

static inline uint64_t wcq_cycle(const struct wcq_ring *ring, uint64_t position)
{
	return position >> (ring->log2 + 1);
}

static inline uint64_t wcq_word(const struct wcq_ring *ring, uint64_t cycle, uint64_t flags,
				uint64_t index)
{
	return cycle << (ring->log2 + 3) | flags | index;
}

static inline struct atomic_pair *wcq_entry(const struct wcq_ring *ring, uint64_t position)
{
	const unsigned bits = ring->log2 + 1;
	const uint64_t mask = (UINT64_C(1) << bits) - 1, at = position & mask;

	if (bits <= WCQ_LINE_LOG2)
		return &ring->entries[at];
	return &ring->entries[(at << WCQ_LINE_LOG2 & mask) | at >> (bits - WCQ_LINE_LOG2)];
}

static inline int64_t wcq_threshold(const struct wcq_ring *ring)
{
	return (INT64_C(3) << ring->log2) - 1;
}

/* Bytes of entries of a ring of 2^@log2 indices. */
static inline size_t wcq_entries_bytes(unsigned log2)
{
	return (sizeof(struct atomic_pair) << log2) * 2;
}

/* An index is in: let dequeuers look for it. */
static inline void wcq_reset_threshold(struct wcq_ring *ring)
{
	/* seq_cst, both: after the CAS that placed the index, so that a dequeuer that took the
	 * threshold below 0 did so before, or meets the value stored here; pairs with the load in
	 * wcq_ring_dequeue(). */
	if (load_seq_cst(&ring->threshold) != wcq_threshold(ring))
		store_seq_cst(&ring->threshold, wcq_threshold(ring)); /* seq_cst: as above */
}

/* May the enqueuer of @position use an entry that held @word? Its cycle is older. */
static inline bool wcq_is_usable(const struct wcq_ring *ring, uint64_t word, uint64_t position)
{
	/* seq_cst: the word was loaded before; if it is unsafe the dequeuer of this position must
	 * not have passed. Pairs with the fetch-and-add of head. */
	return wcq_is_vacant(ring, word) &&
	       (word & wcq_safe(ring) || load_seq_cst(&ring->head.low) <= position);
}

/* What a dequeuer that finds no index of its own leaves in an entry of an older cycle. */
static inline uint64_t wcq_passed(const struct wcq_ring *ring, uint64_t word, uint64_t position)
{
	if (!wcq_is_vacant(ring, word))
		return word & ~wcq_safe(ring);
	return wcq_word(ring, wcq_cycle(ring, position),
			(word & wcq_safe(ring)) | wcq_finished(ring), wcq_none(ring));
}

/* The dequeuers are ahead of the enqueuers: bring tail up to @head, so that these need not walk. */
static inline void wcq_catch_up(struct wcq_ring *ring, uint64_t tail, uint64_t head)
{
	/* seq_cst: a step of tail like any other; pairs with the fetch-and-add in
	 * wcq_ring_enqueue(). Not for ever: it is of use while it succeeds, and no more. */
	for (unsigned i = 0; i < WCQ_CATCH_UPS && !cas_seq_cst(&ring->tail.low, &tail, head); i++) {
		/* seq_cst: no older than tail; pairs with the fetch-and-add of head. */
		head = load_seq_cst(&ring->head.low);
		if (tail >= head)
			return;
	}
}

/* Whose request put an unfinished index at @position: it is done, lest it be put there again. */
static inline void wcq_finish_request(struct wcq_ring *ring, uint64_t position)
{
	for (unsigned i = 0; i < ring->workers; i++) {
		uint64_t tail = position;

		/* seq_cst: as all of the slow path; pairs with the loads in wcq_draw(). */
		if (load_seq_cst(&ring->records[i]->tail) == position) {
			/* seq_cst: as above. */
			cas_seq_cst(&ring->records[i]->tail, &tail, position | WCQ_DONE);
			return;
		}
	}
}

/* Take the index of @word, which is this dequeuer's, out for good. */
static inline uint64_t wcq_consume(struct wcq_ring *ring, uint64_t position, uint64_t word)
{
	if (!(word & wcq_finished(ring)))
		wcq_finish_request(ring, position);
	/* acq_rel: hands the entry to the next cycle, after the request is finished; pairs with the
	 * loads in wcq_place() and wcq_place_slowly(). */
	fetch_or_acq_rel(&wcq_entry(ring, position)->low, wcq_finished(ring) | wcq_consumed(ring));
	return wcq_index_of_word(ring, word);
}

/* The enqueuer of @position, drawn on the fast path: put the index there, if that can still be. */
static inline bool wcq_place(struct wcq_ring *ring, uint64_t position, uint64_t index)
{
	_Atomic uint64_t *const at = &wcq_entry(ring, position)->low;
	const uint64_t cycle = wcq_cycle(ring, position);
	const uint64_t made = wcq_word(ring, cycle, wcq_safe(ring) | wcq_finished(ring), index);
	/* acquire: the dequeuer that emptied the entry is done; pairs with the fetch-or in
	 * wcq_consume(), and the CAS in wcq_try(). */
	uint64_t word = load_acquire(at);

	while (wcq_cycle_of_word(ring, word) < cycle && wcq_is_usable(ring, word, position))
		/* seq_cst: publishes what the index stands for; pairs with the load in wcq_try().
		 * And before the load of threshold that follows. */
		if (cas_seq_cst(at, &word, made))
			return true;
	return false;
}

/* The dequeuer of @position, drawn on the fast path. Return: the index there, or WCQ_EMPTY. */
static inline uint64_t wcq_try(struct wcq_ring *ring, uint64_t position)
{
	_Atomic uint64_t *const at = &wcq_entry(ring, position)->low;
	const uint64_t cycle = wcq_cycle(ring, position);
	/* acquire: what the index stands for; pairs with the CAS in wcq_place() and
	 * wcq_place_slowly(). */
	uint64_t word = load_acquire(at);

	while (wcq_cycle_of_word(ring, word) < cycle) {
		/* seq_cst: keeps this position's enqueuer out; pairs with the loads in wcq_place()
		 * and wcq_place_slowly(). Also where the word stays what it is, unsafe: only who
		 * acquires this write in a later word is sure to find head past the position. */
		if (cas_seq_cst(at, &word, wcq_passed(ring, word, position)))
			return WCQ_EMPTY;
	}
	if (wcq_cycle_of_word(ring, word) == cycle)
		return wcq_consume(ring, position, word);
	return WCQ_EMPTY;
}

#endif
