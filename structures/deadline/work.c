#include "structures/deadline/work.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "topology/kernel_file.h"

#ifndef WORK_FIFO
#	define WORK_FIFO 0
#endif

enum { SCHEDULER = WORK_FIFO ? SCHED_FIFO : SCHED_OTHER, KERNEL_TEXT_BYTES = 32, PERIOD_US = 1000000 };

static int schedule(int scheduler)
{
	const struct sched_param lowest = { .sched_priority = sched_get_priority_min(scheduler) };

	return pthread_setschedparam(pthread_self(), scheduler, &lowest);
}

/*
 * May this process schedule so? And is there something left of each second for all others: those who watch the workers
 * would never tell them to stop.
 */
static int check_scheduler(struct fault *fault)
{
	char text[KERNEL_TEXT_BYTES];
	const int error = schedule(SCHEDULER);
	long granted_us;

	if (error)
		return fault_set(fault, -ENOTSUP,
				 "%s; real-time scheduling takes CAP_SYS_NICE, or a limit of `ulimit -r 1`",
				 strerror(error));
	schedule(SCHED_OTHER);
	if (kernel_file_read(text, sizeof(text), "/proc/sys/kernel/sched_rt_runtime_us") < 0)
		return 0;
	granted_us = strtol(text, NULL, 10);
	if (granted_us >= 0 && granted_us < PERIOD_US)
		return 0;
	return fault_set(fault, -ENOTSUP,
			 "sched_rt_runtime_us=%ld leaves nothing of a PU to anybody else; allowed are "
			 "0 to 999999: sysctl kernel.sched_rt_runtime_us=950000",
			 granted_us);
}

static int work_create(const struct setup *setup, void **instance)
{
	struct work *const work = memory_shared(setup->memory, sizeof(*work));

	if (!work)
		return -ENOMEM;
	work->of = memory_shared(setup->memory, setup->workers * sizeof(*work->of));
	for (unsigned i = 0; work->of && i < setup->workers; i++) {
		work->of[i] = memory_thread(setup->memory, i, sizeof(*work->of[i]));
		if (!work->of[i])
			return -ENOMEM;
	}
	if (!work->of)
		return -ENOMEM;
	*instance = work;
	return SCHEDULER == SCHED_OTHER ? 0 : check_scheduler(setup->fault);
}

static void work_destroy(void *instance)
{
	(void)instance;    /* its memory goes with memory_destroy() */
}

static int work_attach(void *instance, struct context *context)
{
	struct work *const work = instance;

	work->of[context->worker]->deadline_ns = PIECE_DEADLINE * piece_usual_ns();
	return 0;
}

static void work_detach(void *instance, struct context *context)
{
	(void)instance, (void)context;
}

static void work_inspect(void *instance, struct inspection *inspection)
{
	(void)instance;
	*inspection = (struct inspection){ 0 };
}

#define STRUCTURE work

static inline struct answer work_step(struct work *work, struct worker *w, struct tally *tally,
				      const struct draw draw)
{
	const bool in_time = work_piece(work, &w->context);

	tally->attempted[draw.operation]++;
	tally->succeeded[draw.operation] += in_time;
	tally->counts[DEADLINE_MISSED] += !in_time;
	return (struct answer){ .took_effect = in_time };
}

static void work_fill(struct work *work, struct worker *w, struct tally *tally)
{
	(void)work, (void)w, (void)tally;
}

static inline void work_quiesce(struct work *work, struct context *context)
{
	(void)work, (void)context;
}

/* Only while it works: before and after it waits for others. */
static inline void work_online(struct work *work, struct context *context)
{
	(void)work;
	if (schedule(SCHEDULER))
		context->failure = "it may no longer be scheduled as it was when it was made";
}

static inline void work_offline(struct work *work, struct context *context)
{
	(void)work, (void)context;
	schedule(SCHED_OTHER);
}

static inline void work_stall(struct work *work, struct worker *worker)
{
	(void)work;
	worker_sleep_stalled(worker);
}

#define VARIANT_PAPER        "none; a fixed computation against a deadline, as in the benchmark of Ichor, 2023"
#define VARIANT_PROGRESS     PROGRESS_WAIT_FREE
#define VARIANT_UPDATE       UPDATE_NONE
#define VARIANT_LINEARIZABLE true
#define VARIANT_DRAW         draw_operation_batch
#include "structures/common/loop.inc.h"
