#include "plots/figure.h"

#include <math.h>
#include <string.h>

/* A number inside of objects, by the keys that lead there. */
static double number_at(const json_t *trial, const char *outer, const char *inner, const char *key)
{
	const json_t *at = json_object_get(trial, outer);

	if (inner)
		at = json_object_get(at, inner);
	at = json_object_get(at, key);
	return json_is_number(at) ? json_number_value(at) : NAN;
}

static double fairness_of(const json_t *trial)
{
	/* One thread is fair to itself, which says nothing. */
	if (json_integer_value(json_object_get(trial, "threads")) < 2)
		return NAN;
	return number_at(trial, "fairness", "per_thread", "jain");
}

static double p99_of(const json_t *trial)
{
	return number_at(trial, "latency_ns", NULL, "p99");
}

static double bytes_of(const json_t *trial)
{
	return number_at(trial, "memory_bytes", NULL, "per_element");
}

/* Without a scheme there is none. */
static double garbage_of(const json_t *trial)
{
	return number_at(trial, "memory_bytes", "garbage_objects", "peak");
}

/* Latency under a given load; in a closed loop the load is what latency makes it. */
static double open_p99_of(const json_t *trial)
{
	const char *const kind =
		json_string_value(json_object_get(json_object_get(trial, "latency_ns"), "kind"));

	return kind && !strcmp(kind, "open-loop") ? p99_of(trial) : NAN;
}

static double per_op_of(const json_t *trial, const char *name)
{
	return number_at(trial, "counters", name, "per_op");
}

/* Where a distribution is read off; its abscissa is 1 / (1 - quantile), so that each nine takes as much room. */
static const double quantiles[] = { 0,	  0.25,	 0.5,	 0.75,	0.9,	0.95,	0.975,	 0.99,
				    0.995, 0.9975, 0.999, 0.9995, 0.9999, 0.99995, 0.99999 };

/* With fewer samples beyond it a quantile is an accident. */
enum { SAMPLES_BEYOND = 10 };

/* The histogram is one flat array: lower bound and count of each bucket that holds any, ascending. */
static size_t quantiles_of(const json_t *trial, double *x, double *y, size_t room)
{
	const json_t *const pairs =
		json_object_get(json_object_get(trial, "latency_ns"), "histogram");
	const double samples = number_at(trial, "latency_ns", NULL, "samples");
	double seen = 0;
	size_t bucket = 0, count = 0;

	while (count < room && count < sizeof(quantiles) / sizeof(*quantiles) && samples > 0) {
		const double quantile = quantiles[count];

		if (samples * (1 - quantile) < SAMPLES_BEYOND)
			break;
		while (bucket < json_array_size(pairs) / 2 && (seen <= quantile * samples || !bucket))
			seen += json_number_value(json_array_get(pairs, 2 * bucket++ + 1));
		if (!bucket)
			break;
		x[count] = 1 / (1 - quantile);
		y[count++] = json_number_value(json_array_get(pairs, 2 * (bucket - 1)));
	}
	return count;
}

/* One array of the series over time against its moments, in seconds. */
static size_t series_of(const json_t *trial, const char *key, double *x, double *y, size_t room)
{
	const json_t *const series = json_object_get(trial, "series");
	const json_t *const at = json_object_get(series, "at_ms");
	const json_t *const numbers = json_object_get(series, key);
	size_t count = 0;

	while (count < room && json_is_number(json_array_get(numbers, count))) {
		x[count] = json_number_value(json_array_get(at, count)) / 1e3;
		y[count] = json_number_value(json_array_get(numbers, count));
		count++;
	}
	return count;
}

static size_t rss_over_time(const json_t *trial, double *x, double *y, size_t room)
{
	return series_of(trial, "rss_bytes", x, y, room);
}

/* Without a scheme there is none, at any time. */
static size_t garbage_over_time(const json_t *trial, double *x, double *y, size_t room)
{
	return garbage_of(trial) >= 0 ? series_of(trial, "garbage", x, y, room) : 0;
}

const struct figure plot_figures[] = {
	{ .name = "tradeoffs",
	  .shows = "throughput with its interval on the most threads, and what it is paid with: hits, remote memory, "
		   "entries lost and reads torn (where policies of memory are compared, or losses counted)",
	  .column = "number  series  of_the_best  text",
	  .kind = FIGURE_TRADEOFFS,
	  .is_usual = true },
	{ .name = "throughput",
	  .shows = "operations per second against threads, with 95 % interval bands",
	  .column = "threads  ops_per_s",
	  .has_limits = true,
	  .is_usual = true },
	{ .name = "ladder",
	  .shows = "what a headline ratio is made of, change by change (campaigns that have a ladder: 44s, kvslot-44s)",
	  .column = "ops_per_s",
	  .kind = FIGURE_LADDER,
	  .is_usual = true },
	{ .name = "speedup",
	  .shows = "throughput against threads as a multiple of the same variant's on one thread",
	  .column = "threads  speed-up",
	  .unit = FIGURE_PER_ONE_THREAD,
	  .is_usual = true },
	{ .name = "scaling",
	  .shows = "throughput against threads with Gunther's Universal Scalability Law through it and its knee",
	  .column = "threads  ops_per_s",
	  .kind = FIGURE_LAW,
	  .is_usual = true },
	{ .name = "efficiency",
	  .shows = "speed-up by the number of threads: 1 is perfect scaling",
	  .column = "threads  efficiency",
	  .unit = FIGURE_PER_ONE_THREAD_AND_THREADS },
	{ .name = "fairness",
	  .shows = "Jain's index of the threads' rates: 1 if all are alike, 1/n if one does all",
	  .column = "threads  jain",
	  .of_trial = fairness_of },
	{ .name = "latency",
	  .shows = "99th percentile of latency against threads, where it was measured",
	  .column = "threads  p99_ns",
	  .of_trial = p99_of,
	  .is_log = true,
	  .is_usual = true },
	{ .name = "cdf",
	  .shows = "the distribution of latency on the most threads: each nine of the percentile takes as much room",
	  .column = "1/(1-quantile)  ns",
	  .kind = FIGURE_VECTOR,
	  .of_vector = quantiles_of,
	  .x_is_log = true,
	  .is_log = true,
	  .is_usual = true },
	{ .name = "load",
	  .shows = "99th percentile of latency against the rate at which operations arrived, where that was on a schedule",
	  .column = "offered_ops_per_s  p99_ns",
	  .kind = FIGURE_LOAD,
	  .of_trial = open_p99_of,
	  .is_log = true,
	  .is_usual = true },
	{ .name = "counters",
	  .shows = "an event counted by hardware or kernel, per operation, against threads",
	  .column = "threads  events_per_op",
	  .of_event = per_op_of,
	  .is_usual = true },
	{ .name = "heat",
	  .shows = "throughput of every variant on every number of threads; colour is its share of the column's fastest",
	  .column = "threads  variant  share  ops_per_s",
	  .kind = FIGURE_HEAT },
	{ .name = "memory",
	  .shows = "bytes per element, as filled",
	  .column = "threads  bytes_per_element",
	  .of_trial = bytes_of },
	{ .name = "garbage",
	  .shows = "the most objects that were retired and not yet freed at one time",
	  .column = "threads  objects",
	  .of_trial = garbage_of,
	  .is_log = true },
	{ .name = "rss_over_time",
	  .shows = "memory that is resident, over the measured time, on the most threads",
	  .column = "s  bytes",
	  .kind = FIGURE_VECTOR,
	  .of_vector = rss_over_time },
	{ .name = "garbage_over_time",
	  .shows = "objects retired and not yet freed, over the measured time, on the most threads",
	  .column = "s  objects",
	  .kind = FIGURE_VECTOR,
	  .of_vector = garbage_over_time },
	{ .name = "placement",
	  .shows = "which worker sat on which PU, on the drawn machine",
	  .column = "kind  left  top  right  bottom  label  worker",
	  .kind = FIGURE_PLACES },
};

const size_t plot_figures_count = sizeof(plot_figures) / sizeof(*plot_figures);
