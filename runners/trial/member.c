/* The life of one worker thread: bind, prepare, run what it is told to, leave. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runners/trial/roles.h"
#include "runners/trial/state.h"
#include "runners/trial/timing.h"
#include "topology/binding.h"

/* Return: @error, noted with what it means for the trial; the sentence is in member->fault. */
static int fail(struct member *member, enum trial_flag meaning, int error)
{
	member->failure = meaning;
	member->error = error;
	return error;
}

static void describe_worker(struct member *member)
{
	const struct trial *const trial = member->trial;
	const struct cell *const cell = &trial->cell;
	struct worker *const worker = member->worker;

	worker->context.arena = memory_arena(trial->memory, member->index);
	worker->context.value_bytes = cell->value_bytes;
	worker->context.worker = member->index;
	worker->context.node = memory_worker_node(trial->memory, member->index);
	worker->workers = cell->threads;
	/* A walk in the order of the keys is over keys that were loaded in it. */
	worker->prefill = cell->dist.kind == DIST_SEQUENTIAL && cell->prefill == cell->range
				  ? prefill_in_order(cell->range)
				  : prefill_init(cell->range, cell->prefill, trial->seed);
	roles_fill_slice(cell, trial->distinct_pus, member->index, &worker->prefill_from,
			 &worker->prefill_to);
	worker->stall_ns = cell->stall_for_ns;
	worker->batch = cell->variant->has_pipeline ? cell->pipeline : cell->batch;
	if (worker->scan)
		worker->scan->length = cell->scan_length;
}

static int prepare(struct member *member)
{
	struct trial *const trial = member->trial;
	const struct draw_options options =
		roles_draw_options(&trial->cell, trial->seed, member->index);
	int error = binding_set(trial->topology, trial->pus[member->index], &member->fault);

	if (error)
		return fail(member, TRIAL_MISPLACED, error);
	memory_adopt_thread(trial->memory, member->index);
	describe_worker(member);
	error = draw_init(&member->worker->draw, &options, member->draw_table, &member->fault);
	if (error)
		return fail(member, TRIAL_CRASHED, error);
	if (member->worker->timing)
		timing_prepare(member);
	if (trial->counter_group &&
	    (error = counters_open(trial->counter_group, trial->counter_pass,
				   &member->counters))) {
		fault_set(&member->fault, error, "no memory for its counters");
		return fail(member, TRIAL_EXHAUSTED, error);
	}
	error = trial->cell.variant->attach(trial->instance, &member->worker->context);
	if (error) {
		fault_set(&member->fault, error, "cannot attach to %s: %s",
			  trial->cell.variant->name, strerror(-error));
		return fail(member, TRIAL_EXHAUSTED, error);
	}
	member->is_attached = true;
	return 0;
}

/* Nothing but run() and one store lies between the two readings of the clock. */
static void run(struct member *member, bool is_measured)
{
	struct trial *const trial = member->trial;
	struct worker *const worker = member->worker;
	struct counters *const counters = is_measured ? member->counters : NULL;
	uint64_t start_ns, stop_ns;

	start_line_cross(&trial->start_line);
	if (counters)
		counters_start(counters);
	timing_begin(member);
	worker->measured_ns = 0;
	start_ns = clock_monotonic_ns();
	/* relaxed: a time for the monitor, that nothing else depends on. */
	store_relaxed(&member->started_ns, start_ns);
	trial->cell.variant->run(trial->instance, worker);
	stop_ns = clock_monotonic_ns();
	if (counters)
		counters_stop(counters);
	if (worker->measured_ns && worker->measured_ns < stop_ns - start_ns)
		stop_ns = start_ns + worker->measured_ns;
	trial->spans[member->index] = (struct span){ start_ns, stop_ns };
}

/* Replicas: exchange until there is nothing left. Others may be waited for, on this very PU. */
static void settle(struct member *member)
{
	struct trial *const trial = member->trial;
	const struct convergence *const convergence = trial->cell.variant->convergence;

	member->settling.start_ns = clock_monotonic_ns();
	while (!convergence->settle(trial->instance, &member->worker->context))
		sched_yield();
	member->settling.stop_ns = clock_monotonic_ns();
}

static void leave(struct member *member)
{
	struct trial *const trial = member->trial;

	if (member->is_attached)
		trial->cell.variant->detach(trial->instance, &member->worker->context);
	counters_close(member->counters);
	member->counters = NULL;
}

void *member_main(void *argument)
{
	struct member *const member = argument;
	struct gate *const gate = &member->trial->gate;
	enum member_step step;

	member->id = (pid_t)syscall(SYS_gettid);
	do {
		step = (enum member_step)gate_pass(gate, &member->lap);
		switch (step) {
		case STEP_PREPARE: prepare(member); break;
		case STEP_RUN: run(member, false); break;
		case STEP_MEASURE: run(member, true); break;
		case STEP_SETTLE: settle(member); break;
		case STEP_LEAVE: leave(member); break;
		}
		gate_finish(gate);
	} while (step != STEP_LEAVE);
	return NULL;
}
