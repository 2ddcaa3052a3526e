/* The worker threads: their blocks, each on its worker's node, and their start and end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/trial/roles.h"
#include "runners/trial/state.h"
#include "runners/trial/timing.h"

/*
 * Measuring loops need a few KiB, PAPI some tens, ThreadSanitizer 900. Untouched pages cost
 * nothing.
 */
enum { STACK_BYTES = 1 << 20 };

static void *block(struct member *member, size_t size_bytes)
{
	return memory_thread(member->trial->memory, member->index, size_bytes);
}

static int member_allocate(struct member *member)
{
	const struct cell *const cell = &member->trial->cell;
	const struct draw_options options =
		roles_draw_options(cell, member->trial->seed, member->index);
	const size_t table_bytes = draw_table_bytes(&options);
	struct worker *worker;

	member->stack = block(member, STACK_BYTES);
	member->worker = worker = block(member, sizeof(*worker));
	if (!member->stack || !worker)
		return -ENOMEM;
	worker->last_seen = block(member, cell->threads * sizeof(*worker->last_seen));
	if (!worker->last_seen)
		return -ENOMEM;
	if (dist_has_chains(&cell->dist) &&
	    !(worker->chain = block(member, chain_longest(&cell->dist) * sizeof(*worker->chain))))
		return -ENOMEM;
	if (cell->scan_length && !(worker->scan = block(member, scan_bytes(cell->scan_length))))
		return -ENOMEM;
	if (table_bytes && !(member->draw_table = block(member, table_bytes)))
		return -ENOMEM;
	if (cell_is_timed(cell) && !(worker->timing = block(member, sizeof(*worker->timing))))
		return -ENOMEM;
	if (worker->timing && cell->variant->family->parts &&
	    !(worker->timing->parts =
		      block(member, WORKER_PARTS_MAX * sizeof(*worker->timing->parts))))
		return -ENOMEM;
	if (cell_is_paced(cell) &&
	    !(member->gaps = block(member, timing_gaps(cell) * sizeof(*member->gaps))))
		return -ENOMEM;
	return 0;
}

/*
 * A stack from the worker's node: the one that pthread_create() would map is first touched by the
 * creator, and the loop's own variables live in its first page.
 */
static int member_start(struct member *member)
{
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);

	if (error)
		return -error;
	error = pthread_attr_setstack(&attributes, member->stack, STACK_BYTES);
	if (!error)
		error = pthread_create(&member->thread, &attributes, member_main, member);
	pthread_attr_destroy(&attributes);
	return -error;
}

void team_step(struct trial *trial, enum member_step step)
{
	gate_open(&trial->gate, (int)step, trial->cell.threads);
	gate_wait(&trial->gate, GATE_FOREVER);
}

/* All the threads there are, be it fewer than asked for: none may be left before the gate. */
static void let_go(struct trial *trial, unsigned started)
{
	gate_open(&trial->gate, STEP_LEAVE, started);
	gate_wait(&trial->gate, GATE_FOREVER);
	for (unsigned i = 0; i < started; i++)
		pthread_join(trial->members[i].thread, NULL);
}

/* The first refusal speaks for all: 128 times the same sentence helps nobody. */
static int collect_refusals(struct trial *trial)
{
	unsigned refused = 0;
	const struct member *first = NULL;

	for (unsigned i = 0; i < trial->cell.threads; i++) {
		if (!trial->members[i].error)
			continue;
		refused++;
		first = first ? first : &trial->members[i];
	}
	if (!first)
		return 0;
	verdict_flag(&trial->verdict, first->failure, "worker %u%s: %s", first->index,
		     refused > 1 ? " and others" : "", first->fault.text);
	return first->error;
}

static int start_members(struct trial *trial)
{
	for (unsigned i = 0; i < trial->cell.threads; i++) {
		struct member *const member = &trial->members[i];
		int error;

		member->trial = trial;
		member->index = i;
		error = member_allocate(member);
		if (error)
			verdict_flag(&trial->verdict, TRIAL_EXHAUSTED,
				     "no memory for the state of worker %u", i);
		else if ((error = member_start(member)))
			verdict_flag(&trial->verdict, TRIAL_EXHAUSTED,
				     "the system gives %u of %u threads: %s", i,
				     trial->cell.threads, strerror(-error));
		if (error) {
			let_go(trial, i);
			return error;
		}
	}
	return 0;
}

int team_start(struct trial *trial)
{
	int error = gate_init(&trial->gate);

	if (error)
		return error;
	start_line_init(&trial->start_line, trial->cell.threads);
	trial->members = calloc(trial->cell.threads, sizeof(*trial->members));
	trial->spans = calloc(trial->cell.threads, sizeof(*trial->spans));
	error = trial->members && trial->spans ? start_members(trial) : -ENOMEM;
	if (error)
		goto fail;
	team_step(trial, STEP_PREPARE);
	error = collect_refusals(trial);
	if (!error)
		return 0;
	team_stop(trial);
fail:
	team_free(trial);
	return error;
}

void team_stop(struct trial *trial)
{
	let_go(trial, trial->cell.threads);
}

void team_free(struct trial *trial)
{
	gate_destroy(&trial->gate);
	free(trial->spans);
	free(trial->members);
	trial->spans = NULL;
	trial->members = NULL;
}
