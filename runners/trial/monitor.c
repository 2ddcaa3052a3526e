/*
 * What the coordinator does while workers run: look every 100 ms, strike stalls, say when it is
 * over.
 *
 * It reads the workers' published counts and writes their signals; it takes part in nothing else.
 */
#include <stdlib.h>

#include "runners/measure/process.h"
#include "runners/trial/roles.h"
#include "runners/trial/state.h"
#include "runners/trial/steady.h"

/* A victim reaches its stall point a batch after the signal. */
enum { STALL_MARGIN_NS = 10000000 };

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
		if (cell->warmup_auto && steady_now(&series)) {
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
