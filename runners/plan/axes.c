#include "runners/plan/axes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/axes_rows.h"
#include "topology/nearest.h"

#define TIMES "a time such as 500ms or 2s"

const struct axis axes[AXIS_COUNT] = {
	[AXIS_VARIANT] = {
		.name = "variant",
		.allowed = "the names of `numamark list variants`, and globs of them",
		.parse = axis_parse_variant,
	},
	[AXIS_SERVER] = {
		.name = "server",
		.fallback = "private",
		.allowed = "private (one of this campaign's own), HOST:PORT[/DATABASE] of one that "
			   "runs, or a name of runners/server/kinds or ./servers",
		.parse = axis_parse_server,
		.pointless = axis_pointless_server,
	},
	[AXIS_TRANSPORT] = {
		.name = "transport",
		.fallback = "unix",
		.allowed = "unix, tcp",
		.parse = axis_parse_transport,
		.pointless = axis_pointless_transport,
	},
	[AXIS_PERSISTENCE] = {
		.name = "persistence",
		.fallback = "off",
		.allowed = "off, on",
		.parse = axis_parse_persistence,
		.pointless = axis_pointless_persistence,
	},
	[AXIS_CONNECTIONS] = {
		.name = "connections",
		.fallback = "auto",
		.allowed = "auto (one for each thread), or 1 to 20k, of all threads together",
		.kilo = 1000,
		.parse = axis_parse_connections,
		.check = axis_check_connections,
		.pointless = axis_pointless_connections,
	},
	[AXIS_PIPELINE] = {
		.name = "pipeline",
		.fallback = "1",
		.allowed = "1 to 1024 operations on their way at once on each connection",
		.kilo = 1000,
		.parse = axis_parse_pipeline,
		.check = axis_check_pipeline,
		.pointless = axis_pointless_pipeline,
	},
	[AXIS_THREADS] = {
		.name = "threads",
		.fallback = "auto",
		.allowed = "auto, 1 to 4096, or a..b",
		.kilo = 1000,
		.parse = axis_parse_threads,
		.check = axis_check_threads,
	},
	[AXIS_PLACE] = {
		.name = "place",
		.fallback = "cores-first",
		.allowed = "compact, scatter, cores-first, node:N, list:0,2,4-7",
		.listing = AXIS_WHOLE_IF_LIST,
		.parse = axis_parse_place,
		.check = axis_check_place,
	},
	[AXIS_MEMORY] = {
		.name = "memory",
		.fallback = "local",
		.allowed = "local, first-touch, interleave, node:N, remote",
		.parse = axis_parse_memory,
		.check = axis_check_memory,
	},
	[AXIS_PAGES] = {
		.name = "pages",
		.fallback = "base",
		.allowed = "base, thp, huge2m, huge1g",
		.parse = axis_parse_pages,
	},
	[AXIS_ALLOC] = {
		.name = "alloc",
		.fallback = "arena",
		.allowed = "arena, glibc, jemalloc, mimalloc, tcmalloc",
		.parse = axis_parse_alloc,
	},
	[AXIS_MIX] = {
		.name = "mix",
		.allowed = "shares of the family's operations that sum to 100, "
			   "such as get:90,put:5,remove:5",
		.listing = AXIS_WHOLE,
		.parse = axis_parse_mix,
		.pointless = axis_pointless_mix,
	},
	[AXIS_OP_ORDER] = {
		.name = "op_order",
		.fallback = "random",
		.allowed = "random, cycle",
		.parse = axis_parse_op_order,
		.check = axis_check_op_order,
		.pointless = axis_pointless_mix,
	},
	[AXIS_DIST] = {
		.name = "dist",
		.fallback = "uniform",
		.allowed = "uniform, zipf:THETA, hotspot:20:80, latest, sequential[:STRIDE]; "
			   "of requests trace:FILE, prefix:BRANCHING:DEPTH:THETA:SHARED",
		.parse = axis_parse_dist,
		.check = axis_check_dist,
	},
	[AXIS_RANGE] = {
		.name = "range",
		.fallback = "1M",
		.allowed = "1 to 2^62 keys, with k, M, G for 1000, 1000^2, 1000^3",
		.kilo = 1000,
		.parse = axis_parse_range,
	},
	[AXIS_PREFILL] = {
		.name = "prefill",
		.fallback = "steady",
		.allowed = "steady, a number with k, M, G, or 0% to 100%",
		.kilo = 1000,
		.parse = axis_parse_prefill,
		.check = axis_check_prefill,
		.pointless = axis_pointless_prefill,
	},
	[AXIS_VALUE_BYTES] = {
		.name = "value_bytes",
		.fallback = "8",
		.allowed = "8 to 64k, with k for 1024",
		.kilo = 1024,
		.parse = axis_parse_value_bytes,
		.pointless = axis_pointless_prefill,
	},
	[AXIS_SCAN_LENGTH] = {
		.name = "scan_length",
		.fallback = "10",
		.allowed = "1 to 1M keys, with k for 1000",
		.kilo = 1000,
		.parse = axis_parse_scan_length,
		.pointless = axis_pointless_scan_length,
	},
	[AXIS_BATCH] = {
		.name = "batch",
		.fallback = "1",
		.allowed = "1 (each operation by itself) to 1024",
		.kilo = 1000,
		.parse = axis_parse_batch,
		.check = axis_check_batch,
		.pointless = axis_pointless_batch,
	},
	[AXIS_SHARDS] = {
		.name = "shards",
		.fallback = "auto",
		.allowed = "auto, or 1 to 1M",
		.kilo = 1000,
		.parse = axis_parse_shards,
		.pointless = axis_pointless_shards,
	},
	[AXIS_CAPACITY] = {
		.name = "capacity",
		.fallback = "auto",
		.allowed = "auto, or a number of elements from 1, with k, M, G",
		.kilo = 1000,
		.parse = axis_parse_capacity,
		.check = axis_check_capacity,
		.pointless = axis_pointless_capacity,
	},
	[AXIS_ROLES] = {
		.name = "roles",
		.fallback = "mixed",
		.allowed = "mixed, split (half produce, half consume), or P:C threads such as 1:3",
		.parse = axis_parse_roles,
		.check = axis_check_roles,
	},
	[AXIS_RATE] = {
		.name = "rate",
		.fallback = "max",
		.allowed = "max, operations per second of all threads, with k, M, G, sweep (the "
			   "highest that meets slo), or trace[:SPEEDUP], the timestamps of a trace",
		.kilo = 1000,
		.parse = axis_parse_rate,
		.check = axis_check_rate,
	},
	[AXIS_SLO] = {
		.name = "slo",
		.fallback = "off",
		.allowed = "off, or the most that a percentile of latency may be, such as p99:1ms: p50, "
			   "p90, p95, p99, p999, p9999 and a time",
		.parse = axis_parse_slo,
		.pointless = axis_pointless_slo,
	},
	[AXIS_ARRIVALS] = {
		.name = "arrivals",
		.fallback = "constant",
		.allowed = "constant, poisson",
		.parse = axis_parse_arrivals,
		.pointless = axis_pointless_arrivals,
	},
	[AXIS_THINK] = {
		.name = "think_ns",
		.fallback = "0",
		.allowed = "0 to 10M ns of work outside the structure before each operation, with k, "
			   "M for 1000, 1000^2",
		.kilo = 1000,
		.parse = axis_parse_think,
		.check = axis_check_think,
		.pointless = axis_pointless_think,
	},
	[AXIS_LATENCY] = {
		.name = "latency",
		.fallback = "off",
		.allowed = "off, all, or sample:N to time one operation in N",
		.parse = axis_parse_latency,
		.check = axis_check_latency,
	},
	[AXIS_COUNTERS] = {
		.name = "counters",
		.fallback = "software",
		.allowed = "a group of `numamark list counters`, or off",
		.parse = axis_parse_counters,
	},
	[AXIS_STALL] = {
		.name = "stall",
		.fallback = "off",
		.allowed = "off, or every:TIME,for:TIME[,who:reader|writer|any|thread:N]",
		.listing = AXIS_WHOLE,
		.parse = axis_parse_stall,
		.check = axis_check_stall,
	},
	[AXIS_OVERSUBSCRIBE] = {
		.name = "oversubscribe",
		.fallback = "1",
		.allowed = "a factor from 1 to 64: threads up to so many times the PUs",
		.parse = axis_parse_oversubscribe,
	},
	[AXIS_FREE] = {
		.name = "free",
		.fallback = "amortised",
		.allowed = "amortised, batch",
		.parse = axis_parse_free,
		.pointless = axis_pointless_free,
	},
	[AXIS_DURATION] = {
		.name = "duration",
		.fallback = "2s",
		.allowed = TIMES " from 1ms to 24h, ops:N operations in all, or once through a "
			   "trace",
		.parse = axis_parse_duration,
		.check = axis_check_duration,
	},
	[AXIS_WARMUP] = {
		.name = "warmup",
		.fallback = "auto",
		.allowed = "auto, or " TIMES,
		.parse = axis_parse_warmup,
		.pointless = axis_pointless_warmup,
	},
};

int axis_find(const char *name)
{
	for (int key = 0; key < AXIS_COUNT; key++)
		if (!strcmp(axes[key].name, name))
			return key;
	return -ENOENT;
}

const char *axis_nearest(const char *given, const char *const *others)
{
	const char *names[AXIS_COUNT + AXIS_OTHERS_MAX + 1];
	size_t count = 0;

	for (; count < AXIS_COUNT; count++)
		names[count] = axes[count].name;
	for (; *others && count < AXIS_COUNT + AXIS_OTHERS_MAX; others++)
		names[count++] = *others;
	names[count] = NULL;
	return nearest_name(given, names);
}

const char *axis_default(const struct cell *cell, enum axis_key key)
{
	if (key == AXIS_MIX)
		return cell->variant->family->default_mix;
	if (key == AXIS_TRANSPORT)
		return axis_default_transport(cell);
	if (key == AXIS_DIST && cell->variant->family->default_dist)
		return cell->variant->family->default_dist;
	return axes[key].fallback;
}

int axis_refuse(const struct cell *cell, enum axis_key key, struct fault *fault)
{
	return fault_set(fault, -EINVAL, "%s=%.100s: allowed is %s", axes[key].name,
			 cell->text[key], axes[key].allowed);
}

int axis_set_text(struct cell *cell, enum axis_key key, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return -ENOMEM;
	free(cell->text[key]);
	cell->text[key] = text;
	return 0;
}

int axis_choose(const struct cell *cell, enum axis_key key, const char *const *words,
		struct fault *fault)
{
	const char *const text = cell->text[key];
	const char *nearest;

	for (int i = 0; words[i]; i++)
		if (!strcmp(text, words[i]))
			return i;
	nearest = nearest_name(text, words);
	if (!nearest)
		return axis_refuse(cell, key, fault);
	return fault_set(fault, -EINVAL, "%s=%.100s: did you mean %s? Allowed is %s",
			 axes[key].name, text, nearest, axes[key].allowed);
}
