/* The cold half: create, destroy, inspect, and the facts for the catalogue. See queue.h. */
#include "structures/template/queue.h"

/* Memory of shared tables and threads belongs to setup->memory: a failure just returns. */
static int skeleton_create(const struct setup *setup, void **instance)
{
	struct skeleton *const queue = memory_shared(setup->memory, sizeof(*queue));
	int error;

	if (!queue)
		return -ENOMEM;
	queue->capacity = setup->capacity ? setup->capacity : SKELETON_CAPACITY;
	if (queue->capacity > SIZE_MAX / sizeof(*queue->slots))
		return -ENOMEM;
	queue->slots = memory_shared(setup->memory, queue->capacity * sizeof(*queue->slots));
	if (!queue->slots)
		return -ENOMEM;
	error = lock_init(&queue->lock, setup->memory);
	if (error)
		return error;
	error = lock_threads_init(&queue->threads, setup->memory, setup->workers);
	if (error)
		return error;
	queue->value_bytes = setup->value_bytes;
	*instance = queue;
	return 0;
}

/* Gives back what came from arenas: nodes and payloads. */
static void skeleton_destroy(void *instance)
{
	struct skeleton *const queue = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = queue->value_bytes };

	for (uint64_t i = queue->head; i != queue->tail; i++)
		payload_free(&context, queue->slots[i % queue->capacity]);
	lock_destroy(&queue->lock);
}

/* Counts, sums the values, and checks the invariants of the header, as far as they show at rest. */
static void skeleton_inspect(void *instance, struct inspection *inspection)
{
	const struct skeleton *const queue = instance;
	/* For payload_read() alone: what a queued word stands for. */
	struct context context = { .value_bytes = queue->value_bytes };

	*inspection = (struct inspection){ .elements = queue->tail - queue->head };
	if (inspection->elements > queue->capacity)
		inspection->broken = "skeleton: more elements than its capacity";
	for (uint64_t i = queue->head; i != queue->tail; i++)
		inspection->sum += payload_read(&context, queue->slots[i % queue->capacity]);
}

#define STRUCTURE skeleton
/* attach, detach, quiesce, online and offline of a structure that needs locks alone. */
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER        "a skeleton to start a queue from, 2026"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE true
#define VARIANT_BOUNDED      true
#include "structures/queue/queue_loop.inc.h"
