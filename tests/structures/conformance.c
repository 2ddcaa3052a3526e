#include "tests/structures/conformance.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "structures/common/payload.h"
#include "structures/kvblock/kvblock.h"
#include "tests/structures/conformance_loads.h"
#include "tests/structures/harness.h"
#include "tests/structures/model.h"
#include "tests/structures/scans.h"
#include "tests/structures/stalls.h"

enum {
	CAPACITY = 1000,            /* of bounded structures */
	CAPACITY_STARVED = 80000,   /* more than there is memory for, at 32 bytes each */
	/* A structure may retire only with so many elements taken out: a segment of them at a time. */
	REMOVALS_PER_RETIRED = 2048,
	STALL_MS = 80,
	STALL_ATTEMPTS = 5,
	STARVED_PIECES = 20,
	STARVED_PIECES_WITHOUT = 2, /* memory, and no more: structures that search take long by then */
	BATCH = 5,
	COVER_DIVISOR = 10,
	REMOTE_DIVISOR = 60         /* an operation there takes a thousand times as long */
};

/* One case on one load: what it needs, and where it says what went wrong. */
struct trial {
	const struct conformance *conformance;
	const struct load *load;
	struct fault *fault;
};

typedef int check(struct harness *harness, const struct trial *trial);

static uint64_t scaled(const struct trial *trial)
{
	const bool is_remote = trial->conformance->variant->server;

	return trial->load->operations / trial->conformance->divisor /
		       (is_remote ? REMOTE_DIVISOR : 1) +
	       1;
}

static void sleep_ms(long duration_ms)
{
	const struct timespec pause = { .tv_nsec = duration_ms * 1000000 };

	nanosleep(&pause, NULL);
}

/* Counted garbage must be possible, and must have moved where something was taken out. */
static int check_garbage(const struct harness *harness, struct fault *fault)
{
	const struct variant *const variant = harness_options(harness)->variant;
	const struct harness_sums sums = harness_sum(harness);
	struct garbage garbage;

	if (!variant->garbage)
		return 0;
	garbage = variant->garbage(harness_instance(harness));
	if (garbage.outstanding > garbage.retired)
		return fault_set(fault, -EBADMSG,
				 "garbage: %" PRIu64 " outstanding of %" PRIu64 " retired",
				 garbage.outstanding, garbage.retired);
	/* Values of a word may stand where nothing need be retired with them: payloads may not. */
	if (!garbage.retired && !variant->reuses_nodes &&
	    harness_options(harness)->value_bytes > PAYLOAD_INLINE_BYTES &&
	    variant->family->remove != FAMILY_NONE &&
	    sums.tally.succeeded[variant->family->remove] >= REMOVALS_PER_RETIRED)
		return fault_set(fault, -EBADMSG, "garbage: nothing was retired");
	return 0;
}

static int check_alone(struct harness *harness, const struct trial *trial)
{
	struct model_run run = { .operations = scaled(trial) };
	const int error = harness_attach(harness);

	if (error)
		return fault_set(trial->fault, error, "attach: %s", strerror(-error));
	if (!model_exists(trial->load->family))
		return fault_set(trial->fault, -ENOENT, "no model of this family");
	harness_perform(harness, model_follow, &run);
	if (run.error)
		return fault_set(trial->fault, run.error, "%s", run.fault.text);
	return harness_balance(harness, trial->fault);
}

/* Each operation that was asked for, and no other, is in the tally. */
static int check_attempts(const struct harness *harness, uint64_t expected, struct fault *fault)
{
	const struct harness_sums sums = harness_sum(harness);
	uint64_t attempted = 0;

	for (unsigned i = 0; i < WORKER_OPERATIONS_MAX; i++)
		attempted += sums.tally.attempted[i];
	if (attempted != expected)
		return fault_set(fault, -EBADMSG, "attempted: %" PRIu64 " operations, not %" PRIu64,
				 attempted, expected);
	return 0;
}

static int check_together(struct harness *harness, const struct trial *trial)
{
	uint64_t prefill = trial->load->prefill, operations = scaled(trial);
	int error = harness_attach(harness);

	if (error)
		return fault_set(trial->fault, error, "attach: %s", strerror(-error));
	harness_perform(harness, harness_prefill, &prefill);
	error = harness_balance(harness, trial->fault);
	if (error)
		return error;
	harness_perform(harness, harness_mix, &operations);
	error = harness_balance(harness, trial->fault);
	if (error)
		return error;
	error = check_garbage(harness, trial->fault);
	if (error)
		return error;
	operations *= harness_options(harness)->workers;
	return check_attempts(harness, prefill + operations, trial->fault);
}

static int check_scans(struct harness *harness, const struct trial *trial)
{
	int error = harness_attach(harness);

	if (error)
		return fault_set(trial->fault, error, "attach: %s", strerror(-error));
	error = scans_check(harness, scaled(trial), trial->fault);
	return error ? error : harness_balance(harness, trial->fault);
}

/* The same, with what each few operations touch fetched before them. */
static int check_batched(struct harness *harness, const struct trial *trial)
{
	if (!trial->conformance->variant->has_prefetch)
		return 0;
	for (unsigned i = 0; i < harness_options(harness)->workers; i++)
		harness_worker(harness, i)->batch = BATCH;
	return check_together(harness, trial);
}

static uint64_t published(const struct harness *harness, unsigned from, unsigned to)
{
	uint64_t sum = 0;

	for (unsigned i = from; i < to; i++)
		/* relaxed: a running count. */
		sum += load_relaxed(&harness_worker(harness, i)->published);
	return sum;
}

static uint64_t stalls_of_first(const struct harness *harness)
{
	/* relaxed: a count. */
	return load_relaxed(&harness_worker(harness, 0)->stalls);
}

enum sight { SIGHT_NONE, SIGHT_MOVING, SIGHT_STUCK };

/* Stall the first worker, and see what the others do meanwhile. */
static enum sight watch_stall(struct harness *harness)
{
	const unsigned workers = harness_options(harness)->workers;
	const uint64_t stalls = stalls_of_first(harness);
	uint64_t first, others;
	bool is_within;

	/* relaxed: the signal carries no data. */
	store_relaxed(&harness_worker(harness, 0)->signal, WORKER_STALL);
	sleep_ms(STALL_MS / 4);
	first = published(harness, 0, 1);
	others = published(harness, 1, workers);
	sleep_ms(STALL_MS / 4);
	others = published(harness, 1, workers) - others;
	is_within = published(harness, 0, 1) == first && stalls_of_first(harness) == stalls;
	while (stalls_of_first(harness) == stalls)
		sleep_ms(1);
	if (!is_within)
		return SIGHT_NONE;
	return others ? SIGHT_MOVING : SIGHT_STUCK;
}

static void stop_all(struct harness *harness)
{
	for (unsigned i = 0; i < harness_options(harness)->workers; i++)
		/* relaxed: the signal carries no data. */
		store_relaxed(&harness_worker(harness, i)->signal, WORKER_STOP);
	harness_wait(harness);
}

/* Without locks the others go on. With locks they may, and all must go on after it. */
static int check_stalled(struct harness *harness, const struct trial *trial)
{
	struct worker *const first = harness_worker(harness, 0);
	const bool must_move = trial->conformance->variant->progress >= PROGRESS_LOCK_FREE;
	uint64_t prefill = trial->load->prefill, operations = UINT64_MAX;
	enum sight sight = SIGHT_NONE;
	int error = harness_attach(harness);

	if (error)
		return fault_set(trial->fault, error, "attach: %s", strerror(-error));
	harness_perform(harness, harness_prefill, &prefill);
	first->stall_ns = STALL_MS * 1000000u;
	first->stall_as_writer = trial->conformance->seed % 2;
	harness_start(harness, harness_mix, &operations);
	/* A busy machine may keep the others from running for a while: look again. */
	for (unsigned i = 0; i < STALL_ATTEMPTS && sight != SIGHT_MOVING; i++) {
		sight = watch_stall(harness);
		if (!must_move)
			break;
	}
	stop_all(harness);
	if (must_move && sight == SIGHT_STUCK)
		return fault_set(trial->fault, -EBADMSG,
				 "no other thread completes an operation while one is stalled");
	return harness_balance(harness, trial->fault);
}

static int check_starved(struct harness *harness, const struct trial *trial)
{
	const struct harness_options *const options = harness_options(harness);
	uint64_t operations = trial->load->operations / STARVED_PIECES;
	unsigned without = 0;
	int error = harness_attach(harness);

	if (error)
		return fault_set(trial->fault, error, "attach: %s", strerror(-error));
	for (unsigned i = 0; i < STARVED_PIECES && without < STARVED_PIECES_WITHOUT; i++) {
		harness_perform(harness, harness_mix, &operations);
		without += harness_sum(harness).exhausted > 0;
	}
	if (!harness_sum(harness).exhausted || !memory_exhausted(harness_memory(harness)))
		return fault_set(trial->fault, -EBADMSG, "exhaustion is not counted");
	error = harness_balance(harness, trial->fault);
	if (error)
		return error;
	/* It must still work: what is taken out makes room. */
	error = harness_set_mix(harness, NULL, 0, options->workers, trial->fault);
	if (error)
		return error;
	harness_perform(harness, harness_mix, &operations);
	return harness_balance(harness, trial->fault);
}

/* One is stalled for as long as the others need to fill all memory with what they retire. */
static int check_held_up(struct harness *harness, const struct trial *trial)
{
	uint64_t prefill = trial->load->prefill;
	const int error = harness_attach(harness);

	if (error)
		return fault_set(trial->fault, error, "attach: %s", strerror(-error));
	harness_perform(harness, harness_prefill, &prefill);
	return stalls_check(harness, trial->load->operations, trial->fault);
}

/* All workers do nothing but @operation. Return: how many took effect, or a negative errno. */
static int64_t perform_only(struct harness *harness, int operation, const struct trial *trial)
{
	const unsigned workers = harness_options(harness)->workers;
	const char *const name = trial->load->family->operations[operation];
	uint64_t operations = scaled(trial), before;
	char mix[32];
	int error;

	snprintf(mix, sizeof(mix), "%s:100", name);
	error = harness_set_mix(harness, mix, 0, workers, trial->fault);
	if (error)
		return error;
	before = harness_sum(harness).tally.succeeded[operation];
	harness_perform(harness, harness_mix, &operations);
	return (int64_t)(harness_sum(harness).tally.succeeded[operation] - before);
}

/* Filled as long as it takes anything, and emptied as long as it gives anything, twice. */
static int check_full(struct harness *harness, const struct trial *trial)
{
	const struct family *const family = trial->load->family;
	int error = harness_attach(harness);

	if (error)
		return fault_set(trial->fault, error, "attach: %s", strerror(-error));
	for (unsigned round = 0; round < 2; round++) {
		const int64_t in = perform_only(harness, family->insert, trial);
		const int64_t more = perform_only(harness, family->insert, trial);
		const int64_t out = perform_only(harness, family->remove, trial);

		error = harness_balance(harness, trial->fault);
		if (error)
			return error;
		if (in < CAPACITY_FULL || more || out != in)
			return fault_set(trial->fault, -EBADMSG,
					 "capacity %d: it took %" PRId64 ", when full %" PRId64
					 " more, and gave back %" PRId64,
					 CAPACITY_FULL, in, more, out);
	}
	return 0;
}

/* What finds no leaf to evict is left out, and all else makes room: inspect() proves the capacity. */
static int check_overfull(struct harness *harness, const struct trial *trial)
{
	uint64_t operations = scaled(trial);
	const int error = harness_attach(harness);
	struct tally tally;

	if (error)
		return fault_set(trial->fault, error, "attach: %s", strerror(-error));
	harness_perform(harness, harness_mix, &operations);
	tally = harness_sum(harness).tally;
	if (!tally.counts[KVBLOCK_EVICTED] || !tally.counts[KVBLOCK_REFUSED] ||
	    !tally.counts[KVBLOCK_HITS])
		return fault_set(trial->fault, -EBADMSG,
				 "capacity %d: %" PRIu64 " blocks were evicted, %" PRIu64
				 " left out, %" PRIu64 " hit",
				 CAPACITY_FULL, tally.counts[KVBLOCK_EVICTED],
				 tally.counts[KVBLOCK_REFUSED], tally.counts[KVBLOCK_HITS]);
	return harness_balance(harness, trial->fault);
}

/* As many as there are places, each time other threads: they find the places and need no others. */
static int check_many(struct harness *harness, const struct trial *trial)
{
	uint64_t operations = 8, before = 0, after;    /* where locks are handed over, each takes long */
	int error = 0;

	for (unsigned round = 0; !error && round < 2; round++) {
		error = harness_attach(harness);
		if (error)
			return fault_set(trial->fault, error, "attach: %s", strerror(-error));
		if (round == 0)
			harness_perform(harness, harness_mix, &operations);
		harness_detach(harness);
		error = harness_balance(harness, trial->fault);
		after = memory_in_use_bytes(harness_memory(harness), MEMORY_THREAD);
		if (!error && round && after > before)
			error = fault_set(trial->fault, -EBADMSG,
					  "%" PRIu64 " bytes more for threads that attach again",
					  after - before);
		before = after;
	}
	return error;
}

static int check_in_turns(struct harness *harness, const struct trial *trial)
{
	uint64_t operations = scaled(trial);
	int error = 0;

	for (unsigned round = 0; !error && round < 5; round++) {
		error = harness_attach(harness);
		if (error)
			return fault_set(trial->fault, error, "attach: %s", strerror(-error));
		harness_perform(harness, harness_mix, &operations);
		harness_detach(harness);
		error = harness_balance(harness, trial->fault);
	}
	return error;
}

/* How many workers, on how many PUs, with how much memory. */
struct conformance_case {
	const char *name;
	check *check;
	const struct load *loads;
	size_t count;
	unsigned workers;    /* 0: two to four, by the PUs there are */
	unsigned pus;
	size_t limit_bytes;
	uint64_t capacity;   /* of bounded structures */
	bool (*applies)(const struct variant *variant);
};

/*
 * What such a variant stores takes memory of another process, or a disk, or overwrites what it collides
 * with: it cannot be starved.
 */
static bool may_starve(const struct variant *variant)
{
	return !variant->server && !variant->is_blind && variant->flaw == FLAW_NONE;
}

static bool may_fill(const struct variant *variant)
{
	return variant->is_bounded;
}

static bool may_be_many(const struct variant *variant)
{
	return !variant->server && !variant->producers_max && !variant->consumers_max;
}

static bool may_all(const struct variant *variant)
{
	(void)variant;
	return true;
}

#define LOADS(loads) loads, sizeof(loads) / sizeof(*(loads))

static const struct conformance_case cases[] = {
	{ "alone", check_alone, LOADS(alone), 1, 0, 0, CAPACITY, may_all },
	{ "in turns", check_in_turns, LOADS(in_turns), 2, 0, 0, CAPACITY, may_all },
	{ "together", check_together, LOADS(together), 0, 0, 0, CAPACITY, may_all },
	{ "scans", check_scans, LOADS(scans), 0, 0, 0, CAPACITY, may_all },
	{ "batched", check_batched, LOADS(together), 0, 0, 0, CAPACITY, may_all },
	{ "crowded", check_together, LOADS(crowded), 8, 2, 0, CAPACITY, may_all },
	{ "many", check_many, LOADS(crowded), WORKERS_MANY, 0, 0, CAPACITY, may_be_many },
	{ "full", check_full, LOADS(full), 3, 0, 0, CAPACITY_FULL, may_fill },
	{ "overfull", check_overfull, LOADS(overfull), 3, 0, 0, CAPACITY_FULL, may_all },
	{ "starved", check_starved, LOADS(starved), 2, 0, 1 << 20, CAPACITY_STARVED, may_starve },
	{ "stalled", check_stalled, LOADS(stalled), 0, 0, 0, CAPACITY, may_all },
	{ "held up", check_held_up, LOADS(held), 3, 0, 1 << 22, CAPACITY, stalls_apply },
};

static unsigned workers_of(const struct conformance_case *given, const struct trial *trial)
{
	const struct variant *const variant = trial->conformance->variant;
	const unsigned pus = topology_pu_count(trial->conformance->topology);
	const unsigned most = variant->producers_max && variant->consumers_max
				      ? variant->producers_max + variant->consumers_max
				      : HARNESS_WORKERS_MAX;
	unsigned workers = pus < 2 ? 2 : pus > 4 ? 4 : pus;

	if (given->workers)
		workers = given->workers;
	return workers < most ? workers : most;
}

static struct harness_options options_of(const struct conformance_case *given,
					 const struct trial *trial)
{
	const struct conformance *const conformance = trial->conformance;

	return (struct harness_options){
		.topology = conformance->topology,
		.variant = conformance->variant,
		.workers = workers_of(given, trial),
		.pus = given->pus,
		.range = trial->load->range,
		.expected = trial->load->expected,
		.capacity = given->capacity,
		.value_bytes = trial->load->value_bytes,
		.limit_bytes = given->limit_bytes,
		.endpoint = conformance->endpoint,
		.mix = trial->load->mix,
		.seed = conformance->seed,
	};
}

static int run_case(const struct conformance_case *given, const struct trial *trial)
{
	const struct harness_options options = options_of(given, trial);
	struct harness *harness;
	uint64_t left_bytes;
	bool is_lossy;
	int error = harness_open(&options, &harness, trial->fault);

	if (error)
		return error;
	error = given->check(harness, trial);
	harness_detach(harness);
	is_lossy = !strcmp(options.variant->reclaim, "leak");
	left_bytes = harness_destroy_instance(harness);
	if (!error && left_bytes && !is_lossy)
		error = fault_set(trial->fault, -EBADMSG,
				  "%" PRIu64 " bytes of nodes and payloads are not given back",
				  left_bytes);
	harness_close(harness);
	return error;
}

unsigned conformance_divisor(void)
{
	return getenv("NUMAMARK_TEST_COVER") ? COVER_DIVISOR : 1;
}

int conformance_check(const struct conformance *conformance, struct fault *fault)
{
	for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
		if (!cases[c].applies(conformance->variant))
			continue;
		for (size_t l = 0; l < cases[c].count; l++) {
			const struct load *const load = &cases[c].loads[l];
			const struct trial trial = { conformance, load, fault };
			int error;

			if (load->family != conformance->variant->family)
				continue;
			error = run_case(&cases[c], &trial);
			if (error)
				return fault_prefix(fault, error, "%s, %s: ", cases[c].name,
						    load->title);
		}
	}
	return 0;
}
