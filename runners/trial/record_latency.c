/*
 * Latency in a record: the mean, percentiles, the largest, the lag of an open loop, and the histogram they
 * come from.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runners/measure/latency.h"
#include "runners/trial/record.h"

static const struct {
	const char *name;
	double q;
} quantiles[] = {
	{ "p50", 0.5 },  { "p90", 0.9 },    { "p95", 0.95 },
	{ "p99", 0.99 }, { "p999", 0.999 }, { "p9999", 0.9999 },
};

static double to_ns(const struct trial *trial, double ticks)
{
	return ticks * trial->clock.ns_per_tick;
}

static json_t *rounded_ns(const struct trial *trial, uint64_t ticks)
{
	return json_integer((json_int_t)llround(to_ns(trial, (double)ticks)));
}

/* Lower bound and count of each bucket that holds any, in one flat array. */
static json_t *buckets(const struct trial *trial, const struct histogram *histogram)
{
	json_t *pairs = json_array();

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (!histogram->counts[i])
			continue;
		json_array_append_new(pairs, rounded_ns(trial, histogram_lowest(i)));
		json_array_append_new(pairs, json_integer((json_int_t)histogram->counts[i]));
	}
	return pairs;
}

/* What reading the clock costs, cheapest and dearest PU: part of every sample. */
static json_t *clock_to_json(const struct trial *trial)
{
	double least = trial->members[0].clock_cost_ns, most = least;

	for (unsigned i = 1; i < trial->cell.threads; i++) {
		least = fmin(least, trial->members[i].clock_cost_ns);
		most = fmax(most, trial->members[i].clock_cost_ns);
	}
	return json_pack("{s:s, s:o, s:o, s:s?}", "name", trial->clock.name, "read_min_ns",
			 record_number(least), "read_max_ns", record_number(most), "reason",
			 trial->clock.reason);
}

/* The mean is that of the samples themselves; percentiles are those of their buckets. */
static void set_figures(const struct trial *trial, const struct histogram *samples, json_t *object)
{
	json_object_set_new(object, "mean", record_number(to_ns(trial, histogram_mean(samples))));
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++)
		json_object_set_new(
			object, quantiles[i].name,
			samples->samples
				? rounded_ns(trial, histogram_quantile(samples, quantiles[i].q))
				: json_null());
}

/* What the family times apart, by name: the samples of all workers. NULL without memory. */
static json_t *parts_to_json(const struct trial *trial)
{
	const char *const *const names = trial->cell.variant->family->parts;
	struct histogram *const all = calloc(1, sizeof(*all));
	json_t *parts = all ? json_object() : NULL;

	for (unsigned part = 0; parts && names[part]; part++) {
		json_t *const object = json_object();

		memset(all, 0, sizeof(*all));
		for (unsigned i = 0; i < trial->cell.threads; i++)
			histogram_merge(all, &trial->members[i].worker->timing->parts[part]);
		json_object_set_new(object, "samples", json_integer((json_int_t)all->samples));
		json_object_set_new(object, "max", rounded_ns(trial, all->maximum));
		set_figures(trial, all, object);
		json_object_set_new(parts, names[part], object);
	}
	free(all);
	return parts;
}

/* How long an operation holds a lock, on average; null where there is none, or none of its own. */
static json_t *held_to_json(const struct trial *trial, uint64_t operations)
{
	uint64_t ticks = 0;

	if (!trial->cell.variant->tells_held)
		return json_null();
	for (unsigned i = 0; i < trial->cell.threads; i++)
		ticks += trial->members[i].worker->timing->held.ticks;
	return record_number(to_ns(trial, (double)ticks) / (double)operations);
}

static json_t *latency_to_json(const struct trial *trial, const struct histogram *all,
			       uint64_t lag_ticks)
{
	const bool is_open = trial->cell.rate_ops_per_s > 0;
	json_t *latency = json_pack(
		"{s:s, s:I, s:o, s:o, s:o, s:o}", "kind", is_open ? "open-loop" : "closed-loop",
		"samples", (json_int_t)all->samples, "max", rounded_ns(trial, all->maximum), "lag",
		is_open ? rounded_ns(trial, lag_ticks) : json_null(), "clock", clock_to_json(trial),
		"histogram", buckets(trial, all));

	if (latency)
		set_figures(trial, all, latency);
	if (latency && !is_open)
		json_object_set_new(
			latency, "sampled_one_in",
			json_integer((json_int_t)trial->members[0].worker->timing->sample_every));
	return latency;
}

json_t *record_latency(const struct trial *trial)
{
	struct histogram *all;
	uint64_t lag_ticks = 0;
	json_t *latency;

	if (!cell_is_paced(&trial->cell) && !trial->cell.latency_every)
		return json_null();
	all = calloc(1, sizeof(*all));
	if (!all)
		return NULL;
	for (unsigned i = 0; i < trial->cell.threads; i++) {
		const struct worker_timing *const timing = trial->members[i].worker->timing;

		histogram_merge(all, &timing->histogram);
		lag_ticks = timing->lag_ticks > lag_ticks ? timing->lag_ticks : lag_ticks;
	}
	latency = latency_to_json(trial, all, lag_ticks);
	if (latency && trial->cell.variant->family->parts) {
		json_object_set_new(latency, "parts", parts_to_json(trial));
		json_object_set_new(latency, "lock_held_ns_per_op",
				    held_to_json(trial, all->samples));
	}
	free(all);
	return latency;
}
