/*
 * The parent's part of a record: what the cell says, and the child's words as far as they can be
 * believed.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "runners/plan/axes.h"
#include "runners/trial/record.h"
#include "runners/trial/verdict.h"

/* Everything that only a child can know. Types as bits of jansson's json_type. */
#define IS(type) (1u << (type))
#define NUMBER   (IS(JSON_INTEGER) | IS(JSON_REAL))

static const struct {
	const char *name;
	unsigned types;
	bool if_measured;    /* not null in a record that is valid */
} fields[] = {
	{ "pus", IS(JSON_ARRAY), true },
	{ "ops", IS(JSON_INTEGER), true },
	{ "measured_s", NUMBER, true },
	{ "ops_per_s", NUMBER, true },
	{ "overlap", NUMBER, true },
	{ "per_thread", IS(JSON_OBJECT), true },
	{ "attempted", IS(JSON_OBJECT), true },
	{ "effective", IS(JSON_OBJECT), true },
	{ "fairness", IS(JSON_OBJECT), true },
	{ "latency_ns", IS(JSON_OBJECT), false },
	{ "sweep", IS(JSON_OBJECT), false },
	{ "think_ns", IS(JSON_OBJECT), false },
	{ "counters", IS(JSON_OBJECT), false },
	{ "energy_j", IS(JSON_OBJECT), true },
	{ "memory_bytes", IS(JSON_OBJECT), true },
	{ "residency", IS(JSON_OBJECT), true },
	{ "check", IS(JSON_OBJECT), true },
	{ "skew", IS(JSON_OBJECT), false },
	{ "series", IS(JSON_OBJECT), true },
	{ "helpers", IS(JSON_ARRAY), true },
	{ "consistency", IS(JSON_OBJECT), false },
	{ "server", IS(JSON_OBJECT), false },
	{ "stalls", IS(JSON_INTEGER), true },
	{ "warmup_s", NUMBER, true },
	{ "size", IS(JSON_OBJECT), true },
};

enum { FIELDS = sizeof(fields) / sizeof(*fields) };

/*
 * Known to other parts of the program, or not at all: the key is there, so that a reader need not
 * ask.
 */
static const char *const absent[] = { "harness_ns_per_op", "modelled" };

/* Axes that stand in the record by themselves. */
static const char *const not_workload[] = { "variant", "threads", "place",
					    "memory",  "pages",   "alloc" };

static int set_identity(json_t *record, const struct cell *cell)
{
	const struct variant *const variant = cell->variant;
	json_t *identity = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:i, s:s, s:s, s:s, s:s}", "family",
		variant->family->name, "variant", variant->name, "structure", variant->structure,
		"reclaim", variant->reclaim, "lock", variant->lock, "update",
		update_name(variant->update), "progress", progress_name(variant->progress),
		"linearizable", variant->is_linearizable, "convergent",
		variant->convergence != NULL, "scan_guarantee",
		scan_guarantee_name(variant->scan), "flaw", flaw_name(variant->flaw),
		"threads", (int)cell->threads, "place",
		cell->text[AXIS_PLACE], "memory", cell->text[AXIS_MEMORY], "alloc",
		cell->text[AXIS_ALLOC], "pages", cell->text[AXIS_PAGES]);
	const int error = identity ? json_object_update(record, identity) : -1;

	json_decref(identity);
	return error;
}

/* What only variants with a server have; null in all others. */
static int set_connection(json_t *workload, const struct cell *cell)
{
	static const enum axis_key keys[] = { AXIS_SERVER, AXIS_TRANSPORT, AXIS_PERSISTENCE };
	const bool has_server = cell->variant->server != NULL;
	int error = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys) && !has_server; i++)
		error |= json_object_set_new(workload, axes[keys[i]].name, json_null());
	error |= json_object_set_new(workload, "connections",
				     has_server ? json_integer(cell->connections ? cell->connections
										 : cell->threads)
						: json_null());
	error |= json_object_set_new(workload, "pipeline",
				     has_server ? json_integer(cell->pipeline) : json_null());
	return error;
}

/* The axes as they were given, numbers as numbers. */
static int set_workload(json_t *record, const struct cell *cell)
{
	json_t *const workload = cell_to_json(cell);
	json_t *numbers;
	int error;

	for (size_t i = 0; i < sizeof(not_workload) / sizeof(*not_workload); i++)
		json_object_del(workload, not_workload[i]);
	json_object_del(workload, "rate");
	numbers = json_pack(
		"{s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "batch", (json_int_t)cell->batch, "range",
		(json_int_t)cell->range, "prefill",
		(json_int_t)cell->prefill, "value_bytes", (json_int_t)cell->value_bytes, "scan_length",
		cell->scan_length ? json_integer((json_int_t)cell->scan_length) : json_null(), "shards",
		cell->shards ? json_integer((json_int_t)cell->shards) : json_null(), "capacity",
		cell->capacity ? json_integer((json_int_t)cell->capacity) : json_null(),
		"rate_ops_per_s",
		cell->rate_ops_per_s > 0 ? json_real(cell->rate_ops_per_s) : json_null(), "think_ns",
		cell->think_ns ? json_integer((json_int_t)cell->think_ns) : json_null());
	error = json_object_update(workload, numbers);
	json_decref(numbers);
	error |= set_connection(workload, cell);
	return json_object_set_new(record, "workload", workload) | error;
}

json_t *record_begin(const struct cell *cell)
{
	json_t *record = json_object();
	int error = set_identity(record, cell) | set_workload(record, cell);

	for (size_t i = 0; i < FIELDS; i++)
		error |= json_object_set_new(record, fields[i].name, json_null());
	for (size_t i = 0; i < sizeof(absent) / sizeof(*absent); i++)
		error |= json_object_set_new(record, absent[i], json_null());
	error |= json_object_set_new(record, "cpu_s", json_null());
	if (!error)
		return record;
	json_decref(record);
	return NULL;
}

static bool is_of(const json_t *value, unsigned types)
{
	return types & IS(json_typeof(value));
}

static int check_fields(const json_t *child, bool is_valid, struct fault *fault)
{
	for (size_t i = 0; i < FIELDS; i++) {
		const json_t *const value = json_object_get(child, fields[i].name);
		const bool is_absent = !value || json_is_null(value);

		if (is_absent && is_valid && fields[i].if_measured)
			return fault_set(fault, -EINVAL, "it has no %s", fields[i].name);
		if (!is_absent && !is_of(value, fields[i].types))
			return fault_set(fault, -EINVAL, "its %s is of the wrong type",
					 fields[i].name);
	}
	return 0;
}

static bool is_count(const json_t *object, const char *name)
{
	const json_t *const value = json_object_get(object, name);

	return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_positive(const json_t *object, const char *name)
{
	const json_t *const value = json_object_get(object, name);

	return json_is_number(value) && isfinite(json_number_value(value)) &&
	       json_number_value(value) >= 0;
}

static size_t length_of(const json_t *object, const char *name)
{
	return json_array_size(json_object_get(object, name));
}

/* What figures and summaries are made of must be right, not only present. */
static int check_figures(const json_t *child, const struct cell *cell, struct fault *fault)
{
	const json_t *const per_thread = json_object_get(child, "per_thread");

	if (!is_count(child, "ops") || !is_positive(child, "ops_per_s") ||
	    !is_positive(child, "measured_s") || !is_positive(child, "overlap"))
		return fault_set(fault, -EINVAL, "its rate is no number of operations per second");
	if (length_of(child, "pus") != cell->threads ||
	    length_of(per_thread, "ops") != cell->threads ||
	    length_of(per_thread, "measured_s") != cell->threads)
		return fault_set(fault, -EINVAL, "it does not tell of %u threads", cell->threads);
	if (!json_is_true(json_object_get(json_object_get(child, "check"), "passed")))
		return fault_set(fault, -EINVAL, "it is valid without having passed its check");
	return 0;
}

static int take_fields(json_t *record, const json_t *child, const struct verdict *verdict)
{
	int error = verdict_to_json(verdict, record);

	for (size_t i = 0; i < FIELDS; i++) {
		json_t *const value = json_object_get(child, fields[i].name);

		if (value)
			error |= json_object_set(record, fields[i].name, value);
	}
	return error ? -ENOMEM : 0;
}

int record_accept(json_t *record, const json_t *child, const struct cell *cell, struct fault *fault)
{
	struct verdict verdict;
	bool is_valid;
	int error;

	if (verdict_from_json(child, &verdict))
		return fault_set(fault, -EINVAL, "its status, flags or reason are not ours");
	is_valid = !strcmp(verdict_status(&verdict), "valid");
	error = check_fields(child, is_valid, fault);
	if (!error && is_valid)
		error = check_figures(child, cell, fault);
	return error ? error : take_fields(record, child, &verdict);
}
