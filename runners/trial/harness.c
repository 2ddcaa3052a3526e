/* The cost of the harness itself: probe/null under the workload of a cell. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runners/trial/trial.h"

/*
 * What a null cell has of its own; other axes of the cell that do not shape draws take their
 * defaults.
 */
static json_t *null_axes(const struct cell *cell)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "variant", "probe/null",
			 "threads", "1", "duration", "50ms", "warmup", "20ms", "counters", "off",
			 "dist", cell->text[AXIS_DIST], "range", cell->text[AXIS_RANGE], "op_order",
			 cell->text[AXIS_OP_ORDER]);
}

static int make_null_cell(const struct trial_harness *harness, const struct cell *cell,
			  struct cell *null_cell, struct fault *fault)
{
	json_t *const axes = null_axes(cell);
	int error = axes ? cell_from_json(axes, null_cell, fault)
			 : fault_set(fault, -ENOMEM, "no memory for a cell");

	json_decref(axes);
	if (!error)
		error = cell_resolve(null_cell, harness->topology, fault);
	return error;
}

static int measure(const struct trial_harness *harness, const struct cell *null_cell,
		   double *ns_per_op, struct fault *fault)
{
	const struct trial_request request = { .cell = null_cell, .seed = harness->seed };
	json_t *record;
	const char *status;
	double rate;
	int error = trial_run(&request, &record, fault);

	if (error)
		return error;
	status = json_string_value(json_object_get(record, "status"));
	rate = json_number_value(json_object_get(record, "ops_per_s"));
	*ns_per_op = status && !strcmp(status, "valid") && rate > 0 ? 1e9 / rate : NAN;
	json_decref(record);
	return 0;
}

static const struct trial_harness_cost *find(const struct trial_harness *harness, const char *cell)
{
	for (size_t i = 0; i < harness->count; i++)
		if (!strcmp(harness->costs[i].cell, cell))
			return &harness->costs[i];
	return NULL;
}

static int add(struct trial_harness *harness, const char *cell, double ns_per_op,
	       struct fault *fault)
{
	struct trial_harness_cost *const costs =
		realloc(harness->costs, (harness->count + 1) * sizeof(*costs));

	if (!costs)
		return fault_set(fault, -ENOMEM, "no memory for the cost of the harness");
	harness->costs = costs;
	strcpy(costs[harness->count].cell, cell);
	costs[harness->count++].ns_per_op = ns_per_op;
	return 0;
}

int trial_harness_ns(struct trial_harness *harness, const struct cell *cell, double *ns_per_op,
		     struct fault *fault)
{
	const struct trial_harness_cost *known;
	struct cell null_cell = { 0 };
	double measured_ns = NAN;
	int error = make_null_cell(harness, cell, &null_cell, fault);

	if (!error) {
		known = find(harness, null_cell.id);
		if (known)
			measured_ns = known->ns_per_op;
		else if (!(error = measure(harness, &null_cell, &measured_ns, fault)))
			error = add(harness, null_cell.id, measured_ns, fault);
	}
	cell_free(&null_cell);
	if (!error)
		*ns_per_op = measured_ns;
	return error;
}

void trial_harness_free(struct trial_harness *harness)
{
	free(harness->costs);
	harness->costs = NULL;
	harness->count = 0;
}
