/*
 * What the loops of nearly all families share: batches, timing, the stop and stall signals, and the catalogue entry.
 * Expects STRUCTURE, OP(step) and OP(fill) of the family's loop, and the VARIANT_* facts; undefines the facts.
 */
#ifndef VARIANT_PREFETCHES
#	define VARIANT_PREFETCHES 0
#endif
#ifndef VARIANT_DRAW
#	define VARIANT_DRAW draw_batch
#endif

/* Draws that are made at once: no batch that is fetched for is cut by their end, if it begins with them. */
ALWAYS_INLINE unsigned OP(draws_most)(const struct worker *worker, const bool batched)
{
	return batched && worker->batch > WORKER_BATCH ? worker->batch : WORKER_BATCH;
}

/* Begin a batch: fetch what its operations will touch. Return: where the batch ends. */
ALWAYS_INLINE const struct draw *OP(fetch)(struct STRUCTURE *structure, struct worker *worker,
					   const struct draw *from, const struct draw *end)
{
	const unsigned left = (unsigned)(end - from);
	const unsigned count = left < worker->batch ? left : worker->batch;

#if VARIANT_PREFETCHES
	OP(prefetch)(structure, &worker->context, from, count);
#else
	(void)structure;
#endif
	return from + count;
}

ALWAYS_INLINE void OP(loop)(struct STRUCTURE *structure, struct worker *worker, const bool timed,
			    const bool paced, const bool batched)
{
	/* Local, so that the compiler may keep what a loop counts in registers. */
	struct tally tally = worker->tally;
	struct draw draws[WORKER_BATCH_MOST];
	struct worker_timing *const timing = timed ? worker->timing : NULL;
	uint64_t left = worker->limit, done = 0;
	unsigned signal;

	/* relaxed: the signal carries no data; the barrier around the phase publishes what does. */
	while ((signal = load_relaxed(&worker->signal)) != WORKER_STOP && left) {
		const unsigned most = timed ? timing->batch : OP(draws_most)(worker, batched);
		const unsigned batch = left < most ? (unsigned)left : most;

		VARIANT_DRAW(&worker->draw, draws, batch);
		const struct draw *const end = draws + batch, *fetched = draws;

		for (const struct draw *draw = draws; draw < end; draw++) {
			if (batched && draw == fetched)
				fetched = OP(fetch)(structure, worker, draw, end);
			const uint64_t start = timed ? worker_begin(worker, timing, paced) : 0;

			OP(step)(structure, worker, &tally, *draw);
			if (timed)
				worker_end(timing, start);
		}
		left -= batch;
		done += batch;
		/* relaxed: a running count for the monitor, exact only after the barrier. */
		store_relaxed(&worker->published, done);
		OP(quiesce)(structure, &worker->context);
		if (__builtin_expect(signal == WORKER_STALL, 0)) {
			worker->tally = tally;    /* a stall inside an operation that counts, counts it */
			OP(stall)(structure, worker);
			tally = worker->tally;
		}
	}
	worker->tally = tally;
}

/* Perform the calls of a history, and record them. */
static __attribute__((noinline)) void OP(record)(struct STRUCTURE *structure, struct worker *worker)
{
	struct history *const history = worker->history;

	for (unsigned n = 0; n < history->count; n++) {
		struct history_call *const call = &history->calls[n];
		const struct draw draw = { .key = call->key, .operation = call->operation };
		struct answer answer;

		if (call->quiesces)
			OP(quiesce)(structure, &worker->context);
		if (call->scan)
			worker->scan = call->scan;
		history_pause(call);
		call->invoked = history_stamp(history->stamps);
		answer = OP(step)(structure, worker, &worker->tally, draw);
		call->returned = history_stamp(history->stamps);
		call->took_effect = answer.took_effect;
		call->value = answer.value;
		call->worker = (uint16_t)worker->context.worker;
	}
}

static void OP(run)(void *instance, struct worker *worker)
{
	struct STRUCTURE *structure = instance;

	OP(online)(structure, &worker->context);
	if (worker->phase == WORKER_PREFILL)
		OP(fill)(structure, worker, &worker->tally);
	else if (worker->phase == WORKER_HISTORY)
		OP(record)(structure, worker);
	else if (VARIANT_PREFETCHES && worker->batch > 1)
		OP(loop)(structure, worker, false, false, true);
	else if (!worker->timing)
		OP(loop)(structure, worker, false, false, false);
	else if (!worker->timing->gaps)
		OP(loop)(structure, worker, true, false, false);
	else
		OP(loop)(structure, worker, true, true, false);
	OP(offline)(structure, &worker->context);
}

#include "structures/common/entry.inc.h"
