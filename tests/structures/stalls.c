#include "tests/structures/stalls.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "structures/reclaim/hp.h"

enum {
	STALLED = 0, /* the worker */
	PAUSE_NS = 100000,
	ROUNDS = 50 /* for memory to come back */
};

/* What a stalled reader holds of that which others retire. */
enum hold {
	HOLD_ALL,
	HOLD_SLOTS, /* at most what hazard pointers leave over */
	HOLD_AGED   /* what was there when it stalled: so little that memory lasts */
};

static const struct {
	const char *reclaim;
	enum hold hold;
} holds[] = {
	{ "leak", HOLD_ALL },      { "ebr", HOLD_ALL },       { "ebr-asym", HOLD_ALL },
	{ "qsbr", HOLD_ALL },      { "urcu-memb", HOLD_ALL }, { "urcu-mb", HOLD_ALL },
	{ "urcu-qsbr", HOLD_ALL }, { "urcu-bp", HOLD_ALL },   { "hp", HOLD_SLOTS },
	{ "hp-asym", HOLD_SLOTS }, { "ibr", HOLD_AGED },
};

struct stall {
	struct harness *harness;
	uint64_t operations;
	_Atomic unsigned running; /* others that are not done */
	_Atomic bool is_inside, is_over;
	struct garbage before, after; /* when it began, and when the last of the others was done */
};

/* Of the thread that is about to sleep inside an operation. */
static _Thread_local struct stall *own_stall;

bool stalls_apply(const struct variant *variant)
{
	return !variant->server && (variant->reclaim[0] || variant->progress >= PROGRESS_LOCK_FREE);
}

static const enum hold *find_hold(const char *reclaim)
{
	for (size_t i = 0; i < sizeof(holds) / sizeof(*holds); i++)
		if (!strcmp(holds[i].reclaim, reclaim))
			return &holds[i].hold;
	return NULL;
}

static struct garbage garbage_of(const struct harness *harness)
{
	const struct variant *const variant = harness_options(harness)->variant;

	return variant->garbage ? variant->garbage(harness_instance(harness))
				: (struct garbage){ 0 };
}

int __real_nanosleep(const struct timespec *duration, struct timespec *left);
int __wrap_nanosleep(const struct timespec *duration, struct timespec *left);

/* A stall ends when the others are done, not when some time is over. */
int __wrap_nanosleep(const struct timespec *duration, struct timespec *left)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct stall *const stall = own_stall;

	if (!stall)
		return __real_nanosleep(duration, left);
	stall->before = garbage_of(stall->harness);
	/* release: the garbage of that moment; pairs with the load in work_beside(). */
	store_release(&stall->is_inside, true);
	/* acquire: what the others did; pairs with the store in work_beside(). */
	while (!load_acquire(&stall->is_over))
		__real_nanosleep(&pause, NULL);
	return 0;
}

static void sleep_inside(struct harness *harness, struct worker *worker, struct stall *stall)
{
	uint64_t batch = WORKER_BATCH;

	worker->stall_as_writer = false;
	/* relaxed: this thread's own, until it runs. */
	store_relaxed(&worker->signal, WORKER_STALL);
	own_stall = stall;
	harness_mix(harness, worker, &batch);
	own_stall = NULL;
}

static void work_beside(struct harness *harness, struct worker *worker, void *argument)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct stall *const stall = argument;

	if (worker->context.worker == STALLED) {
		sleep_inside(harness, worker, stall);
		return;
	}
	/* acquire: pairs with the store in __wrap_nanosleep(). */
	while (!load_acquire(&stall->is_inside))
		__real_nanosleep(&pause, NULL);
	harness_mix(harness, worker, &stall->operations);
	/* acq_rel: the last one sees what the others counted; pairs with itself. */
	if (fetch_add_acq_rel(&stall->running, -1u) > 1)
		return;
	stall->after = garbage_of(harness);
	/* release: pairs with the load in __wrap_nanosleep(). */
	store_release(&stall->is_over, true);
}

static int check_all_is_held(const struct stall *stall, uint64_t retired, struct fault *fault)
{
	/* Half of it: map/line takes the slot of a removed key back for the same key. */
	if (stall->after.outstanding >= retired / 2)
		return 0;
	return fault_set(fault, -EBADMSG,
			 "garbage: %" PRIu64 " objects of %" PRIu64
			 " that were retired beside a stalled thread",
			 stall->after.outstanding, retired);
}

static int check_bound(const struct harness *harness, const struct stall *stall,
		       struct fault *fault)
{
	const unsigned workers = harness_options(harness)->workers;
	const uint64_t most = (uint64_t)workers * 2 * hp_threshold(workers);

	if (stall->after.outstanding <= most)
		return 0;
	return fault_set(fault, -EBADMSG,
			 "garbage: %" PRIu64 " objects beside a stalled thread, at most %" PRIu64
			 " may be",
			 stall->after.outstanding, most);
}

static int check_memory_lasts(const struct harness *harness, struct fault *fault)
{
	if (!harness_sum(harness).exhausted)
		return 0;
	return fault_set(fault, -EBADMSG, "memory runs out beside a stalled thread");
}

static int check_held(const struct harness *harness, const struct stall *stall, struct fault *fault)
{
	const struct variant *const variant = harness_options(harness)->variant;
	const uint64_t retired = stall->after.retired - stall->before.retired;
	const enum hold *const hold = find_hold(variant->reclaim);
	int error = 0;

	if (!variant->reclaim[0])
		return check_memory_lasts(harness, fault);
	if (!hold)
		return fault_set(fault, -EBADMSG, "%s: this test does not know what a stall holds",
				 variant->reclaim);
	if (!retired && !variant->reuses_nodes)
		return fault_set(fault, -EBADMSG, "garbage: nothing was retired beside a stall");
	if (*hold == HOLD_ALL)
		return check_all_is_held(stall, retired, fault);
	if (*hold == HOLD_SLOTS)
		error = check_bound(harness, stall, fault);
	return error ? error : check_memory_lasts(harness, fault);
}

/*
 * All memory was garbage, perhaps: with that freed there is enough again, but for the one that was
 * stalled, as the blocks are the others'. In some round: grace periods take their time, and whoever
 * loses its PU inside a section is one more that is stalled.
 */
static int check_after(struct harness *harness, const struct stall *stall, struct fault *fault)
{
	static const struct timespec pause = { .tv_nsec = 20 * PAUSE_NS };
	uint64_t operations = stall->operations / ROUNDS;

	for (unsigned i = 0; i < ROUNDS; i++) {
		const uint64_t exhausted = harness_sum(harness).exhausted;

		harness_perform(harness, harness_mix, &operations);
		if (harness_sum(harness).exhausted - exhausted <= operations)
			return 0;
		nanosleep(&pause, NULL);
	}
	return fault_set(fault, -EBADMSG, "memory does not come back after a stall");
}

int stalls_check(struct harness *harness, uint64_t operations, struct fault *fault)
{
	struct stall stall = { .harness = harness, .operations = operations };
	int error;

	/* relaxed: published by the barrier. */
	store_relaxed(&stall.running, harness_options(harness)->workers - 1);
	harness_perform(harness, work_beside, &stall);
	error = check_held(harness, &stall, fault);
	if (!error)
		error = harness_balance(harness, fault);
	if (error || !strcmp(harness_options(harness)->variant->reclaim, "leak"))
		return error;
	error = check_after(harness, &stall, fault);
	return error ? error : harness_balance(harness, fault);
}
