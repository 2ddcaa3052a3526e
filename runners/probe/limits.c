/*
 * What nothing can beat on this machine: the loop around nothing, a word of one's own, one word
 * that all threads write, each draw, a reading of the clock. The words are trials of the variants
 * of the family `probe`, measured as any other.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/plan.h"
#include "runners/probe/crew.h"
#include "runners/probe/probe.h"
#include "runners/trial/trial.h"
#include "topology/clock.h"
#include "workloads/draw_cost.h"

enum { DRAWS = 1000000, RANGE = 1000000 };

/*
 * @place: "" where there is none to speak of. @ns_per_op: of one thread. @ops_per_s: of all
 * together; 0 where it means nothing.
 */
static void add(json_t *rows, const char *name, const struct cell *cell, double ns_per_op,
		double ops_per_s, const char *about)
{
	json_array_append_new(
		rows,
		json_pack("{s:s, s:s, s:i, s:s, s:f, s:o, s:s}", "kind", "limit", "limit", name,
			  "threads", cell ? (int)cell->threads : 1, "place",
			  cell ? cell->text[AXIS_PLACE] : "", "ns_per_op", ns_per_op, "ops_per_s",
			  ops_per_s > 0 ? json_real(ops_per_s) : json_null(), "about", about));
}

static void probe_reading(json_t *rows)
{
	const struct clock_source clock = clock_calibrate();
	char about[256];

	snprintf(about, sizeof(about), "one reading of %s%s%s", clock.name,
		 clock.reason ? "; " : "", clock.reason ? clock.reason : "");
	add(rows, "clock", NULL, clock.read_ns, 0, about);
}

static int probe_draw(json_t *rows, const char *text, double *sequential_ns, struct fault *fault)
{
	/* Operations cost a draw of their own; get:90,put:5,remove:5 is as good as any. */
	struct draw_options options = {
		.range = RANGE,
		.seed = 1,
		.workers = 1,
		.insert_operation = 1,
		.mix = { .share = { 90000, 5000, 5000 }, .order = { 0, 1, 2 }, .count = 3 }
	};
	char name[64], about[96] = "the plainest draw of a key and an operation";
	double cost_ns;
	int error = dist_parse(text, &options.dist, fault);

	if (!error && draw_cost_measure(&options, DRAWS, &cost_ns))
		error = fault_set(fault, -ENOMEM, "no memory for the draws of %s", text);
	if (error)
		return error;
	if (*sequential_ns == 0)
		*sequential_ns = cost_ns;
	else
		snprintf(about, sizeof(about), "%.2g ns above the sequential draw",
			 cost_ns > *sequential_ns ? cost_ns - *sequential_ns : 0.0);
	snprintf(name, sizeof(name), "draw %s", text);
	add(rows, name, NULL, cost_ns, 0, about);
	return 0;
}

struct draws {
	json_t *rows;
	int error;
	struct fault *fault;
};

static void probe_draws(void *context, unsigned rank)
{
	static const char *const dists[] = { "sequential", "uniform", "zipf:0.99", "hotspot:20:80",
					     "latest" };
	struct draws *const draws = context;
	double sequential_ns = 0;

	(void)rank;
	for (size_t i = 0; i < sizeof(dists) / sizeof(*dists) && !draws->error; i++)
		draws->error = probe_draw(draws->rows, dists[i], &sequential_ns, draws->fault);
}

static int probe_cell(json_t *rows, const struct cell *cell, struct fault *fault)
{
	const struct trial_request request = { .cell = cell, .seed = 1 };
	const char *status, *reason;
	double ops_per_s;
	json_t *record;
	const int error = trial_run(&request, &record, fault);

	if (error)
		return error;
	status = json_string_value(json_object_get(record, "status"));
	reason = json_string_value(json_object_get(record, "reason"));
	ops_per_s = json_number_value(json_object_get(record, "ops_per_s"));
	if (status && !strcmp(status, "valid") && ops_per_s > 0)
		add(rows, cell->variant->name, cell, cell->threads * 1e9 / ops_per_s, ops_per_s,
		    cell->variant->paper);
	else
		probe_unavailable(rows, cell->variant->name, reason ? reason : "not valid");
	json_decref(record);
	return 0;
}

static int compare_pus(const void *a, const void *b)
{
	const unsigned one = *(const unsigned *)a, other = *(const unsigned *)b;

	return (one > other) - (one < other);
}

/* The PUs of a cell in ascending order; freed by the caller. NULL: no memory. */
static unsigned *pus_of(const struct topology *topology, const struct cell *cell)
{
	unsigned *const pus = calloc(cell->threads, sizeof(*pus));

	if (!pus || placement_plan(topology, cell->place, cell->threads, pus, NULL)) {
		free(pus);
		return NULL;
	}
	qsort(pus, cell->threads, sizeof(*pus), compare_pus);
	return pus;
}

static bool sit_alike(const struct topology *topology, const struct cell *a, const struct cell *b)
{
	unsigned *const one = pus_of(topology, a), *const other = pus_of(topology, b);
	const bool are_alike = one && other && !memcmp(one, other, a->threads * sizeof(*one));

	free(one);
	free(other);
	return are_alike;
}

/* Two places that use the same PUs are one, as far as a shared word can tell. */
static bool is_repeated(const struct topology *topology, const struct plan *plan, size_t index)
{
	const struct cell *const cell = &plan->cells[index];

	for (size_t i = 0; i < index; i++)
		if (plan->cells[i].variant == cell->variant &&
		    plan->cells[i].threads == cell->threads &&
		    sit_alike(topology, &plan->cells[i], cell))
			return true;
	return false;
}

/* @what: the variants, and @place: where their threads sit. */
static int probe_trials(const struct topology *topology, const char *what, const char *place,
			json_t *rows, struct fault *fault)
{
	const char *const words[] = {
		what, place, "duration=200ms", "warmup=100ms", "counters=off", "trials=1", NULL
	};
	const struct plan_request request = { .preset = "sweep",
					      .words = words,
					      .topology = topology };
	struct plan plan;
	int error = plan_make(&request, &plan, fault);

	if (error)
		return error;
	for (size_t i = 0; i < plan.count && !error; i++)
		if (!is_repeated(topology, &plan, i))
			error = probe_cell(rows, &plan.cells[i], fault);
	plan_free(&plan);
	return error;
}

int probe_limits(const struct probe_options *options, json_t *rows, struct fault *fault)
{
	struct draws draws = { .rows = rows, .fault = fault };
	int error = probe_trials(options->topology, "variant=probe/null,probe/private",
				 "place=cores-first", rows, fault);

	/* A word that travels costs what it travels through: only there does the place matter. */
	if (!error)
		error = probe_trials(options->topology, "variant=probe/faa",
				     "place=cores-first,scatter,compact", rows, fault);
	if (!error)
		error = crew_run(options->topology, (const unsigned[]){ 0 }, 1, probe_draws, &draws,
				 fault);
	if (!error)
		error = draws.error;
	if (!error)
		probe_reading(rows);
	return error;
}
