/* numamark probe limits: what the clock, the draws, the loop and one shared word cost here. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runners/cli/command.h"
#include "runners/cli/table.h"
#include "runners/plan/plan.h"
#include "runners/trial/trial.h"
#include "topology/binding.h"
#include "topology/clock.h"
#include "workloads/draw_cost.h"

enum { DRAWS = 1000000, RANGE = 1000000 };

static const struct option_row rows[] = {
	{ "json", 0, NULL, "one array of objects; their keys are stable" },
	{ 0 },
};

static const struct table_column columns[] = {
	{ "limit", true, false },    { "threads", true, true }, { "ns_per_op", true, true },
	{ "ops_per_s", true, true }, { "about", true, false },  { 0 },
};

/* @ns_per_op: of one thread. @ops_per_s: of all together; 0 where it means nothing. */
static void add(json_t *limits, const char *name, unsigned threads, double ns_per_op,
		double ops_per_s, const char *about)
{
	json_array_append_new(limits,
			      json_pack("{s:s, s:i, s:f, s:o, s:s}", "limit", name, "threads",
					(int)threads, "ns_per_op", ns_per_op, "ops_per_s",
					ops_per_s > 0 ? json_real(ops_per_s) : json_null(), "about",
					about));
}

static void probe_clock(json_t *limits)
{
	const struct clock_source clock = clock_calibrate();
	char about[256];

	snprintf(about, sizeof(about), "one reading of %s%s%s", clock.name,
		 clock.reason ? "; " : "", clock.reason ? clock.reason : "");
	add(limits, "clock", 1, clock.read_ns, 0, about);
}

static int probe_draw(json_t *limits, const char *text, double *sequential_ns, struct fault *fault)
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
	add(limits, name, 1, cost_ns, 0, about);
	return 0;
}

static int probe_draws(json_t *limits, const struct topology *topology, struct fault *fault)
{
	static const char *const dists[] = { "sequential", "uniform", "zipf:0.99", "hotspot:20:80",
					     "latest" };
	double sequential_ns = 0;
	int error = binding_set(topology, 0, fault);

	for (size_t i = 0; i < sizeof(dists) / sizeof(*dists) && !error; i++)
		error = probe_draw(limits, dists[i], &sequential_ns, fault);
	return error;
}

static int probe_cell(json_t *limits, const struct cell *cell, struct fault *fault)
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
		add(limits, cell->variant->name, cell->threads, cell->threads * 1e9 / ops_per_s,
		    ops_per_s, cell->variant->paper);
	else
		json_array_append_new(
			limits, json_pack("{s:s, s:i, s:n, s:n, s:s}", "limit", cell->variant->name,
					  "threads", (int)cell->threads, "ns_per_op", "ops_per_s",
					  "about", reason ? reason : "not valid"));
	json_decref(record);
	return 0;
}

static int probe_trials(json_t *limits, const struct topology *topology, struct fault *fault)
{
	static const char *const words[] = { "variant=probe/null,probe/faa,probe/private",
					     "duration=200ms",
					     "warmup=100ms",
					     "counters=off",
					     "trials=1",
					     NULL };
	const struct plan_request request = { .preset = "sweep",
					      .words = words,
					      .topology = topology };
	struct plan plan;
	int error = plan_make(&request, &plan, fault);

	if (error)
		return error;
	for (size_t i = 0; i < plan.count && !error; i++)
		error = probe_cell(limits, &plan.cells[i], fault);
	plan_free(&plan);
	return error;
}

static int probe_limits(bool as_json, struct fault *fault)
{
	json_t *const limits = json_array();
	struct topology *topology;
	int error = topology_load(NULL, &topology, fault);

	if (error)
		goto no_topology;
	/* Trials first: probe_draws() binds this thread, and a child would inherit that. */
	error = probe_trials(limits, topology, fault);
	if (!error)
		error = probe_draws(limits, topology, fault);
	if (!error) {
		probe_clock(limits);
		table_print(stdout, columns, limits, as_json ? TABLE_JSON : TABLE_TEXT);
	}
	topology_free(topology);
no_topology:
	json_decref(limits);
	return error;
}

struct asked_probe {
	bool has_name, as_json;
};

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct asked_probe *const asked = values;

	if (row) {
		asked->as_json = true;
		return 0;
	}
	if (asked->has_name || strcmp(text, "limits"))
		return fault_set(fault, -EINVAL, "probe %.60s: allowed is limits", text);
	asked->has_name = true;
	return 0;
}

static int run(const struct command *self, int count, char **words)
{
	struct asked_probe asked = { .as_json = false };
	struct fault fault;
	int error = options_read(self->options, count, words, take, &asked, &fault);

	if (!error && !asked.has_name)
		error = fault_set(&fault, -EINVAL, "probe: allowed is limits");
	if (!error)
		error = probe_limits(asked.as_json, &fault);
	if (error == -EINTR)
		return CLI_INTERRUPTED;
	return error ? cli_fail(error, &fault) : CLI_DONE;
}

const struct command command_probe = {
	.name = "probe",
	.arguments = "limits [--json]",
	.summary = "Measure what the harness and one shared word cost on this machine.",
	.options = rows,
	.run = run,
};
