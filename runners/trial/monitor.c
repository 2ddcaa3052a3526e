/*
 * What the coordinator does while workers run: look every 100 ms, strike stalls, say when it is
 * over.
 *
 * It reads the workers' published counts and writes their signals; it takes part in nothing else.
 */
#include <math.h>
#include <stdlib.h>

#include "runners/measure/process.h"
#include "runners/stats/stats.h"
#include "runners/trial/roles.h"
#include "runners/trial/state.h"

enum {
	/* Steady: over so many windows the fitted rate changes by less than the tolerance. */
	STEADY_WINDOWS = 3,
	/* A victim reaches its stall point a batch after the signal. */
	STALL_MARGIN_NS = 10000000
};

#define STEADY_TOLERANCE     0.05
#define WARMUP_MOST_LEAST_NS UINT64_C(1000000000)

struct watch {
	struct trial *trial;
	struct series *series;
	uint64_t start_ns, length_ns;    /* length 0: until all workers are through */
	uint64_t deadline_ns;
	uint64_t next_sample_ns, next_stall_ns;    /* GATE_FOREVER: none */
	unsigned next_victim;
};

static void signal_all(struct trial *trial, enum worker_signal signal)
{
	for (unsigned i = 0; i < trial->cell.threads; i++)
		/* relaxed: the signal carries no data. */
		store_relaxed(&trial->members[i].worker->signal, (unsigned)signal);
}

static uint64_t published(const struct trial *trial)
{
	uint64_t operations = 0;

	for (unsigned i = 0; i < trial->cell.threads; i++)
		/* relaxed: a running count, exact only once the worker is through. */
		operations += load_relaxed(&trial->members[i].worker->published);
	return operations;
}

static bool series_has_room(struct series *series)
{
	const size_t room = series->room ? 2 * series->room : 64;
	struct sample *samples;

	if (series->count < series->room)
		return true;
	samples = realloc(series->samples, room * sizeof(*samples));
	if (!samples)
		return false;
	series->samples = samples;
	series->room = room;
	return true;
}

static uint64_t garbage_now(const struct trial *trial)
{
	const struct variant *const variant = trial->cell.variant;

	return variant->garbage ? variant->garbage(trial->instance).outstanding : 0;
}

static void take_sample(struct watch *watch)
{
	struct trial *const trial = watch->trial;
	struct sample sample = { .operations = published(trial),
				 .rss_bytes = process_rss_bytes(),
				 .garbage = garbage_now(trial) };

	sample.at_ns = clock_monotonic_ns() - watch->start_ns;
	if (sample.garbage > trial->garbage_peak)
		trial->garbage_peak = sample.garbage;
	if (series_has_room(watch->series))
		watch->series->samples[watch->series->count++] = sample;
}

static bool is_victim(const struct cell *cell, unsigned worker)
{
	switch (cell->stall_who) {
	case STALL_READER: return roles_reads(cell, worker);
	case STALL_WRITER: return roles_writes(cell, worker);
	case STALL_THREAD: return worker == cell->stall_thread;
	default: return true;
	}
}

/* The victims take turns. A worker that is still in its last stall is left to it. */
static void strike(struct watch *watch)
{
	struct trial *const trial = watch->trial;
	const unsigned threads = trial->cell.threads;

	for (unsigned i = 0; i < threads; i++) {
		const unsigned victim = (watch->next_victim + i) % threads;
		unsigned go = WORKER_GO;

		/*
		 * relaxed: the signal carries no data, and the victim looks at it once per batch.
		 */
		if (is_victim(&trial->cell, victim) &&
		    cas_relaxed(&trial->members[victim].worker->signal, &go, WORKER_STALL)) {
			watch->next_victim = victim + 1;
			return;
		}
	}
}

/* A stall that outlived the trial would stretch one worker's time beyond the others'. */
static bool stall_fits(const struct watch *watch, uint64_t now_ns)
{
	const uint64_t length_ns = watch->trial->cell.stall_for_ns + STALL_MARGIN_NS;

	return watch->deadline_ns == GATE_FOREVER || now_ns + length_ns <= watch->deadline_ns;
}

static uint64_t earliest(const struct watch *watch)
{
	uint64_t at = watch->deadline_ns;

	at = watch->next_sample_ns < at ? watch->next_sample_ns : at;
	return watch->next_stall_ns < at ? watch->next_stall_ns : at;
}

/*
 * The time counts from when the last worker crossed the start line: to wake 128 threads, or two on
 * a busy machine, takes milliseconds. Return: whether the deadline was put off.
 */
static bool put_off(struct watch *watch, uint64_t now_ns)
{
	uint64_t latest_ns = watch->start_ns;

	for (unsigned i = 0; i < watch->trial->cell.threads; i++) {
		/* relaxed: a time, not a signal. */
		uint64_t started_ns = load_relaxed(&watch->trial->members[i].started_ns);

		started_ns = started_ns ? started_ns : now_ns;
		latest_ns = started_ns > latest_ns ? started_ns : latest_ns;
	}
	watch->deadline_ns = latest_ns + watch->length_ns;
	return watch->deadline_ns > now_ns;
}

/*
 * Sleep until something is due and do it. Return: false once the time is up or all workers are
 * through.
 */
static bool watch_step(struct watch *watch)
{
	uint64_t now_ns;

	if (gate_wait(&watch->trial->gate, earliest(watch)))
		return false;
	now_ns = clock_monotonic_ns();
	if (now_ns >= watch->next_stall_ns) {
		if (stall_fits(watch, now_ns))
			strike(watch);
		watch->next_stall_ns += watch->trial->cell.stall_every_ns;
	}
	if (now_ns >= watch->next_sample_ns) {
		take_sample(watch);
		/* A late look does not make the next ones early. */
		while (watch->next_sample_ns <= now_ns)
			watch->next_sample_ns += SERIES_WINDOW_NS;
	}
	return now_ns < watch->deadline_ns || put_off(watch, now_ns);
}

static void finish(struct watch *watch)
{
	signal_all(watch->trial, WORKER_STOP);
	gate_wait(&watch->trial->gate, GATE_FOREVER);
}

static struct watch watch_begin(struct trial *trial, struct series *series, uint64_t length_ns)
{
	const uint64_t now_ns = clock_monotonic_ns();

	return (struct watch){ .trial = trial,
			       .series = series,
			       .start_ns = now_ns,
			       .length_ns = length_ns,
			       .deadline_ns = length_ns ? now_ns + length_ns : GATE_FOREVER,
			       .next_sample_ns = now_ns + SERIES_WINDOW_NS,
			       .next_stall_ns = GATE_FOREVER };
}

/* Operations in each of the last windows. */
static void window_counts(const struct series *series, double *counts)
{
	const size_t first = series->count - STEADY_WINDOWS;

	for (size_t i = 0; i < STEADY_WINDOWS; i++) {
		const struct sample *const now = &series->samples[first + i];
		const uint64_t before = first + i ? now[-1].operations : 0;
		const uint64_t before_ns = first + i ? now[-1].at_ns : 0;

		counts[i] = (double)(now->operations - before) * SERIES_WINDOW_NS /
			    (double)(now->at_ns - before_ns);
	}
}

/*
 * The tolerance leaves room for chance: two windows of m arrivals differ by sqrt(2 m), and at a low
 * rate three times that is above 5 %.
 */
static bool is_steady(const struct series *series)
{
	double counts[STEADY_WINDOWS], mean, chance;

	if (series->count < STEADY_WINDOWS)
		return false;
	window_counts(series, counts);
	mean = 0;
	for (unsigned i = 0; i < STEADY_WINDOWS; i++)
		mean += counts[i] / STEADY_WINDOWS;
	if (mean <= 0)
		return false;
	chance = 3 * sqrt(2 / mean);
	return stats_is_steady(counts, STEADY_WINDOWS, STEADY_WINDOWS,
			       chance > STEADY_TOLERANCE ? chance : STEADY_TOLERANCE);
}

bool monitor_warm_up(struct trial *trial)
{
	const struct cell *const cell = &trial->cell;
	const uint64_t most_ns =
		cell->duration_ns > WARMUP_MOST_LEAST_NS ? cell->duration_ns : WARMUP_MOST_LEAST_NS;
	struct series series = { 0 };
	struct watch watch =
		watch_begin(trial, &series, cell->warmup_auto ? most_ns : cell->warmup_ns);
	bool has_settled = !cell->warmup_auto;

	while (watch_step(&watch)) {
		if (cell->warmup_auto && is_steady(&series)) {
			has_settled = true;
			break;
		}
	}
	finish(&watch);
	free(series.samples);
	return has_settled;
}

/* Until the duration is over or all are through; stalls strike. */
static void watch_load(struct watch *watch)
{
	const struct cell *const cell = &watch->trial->cell;

	if (cell->stall_every_ns)
		watch->next_stall_ns = watch->start_ns + cell->stall_every_ns;
	while (watch_step(watch))
		;
	finish(watch);
}

void monitor_probe(struct trial *trial)
{
	struct series series = { 0 };
	struct watch watch = watch_begin(trial, &series, trial->cell.duration_ns);

	watch_load(&watch);
	free(series.samples);
}

void monitor_measure(struct trial *trial)
{
	struct watch watch = watch_begin(trial, &trial->series, trial->cell.duration_ns);

	trial->garbage_peak = 0;
	watch_load(&watch);
	take_sample(&watch);
	trial->garbage_stop = garbage_now(trial);
}
