/*
 * One measuring thread: what its loop reads, and what it leaves behind.
 *
 * A worker lives in memory of its own node. The loop copies what it needs into registers, so the only lines it shares
 * with anyone are `signal`, which it reads once per batch, and `published`, which it writes once per batch for the
 * monitor.
 */
#ifndef STRUCTURES_COMMON_WORKER_H
#define STRUCTURES_COMMON_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "structures/common/histogram.h"
#include "structures/common/history.h"
#include "structures/common/scan.h"
#include "structures/common/think.h"
#include "topology/clock.h"
#include "workloads/draw.h"
#include "workloads/prefill.h"

enum {
	WORKER_OPERATIONS_MAX = MIX_OPERATIONS_MAX,
	/* One look at the signal and one store of the count cost under 1 % of 64 operations of 2 ns. */
	WORKER_BATCH = 64,
	WORKER_BATCH_MOST = 1024    /* operations fetched for, or sent, together where a load asks for so many */
};

/*
 * What families count besides their operations. In caches elements come and go as a side effect of
 * operations, and the first counts are theirs.
 */
enum { TALLY_ADDED, TALLY_EVICTED, TALLY_ASKED, TALLY_HIT, TALLY_COUNTS_MAX = 6 };

/* What families time apart within an operation. */
enum { WORKER_PARTS_MAX = 2 };

enum worker_signal { WORKER_GO, WORKER_STOP, WORKER_STALL };

enum worker_phase { WORKER_PREFILL, WORKER_MIX, WORKER_HISTORY };

/* Counted in registers during a phase. Sums are modulo 2^64. */
struct tally {
	uint64_t attempted[WORKER_OPERATIONS_MAX];    /* by the family's operation number */
	uint64_t succeeded[WORKER_OPERATIONS_MAX];    /* found, added, removed, dequeued...; keys scanned */
	uint64_t counts[TALLY_COUNTS_MAX];            /* by the family's counts */
	uint64_t lost, torn_reads;   /* as the structure counts them in struct context */
	uint64_t sum_in, sum_out;    /* of keys added and removed or lost, or of values enqueued and dequeued */
	uint64_t mismatched;         /* values read that do not belong to their key, or out of producer order;
					keys of a scan out of order */
	uint64_t sink;               /* keeps results alive */
};

/* Count what ought not to be. A branch that is never taken costs the loop less than the store each
 * time that a compiler makes of it. */
static inline void count_rare(uint64_t *count)
{
	__asm__("");
	++*count;
}

/* What one operation did: for a recorded history, otherwise computed by nobody. */
struct answer {
	bool took_effect;
	uint64_t value;              /* put or enqueued, read or dequeued */
};

/* Sampled or paced timing, and thinking; NULL in a worker that does none of these. */
struct worker_timing {
	struct histogram histogram;    /* of ticks */
	uint64_t sample_every;         /* closed loop: one operation in so many */
	uint64_t countdown;
	const uint64_t *gaps;          /* open loop: ticks between arrivals, gap_count of them; NULL: closed loop */
	uint64_t gap_count, gap;       /* position in gaps[] */
	uint64_t due;                  /* tick at which the next operation should start */
	uint64_t lag_ticks;            /* largest delay of a start behind its due time */
	uint64_t think_rounds;         /* closed loop: before each operation; 0: none */
	unsigned batch;                /* operations between two looks at the signal, at most WORKER_BATCH */
	bool is_counter;               /* clock_now() reads the processor's counter */
	double ns_per_tick;            /* of loads whose times come from elsewhere */
	bool is_timed;                 /* the operation of the moment */
	struct histogram *parts;       /* of families that time some apart: WORKER_PARTS_MAX of them */
	struct held held;              /* in operations that are timed */
};

struct worker {
	/* Written by the runner before a phase, read by the loop. */
	CACHELINE_APART struct context context;
	enum worker_phase phase;
	unsigned workers;
	uint64_t limit;                /* operations in this phase, UINT64_MAX for none */
	unsigned batch;                /* operations fetched for together, at most WORKER_BATCH_MOST; 0, 1: none */
	struct prefill prefill;        /* WORKER_PREFILL: this worker inserts the slice below */
	uint64_t prefill_from, prefill_to;
	struct scan *scan;             /* families that scan: what a scan fills, and its length */
	uint64_t *chain;               /* families of requests: room for the longest chain */
	uint64_t *last_seen;           /* queues: latest sequence number received from each producer, [workers] */
	uint64_t sequence;             /* queues: number of the next value this worker enqueues */
	struct worker_timing *timing;
	struct history *history;       /* WORKER_HISTORY: what to call and to record */
	uint64_t stall_ns;             /* how long a stall lasts */
	bool stall_as_writer;          /* hold the lock for writing */

	/* The worker's own. */
	struct draw_source draw;
	struct tally tally;
	uint64_t measured_ns;          /* loads driven by another program: how long it asked; 0: all the time */

	/* Written by the runner's thread during a phase, read by the loop once per batch. */
	CACHELINE_APART _Atomic unsigned signal;

	/* Written by the loop once per batch, read by the runner's thread. */
	CACHELINE_APART _Atomic uint64_t published;
	_Atomic uint64_t stalls;       /* stalls suffered */
};

/* Sleep where a stalled or pre-empted thread would: called inside an operation, then the worker goes on. */
static inline void worker_sleep_stalled(struct worker *worker)
{
	const struct timespec pause = { .tv_sec = (time_t)(worker->stall_ns / 1000000000u),
					.tv_nsec = (long)(worker->stall_ns % 1000000000u) };
	unsigned stalled = WORKER_STALL;

	nanosleep(&pause, NULL);
	/* relaxed: only this thread writes stalls, the monitor wants a count. */
	store_relaxed(&worker->stalls, load_relaxed(&worker->stalls) + 1);
	/* relaxed: the signal carries no data; a STOP that came meanwhile must survive, hence the CAS. */
	cas_relaxed(&worker->signal, &stalled, WORKER_GO);
}

/* Open loop: the next operation is due when its gap is over. */
static inline void worker_advance(struct worker_timing *timing)
{
	timing->due += timing->gaps[timing->gap];
	timing->gap = timing->gap + 1 == timing->gap_count ? 0 : timing->gap + 1;
}

static inline void worker_note_lag(struct worker_timing *timing, uint64_t now)
{
	if (now > timing->due && now - timing->due > timing->lag_ticks)
		timing->lag_ticks = now - timing->due;
}

/*
 * The start of one operation. Closed loop: thinks, and answers the tick now, or 0 for operations that are not sampled. Open
 * loop: waits for the arrival and answers the tick at which it was due, which is where latency counts from.
 */
static inline uint64_t worker_begin(struct worker *worker, struct worker_timing *timing,
				    const bool paced)
{
	uint64_t now;

	if (!paced) {
		if (timing->think_rounds)
			think(timing->think_rounds);
		if (--timing->countdown)
			return 0;
		timing->countdown = timing->sample_every;
		timing->is_timed = timing->parts;
		return clock_now(timing->is_counter);
	}
	worker_advance(timing);
	now = clock_now(timing->is_counter);
	/* relaxed: the signal carries no data. */
	while (now < timing->due && load_relaxed(&worker->signal) != WORKER_STOP) {
		cpu_relax();
		now = clock_now(timing->is_counter);
	}
	worker_note_lag(timing, now);
	timing->is_timed = timing->parts;
	return timing->due;
}

/* The start of a part that is timed apart. Return: the tick, or 0 in operations that are not timed. */
static inline uint64_t worker_part_begin(struct worker *worker)
{
	struct worker_timing *const timing = worker->timing;
	const bool is_timed = timing && timing->is_timed;

	worker->context.held = is_timed ? &timing->held : NULL;
	return is_timed ? clock_now(timing->is_counter) : 0;
}

static inline void worker_part_end(struct worker *worker, unsigned part, uint64_t start)
{
	struct worker_timing *const timing = worker->timing;

	if (start)
		histogram_add(&timing->parts[part], clock_now(timing->is_counter) - start);
}

static inline void worker_end(struct worker_timing *timing, uint64_t start)
{
	uint64_t now;

	timing->is_timed = false;
	if (!start)
		return;
	now = clock_now(timing->is_counter);
	if (now > start)    /* an arrival cut short by STOP is no sample */
		histogram_add(&timing->histogram, now - start);
}

#endif
