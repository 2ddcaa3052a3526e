/*
 * ring_list: the list of rings that makes a bounded queue an unbounded one.
 *
 * Enqueuers use the last ring and dequeuers the first. A ring that takes no more (it is full, or
 * its enqueuers starve) is closed for ever, and a new one is linked behind it, with a value in
 * it; once a closed ring is drained the dequeuers go on to the next. A ring in which the elements
 * fit is never left.
 *
 * Paper: A. Morrison, Y. Afek, "Fast concurrent queues for x86 processors", PPoPP 2013, section
 *   4.3: the queue of M. Michael and M. Scott (PODC 1996) with rings for nodes.
 *
 * Invariants
 *   1. A ring has a next one only when it is closed.
 *   2. head and tail only move to a next ring, and tail is never behind head.
 *   3. A ring is retired by the thread that moved head past it, once.
 *
 * Reclamation: any scheme. Hazard pointers use one slot, for the first or the last ring, validated
 *   by the word that names it.
 */
#ifndef STRUCTURES_QUEUE_RING_LIST_H
#define STRUCTURES_QUEUE_RING_LIST_H

#include "structures/common/cacheline.h"
#include "structures/queue/turns.h"
#include "structures/reclaim/reclaim.h"

enum {
	RING_LIST_SLOT = 0, /* of hazard pointers */
	/* As many rings as there are small nodes in a scheme's bags would not stay in a cache. */
	RING_LIST_FLUSH_EVERY = 8
};

/* First member of a ring. */
struct ring_link {
	_Atomic uintptr_t next;
};

/* Of one worker, on its node. */
struct ring_list_thread {
	CACHELINE_APART struct turns enqueues;
	struct turns dequeues;
	unsigned retired;
};

struct ring_list {
	CACHELINE_APART _Atomic uintptr_t head;
	CACHELINE_APART _Atomic uintptr_t tail;
	CACHELINE_APART struct ring_list_thread **threads; /* by worker */
};

static inline struct ring_link *ring_list_link(uintptr_t word)
{
	return (struct ring_link *)word;
}

/* The ring to dequeue from: protected, and the first one as long as head says so. */
static inline struct ring_link *ring_list_first(const struct ring_list *list,
						struct context *context)
{
	return ring_list_link(reclaim_protect(context->reclaim, RING_LIST_SLOT, &list->head));
}

/* The ring to enqueue in; likewise. */
static inline struct ring_link *ring_list_last(const struct ring_list *list,
					       struct context *context)
{
	return ring_list_link(reclaim_protect(context->reclaim, RING_LIST_SLOT, &list->tail));
}

static inline bool ring_list_is_last(const struct ring_link *ring)
{
	/* acquire: the ring as it was linked, and its predecessor closed before; pairs with the CAS
	 * in ring_list_append(). */
	return !load_acquire(&ring->next);
}

/* @ring is not the last one: see that tail does not stand on it. */
static inline void ring_list_help(struct ring_list *list, struct ring_link *ring)
{
	/* acquire: as in ring_list_is_last(). */
	const uintptr_t next = load_acquire(&ring->next);
	uintptr_t tail = (uintptr_t)ring;

	/* acq_rel: hands on the ring that was acquired; pairs with the loads of tail in
	 * ring_list_last(), and here. Whoever comes late fails. */
	cas_acq_rel(&list->tail, &tail, next);
}

/* Link @made behind @ring, which is closed. Return: false if there is a next one already. */
static inline bool ring_list_append(struct ring_list *list, struct ring_link *ring,
				    struct ring_link *made)
{
	uintptr_t next = 0;
	/* acq_rel: publishes the ring; pairs with the loads in ring_list_is_last() and
	 * ring_list_help(). */
	const bool is_linked = cas_acq_rel(&ring->next, &next, (uintptr_t)made);

	ring_list_help(list, ring);
	return is_linked;
}

/* @ring is closed and drained, and has a next one: move on, and retire it if nobody did before. */
static inline void ring_list_leave(struct ring_list *list, struct context *context,
				   struct ring_link *ring, size_t size_bytes)
{
	uintptr_t head = (uintptr_t)ring;

	ring_list_help(list, ring); /* what is retired must not be found by tail */
	/* acquire: as in ring_list_is_last(). acq_rel: what was done in the ring comes before it is
	 * garbage, and the next one is handed on; pairs with the load of head in
	 * ring_list_first(). */
	if (!cas_acq_rel(&list->head, &head, load_acquire(&ring->next)))
		return;
	reclaim_retire(context->reclaim, ring, MEMORY_NODES, size_bytes);
	list->threads[context->worker]->retired++;
}

/* Outside of sections: flush the scheme when a few rings were retired. */
static inline void ring_list_tidy(struct ring_list *list, struct context *context)
{
	struct ring_list_thread *const thread = list->threads[context->worker];

	if (__builtin_expect(thread->retired < RING_LIST_FLUSH_EVERY, 1))
		return;
	thread->retired = 0;
	reclaim_flush(context->reclaim);
}

/* What follows: one thread, no worker attached. */

/* Return: false without memory. */
static inline bool ring_list_init(struct ring_list *list, const struct setup *setup,
				  struct ring_link *first)
{
	list->threads = memory_shared(setup->memory, setup->workers * sizeof(*list->threads));
	if (!list->threads)
		return false;
	for (unsigned i = 0; i < setup->workers; i++) {
		list->threads[i] = memory_thread(setup->memory, i, sizeof(**list->threads));
		if (!list->threads[i])
			return false;
	}
	/* relaxed, both: the caller publishes the list. */
	store_relaxed(&list->head, (uintptr_t)first);
	store_relaxed(&list->tail, (uintptr_t)first);
	return true;
}

/* Walk from the first ring; NULL behind the last. */
static inline struct ring_link *ring_list_begin(const struct ring_list *list)
{
	return ring_list_link(load_relaxed(&list->head)); /* relaxed: at rest */
}

static inline struct ring_link *ring_list_next(const struct ring_link *ring)
{
	return ring_list_link(load_relaxed(&ring->next)); /* relaxed: at rest */
}

#endif
