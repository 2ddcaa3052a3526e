#include "structures/queue/urcu_lfq.h"

#include <errno.h>

static int urcu_lfq_create(const struct setup *setup, void **instance)
{
	struct urcu_lfq *const queue = memory_shared(setup->memory, sizeof(*queue));
	int error;

	if (!queue)
		return -ENOMEM;
	error = reclaim_create(setup, &queue->reclaim);
	if (error)
		return error;    /* what was got goes with memory_destroy() */
	cds_lfq_init_rcu(&queue->queue, call_rcu);
	queue->value_bytes = setup->value_bytes;
	*instance = queue;
	return 0;
}

/* Frees garbage and every node; the library wants its queue empty. */
static void urcu_lfq_destroy(void *instance)
{
	struct urcu_lfq *const queue = instance;
	const bool is_apart = queue->value_bytes > PAYLOAD_INLINE_BYTES;
	struct cds_lfq_node_rcu *link;

	urcu_visit(queue->reclaim);
	rcu_read_lock();
	while ((link = cds_lfq_dequeue_rcu(&queue->queue))) {
		liburcu_acquired(link);
		if (is_apart)
			arena_free(NULL, payload_words(urcu_lfq_node(link)->value),
				   MEMORY_PAYLOADS, queue->value_bytes);
		arena_free(NULL, urcu_lfq_node(link), MEMORY_NODES, sizeof(struct urcu_lfq_node));
	}
	cds_lfq_destroy_rcu(&queue->queue);
	rcu_read_unlock();
	urcu_leave();
	reclaim_destroy(queue->reclaim);
}

static void urcu_lfq_inspect(void *instance, struct inspection *inspection)
{
	const struct urcu_lfq *const queue = instance;
	const bool is_apart = queue->value_bytes > PAYLOAD_INLINE_BYTES;
	struct cds_lfq_node_rcu *last = NULL;

	*inspection = (struct inspection){ 0 };
	for (struct cds_lfq_node_rcu *link = queue->queue.head; link; link = link->next) {
		last = link;
		if (link->dummy)
			continue;
		liburcu_acquired(link);
		const uint64_t stored = urcu_lfq_node(link)->value;

		inspection->elements++;
		inspection->sum += is_apart ? payload_words(stored)[0] : stored;
	}
	if (queue->queue.tail != last)
		inspection->broken = "the tail is not the last node that the head leads to";
}

#define STRUCTURE urcu_lfq
#define VARIANT_PAPER                                                                              \
	"Michael, Scott, PODC 1996, without counters; code: Desnoyers, userspace-rcu, 2010"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_LINEARIZABLE true
#include "structures/reclaim/hooks.inc.h"

#include "structures/queue/queue_loop.inc.h"
