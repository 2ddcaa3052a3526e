/* The child process: from a cell on descriptor 3 to a record on descriptor 4. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runners/measure/process.h"
#include "runners/trial/exchange.h"
#include "runners/trial/record.h"
#include "runners/trial/roles.h"
#include "runners/trial/state.h"
#include "runners/trial/trial.h"
#include "topology/allocator.h"

/* Enough that a share of 1 % is known to 0.03; some milliseconds. */
enum { SKEW_DRAWS = 100000 };

static void plan_places(struct trial *trial)
{
	const struct cell *const cell = &trial->cell;
	struct fault fault;
	const int capacity = placement_capacity(trial->topology, cell->place, &fault);
	int error = capacity < 0 ? capacity : 0;

	trial->pus = calloc(cell->threads, sizeof(*trial->pus));
	if (!trial->pus)
		error = fault_set(&fault, -ENOMEM, "no memory for a list of threads");
	if (!error)
		error = placement_plan(trial->topology, cell->place, cell->threads, trial->pus,
				       &fault);
	if (error)
		verdict_skip(&trial->verdict, "%s", fault.text);
	else
		trial->distinct_pus = (unsigned)capacity;
}

/* What was asked for with alloc= must be what malloc() really is. */
static void prove_allocator(struct trial *trial)
{
	const char *const asked = trial->cell.text[AXIS_ALLOC];

	if (!strcmp(asked, "arena") || !strcmp(asked, allocator_active()))
		return;
	verdict_skip(&trial->verdict,
		     "alloc=%s: the library was not loaded, malloc() is that of %s", asked,
		     allocator_active());
}

static int make_memory(struct trial *trial)
{
	const struct cell *const cell = &trial->cell;
	const struct memory_options options = { .topology = trial->topology,
						.policy = cell->memory,
						.pages = cell->pages,
						.use_malloc = strcmp(cell->text[AXIS_ALLOC],
								     "arena") != 0,
						.worker_pus = trial->pus,
						.workers = cell->threads };
	struct fault fault;
	const int error = memory_create(&options, &trial->memory, &fault);

	/* Pages of a size that the machine has none of are missing; base pages are used up. */
	if (error == -ENOMEM && cell->pages == MEMORY_PAGES_BASE)
		verdict_flag(&trial->verdict, TRIAL_EXHAUSTED, "%s", fault.text);
	else if (error)
		verdict_skip(&trial->verdict, "%s", fault.text);
	return error;
}

static const struct endpoint *endpoint_of(const struct trial *trial)
{
	if (!trial->cell.variant->server)
		return NULL;
	return trial->cell.server_kind[0] ? &trial->server.endpoint : &trial->cell.endpoint;
}

static int make_instance(struct trial *trial)
{
	const struct cell *const cell = &trial->cell;
	struct fault fault = { "" };
	const struct setup setup = { .memory = trial->memory,
				     .workers = cell->threads,
				     .range = cell->range,
				     .expected = cell->prefill,
				     .filled = cell->filled,
				     .capacity = cell->capacity,
				     .shards = cell->shards,
				     .value_bytes = cell->value_bytes,
				     .endpoint = endpoint_of(trial),
				     .pipeline = cell->pipeline,
				     .connections = cell->connections,
				     .fault = &fault,
				     .frees_in_batches = cell->frees_in_batches };
	const uint64_t rss_before = process_rss_bytes();
	const int error = cell->variant->create(&setup, &trial->instance);

	trial->rss_created = process_rss_bytes() - rss_before;
	if (error == -ENOMEM)
		verdict_flag(&trial->verdict, TRIAL_EXHAUSTED, "no memory to make %s",
			     cell->variant->name);
	else if (error)
		verdict_skip(&trial->verdict, "%s cannot be made for this cell: %s",
			     cell->variant->name, fault.text[0] ? fault.text : strerror(-error));
	return error;
}

static void measure_skew(struct trial *trial)
{
	const struct draw_options options = roles_draw_options(&trial->cell, trial->seed, 0);

	/* A trace is what it is, and its requests have numbers, not keys. */
	if (trial->cell.dist.kind == DIST_TRACE)
		return;
	trial->has_skew = !draw_measure_skew(&options, SKEW_DRAWS, &trial->skew);
}

static void note_garbage_left(struct trial *trial)
{
	struct garbage garbage = { 0 };

	if (trial->cell.variant->garbage)
		garbage = trial->cell.variant->garbage(trial->instance);
	trial->garbage_left = garbage.outstanding;
	trial->garbage_retired = garbage.retired;
}

/* Members and instance stay until the record is made of them. */
static void run(struct trial *trial)
{
	if (team_start(trial))
		return;
	phases_run(trial);
	team_stop(trial);
	note_garbage_left(trial);
	trial->cell.variant->inspect(trial->instance, &trial->inspection);
	checks_run(trial);
	residency_judge(trial);
	trial->peak_rss = process_peak_rss_bytes();
	/* Last: what it frees would serve the prefill, and hide what that takes. */
	measure_skew(trial);
}

static void load_counters(struct trial *trial)
{
	const char *const name = trial->cell.text[AXIS_COUNTERS];
	struct fault fault = { .text = "no memory for a group of counters" };

	if (!strcmp(name, "off"))
		return;
	trial->counter_group = calloc(1, sizeof(*trial->counter_group));
	if (!trial->counter_group || counter_group_load(name, trial->counter_group, &fault))
		verdict_skip(&trial->verdict, "%s", fault.text);
}

static int prepare(struct trial *trial)
{
	struct fault fault;
	int error = topology_load(NULL, &trial->topology, &fault);

	if (!error)
		error = cell_resolve(&trial->cell, trial->topology, &fault);
	if (error) {
		verdict_skip(&trial->verdict, "%s", fault.text);
		return error;
	}
	trial->clock = clock_calibrate();
	load_counters(trial);
	plan_places(trial);
	prove_allocator(trial);
	return trial->verdict.is_skipped ? -ENOTSUP : 0;
}

/*
 * In reverse of what was made; a crash in here is a defect of the structure, and no record is out
 * yet.
 */
static void clean_up(struct trial *trial)
{
	if (trial->members)
		team_free(trial);
	if (trial->instance)
		trial->cell.variant->destroy(trial->instance);
	if (trial->memory)
		memory_destroy(trial->memory);
	free(trial->helpers.times);
	free(trial->series.samples);
	free(trial->pus);
	free(trial->counter_group);
	topology_free(trial->topology);
	cell_free(&trial->cell);
}

static json_t *perform(struct trial *trial)
{
	json_t *record;

	if (!prepare(trial) && !make_memory(trial) && !make_instance(trial))
		run(trial);
	record = record_of_trial(trial);
	clean_up(trial);
	return record;
}

int trial_child_main(void)
{
	struct trial *const trial = calloc(1, sizeof(*trial));
	struct exchange_cell exchange = { .pass = 0 };
	json_t *record = NULL;
	int error;

	/* A program that a structure starts must not hold the parent's pipe open. */
	fcntl(TRIAL_CELL_FD, F_SETFD, FD_CLOEXEC);
	fcntl(TRIAL_RECORD_FD, F_SETFD, FD_CLOEXEC);
	error = trial ? exchange_read_cell(TRIAL_CELL_FD, &exchange) : -ENOMEM;
	if (!error) {
		trial->cell = exchange.cell;
		trial->seed = exchange.seed;
		trial->counter_pass = exchange.pass;
		trial->server = exchange.server;
		record = perform(trial);
	}
	if (record)
		error = exchange_write_record(TRIAL_RECORD_FD, record);
	else if (!error)
		error = -ENOMEM;
	json_decref(record);
	free(trial);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
