#include "tests/numa/records.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PROCESSES = 1024, PUS = 1024, POLICIES = 16 };

/* The PUs that single threads of one process were bound to. */
struct process {
	long pid;
	bool pus[PUS];
};

struct check {
	const struct records_expected *expected;
	FILE *out;
	unsigned complaints;
	unsigned line;
	unsigned trials[POLICIES];    /* seen, by index into expected->memory */
	struct process *processes;
	unsigned process_count;
};

__attribute__((format(printf, 2, 3))) static void complain(struct check *check, const char *format,
							   ...)
{
	va_list arguments;

	fprintf(check->out, "line %u: ", check->line);
	va_start(arguments, format);
	vfprintf(check->out, format, arguments);
	va_end(arguments);
	fputc('\n', check->out);
	check->complaints++;
}

static struct process *find_process(struct check *check, long pid)
{
	for (unsigned i = 0; i < check->process_count; i++)
		if (check->processes[i].pid == pid)
			return &check->processes[i];
	if (check->process_count == PROCESSES)
		return NULL;
	check->processes[check->process_count].pid = pid;
	return &check->processes[check->process_count++];
}

/* A thread that may run on several PUs is no worker: its list is not a number alone. */
static void read_witness(struct check *check, FILE *witness)
{
	char list[256];
	long pid;

	while (fscanf(witness, "%ld %255s", &pid, list) == 2) {
		char *end;
		const unsigned long pu = strtoul(list, &end, 10);
		struct process *process = find_process(check, pid);

		if (process && *end == '\0' && pu < PUS)
			process->pus[pu] = true;
	}
}

static void check_witness(struct check *check, const bool *pus)
{
	for (unsigned i = 0; i < check->process_count; i++)
		if (!memcmp(check->processes[i].pus, pus, PUS * sizeof(*pus)))
			return;
	complain(check, "no process was seen with its threads bound to these PUs");
}

static unsigned workers_on(const struct check *check, const bool *pus, unsigned node)
{
	const unsigned first = node * check->expected->pus_per_node;
	unsigned count = 0;

	for (unsigned i = 0; i < check->expected->pus_per_node; i++)
		count += pus[first + i];
	return count;
}

static void check_place(struct check *check, const char *place, const bool *pus)
{
	const unsigned nodes = check->expected->nodes, threads = check->expected->threads;
	unsigned wanted;

	for (unsigned node = 0; node < nodes; node++) {
		const unsigned workers = workers_on(check, pus, node);

		if (sscanf(place, "node:%u", &wanted) == 1 && node != wanted && workers)
			complain(check, "%s has %u workers on node %u", place, workers, node);
		if (!strcmp(place, "scatter") &&
		    (workers < threads / nodes || workers > (threads + nodes - 1) / nodes))
			complain(check, "scatter has %u of %u workers on node %u", workers, threads,
				 node);
	}
}

/* Fills @pus. Return: whether the record has one PU a thread, each of this machine. */
static bool read_pus(struct check *check, const json_t *record, bool *pus)
{
	const json_t *list = json_object_get(record, "pus"), *item;
	const unsigned pu_count = check->expected->nodes * check->expected->pus_per_node;
	size_t i;

	if (json_array_size(list) != check->expected->threads) {
		complain(check, "%zu PUs for %u threads", json_array_size(list),
			 check->expected->threads);
		return false;
	}
	json_array_foreach(list, i, item)
	{
		const json_int_t pu = json_integer_value(item);

		if (!json_is_integer(item) || pu < 0 || pu >= pu_count || pus[pu]) {
			complain(check, "PU %lld is not there, or there twice", (long long)pu);
			return false;
		}
		pus[pu] = true;
	}
	return true;
}

static void check_workers(struct check *check, const json_t *record)
{
	const char *place = json_string_value(json_object_get(record, "place"));
	bool pus[PUS] = { false };

	if (!read_pus(check, record, pus))
		return;
	check_place(check, place ? place : "", pus);
	check_witness(check, pus);
}

/* A part that a trial has none of has no pages; but some part must have some. */
static void check_pages(struct check *check, const json_t *record)
{
	json_t *residency = json_object_get(record, "residency"), *part;
	json_int_t looked_at = 0;
	const char *name;

	json_object_foreach(residency, name, part)
	{
		const json_int_t pages = json_integer_value(json_object_get(part, "pages"));
		const double share = json_number_value(json_object_get(part, "share"));

		looked_at += pages;
		if (json_object_get(part, "unavailable") || json_object_get(part, "refused"))
			complain(check, "%s: residency unavailable or refused", name);
		else if (pages > 0 && !(share >= check->expected->share))
			complain(check, "%s: %.3f of %lld pages on the intended node", name, share,
				 (long long)pages);
	}
	if (looked_at == 0)
		complain(check, "no page of any part was looked at");
}

/* A slow, emulated machine may well be ragged, unsteady or apart. It has no excuse for anything else. */
static void check_flags(struct check *check, const json_t *record)
{
	const char *status = json_string_value(json_object_get(record, "status"));
	static const char *const excused[] = { "ragged", "unsteady", "apart", "unfit-host" };
	const json_t *flags = json_object_get(record, "flags"), *item;
	size_t i;

	if (!status || !strcmp(status, "skipped"))
		complain(check, "status is %s", status ? status : "missing");
	json_array_foreach(flags, i, item)
	{
		const char *flag = json_string_value(item);
		bool is_excused = false;

		for (size_t j = 0; flag && j < sizeof(excused) / sizeof(excused[0]); j++)
			is_excused |= !strcmp(flag, excused[j]);
		if (!is_excused)
			complain(check, "flagged %s: %s", flag ? flag : "without a word",
				 json_string_value(json_object_get(record, "reason")));
	}
}

static void count_policy(struct check *check, const json_t *record)
{
	const char *memory = json_string_value(json_object_get(record, "memory"));

	for (unsigned i = 0; check->expected->memory[i] && i < POLICIES; i++)
		if (memory && !strcmp(memory, check->expected->memory[i]))
			check->trials[i]++;
}

static void check_line(struct check *check, const char *text)
{
	json_t *record = json_loads(text, 0, NULL);
	const char *kind = json_string_value(json_object_get(record, "kind"));

	check->line++;
	if (!kind) {
		complain(check, "is no record");
	} else if (!strcmp(kind, "trial")) {
		count_policy(check, record);
		check_flags(check, record);
		check_workers(check, record);
		check_pages(check, record);
	}
	json_decref(record);
}

unsigned records_check(FILE *results, FILE *witness, const struct records_expected *expected,
		       FILE *out)
{
	struct check check = { .expected = expected, .out = out };
	size_t room = 0;
	char *text = NULL;

	check.processes = calloc(PROCESSES, sizeof(*check.processes));
	if (!check.processes) {
		complain(&check, "no memory for the check");
		return check.complaints;
	}
	read_witness(&check, witness);
	while (getline(&text, &room, results) >= 0)
		check_line(&check, text);
	for (unsigned i = 0; expected->memory[i] && i < POLICIES; i++)
		if (!check.trials[i])
			complain(&check, "no trial with memory=%s", expected->memory[i]);
	free(text);
	free(check.processes);
	return check.complaints;
}
