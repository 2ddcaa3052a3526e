#include "runners/results/google.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/results/provenance.h"
#include "runners/results/store.h"

#define CELL_MARK "/cell:"

enum { NAME_BYTES = 512 };

static double seconds_per_unit(const char *unit)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = { { "ns", 1e-9 }, { "us", 1e-6 }, { "ms", 1e-3 }, { "s", 1 } };

	for (size_t i = 0; unit && i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(unit, units[i].name))
			return units[i].seconds;
	return 1e-9; /* the format's default */
}

/* Operations per second of one run; 0 if it tells none. */
static double rate_of(const json_t *run)
{
	const double items = json_number_value(json_object_get(run, "items_per_second"));
	const double time = json_number_value(json_object_get(run, "real_time")) *
			    seconds_per_unit(json_string_value(json_object_get(run, "time_unit")));

	if (items > 0)
		return items;
	return time > 0 ? 1 / time : 0;
}

/* Return: a trial, or NULL for what is none. */
static json_t *trial_of(const json_t *run, const char *session)
{
	const char *const name = json_string_value(json_object_get(run, "name"));
	const char *const type = json_string_value(json_object_get(run, "run_type"));
	const char *const run_name = json_string_value(json_object_get(run, "run_name"));
	const char *const whole = run_name ? run_name : name;
	const char *const cell = whole ? strstr(whole, CELL_MARK) : NULL;
	const double rate = rate_of(run);

	if (!whole || (type && strcmp(type, "iteration")))
		return NULL;
	return json_pack(
		"{s:i, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:{}}", "schema", STORE_SCHEMA,
		"kind", "trial", "session", session, "cell",
		cell ? cell + strlen(CELL_MARK) : whole, "variant", whole, "status",
		rate > 0 && !json_is_true(json_object_get(run, "error_occurred")) ? "valid"
										  : "invalid",
		"trial", json_integer_value(json_object_get(run, "repetition_index")), "threads",
		json_integer_value(json_object_get(run, "threads")), "ops_per_s", rate, "workload");
}

static int take_runs(const json_t *runs, const char *session, struct results *results)
{
	const json_t *run;
	size_t i;

	results->trials = calloc(json_array_size(runs) + 1, sizeof(*results->trials));
	if (!results->trials)
		return -ENOMEM;
	json_array_foreach(runs, i, run)
	{
		json_t *const trial = trial_of(run, session);

		if (trial)
			results->trials[results->trial_count++] = trial;
	}
	return 0;
}

int google_read(const char *path, struct results *results, struct fault *fault)
{
	json_error_t where;
	json_t *const file = json_load_file(path, 0, &where);
	const json_t *const runs = json_object_get(file, "benchmarks");
	struct results read = { .trial_count = 0 };
	int error;

	if (!file)
		return fault_set(fault, -EINVAL, "%s:%d: not JSON: %s", path, where.line,
				 where.text);
	if (!json_is_array(runs))
		error = fault_set(
			fault, -EINVAL,
			"%s: neither a result folder nor Google Benchmark's JSON (it has no "
			"array \"benchmarks\")",
			path);
	else if ((error = take_runs(runs, path, &read)))
		fault_set(fault, error, "no memory for the runs of %s", path);
	else if (!read.trial_count)
		error = fault_set(fault, -ENOENT, "%s: holds no run", path);
	json_decref(file);
	if (error)
		results_free(&read);
	else
		*results = read;
	return error;
}

static json_t *context_of(const struct results *results)
{
	const json_t *const session = results->session_count ? results->sessions[0] : NULL;
	const json_t *const host = json_object_get(session, "host");

	return json_pack("{s:o?, s:o?, s:s, s:i, s:[], s:s}", "date",
			 json_copy(json_object_get(session, "time_utc")), "host_name",
			 json_copy(json_object_get(host, "name")), "executable", "numamark",
			 "num_cpus", (int)json_array_size(json_object_get(session, "machine")),
			 "caches", "numamark_version", provenance_version());
}

static json_t *run_of(const json_t *record)
{
	const double rate = json_number_value(json_object_get(record, "ops_per_s"));
	const double ops = json_number_value(json_object_get(record, "ops"));
	const json_t *const cpu = json_object_get(record, "cpu_s");
	const json_int_t threads = json_integer_value(json_object_get(record, "threads"));
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), "%s/threads:%d" CELL_MARK "%s",
		 json_string_value(json_object_get(record, "variant")), (int)threads,
		 json_string_value(json_object_get(record, "cell")));
	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:f, s:f, s:s, s:f}", "name", name,
			 "run_name", name, "run_type", "iteration", "repetition_index",
			 json_integer_value(json_object_get(record, "trial")), "threads", threads,
			 "iterations", json_integer_value(json_object_get(record, "ops")),
			 "real_time", 1e9 / rate, "cpu_time",
			 json_is_number(cpu) && ops > 0 ? 1e9 * json_number_value(cpu) / ops
							: 1e9 / rate * (double)threads,
			 "time_unit", "ns", "items_per_second", rate);
}

int google_write(const struct results *results, const char *path, struct fault *fault)
{
	json_t *const runs = json_array();
	json_t *file;
	int error = 0;

	for (size_t i = 0; i < results->trial_count; i++) {
		const json_t *const record = results->trials[i];
		const json_t *const status = json_object_get(record, "status");

		if (!strcmp(json_string_value(status), "valid") &&
		    json_number_value(json_object_get(record, "ops_per_s")) > 0)
			json_array_append_new(runs, run_of(record));
	}
	file = json_pack("{s:o, s:o}", "context", context_of(results), "benchmarks", runs);
	errno = 0;
	if (!file || json_dump_file(file, path, JSON_INDENT(1)))
		error = fault_set(fault, errno ? -errno : -ENOMEM, "%s: cannot be written: %s",
				  path, strerror(errno ? errno : ENOMEM));
	json_decref(file);
	return error;
}
