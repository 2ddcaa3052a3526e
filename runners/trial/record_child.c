/* The child's part of a record: what was measured. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runners/trial/record.h"
#include "runners/trial/saturate.h"
#include "runners/trial/timing.h"

json_t *record_number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *count(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static unsigned os_index_of_pu(const struct trial *trial, unsigned worker)
{
	return topology_pu(trial->topology, trial->pus[worker])->os_index;
}

static json_t *record_pus(const struct trial *trial)
{
	json_t *pus = json_array();

	for (unsigned i = 0; trial->pus && i < trial->cell.threads; i++)
		json_array_append_new(pus, count(os_index_of_pu(trial, i)));
	return pus;
}

/* Array i belongs to the same worker in all of these, and in `pus`. */
static json_t *record_per_thread(const struct trial *trial)
{
	json_t *operations = json_array(), *seconds = json_array();

	for (unsigned i = 0; i < trial->cell.threads; i++) {
		const struct tally tally = tally_of_member(trial, i);

		json_array_append_new(operations,
				      count(tally_operations(trial->cell.variant->family, &tally)));
		json_array_append_new(seconds, record_number(span_seconds(&trial->spans[i])));
	}
	return json_pack("{s:o, s:o}", "ops", operations, "measured_s", seconds);
}

static json_t *record_attempted(const struct trial *trial, const struct tally *tally)
{
	const struct family *const family = trial->cell.variant->family;
	json_t *attempted = json_object();

	for (unsigned i = 0; family->operations[i]; i++)
		json_object_set_new(attempted, family->operations[i], count(tally->attempted[i]));
	return attempted;
}

/* Elements asked for by all threads in a second, as ops_per_s has operations; and pins at rest. */
static void set_cache_figures(const struct trial *trial, json_t *effective)
{
	double rate = 0;

	for (unsigned i = 0; i < trial->cell.threads; i++)
		rate += span_rate(tally_of_member(trial, i).counts[TALLY_ASKED], &trial->spans[i]);
	json_object_set_new(effective, "blocks_per_s", record_number(rate));
	json_object_set_new(effective, "pins_outstanding", count(trial->inspection.pins));
}

static json_t *record_effective(const struct trial *trial, const struct tally *tally)
{
	const struct family *const family = trial->cell.variant->family;
	json_t *effective = json_object();
	uint64_t reads = tally->counts[TALLY_ASKED], hits = tally->counts[TALLY_HIT];

	for (int i = 0; family->operations[i]; i++) {
		json_object_set_new(effective, family->effects[i], count(tally->succeeded[i]));
		if (family->refusals[i])
			json_object_set_new(effective, family->refusals[i],
					    count(tally->attempted[i] - tally->succeeded[i]));
		if (!family->is_cache && i == family->read) {
			reads += tally->attempted[i];
			hits += tally->succeeded[i];
		}
	}
	for (int i = 0; family->counts && family->counts[i]; i++)
		json_object_set_new(effective, family->counts[i], count(tally->counts[i]));
	if (family->is_cache)
		set_cache_figures(trial, effective);
	if (family->keeps_keys || family->is_cache)
		json_object_set_new(effective, "hit_ratio",
				    record_number((double)hits / (double)reads));
	if (trial->inspection.write_amplification > 0)
		json_object_set_new(effective, "write_amplification",
				    record_number(trial->inspection.write_amplification));
	if (family->counts_losses) {
		json_object_set_new(effective, "lost", count(tally->lost));
		json_object_set_new(effective, "torn", count(tally->torn_reads));
	}
	return effective;
}

static json_t *fairness_to_json(const double *rates, size_t n)
{
	const struct fairness fairness = fairness_of(rates, n);

	return json_pack("{s:o, s:o, s:o, s:o}", "jain", record_number(fairness.jain), "min",
			 record_number(fairness.minimum), "median", record_number(fairness.median),
			 "max", record_number(fairness.maximum));
}

/* Mean rate of the workers on each node that has any. Return: how many nodes. */
static size_t rates_by_node(const struct trial *trial, double *rates)
{
	size_t nodes = 0;

	for (unsigned node = 0; node < topology_node_count(trial->topology); node++) {
		unsigned workers = 0;
		double sum = 0;

		for (unsigned i = 0; i < trial->cell.threads; i++) {
			if (memory_worker_node(trial->memory, i) != node)
				continue;
			sum += tally_rate_of_member(trial, i);
			workers++;
		}
		if (workers)
			rates[nodes++] = sum / workers;
	}
	return nodes;
}

static json_t *record_fairness(const struct trial *trial)
{
	const unsigned threads = trial->cell.threads;
	double *const by_thread = calloc(threads, sizeof(*by_thread));
	double *const by_node = calloc(topology_node_count(trial->topology), sizeof(*by_node));
	json_t *fairness = NULL;

	if (by_thread && by_node) {
		for (unsigned i = 0; i < threads; i++)
			by_thread[i] = tally_rate_of_member(trial, i);
		fairness = json_pack("{s:o, s:o}", "per_thread",
				     fairness_to_json(by_thread, threads), "per_node",
				     fairness_to_json(by_node, rates_by_node(trial, by_node)));
	}
	free(by_node);
	free(by_thread);
	return fairness;
}

/* A figure made of two counters, where both were counted in this trial. */
static json_t *record_ratio(const struct trial *trial, const struct counter_ratio *ratio)
{
	const struct counter_reading *const over = &trial->counters[ratio->over];
	const struct counter_reading *const under = &trial->counters[ratio->under];
	const struct counter_event *const events = trial->counter_group->events;
	char of[2 * COUNTERS_NAME_BYTES + 4];

	if (over->unavailable[0] || under->unavailable[0])
		return json_pack("{s:s}", "unavailable",
				 over->unavailable[0] ? over->unavailable : under->unavailable);
	snprintf(of, sizeof(of), "%s / %s", events[ratio->over].name, events[ratio->under].name);
	return json_pack("{s:o, s:s}", "ratio",
			 record_number((double)over->value / (double)under->value), "of", of);
}

static json_t *record_counters(const struct trial *trial, uint64_t operations)
{
	json_t *counters = json_object();

	if (!trial->counter_group) {
		json_decref(counters);
		return json_null();
	}
	for (size_t i = 0; i < trial->counter_group->count; i++) {
		const struct counter_reading *const reading = &trial->counters[i];

		json_object_set_new(
			counters, trial->counter_group->events[i].name,
			reading->unavailable[0]
				? json_pack("{s:s}", "unavailable", reading->unavailable)
				: json_pack("{s:I, s:o, s:I, s:I}", "value",
					    (json_int_t)reading->value, "per_op",
					    record_number((double)reading->value /
							  (double)operations),
					    "enabled_ns", (json_int_t)reading->enabled_ns,
					    "running_ns", (json_int_t)reading->running_ns));
	}
	for (size_t i = 0; i < trial->counter_group->ratio_count; i++)
		json_object_set_new(counters, trial->counter_group->ratios[i].name,
				    record_ratio(trial, &trial->counter_group->ratios[i]));
	return counters;
}

/* Entries that should be there, and that no put was seen to drive out. */
static uint64_t missing_at_rest(const struct trial *trial)
{
	const struct tally all = tally_all(trial);

	return family_elements(trial->cell.variant->family, &all) - trial->inspection.elements;
}

/* Of the packages and all that ran on them. */
static json_t *record_energy(const struct trial *trial, uint64_t operations)
{
	const struct energy *const energy = &trial->energy;

	if (energy->unavailable[0])
		return json_pack("{s:s}", "unavailable", energy->unavailable);
	return json_pack("{s:o, s:o, s:i}", "value", record_number(energy->joules), "per_mop",
			 record_number(energy->joules * 1e6 / (double)operations), "packages",
			 (int)energy->count);
}

static json_t *record_check(const struct trial *trial)
{
	const struct variant *const variant = trial->cell.variant;
	const bool races = variant->flaw == FLAW_RACES;
	json_t *checked = variant->convergence ? json_pack("[s, s]", "additions", "replicas")
			  : variant->is_blind  ? json_pack("[s]", "additions")
					       : json_array();
	json_t *check;

	if (variant->family->insert != FAMILY_NONE && !races) {
		if (!variant->convergence && !variant->is_blind) {
			json_array_append_new(checked, json_string("count"));
			json_array_append_new(checked, json_string("sum"));
		}
		json_array_append_new(checked, json_string("values"));
		if (trial->cell.value_bytes > sizeof(uint64_t))
			json_array_append_new(checked, json_string("payloads"));
	}
	json_array_append_new(checked, json_string("invariants"));
	check = json_pack("{s:b, s:o, s:s?}", "passed", !trial->failed_check, "checked", checked,
			  "failed", trial->failed_check);
	if (trial->cell.variant->family->counts_losses)
		json_object_set_new(check, "missing", count(missing_at_rest(trial)));
	return check;
}

static json_t *record_skew(const struct trial *trial)
{
	const struct draw_skew *const skew = &trial->skew;

	if (!trial->has_skew)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:I, s:o, s:I}", "top1", record_number(skew->top1),
			 "top10", record_number(skew->top10), "top1_percent",
			 record_number(skew->top1_percent), "distinct", (json_int_t)skew->distinct,
			 "distinct_expected", record_number(skew->distinct_expected), "draws",
			 (json_int_t)skew->draws);
}

static uint64_t stalls_suffered(const struct trial *trial)
{
	uint64_t stalls = 0;

	for (unsigned i = 0; i < trial->cell.threads; i++)
		/* relaxed: the members are gone. */
		stalls += load_relaxed(&trial->members[i].worker->stalls);
	return stalls;
}

/* Each worker's own time differs by microseconds; the mean is what fits ops / ops_per_s. */
static double mean_seconds(const struct trial *trial)
{
	double sum = 0;

	for (unsigned i = 0; i < trial->cell.threads; i++)
		sum += span_seconds(&trial->spans[i]);
	return sum / trial->cell.threads;
}

static int set_throughput(const struct trial *trial, json_t *record)
{
	const struct tally measured = tally_measured(trial);
	const uint64_t operations = tally_operations(trial->cell.variant->family, &measured);
	double rate = 0;
	int error = 0;

	for (unsigned i = 0; i < trial->cell.threads; i++)
		rate += tally_rate_of_member(trial, i);
	error |= json_object_set_new(record, "ops", count(operations));
	error |= json_object_set_new(record, "measured_s", record_number(mean_seconds(trial)));
	error |= json_object_set_new(record, "ops_per_s", record_number(rate));
	error |= json_object_set_new(record, "overlap", record_number(trial->overlap));
	error |= json_object_set_new(record, "per_thread", record_per_thread(trial));
	error |= json_object_set_new(record, "attempted", record_attempted(trial, &measured));
	error |= json_object_set_new(record, "effective", record_effective(trial, &measured));
	error |= json_object_set_new(record, "fairness", record_fairness(trial));
	error |= json_object_set_new(record, "counters", record_counters(trial, operations));
	error |= json_object_set_new(record, "energy_j", record_energy(trial, operations));
	return error;
}

static int set_measured(const struct trial *trial, json_t *record)
{
	int error = set_throughput(trial, record);

	error |= json_object_set_new(record, "latency_ns", record_latency(trial));
	error |= json_object_set_new(record, "sweep", saturate_to_json(trial));
	error |= json_object_set_new(record, "think_ns", timing_think_to_json(trial));
	error |= json_object_set_new(record, "memory_bytes", record_memory(trial));
	error |= json_object_set_new(record, "residency", record_residency(trial));
	error |= json_object_set_new(record, "check", record_check(trial));
	error |= json_object_set_new(record, "skew", record_skew(trial));
	error |= json_object_set_new(record, "series", record_series(trial));
	error |= json_object_set_new(record, "helpers", record_helpers(trial));
	error |= json_object_set_new(record, "server", record_server(trial));
	error |= json_object_set_new(record, "consistency", record_consistency(trial));
	error |= json_object_set_new(record, "stalls", count(stalls_suffered(trial)));
	error |= json_object_set_new(record, "warmup_s",
				     record_number((double)trial->warmup_ns / 1e9));
	error |= json_object_set_new(record, "size",
				     json_pack("{s:I, s:I}", "start", (json_int_t)trial->size_start,
					       "stop", (json_int_t)trial->size_stop));
	return error;
}

json_t *record_of_trial(const struct trial *trial)
{
	json_t *record = json_object();
	int error = verdict_to_json(&trial->verdict, record);

	error |= json_object_set_new(record, "pus", record_pus(trial));
	if (trial->has_measured)
		error |= set_measured(trial, record);
	if (!error)
		return record;
	json_decref(record);
	return NULL;
}
