#include "structures/queue/michael_scott.h"

#include <errno.h>

static int michael_scott_create(const struct setup *setup, void **instance)
{
	struct michael_scott *const queue = memory_shared(setup->memory, sizeof(*queue));
	/* The first dummy is retired like any node, so it comes from an arena: no worker runs
	 * yet. */
	struct michael_scott_node *const dummy =
		arena_alloc(memory_arena(setup->memory, 0), MEMORY_NODES, sizeof(*dummy));
	int error;

	if (!queue || !dummy)
		return -ENOMEM;    /* what was got goes with memory_destroy() */
	error = reclaim_create(setup, &queue->reclaim);
	if (error) {
		arena_free(NULL, dummy, MEMORY_NODES, sizeof(*dummy));
		return error;
	}
	queue->value_bytes = setup->value_bytes;
	dummy->value = 0;
	/* relaxed, here and below: the caller publishes the queue. */
	store_relaxed(&dummy->next, 0);
	store_relaxed(&queue->head, (uintptr_t)dummy);
	store_relaxed(&queue->tail, (uintptr_t)dummy);
	*instance = queue;
	return 0;
}

/* Frees garbage and every node: with an allocator other than arenas they would stay. */
static void michael_scott_destroy(void *instance)
{
	struct michael_scott *const queue = instance;
	const bool is_apart = queue->value_bytes > PAYLOAD_INLINE_BYTES;
	/* relaxed, here and below: all workers have detached. */
	struct michael_scott_node *node = michael_scott_node(load_relaxed(&queue->head));
	bool is_dummy = true;

	reclaim_destroy(queue->reclaim);
	while (node) {
		struct michael_scott_node *const next =
			michael_scott_node(load_relaxed(&node->next));    /* relaxed: as above */

		if (is_apart && !is_dummy)
			arena_free(NULL, payload_words(node->value), MEMORY_PAYLOADS,
				   queue->value_bytes);
		arena_free(NULL, node, MEMORY_NODES, sizeof(*node));
		node = next;
		is_dummy = false;
	}
}

static void michael_scott_inspect(void *instance, struct inspection *inspection)
{
	const struct michael_scott *const queue = instance;
	const bool is_apart = queue->value_bytes > PAYLOAD_INLINE_BYTES;
	/* relaxed, here and below: all workers are at rest. */
	uintptr_t last = load_relaxed(&queue->head);
	uintptr_t next = load_relaxed(&michael_scott_node(last)->next);

	*inspection = (struct inspection){ 0 };
	while (next) {
		const uint64_t stored = michael_scott_node(next)->value;

		inspection->elements++;
		inspection->sum += is_apart ? payload_words(stored)[0] : stored;
		last = next;
		next = load_relaxed(&michael_scott_node(last)->next);    /* relaxed: as above */
	}
	/* relaxed: as above. */
	if (load_relaxed(&queue->tail) != last)
		inspection->broken = "the tail is not the last node that the head leads to";
}

#define STRUCTURE michael_scott
#define VARIANT_PAPER                                                                              \
	"Michael, Scott, Simple, fast, and practical non-blocking and blocking concurrent queue "  \
	"algorithms, PODC 1996"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_LINEARIZABLE true
#include "structures/reclaim/hooks.inc.h"

#include "structures/queue/queue_loop.inc.h"
