/*
 * What the loops of all families share: batches, timing, the stop and stall signals, and the catalogue entry.
 * Expects STRUCTURE, OP(step) and OP(fill) of the family's loop, and the VARIANT_* facts; undefines the facts.
 */
#ifndef VARIANT_PREFETCHES
#	define VARIANT_PREFETCHES 0
#endif
#ifndef VARIANT_DRAW
#	define VARIANT_DRAW draw_batch
#endif

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
	struct draw draws[WORKER_BATCH];
	struct worker_timing *const timing = timed ? worker->timing : NULL;
	uint64_t left = worker->limit, done = 0;
	unsigned signal;

	/* relaxed: the signal carries no data; the barrier around the phase publishes what does. */
	while ((signal = load_relaxed(&worker->signal)) != WORKER_STOP && left) {
		/* paced: one at a time, since a batch of waits would see the signal late. */
		const unsigned most = paced ? 1 : WORKER_BATCH;
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

#ifndef VARIANT_SCAN
#	define VARIANT_SCAN SCAN_NONE
#endif
#ifndef VARIANT_FLAW
#	define VARIANT_FLAW FLAW_NONE
#endif
#ifndef VARIANT_SHARDED
#	define VARIANT_SHARDED false
#endif
#ifndef VARIANT_BOUNDED
#	define VARIANT_BOUNDED false
#endif
#ifndef VARIANT_GARBAGE
#	define VARIANT_GARBAGE NULL
#endif
#ifndef VARIANT_NEEDS_ARENA
#	define VARIANT_NEEDS_ARENA false
#endif
#ifndef VARIANT_HELPERS
#	define VARIANT_HELPERS NULL
#endif
#ifndef VARIANT_CONVERGENCE
#	define VARIANT_CONVERGENCE NULL
#endif
#ifndef VARIANT_PRODUCERS_MAX
#	define VARIANT_PRODUCERS_MAX 0
#endif
#ifndef VARIANT_CONSUMERS_MAX
#	define VARIANT_CONSUMERS_MAX 0
#endif

extern const struct variant VARIANT_SYMBOL;
const struct variant VARIANT_SYMBOL = {
	.name = VARIANT_NAME,
	.family = &VARIANT_FAMILY,
	.structure = VARIANT_STRUCTURE,
	.reclaim = VARIANT_RECLAIM,
	.lock = VARIANT_LOCK,
	.paper = VARIANT_PAPER,
	.needs_arena = VARIANT_NEEDS_ARENA,
	.progress = VARIANT_PROGRESS,
	.update = VARIANT_UPDATE,
	.is_linearizable = VARIANT_LINEARIZABLE,
	.scan = VARIANT_SCAN,
	.flaw = VARIANT_FLAW,
	.is_bounded = VARIANT_BOUNDED,
	.is_sharded = VARIANT_SHARDED,
	.has_prefetch = VARIANT_PREFETCHES,
	.producers_max = VARIANT_PRODUCERS_MAX,
	.consumers_max = VARIANT_CONSUMERS_MAX,
	.create = OP(create),
	.destroy = OP(destroy),
	.attach = OP(attach),
	.detach = OP(detach),
	.run = OP(run),
	.inspect = OP(inspect),
	.garbage = VARIANT_GARBAGE,
	.helpers = VARIANT_HELPERS,
	.convergence = VARIANT_CONVERGENCE,
};

#undef VARIANT_PAPER
#undef VARIANT_PROGRESS
#undef VARIANT_UPDATE
#undef VARIANT_LINEARIZABLE
#undef VARIANT_SCAN
#undef VARIANT_FLAW
#undef VARIANT_SHARDED
#undef VARIANT_PREFETCHES
#undef VARIANT_DRAW
#undef VARIANT_BOUNDED
#undef VARIANT_GARBAGE
#undef VARIANT_NEEDS_ARENA
#undef VARIANT_HELPERS
#undef VARIANT_CONVERGENCE
#undef VARIANT_PRODUCERS_MAX
#undef VARIANT_CONSUMERS_MAX
