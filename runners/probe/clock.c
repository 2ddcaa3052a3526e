#include "runners/probe/clock.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

#include "runners/probe/crew.h"
#include "runners/probe/probe.h"
#include "structures/common/atomics.h"
#include "structures/common/backoff.h"
#include "structures/common/cacheline.h"
#include "topology/clock.h"

enum {
	EXCHANGES = 1000,
	EXCHANGES_LEAST = 8,
	MEETING_NS = 5000000, /* of two PUs */
	NS_PER_S = 1000000000
};

void clock_bounds_narrow(struct clock_bounds *bounds, uint64_t sent, uint64_t theirs,
			 uint64_t received)
{
	const int64_t low = (int64_t)(theirs - received), high = (int64_t)(theirs - sent);

	bounds->low = low > bounds->low ? low : bounds->low;
	bounds->high = high < bounds->high ? high : bounds->high;
}

bool clock_bounds_agree(const struct clock_bounds *bounds)
{
	return bounds->low <= 0 && bounds->high >= 0;
}

struct exchange {
	bool is_counter;
	struct clock_bounds bounds; /* rank 1 minus rank 0 */
	CACHELINE_APART _Atomic uint32_t asked;
	CACHELINE_APART _Atomic uint32_t answered;
	uint64_t theirs; /* with `answered` */
	_Atomic bool is_over;
};

static void ask(struct exchange *exchange)
{
	const uint64_t start_ns = clock_monotonic_ns();

	for (uint32_t i = 1; i <= EXCHANGES &&
			     (i <= EXCHANGES_LEAST || clock_monotonic_ns() - start_ns < MEETING_NS);
	     i++) {
		const uint64_t sent = clock_now(exchange->is_counter);
		struct backoff wait = { 0 };

		/* release: after `sent` was read; pairs with the acquire load in answer(). */
		store_release(&exchange->asked, i);
		/* acquire: pairs with the release store of answered in answer(). */
		while (load_acquire(&exchange->answered) != i)
			backoff_pause(&wait, 1);
		clock_bounds_narrow(&exchange->bounds, sent, exchange->theirs,
				    clock_now(exchange->is_counter));
	}
	/* relaxed: an end, not a message; pairs with the relaxed load in answer(). */
	store_relaxed(&exchange->is_over, true);
}

static void answer(struct exchange *exchange)
{
	uint32_t seen = 0;
	struct backoff wait = { 0 };

	/* relaxed: an end, not a message; pairs with the relaxed store in ask(). */
	while (!load_relaxed(&exchange->is_over)) {
		/* acquire: pairs with the release store of asked in ask(). */
		const uint32_t asked = load_acquire(&exchange->asked);

		if (asked == seen) {
			backoff_pause(&wait, 1);
			continue;
		}
		seen = asked;
		wait = (struct backoff){ 0 };
		exchange->theirs = clock_now(exchange->is_counter);
		/* release: publishes theirs; pairs with the acquire load of answered in ask(). */
		store_release(&exchange->answered, asked);
	}
}

static void meet(void *context, unsigned rank)
{
	if (rank == 0)
		ask(context);
	else
		answer(context);
}

static json_t *clock_row(const char *what, json_t *pu, double value, const char *unit,
			 const char *about)
{
	return json_pack("{s:s, s:s, s:o, s:f, s:s, s:s}", "kind", "clock", "what", what, "pu", pu,
			 "value", value, "unit", unit, "about", about);
}

/* @pu against the first PU: the middle of what is possible, and how far it may be off. */
static int probe_agreement(const struct topology *topology, const struct clock_source *clock,
			   unsigned pu, json_t *rows, struct fault *fault)
{
	struct exchange exchange = { .is_counter = clock->is_counter, .bounds = CLOCK_BOUNDS_NONE };
	const struct clock_bounds *const bounds = &exchange.bounds;
	const int error =
		crew_run(topology, (const unsigned[]){ 0, pu }, 2, meet, &exchange, fault);
	char about[128];

	if (error)
		return error;
	snprintf(about, sizeof(about), "ahead of PU %u, give or take %.0f ns: %s",
		 topology_pu(topology, 0)->os_index,
		 (double)(bounds->high - bounds->low) / 2 * clock->ns_per_tick,
		 clock_bounds_agree(bounds) ? "they may agree" : "they disagree");
	json_array_append_new(
		rows, clock_row("offset", json_integer(topology_pu(topology, pu)->os_index),
				(double)(bounds->low + bounds->high) / 2 * clock->ns_per_tick, "ns",
				about));
	return 0;
}

/* Both clocks as near to one moment as it gets: of several tries, the one that took least. */
static void read_both(const struct clock_source *clock, uint64_t *ticks, uint64_t *monotonic_ns)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < EXCHANGES; i++) {
		const uint64_t before = clock_now(clock->is_counter);
		const uint64_t now_ns = clock_monotonic_ns();
		const uint64_t gap = clock_now(clock->is_counter) - before;

		if (gap >= least)
			continue;
		least = gap;
		*ticks = before + gap / 2;
		*monotonic_ns = now_ns;
	}
}

/* By how much calibrated ticks run ahead of CLOCK_MONOTONIC, which the kernel may be correcting. */
static void probe_drift(const struct clock_source *clock, uint64_t duration_ns, json_t *rows)
{
	const struct timespec pause = { .tv_sec = (time_t)(duration_ns / NS_PER_S),
					.tv_nsec = (long)(duration_ns % NS_PER_S) };
	uint64_t ticks, from_ticks, now_ns, from_ns;
	double counted_ns;
	char about[128];

	if (!clock->is_counter) {
		probe_unavailable(rows, "drift", "there is no counter in use that could drift");
		return;
	}
	read_both(clock, &from_ticks, &from_ns);
	nanosleep(&pause, NULL);
	read_both(clock, &ticks, &now_ns);
	counted_ns = (double)(ticks - from_ticks) * clock->ns_per_tick;
	snprintf(about, sizeof(about), "gained on CLOCK_MONOTONIC within %.2f s",
		 (double)(now_ns - from_ns) / NS_PER_S);
	json_array_append_new(rows, clock_row("drift", json_null(),
					      (counted_ns / (double)(now_ns - from_ns) - 1) * 1e6,
					      "ppm", about));
}

int probe_clock(const struct probe_options *options, json_t *rows, struct fault *fault)
{
	const struct topology *const topology = options->topology;
	const struct clock_source clock = clock_calibrate();
	char about[256];
	int error = 0;

	snprintf(about, sizeof(about), "of %s against CLOCK_MONOTONIC_RAW%s%s", clock.name,
		 clock.reason ? "; " : "", clock.reason ? clock.reason : "");
	json_array_append_new(rows,
			      clock_row("rate", json_null(), 1 / clock.ns_per_tick, "GHz", about));
	json_array_append_new(
		rows, clock_row("cost", json_null(), clock.read_ns, "ns", "one ordered reading"));
	probe_drift(&clock, options->budget_ns / 2, rows);
	if (topology_pu_count(topology) == 1)
		probe_unavailable(rows, "offset", "there is one PU: nothing to agree with");
	for (unsigned pu = 1; pu < topology_pu_count(topology) && !error; pu++)
		error = probe_agreement(topology, &clock, pu, rows, fault);
	return error;
}
