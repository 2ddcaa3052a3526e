/*
 * faa_segment: an unbounded queue of array segments, whose cells are claimed by fetch-and-add.
 *
 * Each segment has two counters of claimed cells, one of the enqueuers and one of the dequeuers. An
 * enqueue claims a cell and puts its value there; a dequeue claims a cell and exchanges what is
 * there for a mark. A dequeue that was first spoils the cell, and both go on to later ones. When
 * all cells are claimed, enqueuers link a new segment, in which the first value already stands, and
 * dequeuers move on to it. A claim cannot fail, so that it costs a contended line one transfer,
 * where a compare-and-swap may need any number.
 *
 * Paper: A. Morrison, Y. Afek, "Fast concurrent queues for x86 processors", PPoPP 2013 (the queue
 *   in an infinite array); in segments with hazard pointers: A. Correia, P. Ramalhete,
 *   "FAAArrayQueue - MPMC lock-free queue (part 4 of 4)", Concurrency Freaks, 2016 (a web page).
 * Differences: (a) a dequeue looks at the cell that it would claim before it looks at the
 *   enqueuers' counter, whose line it leaves alone while there are elements; (b) it waits a little
 *   for an enqueuer that has claimed the same cell before it spoils it; (c) threads that meet at a
 *   counter take turns (turns.h); (d) segments that were retired are flushed out of the scheme a
 *   few at a time: as many as there are small nodes in its bags would not stay in a cache; (e) a
 *   dequeue fetches the line of a later one.
 *
 * Invariants
 *   1. A cell goes from 0 to a value to SPOILED, or from 0 to SPOILED, and never changes after that.
 *   2. A segment has a next one only when all of its cells are claimed by enqueuers.
 *   3. head and tail only move to a next segment, and tail is never behind head.
 *   4. A segment is retired by the thread that moved head past it, once.
 *
 * Linearization: an enqueue at the fetch-and-add that claimed the cell it filled, or at the CAS that
 *   linked its segment; a dequeue that takes a value at the later of its own claim and that one:
 *   both in the order of cells, which the stores of values need not follow; an empty one at the load of the enqueuers' counter that it has caught
 *   up with, or at the load that finds no next segment behind a used-up one.
 * Progress: lock-free up to the allocator. Cells may be spoiled one after the other, but a segment's end is reached
 *   then, and whoever links the next one has stored its value with that.
 * May run together: enqueue and dequeue, any number of each. create, destroy and inspect: alone.
 * Reclamation: any scheme. Hazard pointers use one slot, for the head or the tail segment, validated
 *   by that word.
 * Memory: 8 bytes an element, in segments of FAA_SEGMENT_CELLS and three lines, of which the
 *   arena makes 9 KiB; at least one.
 */
#ifndef STRUCTURES_QUEUE_FAA_SEGMENT_H
#define STRUCTURES_QUEUE_FAA_SEGMENT_H

#include "structures/common/cacheline.h"
#include "structures/common/payload.h"
#include "structures/queue/queue.h"
#include "structures/queue/turns.h"
#include "structures/reclaim/reclaim.h"

/* No word of payload.h: no value of a queue, and no address. */
#define FAA_SEGMENT_SPOILED UINT64_MAX

enum {
	FAA_SEGMENT_CELLS = 1024,
	FAA_SEGMENT_SLOT = 0,     /* of hazard pointers */
	FAA_SEGMENT_PATIENCE = 8, /* looks at a claimed cell before it is spoiled */
	FAA_SEGMENT_FLUSH_EVERY = 8
};

struct faa_segment_array {
	CACHELINE_ALIGNED _Atomic uint64_t enqueued; /* cells claimed by enqueuers, or more */
	CACHELINE_ALIGNED _Atomic uint64_t cells[FAA_SEGMENT_CELLS];
	CACHELINE_ALIGNED _Atomic uint64_t dequeued; /* cells claimed by dequeuers, or more */
	CACHELINE_ALIGNED _Atomic uintptr_t next;
	uint64_t first; /* ticket of cells[0]; not changed after the segment is linked */
};

/* Of one worker, on its node. */
struct faa_segment_thread {
	CACHELINE_APART struct turns enqueues;
	struct turns dequeues;
	unsigned retired;
};

struct faa_segment {
	CACHELINE_APART _Atomic uintptr_t head;
	CACHELINE_APART _Atomic uintptr_t tail;
	CACHELINE_APART struct reclaim *reclaim;
	size_t value_bytes;
	struct faa_segment_thread *threads[]; /* by worker */
};

static inline struct faa_segment_array *faa_segment_array(uintptr_t word)
{
	return (struct faa_segment_array *)word;
}

/* Move tail from a segment to the next one. Whoever comes late fails, and that is fine. */
static inline void faa_segment_help(struct faa_segment *queue, uintptr_t tail, uintptr_t next)
{
	/* acq_rel: hands on the segment, which this thread made or acquired; pairs with the loads
	 * of tail in faa_segment_enqueue() and faa_segment_leave(). */
	cas_acq_rel(&queue->tail, &tail, next);
}

/* A segment that nobody knows yet. Return: NULL without memory. */
static inline struct faa_segment_array *faa_segment_make(struct arena *arena, uint64_t first)
{
	struct faa_segment_array *const array = arena_alloc(arena, MEMORY_NODES, sizeof(*array));

	if (!array)
		return NULL;
	array->first = first;
	/* relaxed, here and below: whoever links the segment publishes it. */
	store_relaxed(&array->enqueued, 0);
	store_relaxed(&array->dequeued, 0);
	store_relaxed(&array->next, 0);
	for (unsigned i = 0; i < FAA_SEGMENT_CELLS; i++)
		store_relaxed(&array->cells[i], 0);    /* relaxed: as above */
	return array;
}

/* Link a segment with the value in its first cell. Return: what is next now, 0 without memory. */
static inline uintptr_t faa_segment_link(struct context *context, struct faa_segment_array *last,
					 uint64_t stored, bool *is_mine)
{
	struct faa_segment_array *const made =
		faa_segment_make(context->arena, last->first + FAA_SEGMENT_CELLS);
	uintptr_t next = 0;

	if (!made) {
		context->exhausted++;
		return 0;
	}
	/* relaxed, here and below: the CAS publishes them. */
	store_relaxed(&made->cells[0], stored);
	store_relaxed(&made->enqueued, 1);
	/* acq_rel: publishes the segment; pairs with the loads of `next` in faa_segment_append()
	 * and faa_segment_leave(). On failure acquires the one there, to hand it on. */
	*is_mine = cas_acq_rel(&last->next, &next, (uintptr_t)made);
	if (*is_mine)
		return (uintptr_t)made;
	arena_free(context->arena, made, MEMORY_NODES, sizeof(*made));
	return next;
}

enum faa_segment_append { FAA_SEGMENT_APPENDED, FAA_SEGMENT_RETRY, FAA_SEGMENT_EXHAUSTED };

/* All cells of @tail are claimed: link a segment with the value in it, or move on to one there is. */
static __attribute__((noinline)) enum faa_segment_append
faa_segment_append(struct faa_segment *queue, struct context *context, uintptr_t tail,
		   uint64_t stored)
{
	/* acquire: the segment as it was linked; pairs with the CAS in faa_segment_link(). */
	uintptr_t next = load_acquire(&faa_segment_array(tail)->next);
	bool is_mine = false;

	if (!next)
		next = faa_segment_link(context, faa_segment_array(tail), stored, &is_mine);
	if (!next)
		return FAA_SEGMENT_EXHAUSTED;
	faa_segment_help(queue, tail, next);
	return is_mine ? FAA_SEGMENT_APPENDED : FAA_SEGMENT_RETRY;
}

/* All cells of @head are claimed. Return: false if there is no next segment, and the queue empty. */
static __attribute__((noinline)) bool faa_segment_leave(struct faa_segment *queue,
							struct context *context, uintptr_t head)
{
	struct faa_segment_thread *const thread = queue->threads[context->worker];
	uintptr_t expected = head;
	/* acquire: the segment as it was linked; pairs with the CAS in faa_segment_link(). */
	const uintptr_t next = load_acquire(&faa_segment_array(head)->next);

	if (!next)
		return false;
	/* acquire: pairs with the CAS in faa_segment_help(). tail may stand on this segment, which
	 * must not be retired while it does. */
	if (load_acquire(&queue->tail) == head)
		faa_segment_help(queue, head, next);
	/* acq_rel: what was done in the segment comes before it is garbage, and the next one is
	 * handed on; pairs with the load of head in faa_segment_dequeue(). */
	if (!cas_acq_rel(&queue->head, &expected, next))
		return true;
	reclaim_retire(context->reclaim, faa_segment_array(head), MEMORY_NODES,
		       sizeof(struct faa_segment_array));
	thread->retired++;
	return true;
}

/* Between operations of a worker that retires: flush the scheme when there is enough to flush. */
static __attribute__((noinline)) void faa_segment_tidy(struct faa_segment *queue,
						       struct context *context)
{
	struct faa_segment_thread *const thread = queue->threads[context->worker];

	if (thread->retired < FAA_SEGMENT_FLUSH_EVERY)
		return;
	thread->retired = 0;
	reclaim_flush(context->reclaim);
}

/**
 * faa_segment_enqueue() - append a value.
 *
 * Return: true, or false without memory, which is counted.
 * Linearizes: at the claim of the cell, or the CAS on `next`.    Progress: lock-free.    Threads: any.
 */
static inline bool faa_segment_enqueue(struct faa_segment *queue, struct context *context,
				       uint64_t value)
{
	enum faa_segment_append appended = FAA_SEGMENT_RETRY;
	uint64_t stored;

	if (!payload_make(context, value, &stored))
		return false;
	reclaim_enter(context->reclaim);
	while (appended == FAA_SEGMENT_RETRY) {
		const uintptr_t tail =
			reclaim_protect(context->reclaim, FAA_SEGMENT_SLOT, &queue->tail);
		struct faa_segment_array *const array = faa_segment_array(tail);
		/* acq_rel: who reads this count has all that was claimed before it; pairs with the
		 * load in faa_segment_is_empty(). */
		const uint64_t cell = fetch_add_acq_rel(&array->enqueued, 1);
		uint64_t expected = 0;

		if (cell >= FAA_SEGMENT_CELLS) {
			appended = faa_segment_append(queue, context, tail, stored);
			if (appended == FAA_SEGMENT_APPENDED)
				turns_pass(&queue->threads[context->worker]->enqueues,
					   array->first + FAA_SEGMENT_CELLS);
			continue;
		}
		/* release: publishes the payload; pairs with the exchange in faa_segment_take(). */
		if (cas_release(&array->cells[cell], &expected, stored)) {
			appended = FAA_SEGMENT_APPENDED;
			turns_pass(&queue->threads[context->worker]->enqueues, array->first + cell);
		}
	}
	reclaim_exit(context->reclaim);
	if (appended == FAA_SEGMENT_APPENDED)
		return true;
	payload_free(context, stored);
	return false;
}

/* Is nothing at cell @dequeued, a count of claimed cells, nor claimed by an enqueuer? */
static inline bool faa_segment_is_empty(const struct faa_segment_array *array, uint64_t dequeued)
{
	/* relaxed: a hint that there is something, which the claim and the exchange settle. */
	if (dequeued >= FAA_SEGMENT_CELLS || load_relaxed(&array->cells[dequeued]))
		return false;
	/* acquire: after the count of the dequeuers, so that all that was claimed is claimed by
	 * those as well; pairs with the fetch-and-add in faa_segment_enqueue(). */
	return load_acquire(&array->enqueued) <= dequeued;
}

/* What is in a claimed cell; 0, and the cell is spoiled, if its enqueuer does not come. */
static inline uint64_t faa_segment_take(_Atomic uint64_t *cell)
{
	/* relaxed: a hint; the exchange below takes the value. */
	for (unsigned i = 0; i < FAA_SEGMENT_PATIENCE && !load_relaxed(cell); i++)
		cpu_relax();
	/* acquire: the payload; pairs with the CAS in faa_segment_enqueue(). */
	return exchange_acquire(cell, FAA_SEGMENT_SPOILED);
}

/**
 * faa_segment_dequeue() - take the oldest value.
 *
 * @value:  out; untouched when the queue is empty.
 *
 * Return: false if the queue is empty.
 * Linearizes: see above.    Progress: lock-free.    Threads: any.
 */
static inline bool faa_segment_dequeue(struct faa_segment *queue, struct context *context,
				       uint64_t *value)
{
	uint64_t stored = 0;
	bool has_left = false;

	reclaim_enter(context->reclaim);
	for (;;) {
		const uintptr_t head =
			reclaim_protect(context->reclaim, FAA_SEGMENT_SLOT, &queue->head);
		struct faa_segment_array *const array = faa_segment_array(head);
		/* acquire: before the loads that look for elements; pairs with the fetch-and-add
		 * below. */
		uint64_t cell = load_acquire(&array->dequeued);

		if (faa_segment_is_empty(array, cell))
			break;
		if (cell < FAA_SEGMENT_CELLS)
			/* acq_rel: hands on what was seen of the enqueuers' counter; pairs with the
			 * load above. */
			cell = fetch_add_acq_rel(&array->dequeued, 1);
		if (cell >= FAA_SEGMENT_CELLS) {
			if (!faa_segment_leave(queue, context, head))
				break;
			has_left = true;
			continue;
		}
		/* For a later exchange: enqueuers are ahead as a rule. */
		cacheline_fetch(&array->cells[(cell + CACHELINE_AHEAD_WORDS) % FAA_SEGMENT_CELLS],
				true);
		stored = faa_segment_take(&array->cells[cell]);
		if (stored) {
			turns_pass(&queue->threads[context->worker]->dequeues, array->first + cell);
			break;
		}
	}
	reclaim_exit(context->reclaim);
	if (__builtin_expect(has_left, 0))
		faa_segment_tidy(queue, context);
	if (!stored)
		return false;
	*value = payload_read(context, stored);
	payload_free(context, stored); /* nobody else looks into the payload of a taken value */
	return true;
}

#endif
