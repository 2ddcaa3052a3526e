#include "structures/queue/scq.h"

#include <errno.h>

#include "structures/queue/bounded.h"

static int scq_create(const struct setup *setup, void **instance)
{
	struct scq *const queue = memory_shared(setup->memory, sizeof(*queue));
	const unsigned log2 = bounded_index_log2(setup);

	if (!queue)
		return -ENOMEM;
	queue->value_bytes = setup->value_bytes;
	queue->array.used.words = memory_shared(setup->memory, scq_words_bytes(log2));
	queue->array.free.words = memory_shared(setup->memory, scq_words_bytes(log2));
	queue->array.slots = memory_shared(setup->memory, sizeof(uint64_t) << log2);
	if (!queue->array.used.words || !queue->array.free.words || !queue->array.slots)
		return -ENOMEM; /* what was got goes with memory_destroy() */
	scq_array_init(&queue->array, log2);
	*instance = queue;
	return 0;
}

static void scq_destroy(void *instance)
{
	struct scq *const queue = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = queue->value_bytes };
	uint64_t at, stored;
	const uint64_t end = scq_array_positions(&queue->array, &at);

	for (; at < end; at++)
		if (scq_array_peek(&queue->array, at, &stored))
			payload_free(&context, stored);
}

static void scq_inspect(void *instance, struct inspection *inspection)
{
	const struct scq *const queue = instance;
	struct context context = { .value_bytes = queue->value_bytes };
	uint64_t at, stored;
	const uint64_t end = scq_array_positions(&queue->array, &at);

	*inspection = (struct inspection){ 0 };
	for (; at < end; at++) {
		if (!scq_array_peek(&queue->array, at, &stored))
			continue;
		inspection->elements++;
		inspection->sum += payload_read(&context, stored);
	}
	if (inspection->elements > UINT64_C(1) << queue->array.used.log2)
		inspection->broken = "scq: more elements than slots";
	if (context.torn)
		inspection->broken = "scq: a payload that is not whole";
}

#define STRUCTURE scq
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER \
	"Nikolaev, A scalable, portable, and memory-efficient lock-free FIFO queue, DISC 2019"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_LINEARIZABLE true
#define VARIANT_BOUNDED      true
#include "structures/queue/queue_loop.inc.h"
