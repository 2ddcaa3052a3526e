#include "runners/cli/host_describe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "runners/cli/table.h"
#include "runners/probe/probe.h"
#include "runners/results/provenance.h"
#include "topology/folders.h"

/* A second for each probe: enough for medians that a reader will compare, not rank. */
static const uint64_t PROBE_NS = 1000000000;

/*
 * An object as rows of {of, name, value}; nested objects give what their rows are of, arrays none.
 */
static void flatten(const char *of, const json_t *object, json_t *flat)
{
	const char *name;
	json_t *value;

	/* jansson's iteration takes no const object, and changes nothing. */
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		if (json_is_object(value))
			flatten(name, value, flat);
		else if (!json_is_array(value))
			json_array_append_new(flat, json_pack("{s:s, s:s, s:O}", "of", of, "name",
							      name, "value", value));
	}
}

static void print_facts(const json_t *facts, bool as_json)
{
	static const struct table_column columns[] = {
		{ "of", true, false },
		{ "name", true, false },
		{ "value", true, false },
		{ 0 },
	};
	json_t *const flat = json_array();

	flatten("machine", facts, flat);
	table_print(stdout, columns, flat, as_json ? TABLE_JSON : TABLE_TEXT);
	json_decref(flat);
}

/* The folder and those above it. @folder as asked for, or hosts/NAME. */
static int make_folder(const char *asked, const json_t *facts, char folder[PATH_MAX],
		       struct fault *fault)
{
	const char *const name =
		json_string_value(json_object_get(json_object_get(facts, "host"), "name"));
	int error;

	if (asked)
		snprintf(folder, PATH_MAX, "%s", asked);
	else
		snprintf(folder, PATH_MAX, "hosts/%s", name ? name : "this");
	error = folders_make(folder, 0777);
	if (error)
		fault_set(fault, error, "%s: cannot be made: %s", folder, strerror(-error));
	return error;
}

static int write_json(const char *folder, const char *name, const json_t *value,
		      struct fault *fault)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", folder);
	if (json_dump_file(value, path, JSON_INDENT(1)))
		return fault_set(fault, -EIO, "%s: cannot be written", path);
	return 0;
}

static int write_limits(const struct topology *topology, const char *folder, struct fault *fault)
{
	static probe_run *const probes[] = { probe_limits, probe_coherence, probe_memory };
	const struct probe_options options = { .topology = topology, .budget_ns = PROBE_NS };
	json_t *const rows = json_array();
	int error = 0;

	for (size_t i = 0; i < sizeof(probes) / sizeof(*probes) && !error; i++)
		error = probes[i](&options, rows, fault);
	if (!error)
		error = write_json(folder, "limits.json", rows, fault);
	json_decref(rows);
	return error;
}

static int write_folder(const struct topology *topology, const char *asked, const json_t *facts,
			struct fault *fault)
{
	char folder[PATH_MAX];
	int error = make_folder(asked, facts, folder, fault);

	if (!error)
		error = topology_export(folder, "topology.xml", fault);
	if (!error)
		error = write_json(folder, "facts.json", facts, fault);
	if (!error)
		error = write_limits(topology, folder, fault);
	if (!error)
		fprintf(stderr, "numamark: topology, facts and limits are in %s\n", folder);
	return error;
}

int host_describe(const char *folder, bool as_json, struct fault *fault)
{
	struct topology *topology;
	json_t *facts;
	int error = topology_load(NULL, &topology, fault);

	if (error)
		return error;
	facts = provenance_collect(topology);
	print_facts(facts, as_json);
	error = write_folder(topology, folder, facts, fault);
	json_decref(facts);
	topology_free(topology);
	return error;
}
