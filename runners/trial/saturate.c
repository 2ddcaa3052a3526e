#include "runners/trial/saturate.h"

#include <math.h>
#include <stdlib.h>

#include "runners/measure/latency.h"
#include "runners/trial/record.h"
#include "runners/trial/timing.h"

/* Rates closer together than this are not told apart. */
#define CLOSE_ENOUGH 1.02

static void set_rate(struct trial *trial, double ops_per_s)
{
	trial->cell.rate_ops_per_s = ops_per_s;
	for (unsigned i = 0; i < trial->cell.threads; i++)
		timing_pace(&trial->members[i]);
}

static double reached(const struct trial *trial)
{
	double ops_per_s = 0;

	for (unsigned i = 0; i < trial->cell.threads; i++)
		ops_per_s += tally_rate_of_member(trial, i);
	return ops_per_s;
}

/* The latency that the objective speaks of; NaN where nothing was timed. */
static double latency_now(const struct trial *trial)
{
	struct histogram *const all = calloc(1, sizeof(*all));
	double latency_ns = NAN;

	if (!all)
		return NAN;
	for (unsigned i = 0; i < trial->cell.threads; i++)
		histogram_merge(all, &trial->members[i].worker->timing->histogram);
	if (all->samples)
		latency_ns = (double)histogram_quantile(all, trial->cell.slo_quantile) *
			     trial->clock.ns_per_tick;
	free(all);
	return latency_ns;
}

/* Note what the run that has just ended made of its rate. Return: whether it met the objective. */
static bool note(struct trial *trial)
{
	struct sweep *const sweep = &trial->sweep;
	const struct rate_probe probe = { .offered = trial->cell.rate_ops_per_s,
					  .reached = reached(trial),
					  .latency_ns = latency_now(trial) };
	const bool is_met = probe.latency_ns <= (double)trial->cell.slo_ns;

	sweep->probes[sweep->count] = probe;
	sweep->probes[sweep->count++].is_met = is_met;
	return is_met;
}

void saturate_search(struct trial *trial)
{
	struct sweep *const sweep = &trial->sweep;
	double met = 0, missed;

	set_rate(trial, 0);
	phases_probe(trial);
	missed = sweep->capacity = reached(trial);
	for (unsigned i = 0; i < CELL_SWEEP_PROBES && missed > met * CLOSE_ENOUGH; i++) {
		const double rate = met > 0 ? sqrt(met * missed) : missed / 2;

		set_rate(trial, rate);
		phases_probe(trial);
		if (note(trial))
			met = rate;
		else
			missed = rate;
	}
	sweep->found = met;
	set_rate(trial, met > 0 ? met : missed);
}

void saturate_confirm(struct trial *trial)
{
	const struct cell *const cell = &trial->cell;
	const bool is_met = note(trial);

	if (trial->sweep.found <= 0)
		verdict_flag(&trial->verdict, TRIAL_UNMET,
			     "slo=%s: not met at any rate, down to %.0f operations per second",
			     cell->text[AXIS_SLO], cell->rate_ops_per_s);
	else if (!is_met)
		verdict_flag(&trial->verdict, TRIAL_UNSTEADY,
			     "slo=%s: met in the search, not met again at the same rate",
			     cell->text[AXIS_SLO]);
}

json_t *saturate_to_json(const struct trial *trial)
{
	const struct sweep *const sweep = &trial->sweep;
	json_t *probes;

	if (!trial->cell.is_swept)
		return json_null();
	probes = json_array();
	for (unsigned i = 0; i < sweep->count; i++) {
		const struct rate_probe *const probe = &sweep->probes[i];

		json_array_append_new(
			probes, json_pack("{s:f, s:f, s:o, s:b}", "rate_ops_per_s", probe->offered,
					  "reached_ops_per_s", probe->reached, "latency_ns",
					  record_number(probe->latency_ns), "met", probe->is_met));
	}
	return json_pack("{s:s, s:o, s:f, s:o}", "slo", trial->cell.text[AXIS_SLO],
			 "found_ops_per_s",
			 sweep->found > 0 ? json_real(sweep->found) : json_null(),
			 "capacity_ops_per_s", sweep->capacity, "probes", probes);
}
