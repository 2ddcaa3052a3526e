#include "plots/figure.h"

#include <math.h>

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

const struct figure plot_figures[] = {
	{ .name = "throughput",
	  .shows = "operations per second against threads, with 95 % interval bands",
	  .column = "ops_per_s",
	  .has_limits = true,
	  .is_usual = true },
	{ .name = "speedup",
	  .shows = "throughput against threads as a multiple of the same variant's on one thread",
	  .column = "speed-up",
	  .unit = FIGURE_PER_ONE_THREAD,
	  .is_usual = true },
	{ .name = "efficiency",
	  .shows = "speed-up by the number of threads: 1 is perfect scaling",
	  .column = "efficiency",
	  .unit = FIGURE_PER_ONE_THREAD_AND_THREADS },
	{ .name = "fairness",
	  .shows = "Jain's index of the threads' rates: 1 if all are alike, 1/n if one does all",
	  .column = "jain",
	  .of_trial = fairness_of },
	{ .name = "latency",
	  .shows = "99th percentile of latency against threads, where it was measured",
	  .column = "p99_ns",
	  .of_trial = p99_of,
	  .is_log = true,
	  .is_usual = true },
	{ .name = "memory",
	  .shows = "bytes per element, as filled",
	  .column = "bytes_per_element",
	  .of_trial = bytes_of },
	{ .name = "garbage",
	  .shows = "the most objects that were retired and not yet freed at one time",
	  .column = "objects",
	  .of_trial = garbage_of,
	  .is_log = true },
};

const size_t plot_figures_count = sizeof(plot_figures) / sizeof(*plot_figures);
