/*
 * Prefill, warm-up, measurement: set the workers while they sleep, run them, read what they
 * counted.
 */
#include <math.h>
#include <string.h>

#include "runners/measure/process.h"
#include "runners/trial/roles.h"
#include "runners/trial/saturate.h"
#include "runners/trial/state.h"
#include "runners/trial/steady.h"
#include "runners/trial/timing.h"

/* All members sleep: plain writes, which the gate publishes. */
static void set_workers(struct trial *trial, enum worker_phase phase)
{
	for (unsigned i = 0; i < trial->cell.threads; i++) {
		struct worker *const worker = trial->members[i].worker;

		worker->phase = phase;
		worker->limit = UINT64_MAX;
		/* relaxed: the gate's mutex orders all of this before the member's run. */
		store_relaxed(&worker->signal, WORKER_GO);
		store_relaxed(&worker->published, 0);
		store_relaxed(&trial->members[i].started_ns, 0);
		timing_reset(&trial->members[i]);
	}
}

static void set_limits(struct trial *trial)
{
	const uint64_t all = trial->cell.duration_ops;
	const unsigned threads = trial->cell.threads;

	for (unsigned i = 0; all && i < threads; i++)
		trial->members[i].worker->limit = all / threads + (i < all % threads);
}

/* Which side of the structure a stall of each worker holds up: who=any takes the sides in turn. */
static void set_stalls(struct trial *trial)
{
	const struct cell *const cell = &trial->cell;

	for (unsigned i = 0; i < cell->threads; i++) {
		const bool writes = roles_writes(cell, i), reads = roles_reads(cell, i);
		const bool prefers_writing = cell->stall_who == STALL_WRITER ||
					     (cell->stall_who != STALL_READER && i % 2 == 0);

		trial->members[i].worker->stall_as_writer = writes && (prefers_writing || !reads);
	}
}

static uint64_t elements_by_tally(const struct trial *trial)
{
	const struct tally tally = tally_all(trial);

	return family_elements(trial->cell.variant->family, &tally);
}

static uint64_t objects_bytes(const struct trial *trial)
{
	return memory_in_use_bytes(trial->memory, MEMORY_NODES) +
	       memory_in_use_bytes(trial->memory, MEMORY_PAYLOADS);
}

static void note_bytes_per_element(struct trial *trial)
{
	const uint64_t elements = elements_by_tally(trial);
	const uint64_t bytes = objects_bytes(trial) +
			       memory_in_use_bytes(trial->memory, MEMORY_TABLE) +
			       memory_in_use_bytes(trial->memory, MEMORY_HOMED);

	trial->bytes_per_element = elements ? (double)bytes / (double)elements : NAN;
}

/*
 * At rest: every object in use is live or garbage; an element is a node, and a payload where values
 * lie apart.
 */
static void note_bytes_per_object(struct trial *trial)
{
	const bool is_apart = trial->cell.value_bytes > sizeof(uint64_t);
	const uint64_t objects = trial->size_stop * (1 + is_apart) + trial->garbage_stop;
	const uint64_t bytes = objects_bytes(trial);

	trial->bytes_per_object = objects && bytes ? (double)bytes / (double)objects : NAN;
}

static void sum_counters(struct trial *trial)
{
	for (size_t e = 0; trial->counter_group && e < trial->counter_group->count; e++) {
		struct counter_reading *const sum = &trial->counters[e];

		for (unsigned i = 0; i < trial->cell.threads; i++) {
			struct counter_reading reading;

			counters_read(trial->members[i].counters, e, &reading);
			sum->value += reading.value;
			sum->enabled_ns += reading.enabled_ns;
			sum->running_ns += reading.running_ns;
			if (reading.unavailable[0])
				memcpy(sum->unavailable, reading.unavailable,
				       sizeof(sum->unavailable));
		}
	}
}

/* Replicas: until all of them are equal. Return: how long that took. */
static uint64_t settle(struct trial *trial)
{
	struct span all = { UINT64_MAX, 0 };

	if (!trial->cell.variant->convergence)
		return 0;
	team_step(trial, STEP_SETTLE);
	for (unsigned i = 0; i < trial->cell.threads; i++) {
		const struct span *const own = &trial->members[i].settling;

		all.start_ns = own->start_ns < all.start_ns ? own->start_ns : all.start_ns;
		all.stop_ns = own->stop_ns > all.stop_ns ? own->stop_ns : all.stop_ns;
	}
	return all.stop_ns - all.start_ns;
}

static void prefill(struct trial *trial)
{
	const uint64_t rss_before = process_rss_bytes();

	set_workers(trial, WORKER_PREFILL);
	team_step(trial, STEP_RUN);
	settle(trial);
	trial->rss_filled = process_rss_bytes() - rss_before;
	note_bytes_per_element(trial);
	residency_look(trial);
}

static void warm_up(struct trial *trial)
{
	const uint64_t start_ns = clock_monotonic_ns();

	if (trial->cell.is_once || (!trial->cell.warmup_auto && !trial->cell.warmup_ns))
		return;
	set_workers(trial, WORKER_MIX);
	gate_open(&trial->gate, STEP_RUN, trial->cell.threads);
	if (!monitor_warm_up(trial))
		verdict_flag(&trial->verdict, TRIAL_UNSTEADY,
			     "the rate did not settle within the longest warm-up");
	trial->warmup_ns = clock_monotonic_ns() - start_ns;
}

/* What a run from here on counts is what comes on top. */
static void set_load(struct trial *trial)
{
	set_workers(trial, WORKER_MIX);
	set_limits(trial);
	set_stalls(trial);
	if (trial->cell.variant->convergence)
		trial->cell.variant->convergence->begin(trial->instance);
	for (unsigned i = 0; i < trial->cell.threads; i++)
		trial->members[i].before = trial->members[i].worker->tally;
}

void phases_probe(struct trial *trial)
{
	set_load(trial);
	gate_open(&trial->gate, STEP_RUN, trial->cell.threads);
	monitor_probe(trial);
}

static void measure(struct trial *trial)
{
	set_load(trial);
	trial->size_start = elements_by_tally(trial);
	helpers_begin(trial);
	trial->rss_start = process_rss_bytes();
	remote_begin(trial);
	energy_begin("", &trial->energy);
	gate_open(&trial->gate, STEP_MEASURE, trial->cell.threads);
	monitor_measure(trial);
	energy_end(&trial->energy);
	remote_end(trial);
	trial->rss_stop = process_rss_bytes();
	helpers_end(trial);
	trial->convergence_ns = settle(trial);
	trial->size_stop = elements_by_tally(trial);
	trial->overlap = span_overlap(trial->spans, trial->cell.threads);
	steady_judge(trial);
	trial->has_measured = true;
}

void phases_run(struct trial *trial)
{
	prefill(trial);
	warm_up(trial);
	if (trial->cell.is_swept)
		saturate_search(trial);
	measure(trial);
	if (trial->cell.is_swept)
		saturate_confirm(trial);
	sum_counters(trial);
	note_bytes_per_object(trial);
	/* Again: what was allocated since, and what the kernel has moved since. */
	residency_look(trial);
}
