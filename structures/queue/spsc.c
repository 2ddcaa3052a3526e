#include "structures/queue/spsc.h"

#include <errno.h>

#include "structures/queue/bounded.h"

static int spsc_create(const struct setup *setup, void **instance)
{
	struct spsc *const queue = memory_shared(setup->memory, sizeof(*queue));

	if (!queue)
		return -ENOMEM;
	queue->mask = (UINT64_C(1) << bounded_log2(setup)) - 1;
	queue->value_bytes = setup->value_bytes;
	queue->slots = memory_shared(setup->memory, (queue->mask + 1) * sizeof(*queue->slots));
	if (!queue->slots)
		return -ENOMEM;
	*instance = queue;
	return 0;
}

static void spsc_destroy(void *instance)
{
	struct spsc *const queue = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = queue->value_bytes };

	/* relaxed: alone. */
	for (uint64_t at = load_relaxed(&queue->head); at != load_relaxed(&queue->tail); at++)
		payload_free(&context, queue->slots[at & queue->mask]);
}

static void spsc_inspect(void *instance, struct inspection *inspection)
{
	const struct spsc *const queue = instance;
	struct context context = { .value_bytes = queue->value_bytes };
	/* relaxed: alone. */
	const uint64_t head = load_relaxed(&queue->head), tail = load_relaxed(&queue->tail);

	*inspection = (struct inspection){ .elements = tail - head };
	if (inspection->elements > queue->mask + 1) {
		inspection->broken = "spsc: more elements than slots";
		return;
	}
	for (uint64_t at = head; at != tail; at++)
		inspection->sum += payload_read(&context, queue->slots[at & queue->mask]);
	if (queue->head_seen > head || queue->tail_seen > tail)
		inspection->broken = "spsc: a copy is ahead of its index";
	if (context.torn)
		inspection->broken = "spsc: a payload that is not whole";
}

#define STRUCTURE spsc
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER                                                                      \
	"Lee, Bu, Chandranmenon, A lock-free, cache-efficient multi-core synchronization " \
	"mechanism for line-rate network traffic monitoring, IPDPS 2010"
#define VARIANT_PROGRESS      PROGRESS_WAIT_FREE
#define VARIANT_LINEARIZABLE  true
#define VARIANT_BOUNDED       true
#define VARIANT_PRODUCERS_MAX 1
#define VARIANT_CONSUMERS_MAX 1
#include "structures/queue/queue_loop.inc.h"
