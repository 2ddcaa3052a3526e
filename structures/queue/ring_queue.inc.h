/*
 * An unbounded queue out of rings: what queue/lcrq and queue/lscq share (ring_list.h). Expects
 * STRUCTURE, and struct STRUCTURE_ring, whose first member is a struct ring_link, with these
 * operations; values are words of payload.h, none of which is 0.
 *
 *   bool NAME_ring_is_possible(const struct setup *)    on this machine, for these workers
 *   struct NAME_ring *NAME_ring_make(struct arena *, uint64_t stored)    one that nobody knows
 *       yet, with a value in it unless that is 0; NULL without memory. It is an object of
 *       MEMORY_NODES.
 *   bool NAME_ring_enqueue(struct NAME_ring *, uint64_t stored, uint64_t *position)    false: the
 *       ring is closed for ever, and a value whose enqueue had not returned true is not in it
 *   uint64_t NAME_ring_dequeue(struct NAME_ring *, uint64_t *position)    0 if empty
 *   void NAME_ring_settle(struct NAME_ring *)    it is closed: from here on an answer of empty is
 *       final
 *   bool NAME_ring_find(const struct NAME_ring *, uint64_t *at, uint64_t *stored)    at rest: the
 *       next value from @at on, which begins with 0
 *   const char *NAME_ring_check(const struct NAME_ring *)    at rest: what is broken, or NULL
 * and RING_PAUSES, between finding the queue empty and saying so. `position` is a ticket for turns.h.
 * Goes before hooks.inc.h.
 */
#include <errno.h>

#include "structures/common/payload.h"
#include "structures/queue/queue.h"
#include "structures/queue/ring_list.h"

#define RING VARIANT_PASTE(STRUCTURE, ring)

struct STRUCTURE {
	struct ring_list list;
	struct reclaim *reclaim;
	size_t value_bytes;
};

static_assert(offsetof(struct RING, link) == 0, "the list knows rings by their links");

/* @ring is closed: go on to a next one, or make it. Return: true if that has taken the value. */
static __attribute__((noinline)) bool OP(extend)(struct STRUCTURE *queue, struct context *context,
						 struct RING *ring, uint64_t stored)
{
	struct RING *made;

	if (!ring_list_is_last(&ring->link)) {
		ring_list_help(&queue->list, &ring->link);
		return false;
	}
	made = OP(ring_make)(context->arena, stored);
	if (!made) {
		context->exhausted++;
		return false;
	}
	if (ring_list_append(&queue->list, &ring->link, &made->link))
		return true;
	arena_free(context->arena, made, MEMORY_NODES, sizeof(*made));
	return false;
}

/* Return: false without memory, which is counted. */
static inline bool OP(enqueue)(struct STRUCTURE *queue, struct context *context, uint64_t value)
{
	struct ring_list_thread *const thread = queue->list.threads[context->worker];
	const uint64_t exhausted = context->exhausted;
	uint64_t stored, position = 0;
	bool is_in = false;

	if (!payload_make(context, value, &stored))
		return false;
	reclaim_enter(context->reclaim);
	while (!is_in && context->exhausted == exhausted) {
		struct RING *const ring = (struct RING *)ring_list_last(&queue->list, context);

		is_in = OP(ring_enqueue)(ring, stored, &position);
		if (is_in)
			turns_pass(&thread->enqueues, position);
		else
			is_in = OP(extend)(queue, context, ring, stored);
	}
	reclaim_exit(context->reclaim);
	if (!is_in)
		payload_free(context, stored);
	return is_in;
}

/* Return: false if the queue is empty; then *value is untouched. */
static inline bool OP(dequeue)(struct STRUCTURE *queue, struct context *context, uint64_t *value)
{
	struct ring_list_thread *const thread = queue->list.threads[context->worker];
	uint64_t stored, position = 0;

	reclaim_enter(context->reclaim);
	for (;;) {
		struct RING *const ring = (struct RING *)ring_list_first(&queue->list, context);

		stored = OP(ring_dequeue)(ring, &position);
		if (stored || ring_list_is_last(&ring->link))
			break;
		/* Closed by now, so that this look is the last. */
		OP(ring_settle)(ring);
		stored = OP(ring_dequeue)(ring, &position);
		if (stored)
			break;
		ring_list_leave(&queue->list, context, &ring->link, sizeof(*ring));
	}
	reclaim_exit(context->reclaim);
	ring_list_tidy(&queue->list, context);
	if (!stored) {
		cpu_relax_for(RING_PAUSES);
		return false;
	}
	turns_pass(&thread->dequeues, position);
	*value = payload_read(context, stored);
	payload_free(context, stored); /* nobody else looks into the payload of a taken value */
	return true;
}

static int OP(create)(const struct setup *setup, void **instance)
{
	struct STRUCTURE *const queue = memory_shared(setup->memory, sizeof(*queue));
	/* Retired like any other, so it comes from an arena: no worker runs yet. */
	struct RING *first;
	int error = -ENOMEM;

	if (!OP(ring_is_possible)(setup))
		return -ENOTSUP;
	if (!queue)
		return error; /* what was got goes with memory_destroy() */
	queue->value_bytes = setup->value_bytes;
	first = OP(ring_make)(memory_arena(setup->memory, 0), 0);
	if (!first)
		return error;
	if (ring_list_init(&queue->list, setup, &first->link))
		error = reclaim_create(setup, &queue->reclaim);
	if (error)
		arena_free(NULL, first, MEMORY_NODES, sizeof(*first));
	else
		*instance = queue;
	return error;
}

/* Frees garbage, rings, and the payloads in them: with another allocator they would stay. */
static void OP(destroy)(void *instance)
{
	struct STRUCTURE *const queue = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = queue->value_bytes };
	struct ring_link *next;

	reclaim_destroy(queue->reclaim);
	for (struct ring_link *link = ring_list_begin(&queue->list); link; link = next) {
		struct RING *const ring = (struct RING *)link;
		uint64_t at = 0, stored;

		while (OP(ring_find)(ring, &at, &stored))
			payload_free(&context, stored);
		next = ring_list_next(link);
		arena_free(NULL, ring, MEMORY_NODES, sizeof(*ring));
	}
}

static void OP(inspect)(void *instance, struct inspection *inspection)
{
	const struct STRUCTURE *const queue = instance;
	struct context context = { .value_bytes = queue->value_bytes };
	struct ring_link *last = NULL;

	*inspection = (struct inspection){ 0 };
	for (struct ring_link *link = ring_list_begin(&queue->list); link;
	     link = ring_list_next(link)) {
		const struct RING *const ring = (const struct RING *)link;
		uint64_t at = 0, stored;

		while (OP(ring_find)(ring, &at, &stored)) {
			inspection->elements++;
			inspection->sum += payload_read(&context, stored);
		}
		if (!inspection->broken)
			inspection->broken = OP(ring_check)(ring);
		last = link;
	}
	/* relaxed: at rest. */
	if (load_relaxed(&queue->list.tail) != (uintptr_t)last)
		inspection->broken = "the tail of the list is not its last ring";
	if (context.torn)
		inspection->broken = "a payload that is not whole";
}

#undef RING
#undef RING_PAUSES
