#include "runners/trial/timing.h"

#include <math.h>
#include <string.h>

#include "runners/measure/latency.h"
#include "runners/measure/think.h"

/* At most so long does a thread think between two looks at its signal, unless one thought is longer. */
#define BATCH_NS UINT64_C(100000)

static double mean_gap_ticks(const struct trial *trial)
{
	return 1e9 * trial->cell.threads / trial->cell.rate_ops_per_s / trial->clock.ns_per_tick;
}

static unsigned common_divisor(uint64_t a, unsigned b)
{
	uint64_t x = a, y = b;

	while (y) {
		const uint64_t rest = x % y;

		x = y;
		y = rest;
	}
	return (unsigned)x;
}

/*
 * In op_order=cycle an interval that shares a factor with the cycle would sample the same
 * operations for ever.
 */
static uint64_t interval_beside_cycle(uint64_t interval, const struct draw_source *draw)
{
	if (!draw->in_cycle || interval == 1)
		return interval;
	while (common_divisor(interval, draw->cycle_length) > 1)
		interval++;
	return interval;
}

size_t timing_gaps(const struct cell *cell)
{
	return cell->trace_speedup > 0 ? cell->dist.trace->header.requests : TIMING_GAPS;
}

/* Due time of a worker's i-th request, by the trace: it has one in `threads`, lap after lap. */
static double trace_due_ticks(const struct member *member, uint64_t i)
{
	const struct cell *const cell = &member->trial->cell;
	const struct trace *const trace = cell->dist.trace;
	const uint64_t request = i * cell->threads + member->index;
	const uint64_t lap = request / trace->header.requests;
	const uint64_t at_ms = trace->requests[request % trace->header.requests].timestamp_ms;

	return (double)(lap * trace_lap_ms(trace) + at_ms) * 1e6 / cell->trace_speedup /
	       member->trial->clock.ns_per_tick;
}

static void fill_gaps_of_trace(const struct member *member)
{
	double before = 0;

	for (uint64_t i = 0; i < timing_gaps(&member->trial->cell); i++) {
		const double due = trace_due_ticks(member, i);

		member->gaps[i] = (uint64_t)due - (uint64_t)before;
		before = due;
	}
}

static void prepare_to_think(struct member *member)
{
	const struct trial *const trial = member->trial;
	struct worker_timing *const timing = member->worker->timing;

	if (!trial->cell.think_ns)
		return;
	timing->think_rounds = think_rounds_for(trial->cell.think_ns, &trial->clock);
	member->thinks_ns = think_measure_ns(timing->think_rounds, &trial->clock);
}

/*
 * Operations between two looks at the signal. One at a time where they are waited for, since a batch
 * of waits would see the signal late; and so with thoughts.
 */
static unsigned batch_of(const struct cell *cell)
{
	uint64_t batch = WORKER_BATCH;

	if (cell->rate_ops_per_s > 0)
		return 1;
	if (cell->think_ns)
		batch = BATCH_NS / cell->think_ns;
	return batch < 1 ? 1 : batch < WORKER_BATCH ? (unsigned)batch : WORKER_BATCH;
}

void timing_prepare(struct member *member)
{
	const struct trial *const trial = member->trial;
	struct worker_timing *const timing = member->worker->timing;

	timing->is_counter = trial->clock.is_counter;
	timing->ns_per_tick = trial->clock.ns_per_tick;
	timing->held.is_counter = trial->clock.is_counter;
	timing->sample_every =
		interval_beside_cycle(trial->cell.latency_every, &member->worker->draw);
	member->clock_cost_ns =
		latency_clock_cost_ns(trial->clock.is_counter, trial->clock.ns_per_tick);
	timing->gap_count = timing_gaps(&trial->cell);
	prepare_to_think(member);
	timing_pace(member);
}

void timing_pace(struct member *member)
{
	const struct trial *const trial = member->trial;
	struct worker_timing *const timing = member->worker->timing;
	struct random random = random_seed(trial->seed, member->index, RANDOM_ARRIVALS);

	timing->batch = batch_of(&trial->cell);
	timing->gaps = trial->cell.rate_ops_per_s > 0 ? member->gaps : NULL;
	if (timing->gaps && trial->cell.trace_speedup > 0)
		fill_gaps_of_trace(member);
	else if (timing->gaps)
		arrivals_fill(member->gaps, timing->gap_count, mean_gap_ticks(trial),
			      trial->cell.is_poisson ? &random : NULL);
}

void timing_reset(struct member *member)
{
	struct worker_timing *const timing = member->worker->timing;

	if (!timing)
		return;
	memset(&timing->histogram, 0, sizeof(timing->histogram));
	if (timing->parts)
		memset(timing->parts, 0, WORKER_PARTS_MAX * sizeof(*timing->parts));
	timing->held.ticks = 0;
	timing->lag_ticks = 0;
	timing->countdown = timing->sample_every;
}

void timing_begin(struct member *member)
{
	const struct trial *const trial = member->trial;
	struct worker_timing *const timing = member->worker->timing;

	if (!timing || !timing->gaps)
		return;
	timing->due = clock_now(timing->is_counter);
	/*
	 * Constant arrivals of all threads at the same instant would be bursts of as many as there
	 * are threads.
	 */
	if (!trial->cell.is_poisson && !(trial->cell.trace_speedup > 0))
		timing->due +=
			(uint64_t)(mean_gap_ticks(trial) * member->index / trial->cell.threads);
}

json_t *timing_think_to_json(const struct trial *trial)
{
	double sum = 0, least = INFINITY, most = 0;

	if (!trial->cell.think_ns)
		return json_null();
	for (unsigned i = 0; i < trial->cell.threads; i++) {
		const double thinks_ns = trial->members[i].thinks_ns;

		sum += thinks_ns;
		least = fmin(least, thinks_ns);
		most = fmax(most, thinks_ns);
	}
	return json_pack("{s:I, s:f, s:f, s:f}", "asked", (json_int_t)trial->cell.think_ns,
			 "measured", sum / trial->cell.threads, "measured_min", least,
			 "measured_max", most);
}
