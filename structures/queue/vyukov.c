#include "structures/queue/vyukov.h"

#include <errno.h>

#include "structures/queue/bounded.h"

static int vyukov_create(const struct setup *setup, void **instance)
{
	struct vyukov *const queue = memory_shared(
		setup->memory, sizeof(*queue) + setup->workers * sizeof(*queue->threads));
	const unsigned lines_log2 =
		bounded_log2_of((bounded_capacity(setup) + VYUKOV_SLOTS - 1) / VYUKOV_SLOTS);

	if (!queue)
		return -ENOMEM;
	queue->shift = lines_log2 + VYUKOV_SLOT_BITS;
	queue->mask = (UINT64_C(1) << lines_log2) - 1;
	queue->value_bytes = setup->value_bytes;
	queue->lines = memory_shared(setup->memory, (queue->mask + 1) * sizeof(*queue->lines));
	if (!queue->lines)
		return -ENOMEM;
	for (unsigned i = 0; i < setup->workers; i++) {
		queue->threads[i] = memory_thread(setup->memory, i, sizeof(**queue->threads));
		if (!queue->threads[i])
			return -ENOMEM; /* what was got goes with memory_destroy() */
	}
	*instance = queue;
	return 0;
}

static void vyukov_destroy(void *instance)
{
	struct vyukov *const queue = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = queue->value_bytes };

	/* relaxed: alone. */
	for (uint64_t at = load_relaxed(&queue->head.position);
	     at != load_relaxed(&queue->tail.position); at = vyukov_next(at))
		payload_free(&context, *vyukov_stored_at(queue, at));
}

static void vyukov_inspect(void *instance, struct inspection *inspection)
{
	const struct vyukov *const queue = instance;
	struct context context = { .value_bytes = queue->value_bytes };

	*inspection = (struct inspection){ 0 };
	/* relaxed: alone. */
	for (uint64_t at = load_relaxed(&queue->head.position);
	     at != load_relaxed(&queue->tail.position); at = vyukov_next(at)) {
		inspection->elements++;
		inspection->sum += payload_read(&context, *vyukov_stored_at(queue, at));
		/* relaxed: alone. */
		if (load_relaxed(vyukov_turn_at(queue, at)) !=
		    (uint8_t)(vyukov_turn(queue, at) + 1))
			inspection->broken = "vyukov: a slot between head and tail is not filled";
	}
	if (inspection->elements > (queue->mask + 1) * VYUKOV_SLOTS)
		inspection->broken = "vyukov: more elements than slots";
	if (context.torn)
		inspection->broken = "vyukov: a payload that is not whole";
}

#define STRUCTURE vyukov
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER        "D. Vyukov, Bounded MPMC queue, 1024cores, 2010"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE VYUKOV_WAITS
#define VARIANT_BOUNDED      true
#include "structures/queue/queue_loop.inc.h"
