#include "tests/structures/scans.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "structures/ordered/ordered.h"

enum { ALWAYS, NEVER, EITHER, OTHER, STEPS = 4 };

/* One worker's calls, the scans that they fill, and how far it is with each of its pairs. */
struct script {
	struct history_call *calls;
	char *scans;
	struct random random;
	unsigned steps[SCANS_FOURS];
	uint64_t length;    /* calls written so far */
};

struct scripts {
	struct script of[HARNESS_WORKERS_MAX];
	struct history histories[HARNESS_WORKERS_MAX];
	unsigned workers;
	CACHELINE_APART _Atomic uint64_t stamps;
};

static uint64_t either_key(unsigned four)
{
	return 4 * four + EITHER;
}

static uint64_t other_key(unsigned four)
{
	return 4 * (SCANS_FOURS - 1 - four) + OTHER;
}

static void write_call(struct script *script, unsigned operation, uint64_t key)
{
	script->calls[script->length++] = (struct history_call){
		.key = key,
		.operation = (uint16_t)operation,
		.quiesces = random_below(&script->random, 8) == 0,
	};
}

static void write_prefill(struct script *script, unsigned worker, unsigned workers)
{
	for (unsigned four = worker; four < SCANS_FOURS; four += workers) {
		write_call(script, ORDERED_PUT, 4 * four + ALWAYS);
		write_call(script, ORDERED_PUT, either_key(four));
	}
}

/* The next step of one of the worker's pairs: in with the one that is out, out with the other. */
static void write_change(struct script *script, unsigned worker, unsigned workers)
{
	const unsigned own = (SCANS_FOURS - worker + workers - 1) / workers;
	const unsigned four = worker + workers * (unsigned)random_below(&script->random, own);
	const unsigned step = script->steps[four]++ % STEPS;

	switch (step) {
	case 0: write_call(script, ORDERED_PUT, other_key(four)); break;
	case 1: write_call(script, ORDERED_REMOVE, either_key(four)); break;
	case 2: write_call(script, ORDERED_PUT, either_key(four)); break;
	default: write_call(script, ORDERED_REMOVE, other_key(four)); break;
	}
}

/* Half of them over all keys, the others from anywhere and of any length. */
static void write_scan(struct script *script)
{
	const bool is_whole = random_below(&script->random, 2);
	struct scan *const scan =
		(struct scan *)(script->scans + script->length * scan_bytes(SCANS_RANGE));

	scan->length = is_whole ? SCANS_RANGE : 1 + random_below(&script->random, SCANS_RANGE);
	write_call(script, ORDERED_SCAN, is_whole ? 0 : random_below(&script->random, SCANS_RANGE));
	script->calls[script->length - 1].scan = scan;
}

static void open_script(struct script *script, uint64_t room, uint64_t seed, unsigned worker)
{
	script->random = random_seed(seed, worker, RANDOM_SCHEDULE);
	script->calls = calloc(room, sizeof(*script->calls));
	script->scans = calloc(room, scan_bytes(SCANS_RANGE));
	if (!script->calls || !script->scans)
		abort();
}

/* All workers perform what their scripts hold now. */
static void perform(struct harness *harness, struct scripts *scripts)
{
	for (unsigned i = 0; i < scripts->workers; i++)
		scripts->histories[i] = (struct history){
			.calls = scripts->of[i].calls,
			.count = (unsigned)scripts->of[i].length,
			.stamps = &scripts->stamps,
		};
	harness_perform(harness, harness_history, scripts->histories);
}

/* What one scan saw, and up to where it looked. */
struct sight {
	bool is_seen[SCANS_RANGE];
	uint64_t from, end;
};

static bool covers(const struct sight *sight, uint64_t key)
{
	return key >= sight->from && key < sight->end;
}

static const char *look(const struct history_call *call, struct sight *sight)
{
	const struct scan *const scan = call->scan;
	uint64_t least = call->key;

	if (scan->count > scan->length)
		return "a scan finds more keys than it was asked for";
	*sight = (struct sight){ .from = call->key, .end = SCANS_RANGE };
	for (uint64_t i = 0; i < scan->count; i++) {
		const uint64_t key = scan->entries[i].key;

		if (key < least || key >= SCANS_RANGE)
			return "the keys of a scan do not ascend";
		sight->is_seen[key] = true;
		least = key + 1;
	}
	if (scan->count == scan->length)
		sight->end = least;
	return NULL;
}

static const char *judge(const struct history_call *call, enum scan_guarantee guarantee)
{
	struct sight sight;
	const char *const wrong = look(call, &sight);

	if (wrong)
		return wrong;
	for (unsigned four = 0; four < SCANS_FOURS; four++) {
		const uint64_t first = 4 * four;
		const uint64_t either = either_key(four), other = other_key(four);

		if (sight.is_seen[first + NEVER])
			return "a scan finds a key that was never there";
		if (covers(&sight, first + ALWAYS) && !sight.is_seen[first + ALWAYS])
			return "a scan misses a key that was always there";
		if (guarantee == SCAN_SNAPSHOT && covers(&sight, either) &&
		    covers(&sight, other) && !sight.is_seen[either] && !sight.is_seen[other])
			return "a scan is no snapshot: one of two keys was there at any moment";
	}
	return NULL;
}

static int judge_all(const struct harness *harness, const struct scripts *scripts,
		     struct fault *fault)
{
	const enum scan_guarantee guarantee = harness_options(harness)->variant->scan;

	for (unsigned i = 0; i < scripts->workers; i++) {
		for (uint64_t n = 0; n < scripts->of[i].length; n++) {
			const struct history_call *const call = &scripts->of[i].calls[n];
			const char *const wrong = call->operation == ORDERED_SCAN
							  ? judge(call, guarantee)
						  : call->took_effect ? NULL
								      : "a write has no effect";

			if (wrong)
				return fault_set(fault, -EBADMSG,
						 "%s (worker %u, call %" PRIu64 ", key %" PRIu64
						 ")",
						 wrong, i, n, call->key);
		}
	}
	return 0;
}

int scans_check(struct harness *harness, uint64_t operations, struct fault *fault)
{
	const struct harness_options *const options = harness_options(harness);
	struct scripts *const scripts =
		aligned_alloc(_Alignof(struct scripts), sizeof(*scripts));
	struct scan *own[HARNESS_WORKERS_MAX];
	int error;

	if (!scripts)
		abort();
	*scripts = (struct scripts){ .workers = options->workers };
	for (unsigned i = 0; i < options->workers; i++) {
		own[i] = harness_worker(harness, i)->scan;
		open_script(&scripts->of[i], operations + SCANS_RANGE, options->seed, i);
		write_prefill(&scripts->of[i], i, options->workers);
	}
	perform(harness, scripts);
	for (unsigned i = 0; i < options->workers; i++) {
		struct script *const script = &scripts->of[i];

		script->length = 0;
		while (script->length < operations) {
			write_change(script, i, options->workers);
			write_scan(script);
		}
	}
	perform(harness, scripts);
	error = judge_all(harness, scripts, fault);
	for (unsigned i = 0; i < options->workers; i++) {
		harness_worker(harness, i)->scan = own[i];
		free(scripts->of[i].calls);
		free(scripts->of[i].scans);
	}
	free(scripts);
	return error;
}
