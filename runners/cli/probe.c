/* numamark probe: what this machine itself costs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/cli/command.h"
#include "runners/cli/table.h"
#include "runners/probe/probe.h"

enum { SECONDS_DEFAULT = 3, SECONDS_MOST = 86400, KINDS_MAX = 3 };

#define NS_PER_S UINT64_C(1000000000)

static const struct option_row rows[] = {
	{ "json", 0, NULL, "one array of objects; their keys are stable" },
	{ "seconds", 0, "N", "about how long it may take (default 3)" },
	{ 0 },
};

static const struct table_column limit_columns[] = {
	{ "limit", true, false },
	{ "threads", true, true },
	{ "place", true, false },
	{ "ns_per_op", true, true },
	{ "ops_per_s", true, true },
	{ "about", true, false },
	{ 0 },
};

static const struct table_column group_columns[] = {
	{ "group", true, false },
	{ "pairs", true, true },
	{ "round_trip_ns", true, true },
	{ "lowest", true, true },
	{ "highest", true, true },
	{ "line_transfer_ns", true, true },
	{ 0 },
};

static const struct table_column pair_columns[] = {
	{ "from", true, true },
	{ "to", true, true },
	{ "group", true, false },
	{ "round_trip_ns", true, true },
	{ 0 },
};

static const struct table_column memory_columns[] = {
	{ "cpu_node", true, true },
	{ "memory_node", true, true },
	{ "latency_ns", true, true },
	{ "loaded_latency_ns", true, true },
	{ "bandwidth_one_pu", true, true },
	{ "bandwidth", true, true },
	{ "pus", true, true },
	{ "region_bytes", true, true },
	{ "resident", true, true },
	{ "huge", true, true },
	{ 0 },
};

static const struct table_column pu_columns[] = {
	{ "pu", true, true },       { "scheduler", true, false },  { "pieces", true, true },
	{ "usual_ns", true, true }, { "deadline_ns", true, true }, { "missed", true, true },
	{ "lost_ns", true, true },  { "worst_ns", true, true },    { "stolen_ns", true, true },
	{ "rt_runtime_us", true, true }, { 0 },
};

static const struct table_column miss_columns[] = {
	{ "pu", true, true },
	{ "scheduler", true, false },
	{ "at_ns", true, true },
	{ "took_ns", true, true },
	{ 0 },
};

static const struct table_column clock_columns[] = {
	{ "what", true, false }, { "pu", true, true },     { "value", true, true },
	{ "unit", true, false }, { "about", true, false }, { 0 },
};

/* The kinds of object of a probe, in the order in which text shows them. */
static const struct shown_probe {
	const char *name;
	probe_run *run;
	struct {
		const char *kind;
		const struct table_column *columns;
	} kinds[KINDS_MAX];
} probes[] = {
	{ "coherence", probe_coherence, { { "pair", pair_columns }, { "group", group_columns } } },
	{ "memory", probe_memory, { { "memory", memory_columns } } },
	{ "jitter", probe_jitter, { { "miss", miss_columns }, { "pu", pu_columns } } },
	{ "clock", probe_clock, { { "clock", clock_columns } } },
	{ "limits", probe_limits, { { "limit", limit_columns } } },
};

#define PROBES_ALLOWED "allowed is coherence, memory, jitter, clock or limits"

static bool is_of_kind(const json_t *row, const char *kind)
{
	return !strcmp(json_string_value(json_object_get(row, "kind")), kind);
}

static void print_kind(const json_t *all, const char *kind, const struct table_column *columns)
{
	json_t *const some = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(all, i, row)
	{
		if (is_of_kind(row, kind))
			json_array_append(some, (json_t *)(uintptr_t)row);
	}
	if (json_array_size(some)) {
		table_print(stdout, columns, some, TABLE_TEXT);
		fputc('\n', stdout);
	}
	json_decref(some);
}

static const char *text_at(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

static void print_text(const struct shown_probe *probe, const json_t *all)
{
	const json_t *row;
	size_t i;

	for (size_t k = 0; k < KINDS_MAX && probe->kinds[k].kind; k++)
		print_kind(all, probe->kinds[k].kind, probe->kinds[k].columns);
	json_array_foreach(all, i, row)
	{
		if (is_of_kind(row, "unavailable"))
			printf("%s: unavailable: %s\n", text_at(row, "what"),
			       text_at(row, "reason"));
		else if (is_of_kind(row, "note"))
			printf("%s\n", text_at(row, "text"));
	}
}

struct asked_probe {
	const struct shown_probe *probe;
	bool as_json;
	uint64_t budget_ns;
};

static int take_seconds(struct asked_probe *asked, const char *text, struct fault *fault)
{
	char *end;
	const unsigned long seconds = strtoul(text, &end, 10);

	if (end == text || *end || text[strspn(text, "0123456789")] || !seconds ||
	    seconds > SECONDS_MOST)
		return fault_set(fault, -EINVAL, "--seconds %.60s: allowed is 1 to %d", text,
				 SECONDS_MOST);
	asked->budget_ns = seconds * NS_PER_S;
	return 0;
}

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct asked_probe *const asked = values;

	if (row && !strcmp(row->name, "seconds"))
		return take_seconds(asked, text, fault);
	asked->as_json |= row != NULL;
	if (row)
		return 0;
	for (size_t i = 0; i < sizeof(probes) / sizeof(*probes) && !asked->probe; i++)
		if (!strcmp(probes[i].name, text)) {
			asked->probe = &probes[i];
			return 0;
		}
	return fault_set(fault, -EINVAL, "probe %.60s: " PROBES_ALLOWED, text);
}

static int probe(const struct asked_probe *asked, struct fault *fault)
{
	struct topology *topology;
	struct probe_options options = { .budget_ns = asked->budget_ns };
	int error = topology_load(NULL, &topology, fault);
	json_t *found;

	if (error)
		return error;
	options.topology = topology;
	found = json_array();
	error = asked->probe->run(&options, found, fault);
	if (!error && asked->as_json)
		table_print(stdout, NULL, found, TABLE_JSON);
	else if (!error)
		print_text(asked->probe, found);
	json_decref(found);
	topology_free(topology);
	return error;
}

static int run(const struct command *self, int count, char **words)
{
	struct asked_probe asked = { .budget_ns = SECONDS_DEFAULT * NS_PER_S };
	struct fault fault;
	int error = options_read(self->options, count, words, take, &asked, &fault);

	if (!error && !asked.probe)
		error = fault_set(&fault, -EINVAL, "probe: " PROBES_ALLOWED);
	if (!error)
		error = probe(&asked, &fault);
	if (error == -EINTR)
		return CLI_INTERRUPTED;
	return error ? cli_fail(error, &fault) : CLI_DONE;
}

static void print_details(void)
{
	printf("coherence  round trip of a cache line between two PUs: all pairs, or as many as "
	       "the\n"
	       "           time allows, summed up by what lies between them\n"
	       "memory     latency, idle and loaded, and bandwidth (bytes/s), node by node\n"
	       "jitter     fixed work against a deadline on every PU, what missed it, stolen time;\n"
	       "           as any thread, and as a real-time thread where that is permitted\n"
	       "clock      rate, cost and drift of the clock, and whether all PUs agree on it\n"
	       "limits     no word, a private word and one shared word by threads and place;\n"
	       "           each draw; a reading of the clock. Takes what its trials take.\n");
}

const struct command command_probe = {
	.name = "probe",
	.arguments = "coherence|memory|jitter|clock|limits [--seconds N] [--json]",
	.summary = "Measure what this machine itself costs: lines, memory, time, shared words.",
	.options = rows,
	.details = print_details,
	.run = run,
};
