/* Made-up result folders: records with only what figures and reports read. */
#ifndef TESTS_PLOTS_RECORDS_H
#define TESTS_PLOTS_RECORDS_H

#include <jansson.h>
#include <stdbool.h>

#include "tests/runners/folder.h"

/* Two nodes of two cores with two PUs each: PUs 0-3 are the cores, 4-7 their siblings. Siblings stand together. */
static inline json_t *records_machine(void)
{
	json_t *machine = json_array();

	for (int core = 0; core < 4; core++)
		for (int smt = 0; smt < 2; smt++)
			json_array_append_new(machine, json_pack("[i, i, i, i, i]", core + 4 * smt, core,
								 smt, core / 2, core / 2));
	return machine;
}

static inline void records_line(FILE *file, json_t *record)
{
	char *text = json_dumps(record, JSON_COMPACT);

	fprintf(file, "%s\n", text);
	free(text);
	json_decref(record);
}

static inline FILE *records_open(const char *folder)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/results.jsonl", folder);
	return fopen(path, "w");
}

static inline void records_session(FILE *file, const char *title)
{
	records_line(file,
		     json_pack("{s:i, s:s, s:s, s:s, s:o, s:{s:s, s:s}}", "schema", 1, "kind",
			       "session", "session", "s", "title", title, "machine",
			       records_machine(), "host", "name", "testhost", "cpu", "test CPU"));
}

struct records_trial {
	const char *family, *variant, *mix, *memory, *status;
	const char *scans; /* the guarantee; NULL: nothing scans */
	unsigned threads;
	double rate;
	double mean_ns, p99_ns, jain, bytes_per_element; /* 0: not in the record */
	double hit_ratio, remote_pages, remote_reads; /* shares + 1; 0: not in the record */
	bool counts_losses;
	double lost, torn; /* in a million operations */
	const char *flaw;  /* NULL: none */
	unsigned garbage;
	unsigned lap; /* of the session, from 1; 0: it names neither */
};

/* What only some figures read. */
static inline void records_numbers(json_t *record, const struct records_trial *trial)
{
	if (trial->p99_ns > 0)
		json_object_set_new(record, "latency_ns",
				    json_pack("{s:f, s:f}", "mean", trial->mean_ns, "p99", trial->p99_ns));
	if (trial->jain > 0)
		json_object_set_new(record, "fairness",
				    json_pack("{s:{s:f}}", "per_thread", "jain", trial->jain));
	if (trial->bytes_per_element > 0)
		json_object_set_new(record, "memory_bytes",
				    json_pack("{s:f, s:{s:i}}", "per_element",
					      trial->bytes_per_element, "garbage_objects", "peak",
					      (int)trial->garbage));
	if (trial->hit_ratio > 0)
		json_object_set_new(record, "effective",
				    json_pack("{s:f}", "hit_ratio", trial->hit_ratio - 1));
	if (trial->counts_losses)
		json_object_update_new(record, json_pack("{s:f, s:s, s:{s:f, s:f, s:f}}", "ops", 2e6,
							 "flaw", trial->flaw ? trial->flaw : "none",
							 "effective", "hit_ratio",
							 trial->hit_ratio - 1, "lost",
							 2 * trial->lost, "torn", 2 * trial->torn));
	if (trial->remote_pages > 0)
		json_object_set_new(record, "residency",
				    json_pack("{s:{s:f}, s:{s:f}}", "table", "remote", 0.75,
					      "nodes", "remote", trial->remote_pages - 1));
	if (trial->remote_reads > 0)
		json_object_set_new(record, "counters",
				    json_pack("{s:{s:f}, s:{s:f}}", "local_reads", "value",
					      1e9 * (2 - trial->remote_reads), "remote_reads",
					      "value", 1e9 * (trial->remote_reads - 1)));
}

static inline json_t *records_make(const struct records_trial *trial)
{
	json_t *pus = json_array(), *record;
	char cell[256];

	for (unsigned i = 0; i < trial->threads; i++)
		json_array_append_new(pus, json_integer(i));
	snprintf(cell, sizeof(cell), "%s|%s|%s|%u", trial->variant, trial->mix,
		 trial->memory ? trial->memory : "local", trial->threads);
	record = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:o, s:f, s:{s:s, s:s, "
			   "s:i, s:o}, s:s}",
			   "schema", 1, "kind", "trial", "cell", cell, "family", trial->family,
			   "variant", trial->variant, "status",
			   trial->status ? trial->status : "valid", "threads", (int)trial->threads,
			   "place", "cores-first", "memory",
			   trial->memory ? trial->memory : "local", "pus", pus, "ops_per_s",
			   trial->rate, "workload", "mix", trial->mix, "dist", "uniform", "range",
			   1000, "scan_length", trial->scans ? json_integer(10) : json_null(),
			   "scan_guarantee", trial->scans ? trial->scans : "none");
	records_numbers(record, trial);
	if (trial->lap)
		json_object_update_new(record, json_pack("{s:s, s:i}", "session", "s", "trial",
							 (int)trial->lap - 1));
	return record;
}

static inline void records_trial(FILE *file, const struct records_trial *trial)
{
	records_line(file, records_make(trial));
}

#endif
