/*
 * Round trip of one cache line between two PUs.
 *
 * Each side waits with compare-and-swap, which takes the line exclusively at once: a round trip is
 * two transfers of a line that the other side has modified, and half of it is what is published as
 * the core-to-core latency of a machine. The line lies on the node of the first PU.
 */
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "runners/probe/crew.h"
#include "runners/probe/pairs.h"
#include "runners/probe/probe.h"
#include "runners/stats/stats.h"
#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "topology/clock.h"
#include "topology/memory.h"

enum {
	TRIPS = 200, /* of a round: some ten microseconds */
	ROUNDS_MAX = 21,
	ROUNDS_MIN = 3,
	PAIR_NS = 2000000, /* a pair's rounds, and its two threads */
	/* A miss lasts nanoseconds; a partner that has lost its PU, milliseconds. */
	TRIES_BEFORE_YIELD = 100000
};

enum turn { TURN_LEADER, TURN_FOLLOWER, TURN_OVER };

struct meeting {
	_Atomic uint32_t *turn;
	bool is_counter;
	double ns_per_tick;
	double rounds_ns[ROUNDS_MAX]; /* mean of each round's trips */
	size_t rounds;
};

/* Take the turn @mine and give the turn @next. Return: whether it ever came. */
static inline bool take_turn(_Atomic uint32_t *turn, uint32_t mine, uint32_t next)
{
	uint32_t seen = mine;

	/* relaxed: the line itself is what travels; no other data depends on it. */
	for (unsigned tries = 1; !cas_relaxed(turn, &seen, next); tries++) {
		if (seen == TURN_OVER)
			return false;
		seen = mine;
		if (tries % TRIES_BEFORE_YIELD == 0)
			sched_yield();
	}
	return true;
}

static double lead_round(const struct meeting *meeting)
{
	const uint64_t start = clock_now(meeting->is_counter);

	for (int i = 0; i < TRIPS; i++)
		take_turn(meeting->turn, TURN_LEADER, TURN_FOLLOWER);
	/* The last trip ends with the turn back: the next call cannot take it before. */
	take_turn(meeting->turn, TURN_LEADER, TURN_LEADER);
	return (double)(clock_now(meeting->is_counter) - start) * meeting->ns_per_tick / TRIPS;
}

static void lead(struct meeting *meeting)
{
	const uint64_t start_ns = clock_monotonic_ns();

	lead_round(meeting); /* both have arrived when it is over */
	while (meeting->rounds < ROUNDS_MAX &&
	       (meeting->rounds < ROUNDS_MIN || clock_monotonic_ns() - start_ns < PAIR_NS))
		meeting->rounds_ns[meeting->rounds++] = lead_round(meeting);
	take_turn(meeting->turn, TURN_LEADER, TURN_OVER);
}

static void meet(void *context, unsigned rank)
{
	struct meeting *const meeting = context;

	if (rank == 0)
		lead(meeting);
	else
		while (take_turn(meeting->turn, TURN_FOLLOWER, TURN_LEADER))
			;
}

/* What the probe of one machine has at hand. */
struct coherence {
	const struct topology *topology;
	struct clock_source clock;
	struct memory *memory;
	_Atomic uint32_t **lines; /* of each PU */
	struct pair *pairs;
	double *trips_ns; /* of each pair */
	size_t count;
};

static unsigned os_index(const struct coherence *probe, unsigned pu)
{
	return topology_pu(probe->topology, pu)->os_index;
}

static int node_os_index(const struct coherence *probe, unsigned pu)
{
	const int node = topology_pu(probe->topology, pu)->node;

	return node < 0 ? node : (int)topology_node(probe->topology, (unsigned)node)->os_index;
}

static int measure_pair(struct coherence *probe, size_t i, json_t *rows, struct fault *fault)
{
	const struct pair *const pair = &probe->pairs[i];
	struct meeting meeting = { .turn = probe->lines[pair->from],
				   .is_counter = probe->clock.is_counter,
				   .ns_per_tick = probe->clock.ns_per_tick };
	int error;

	store_relaxed(meeting.turn, TURN_LEADER); /* relaxed: crew_run() publishes it */
	error = crew_run(probe->topology, (const unsigned[]){ pair->from, pair->to }, 2, meet,
			 &meeting, fault);
	if (error)
		return error;
	probe->trips_ns[i] = stats_median(meeting.rounds_ns, meeting.rounds);
	json_array_append_new(rows, json_pack("{s:s, s:i, s:i, s:i, s:i, s:s, s:f, s:f}", "kind",
					      "pair", "from", (int)os_index(probe, pair->from),
					      "to", (int)os_index(probe, pair->to), "from_node",
					      node_os_index(probe, pair->from), "to_node",
					      node_os_index(probe, pair->to), "group",
					      pair_group_names[pair->group], "round_trip_ns",
					      probe->trips_ns[i], "line_transfer_ns",
					      probe->trips_ns[i] / 2));
	return 0;
}

static void summarise_group(const struct coherence *probe, enum pair_group group, double *scratch,
			    json_t *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < probe->count; i++)
		if (probe->pairs[i].group == group)
			scratch[count++] = probe->trips_ns[i];
	if (!count)
		return;
	json_array_append_new(rows, json_pack("{s:s, s:s, s:I, s:f, s:f, s:f, s:f}", "kind",
					      "group", "group", pair_group_names[group], "pairs",
					      (json_int_t)count, "round_trip_ns",
					      stats_median(scratch, count), "lowest",
					      stats_quantile(scratch, count, 0), "highest",
					      stats_quantile(scratch, count, 1), "line_transfer_ns",
					      stats_median(scratch, count) / 2));
}

static int summarise(const struct coherence *probe, json_t *rows, struct fault *fault)
{
	double *const scratch = calloc(probe->count, sizeof(*scratch));

	if (!scratch)
		return fault_set(fault, -ENOMEM, "no memory for %zu pairs", probe->count);
	for (unsigned group = 0; group < PAIR_GROUPS; group++)
		summarise_group(probe, group, scratch, rows);
	free(scratch);
	if (probe->count < pairs_count(probe->topology))
		probe_note(rows,
			   "A sample of %zu of the %zu pairs, of each group alike: --seconds N "
			   "takes more of them.",
			   probe->count, pairs_count(probe->topology));
	return 0;
}

/* A line for each PU, on its own node. */
static int make_lines(struct coherence *probe, struct fault *fault)
{
	const unsigned pus = topology_pu_count(probe->topology);
	unsigned *const workers = calloc(pus, sizeof(*workers));
	const struct memory_options options = { .topology = probe->topology,
						.policy = { .kind = MEMORY_LOCAL },
						.worker_pus = workers,
						.workers = pus };
	int error = workers ? 0 : fault_set(fault, -ENOMEM, "no memory for a list of PUs");

	for (unsigned i = 0; i < pus && workers; i++)
		workers[i] = i;
	if (!error)
		error = memory_create(&options, &probe->memory, fault);
	free(workers);
	for (unsigned i = 0; i < pus && !error; i++) {
		probe->lines[i] = memory_thread(probe->memory, i, CACHELINE_APART_BYTES);
		if (!probe->lines[i])
			error = fault_set(fault, -ENOMEM, "no memory for a line of PU %u",
					  os_index(probe, i));
	}
	return error;
}

static int check_lines(const struct coherence *probe, struct fault *fault)
{
	struct residency parts[MEMORY_PARTS];

	memory_residency(probe->memory, parts);
	if (parts[MEMORY_THREAD].unavailable || parts[MEMORY_THREAD].share == 1)
		return 0;
	return fault_set(fault, -ENXIO,
			 "%.0f %% of the lines are on another node than that of their PU",
			 100 * (1 - parts[MEMORY_THREAD].share));
}

static int measure(struct coherence *probe, json_t *rows, struct fault *fault)
{
	int error = make_lines(probe, fault);

	for (size_t i = 0; i < probe->count && !error; i++)
		error = measure_pair(probe, i, rows, fault);
	if (!error)
		error = check_lines(probe, fault);
	if (!error)
		error = summarise(probe, rows, fault);
	if (probe->memory)
		memory_destroy(probe->memory);
	return error;
}

int probe_coherence(const struct probe_options *options, json_t *rows, struct fault *fault)
{
	const size_t all = pairs_count(options->topology);
	const size_t affordable = options->budget_ns / PAIR_NS;
	const size_t room = affordable < PAIR_GROUPS ? PAIR_GROUPS : affordable;
	struct coherence probe = { .topology = options->topology, .clock = clock_calibrate() };
	int error;

	if (!all) {
		probe_unavailable(rows, "pairs", "a line travels between two PUs: here is one");
		return 0;
	}
	probe.lines = calloc(topology_pu_count(options->topology), sizeof(*probe.lines));
	probe.pairs = calloc(all < room ? all : room, sizeof(*probe.pairs));
	probe.trips_ns = calloc(all < room ? all : room, sizeof(*probe.trips_ns));
	if (probe.lines && probe.pairs && probe.trips_ns) {
		probe.count = pairs_sample(options->topology, probe.pairs, room);
		error = measure(&probe, rows, fault);
	} else {
		error = fault_set(fault, -ENOMEM, "no memory for %zu pairs", all);
	}
	free(probe.trips_ns);
	free(probe.pairs);
	free(probe.lines);
	return error;
}
