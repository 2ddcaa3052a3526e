#include "runners/trial/timing.h"

#include <string.h>

#include "runners/measure/latency.h"

bool timing_is_on(const struct cell *cell)
{
	return cell->latency_every || cell->rate_ops_per_s > 0;
}

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

void timing_prepare(struct member *member)
{
	const struct trial *const trial = member->trial;
	struct worker_timing *const timing = member->worker->timing;

	timing->is_counter = trial->clock.is_counter;
	timing->sample_every =
		interval_beside_cycle(trial->cell.latency_every, &member->worker->draw);
	member->clock_cost_ns =
		latency_clock_cost_ns(trial->clock.is_counter, trial->clock.ns_per_tick);
	if (member->gaps) {
		struct random random = random_seed(trial->seed, member->index, RANDOM_ARRIVALS);

		arrivals_fill(member->gaps, TIMING_GAPS, mean_gap_ticks(trial),
			      trial->cell.is_poisson ? &random : NULL);
		timing->gaps = member->gaps;
		timing->gap_mask = TIMING_GAPS - 1;
	}
}

void timing_reset(struct member *member)
{
	struct worker_timing *const timing = member->worker->timing;

	if (!timing)
		return;
	memset(&timing->histogram, 0, sizeof(timing->histogram));
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
	if (!trial->cell.is_poisson)
		timing->due +=
			(uint64_t)(mean_gap_ticks(trial) * member->index / trial->cell.threads);
}
