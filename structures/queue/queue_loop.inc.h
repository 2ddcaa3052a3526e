/*
 * Measurement loop of every queue, compiled once inside each of them, and its catalogue entry.
 * Expects STRUCTURE, the operations of queue.h, and the facts that structures/common/loop.inc.h names.
 */
#include "structures/queue/queue.h"

ALWAYS_INLINE struct answer OP(step)(struct STRUCTURE *queue, struct worker *w, struct tally *tally,
				     const struct draw draw)
{
	uint64_t value = 0;
	bool took_effect;

	if (draw.operation == QUEUE_ENQUEUE) {
		value = queue_value(w->context.worker, w->sequence);
		took_effect = OP(enqueue)(queue, &w->context, value);
		tally->attempted[QUEUE_ENQUEUE]++;
		tally->succeeded[QUEUE_ENQUEUE] += took_effect;
		tally->sum_in += took_effect ? value : 0;
		w->sequence += took_effect;
		return (struct answer){ took_effect, value };
	}
	took_effect = OP(dequeue)(queue, &w->context, &value);
	tally->attempted[QUEUE_DEQUEUE]++;
	tally->succeeded[QUEUE_DEQUEUE] += took_effect;
	if (took_effect)
		queue_count_dequeued(w, tally, value);
	return (struct answer){ took_effect, value };
}

static void OP(fill)(struct STRUCTURE *queue, struct worker *w, struct tally *tally)
{
	for (uint64_t i = w->prefill_from; i < w->prefill_to; i++) {
		OP(step)(queue, w, tally, (struct draw){ 0, QUEUE_ENQUEUE });
		if (i % WORKER_BATCH == 0)
			OP(quiesce)(queue, &w->context);
	}
}

#define VARIANT_UPDATE UPDATE_NONE
#define VARIANT_DRAW   draw_operation_batch    /* a queue has no keys */
#include "structures/common/loop.inc.h"

#undef STRUCTURE
