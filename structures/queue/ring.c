#include "structures/queue/ring.h"

#include "structures/queue/bounded.h"

static int ring_create(const struct setup *setup, void **instance)
{
	struct ring *const queue = memory_shared(setup->memory, sizeof(*queue));
	int error;

	if (!queue)
		return -ENOMEM;
	queue->mask = (UINT64_C(1) << bounded_log2(setup)) - 1;
	queue->value_bytes = setup->value_bytes;
	queue->slots = memory_shared(setup->memory, (queue->mask + 1) * sizeof(*queue->slots));
	if (!queue->slots)
		return -ENOMEM;
	error = lock_init(&queue->lock, setup->memory);
	if (!error)
		error = lock_threads_init(&queue->threads, setup->memory, setup->workers);
	if (!error)
		*instance = queue;
	return error;
}

static void ring_destroy(void *instance)
{
	struct ring *const queue = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = queue->value_bytes };

	for (uint64_t at = queue->head; at != queue->tail; at++)
		payload_free(&context, queue->slots[at & queue->mask]);
	lock_destroy(&queue->lock);
}

static void ring_inspect(void *instance, struct inspection *inspection)
{
	const struct ring *const queue = instance;
	struct context context = { .value_bytes = queue->value_bytes };

	*inspection = (struct inspection){ .elements = queue->tail - queue->head };
	if (inspection->elements > queue->mask + 1) {
		inspection->broken = "ring: more elements than slots";
		return;
	}
	for (uint64_t at = queue->head; at != queue->tail; at++)
		inspection->sum += payload_read(&context, queue->slots[at & queue->mask]);
	if (context.torn)
		inspection->broken = "ring: a payload that is not whole";
}

#define STRUCTURE ring
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"D. Knuth, The Art of Computer Programming vol. 1, 1968, section 2.2.2, under one lock"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE true
#define VARIANT_BOUNDED      true
#include "structures/queue/queue_loop.inc.h"
