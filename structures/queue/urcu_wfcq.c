#include "structures/queue/urcu_wfcq.h"

#include <errno.h>

static int urcu_wfcq_create(const struct setup *setup, void **instance)
{
	struct urcu_wfcq *const queue = memory_shared(setup->memory, sizeof(*queue));

	if (!queue)
		return -ENOMEM;
	cds_wfcq_init(&queue->head, &queue->tail);
	queue->value_bytes = setup->value_bytes;
	*instance = queue;
	return 0;
}

/* Frees every node: with an allocator other than arenas they would stay. */
static void urcu_wfcq_destroy(void *instance)
{
	struct urcu_wfcq *const queue = instance;
	const bool is_apart = queue->value_bytes > PAYLOAD_INLINE_BYTES;
	struct cds_wfcq_node *link, *next;

	__cds_wfcq_for_each_blocking_safe(&queue->head, &queue->tail, link, next) {
		liburcu_acquired(link);
		if (is_apart)
			arena_free(NULL, payload_words(urcu_wfcq_node(link)->value),
				   MEMORY_PAYLOADS, queue->value_bytes);
		arena_free(NULL, urcu_wfcq_node(link), MEMORY_NODES,
			   sizeof(struct urcu_wfcq_node));
	}
	cds_wfcq_destroy(&queue->head, &queue->tail);
}

static void urcu_wfcq_inspect(void *instance, struct inspection *inspection)
{
	struct urcu_wfcq *const queue = instance;
	const bool is_apart = queue->value_bytes > PAYLOAD_INLINE_BYTES;
	struct cds_wfcq_node *link, *last = &queue->head.node;

	*inspection = (struct inspection){ 0 };
	__cds_wfcq_for_each_blocking(&queue->head, &queue->tail, link) {
		liburcu_acquired(link);
		const uint64_t stored = urcu_wfcq_node(link)->value;

		inspection->elements++;
		inspection->sum += is_apart ? payload_words(stored)[0] : stored;
		last = link;
	}
	if (queue->tail.p != last)
		inspection->broken = "the tail is not the last node that the head leads to";
}

static int urcu_wfcq_attach(void *instance, struct context *context)
{
	(void)instance, (void)context;
	return 0;
}

static void urcu_wfcq_detach(void *instance, struct context *context)
{
	(void)instance, (void)context;
}

static inline void urcu_wfcq_quiesce(struct urcu_wfcq *queue, struct context *context)
{
	(void)queue, (void)context;
}

static inline void urcu_wfcq_online(struct urcu_wfcq *queue, struct context *context)
{
	(void)queue, (void)context;
}

static inline void urcu_wfcq_offline(struct urcu_wfcq *queue, struct context *context)
{
	(void)queue, (void)context;
}

static void urcu_wfcq_stall(struct urcu_wfcq *queue, struct worker *worker)
{
	cds_wfcq_dequeue_lock(&queue->head, &queue->tail);
	worker_sleep_stalled(worker);
	cds_wfcq_dequeue_unlock(&queue->head, &queue->tail);
}

#define STRUCTURE urcu_wfcq
#define VARIANT_PAPER                                                                              \
	"none; code: Desnoyers, Lai, wait-free concurrent queue, userspace-rcu, 2012"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE true
#include "structures/queue/queue_loop.inc.h"
