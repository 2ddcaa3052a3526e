#include "workloads/dist.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "topology/nearest.h"
#include "workloads/decimal.h"
#include "workloads/latest.h"
#include "workloads/prefix_tree.h"
#include "workloads/trace.h"

enum { PERCENT_TOTAL = 100000, STRIDE_DIGITS_MAX = 18, WORD_MAX = 40 };

static int read_uniform(const char *parameters, struct dist *dist)
{
	(void)dist;
	return parameters ? -EINVAL : 0;
}

static int read_latest(const char *parameters, struct dist *dist)
{
	dist->theta = LATEST_THETA;
	return parameters ? -EINVAL : 0;
}

static int read_zipf(const char *parameters, struct dist *dist)
{
	struct decimal theta;
	const char *end;

	if (!parameters || decimal_parse(parameters, &theta, &end) || *end)
		return -EINVAL;
	dist->theta = decimal_value(theta);
	return 0;
}

/* A percentage above 0 and at most @most thousandths; @end out, the byte behind it. */
static int read_percent(const char *text, unsigned most, double *share, const char **end)
{
	struct decimal decimal;
	int thousandths;

	if (decimal_parse(text, &decimal, end))
		return -EINVAL;
	thousandths = decimal_thousandths(decimal, most);
	if (thousandths <= 0)
		return -EINVAL;
	*share = thousandths / (double)PERCENT_TOTAL;
	return 0;
}

static int read_hotspot(const char *parameters, struct dist *dist)
{
	const char *at = parameters;

	if (!at || read_percent(at, PERCENT_TOTAL - 1, &dist->hot_keys, &at) || *at++ != ':')
		return -EINVAL;
	if (read_percent(at, PERCENT_TOTAL, &dist->hot_draws, &at) || *at)
		return -EINVAL;
	return 0;
}

static int read_sequential(const char *parameters, struct dist *dist)
{
	unsigned length = 0;

	if (!parameters)
		return 0;
	for (; isdigit((unsigned char)*parameters) && length < STRIDE_DIGITS_MAX; length++)
		dist->stride = dist->stride * 10 + (uint64_t)(*parameters++ - '0');
	if (*parameters || dist->stride == 0)
		return -EINVAL;
	dist->has_stride = true;
	return 0;
}

/* A whole number from 1 to @most; @end out, the byte behind it. */
static int read_number(const char *text, uint64_t most, uint64_t *number, const char **end)
{
	struct decimal decimal;
	double value;

	if (decimal_parse(text, &decimal, end))
		return -EINVAL;
	value = decimal_value(decimal);
	if (value < 1 || value > (double)most || value != (double)(uint64_t)value)
		return -EINVAL;
	*number = (uint64_t)value;
	return 0;
}

/* Of a chain at least the first block is shared. */
static int read_prefix(const char *parameters, struct dist *dist)
{
	const char *at = parameters;
	struct decimal theta;
	uint64_t branching, depth;
	double shared;

	if (!at || read_number(at, PREFIX_BRANCHING_MAX, &branching, &at) || *at++ != ':')
		return -EINVAL;
	if (read_number(at, PREFIX_DEPTH_MAX, &depth, &at) || *at++ != ':')
		return -EINVAL;
	if (decimal_parse(at, &theta, &at) || *at++ != ':')
		return -EINVAL;
	if (read_percent(at, PERCENT_TOTAL, &shared, &at) || *at)
		return -EINVAL;
	dist->branching = (unsigned)branching;
	dist->depth = (unsigned)depth;
	dist->theta = decimal_value(theta);
	dist->shared = (unsigned)(shared * (double)depth + 0.5);
	dist->shared += dist->shared == 0;
	return 0;
}

/* dist_parse() itself opens the trace, for the sake of what it has to say. */
static int read_trace(const char *parameters, struct dist *dist)
{
	(void)dist;
	return parameters && *parameters ? 0 : -EINVAL;
}

/* In the order of enum dist_kind. @parameters is what stands behind the first colon, or NULL. */
static const struct {
	const char *name;
	int (*read)(const char *parameters, struct dist *dist);
	const char *allowed;
} kinds[] = {
	{ "uniform", read_uniform, "uniform takes no parameter" },
	{ "zipf", read_zipf,
	  "allowed is zipf:THETA, THETA a plain number >= 0 of at most 15 digits, such as "
	  "zipf:0.99" },
	{ "hotspot", read_hotspot,
	  "allowed is hotspot:KEYS:DRAWS, percentages with at most three decimals, KEYS above 0 "
	  "and under 100, DRAWS above 0 and at most 100, such as hotspot:20:80" },
	{ "latest", read_latest, "latest takes no parameter" },
	{ "sequential", read_sequential,
	  "allowed is sequential or sequential:STRIDE, STRIDE a whole number from 1 on" },
	{ "trace", read_trace, "allowed is trace:FILE, FILE a trace of requests in JSON lines" },
	{ "prefix", read_prefix,
	  "allowed is prefix:BRANCHING:DEPTH:THETA:SHARED, BRANCHING 1 to 1024, DEPTH 1 to 4096 "
	  "blocks, THETA a plain number >= 0, SHARED a percentage of the blocks above 0, such as "
	  "prefix:4:24:0.99:50" },
};

enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static int refuse_kind(const char *text, struct fault *fault)
{
	const char *names[KINDS + 1] = { NULL };
	char word[WORD_MAX];
	const char *nearest;

	for (unsigned i = 0; i < KINDS; i++)
		names[i] = kinds[i].name;
	snprintf(word, sizeof(word), "%.*s", WORD_MAX - 1, text);
	word[strcspn(word, ":")] = '\0';
	nearest = nearest_name(word, names);
	return fault_set(fault, -EINVAL,
			 "dist=%.100s: unknown distribution%s%s%s; allowed are uniform, "
			 "zipf:THETA, hotspot:KEYS:DRAWS, latest, sequential and "
			 "sequential:STRIDE, and of requests trace:FILE and "
			 "prefix:BRANCHING:DEPTH:THETA:SHARED",
			 text, nearest ? ", did you mean \"" : "", nearest ? nearest : "",
			 nearest ? "\"?" : "");
}

int dist_parse(const char *text, struct dist *dist, struct fault *fault)
{
	const size_t length = strcspn(text, ":");
	const char *const parameters = text[length] ? text + length + 1 : NULL;

	for (unsigned i = 0; i < KINDS; i++) {
		struct dist read = { .kind = (enum dist_kind)i };

		if (strlen(kinds[i].name) != length || strncmp(text, kinds[i].name, length) != 0)
			continue;
		if (kinds[i].read(parameters, &read))
			return fault_set(fault, -EINVAL, "dist=%.100s: %s", text, kinds[i].allowed);
		if (read.kind == DIST_TRACE) {
			int error = 0;

			read.trace = trace_find(parameters, &error, fault);
			if (error)
				return error;
		}
		*dist = read;
		return 0;
	}
	return refuse_kind(text, fault);
}
