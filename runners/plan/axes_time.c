/* Axes of time: how fast, how long, what is timed, and what disturbs. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/measure/counter_groups.h"
#include "runners/plan/axes_rows.h"
#include "runners/plan/units.h"
#include "workloads/decimal.h"

#define DURATION_LEAST_NS UINT64_C(1000000)
#define DURATION_MOST_NS  (24 * 3600 * UINT64_C(1000000000))
#define RATE_MOST         UINT64_C(1000000000000)
#define THINK_MOST_NS     UINT64_C(10000000)

enum { STALL_TEXT_BYTES = 200 };

/* trace[:SPEEDUP]; the mean rate follows from the timestamps. */
static int parse_trace_rate(struct cell *cell, struct fault *fault)
{
	const char *const text = cell->text[AXIS_RATE] + strlen("trace");
	const struct trace *const trace = cell->dist.trace;
	struct decimal speedup;
	const char *end = text;

	cell->trace_speedup = 1;
	if (*text) {
		if (*text != ':' || decimal_parse(text + 1, &speedup, &end) || *end)
			return axis_refuse(cell, AXIS_RATE, fault);
		cell->trace_speedup = decimal_value(speedup);
	}
	if (cell->trace_speedup <= 0)
		return axis_refuse(cell, AXIS_RATE, fault);
	if (!trace)
		return fault_set(fault, -EINVAL,
				 "rate=%.60s: dist=%.100s has no timestamps; allowed with it is "
				 "dist=trace:FILE",
				 cell->text[AXIS_RATE], cell->text[AXIS_DIST]);
	cell->rate_ops_per_s = (double)trace->header.requests * 1000 /
			       (double)trace_lap_ms(trace) * cell->trace_speedup;
	if (cell->trace_speedup == 1)
		return axis_set_text(cell, AXIS_RATE, "trace");
	return axis_set_text(cell, AXIS_RATE, "trace:%.15g", cell->trace_speedup);
}

int axis_parse_rate(struct cell *cell, struct fault *fault)
{
	uint64_t rate;

	cell->rate_ops_per_s = 0;
	cell->trace_speedup = 0;
	cell->is_swept = !strcmp(cell->text[AXIS_RATE], "sweep");
	if (!strncmp(cell->text[AXIS_RATE], "trace", strlen("trace")))
		return parse_trace_rate(cell, fault);
	if (cell->is_swept || !strcmp(cell->text[AXIS_RATE], "max"))
		return 0;
	if (units_parse_count(cell->text[AXIS_RATE], 1000, &rate) || rate == 0 || rate > RATE_MOST)
		return axis_refuse(cell, AXIS_RATE, fault);
	cell->rate_ops_per_s = (double)rate;
	return axis_set_text(cell, AXIS_RATE, "%" PRIu64, rate);
}

int axis_parse_arrivals(struct cell *cell, struct fault *fault)
{
	static const char *const words[] = { "constant", "poisson", NULL };
	const int chosen = axis_choose(cell, AXIS_ARRIVALS, words, fault);

	cell->is_poisson = chosen == 1;
	return chosen < 0 ? chosen : 0;
}

const char *axis_pointless_arrivals(const struct cell *cell)
{
	if (cell->trace_speedup > 0)
		return "the timestamps of the trace say when requests arrive";
	return cell_is_paced(cell) ? NULL : "rate=max has no arrivals";
}

/* The objective's percentile: p99 is 0.99, p999 is 0.999. */
static int parse_percentile(const char *text, size_t length, double *quantile)
{
	static const struct {
		const char *name;
		double quantile;
	} known[] = { { "p50", 0.5 },  { "p90", 0.9 },    { "p95", 0.95 },
		      { "p99", 0.99 }, { "p999", 0.999 }, { "p9999", 0.9999 } };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strlen(known[i].name) == length && !strncmp(known[i].name, text, length)) {
			*quantile = known[i].quantile;
			return 0;
		}
	}
	return -EINVAL;
}

/* A time with its unit, or nanoseconds. */
int axis_parse_slo(struct cell *cell, struct fault *fault)
{
	const char *const text = cell->text[AXIS_SLO];
	const size_t length = strcspn(text, ":");
	char most[UNITS_TEXT_BYTES];

	cell->slo_ns = 0;
	if (!strcmp(text, "off"))
		return 0;
	if (parse_percentile(text, length, &cell->slo_quantile) || !text[length] ||
	    (units_parse_time(text + length + 1, &cell->slo_ns) &&
	     units_parse_count(text + length + 1, 1000, &cell->slo_ns)) ||
	    !cell->slo_ns)
		return axis_refuse(cell, AXIS_SLO, fault);
	units_format_time(cell->slo_ns, most);
	return axis_set_text(cell, AXIS_SLO, "%.*s:%s", (int)length, text, most);
}

const char *axis_pointless_slo(const struct cell *cell)
{
	return cell->is_swept ? NULL : "rate=sweep alone looks for an objective";
}

int axis_check_rate(const struct cell *cell, const struct topology *topology, struct fault *fault)
{
	(void)topology;
	if (cell->is_swept && !cell->slo_ns)
		return fault_set(fault, -EINVAL,
				 "rate=sweep: no objective is given; add slo=, such as slo=p99:1ms");
	if (cell->is_swept && !cell->duration_ns)
		return fault_set(fault, -EINVAL,
				 "rate=sweep: every rate runs for the duration; duration=%s is no "
				 "time",
				 cell->text[AXIS_DURATION]);
	return 0;
}

int axis_parse_think(struct cell *cell, struct fault *fault)
{
	uint64_t think_ns;

	if (units_parse_count(cell->text[AXIS_THINK], 1000, &think_ns) || think_ns > THINK_MOST_NS)
		return axis_refuse(cell, AXIS_THINK, fault);
	cell->think_ns = think_ns;
	return axis_set_text(cell, AXIS_THINK, "%" PRIu64, think_ns);
}

const char *axis_pointless_think(const struct cell *cell)
{
	return cell->variant->has_connections ? "its threads serve whichever connection is ready"
					      : NULL;
}

int axis_check_think(const struct cell *cell, const struct topology *topology, struct fault *fault)
{
	(void)topology;
	if (!cell->think_ns || !cell_is_paced(cell))
		return 0;
	return fault_set(fault, -EINVAL,
			 "think_ns=%s: with rate=%s operations come when they are due, whatever a "
			 "thread does before; allowed with it is rate=max",
			 cell->text[AXIS_THINK], cell->text[AXIS_RATE]);
}

int axis_parse_latency(struct cell *cell, struct fault *fault)
{
	const char *const text = cell->text[AXIS_LATENCY];

	cell->latency_every = 0;
	if (!strcmp(text, "off"))
		return 0;
	if (!strcmp(text, "all"))
		cell->latency_every = 1;
	else if (strncmp(text, "sample:", 7) ||
		 units_parse_count(text + 7, 1000, &cell->latency_every) ||
		 cell->latency_every == 0)
		return axis_refuse(cell, AXIS_LATENCY, fault);
	if (cell->latency_every == 1)
		return axis_set_text(cell, AXIS_LATENCY, "all");
	return axis_set_text(cell, AXIS_LATENCY, "sample:%" PRIu64, cell->latency_every);
}

int axis_check_latency(const struct cell *cell, const struct topology *topology,
		       struct fault *fault)
{
	(void)topology;
	if (!cell->variant->is_driven || cell->latency_every <= 1)
		return 0;
	return fault_set(fault, -EOPNOTSUPP,
			 "latency=%s: the program that drives %s times all operations; allowed are all "
			 "and off",
			 cell->text[AXIS_LATENCY], cell->variant->name);
}

int axis_parse_counters(struct cell *cell, struct fault *fault)
{
	const char *const text = cell->text[AXIS_COUNTERS];
	struct counter_group group;
	int error;

	if (!strcmp(text, "off"))
		return 0;
	error = counter_group_load(text, &group, fault);
	return error == -ENOENT ? -EINVAL : error;
}

static const char *const stall_whos[] = {
	[STALL_READER] = "reader",
	[STALL_WRITER] = "writer",
	[STALL_ANY] = "any",
};

static int parse_who(struct cell *cell, const char *who)
{
	static const char thread[] = "thread:";
	uint64_t number;

	for (unsigned i = 0; i < sizeof(stall_whos) / sizeof(*stall_whos); i++) {
		if (!strcmp(who, stall_whos[i])) {
			cell->stall_who = i;
			return 0;
		}
	}
	if (strncmp(who, thread, sizeof(thread) - 1) ||
	    units_parse_count(who + sizeof(thread) - 1, 1000, &number) || number > UINT32_MAX)
		return -EINVAL;
	cell->stall_who = STALL_THREAD;
	cell->stall_thread = (unsigned)number;
	return 0;
}

static int parse_stall_part(struct cell *cell, const char *part)
{
	if (!strncmp(part, "every:", 6) && !cell->stall_every_ns)
		return units_parse_time(part + 6, &cell->stall_every_ns);
	if (!strncmp(part, "for:", 4) && !cell->stall_for_ns)
		return units_parse_time(part + 4, &cell->stall_for_ns);
	if (!strncmp(part, "who:", 4))
		return parse_who(cell, part + 4);
	return -EINVAL;
}

static int set_stall_text(struct cell *cell)
{
	char every[UNITS_TEXT_BYTES], length[UNITS_TEXT_BYTES], who[UNITS_TEXT_BYTES];

	units_format_time(cell->stall_every_ns, every);
	units_format_time(cell->stall_for_ns, length);
	if (cell->stall_who == STALL_THREAD)
		snprintf(who, sizeof(who), "thread:%u", cell->stall_thread);
	else
		snprintf(who, sizeof(who), "%s", stall_whos[cell->stall_who]);
	return axis_set_text(cell, AXIS_STALL, "every:%s,for:%s,who:%s", every, length, who);
}

int axis_parse_stall(struct cell *cell, struct fault *fault)
{
	char text[STALL_TEXT_BYTES], *rest = text, *part;

	cell->stall_every_ns = 0;
	cell->stall_for_ns = 0;
	cell->stall_who = STALL_ANY;
	cell->stall_thread = 0;
	if (!strcmp(cell->text[AXIS_STALL], "off"))
		return 0;
	if (snprintf(text, sizeof(text), "%s", cell->text[AXIS_STALL]) >= (int)sizeof(text))
		return axis_refuse(cell, AXIS_STALL, fault);
	while ((part = strsep(&rest, ",")))
		if (parse_stall_part(cell, part + strspn(part, " ")))
			return axis_refuse(cell, AXIS_STALL, fault);
	if (!cell->stall_every_ns || !cell->stall_for_ns)
		return axis_refuse(cell, AXIS_STALL, fault);
	return set_stall_text(cell);
}

int axis_check_stall(const struct cell *cell, const struct topology *topology, struct fault *fault)
{
	const char *const text = cell->text[AXIS_STALL];

	(void)topology;
	if (!cell->stall_every_ns)
		return 0;
	if (cell->variant->family->insert == FAMILY_NONE)
		return fault_set(fault, -EOPNOTSUPP,
				 "stall=%.80s: the operations of %s have no inside to stall in; "
				 "allowed is off",
				 text, cell->variant->name);
	if (cell->duration_ns &&
	    (cell->stall_every_ns >= cell->duration_ns || cell->stall_for_ns >= cell->duration_ns))
		return fault_set(fault, -EINVAL,
				 "stall=%.80s: every and for must be shorter than duration=%s",
				 text, cell->text[AXIS_DURATION]);
	if (cell->stall_who == STALL_THREAD && cell->stall_thread >= cell->threads)
		return fault_set(fault, -ERANGE,
				 "stall=%.80s: with threads=%u, allowed are thread:0 to thread:%u",
				 text, cell->threads, cell->threads - 1);
	return 0;
}

int axis_parse_free(struct cell *cell, struct fault *fault)
{
	static const char *const words[] = { "amortised", "batch", NULL };
	const int chosen = axis_choose(cell, AXIS_FREE, words, fault);

	cell->frees_in_batches = chosen == 1;
	return chosen < 0 ? chosen : 0;
}

static int set_time_text(struct cell *cell, enum axis_key key, uint64_t time_ns)
{
	char text[UNITS_TEXT_BYTES];

	units_format_time(time_ns, text);
	return axis_set_text(cell, key, "%s", text);
}

int axis_parse_duration(struct cell *cell, struct fault *fault)
{
	const char *const text = cell->text[AXIS_DURATION];

	cell->duration_ns = 0;
	cell->duration_ops = 0;
	cell->is_once = !strcmp(text, "once");
	if (cell->is_once) {
		/* Round-robin: so each worker has as many as of so many operations. */
		cell->duration_ops = cell->dist.trace ? cell->dist.trace->header.requests : 0;
		return 0;
	}
	if (!strncmp(text, "ops:", 4)) {
		if (units_parse_count(text + 4, 1000, &cell->duration_ops) ||
		    cell->duration_ops == 0)
			return axis_refuse(cell, AXIS_DURATION, fault);
		return axis_set_text(cell, AXIS_DURATION, "ops:%" PRIu64, cell->duration_ops);
	}
	if (units_parse_time(text, &cell->duration_ns) || cell->duration_ns < DURATION_LEAST_NS ||
	    cell->duration_ns > DURATION_MOST_NS)
		return axis_refuse(cell, AXIS_DURATION, fault);
	return set_time_text(cell, AXIS_DURATION, cell->duration_ns);
}

int axis_check_duration(const struct cell *cell, const struct topology *topology,
			struct fault *fault)
{
	(void)topology;
	if (cell->variant->is_driven && !cell->duration_ns)
		return fault_set(fault, -EOPNOTSUPP,
				 "duration=%s: another program drives %s, and runs for a time; allowed is "
				 "one such as 10s",
				 cell->text[AXIS_DURATION], cell->variant->name);
	if (!cell->is_once || cell->dist.trace)
		return 0;
	return fault_set(fault, -EINVAL,
			 "duration=once: dist=%.100s has no end; allowed with it is dist=trace:FILE",
			 cell->text[AXIS_DIST]);
}

const char *axis_pointless_warmup(const struct cell *cell)
{
	return cell->is_once ? "a trace that runs once through begins at its beginning" : NULL;
}

int axis_parse_warmup(struct cell *cell, struct fault *fault)
{
	const char *const text = cell->text[AXIS_WARMUP];

	cell->warmup_ns = 0;
	cell->warmup_auto = !strcmp(text, "auto");
	if (cell->warmup_auto)
		return 0;
	if (units_parse_time(text, &cell->warmup_ns) || cell->warmup_ns > DURATION_MOST_NS)
		return axis_refuse(cell, AXIS_WARMUP, fault);
	/* To ask for none where there is none says no more than the default does. */
	cell->warmup_auto = cell->is_once && !cell->warmup_ns;
	if (cell->warmup_auto)
		return axis_set_text(cell, AXIS_WARMUP, "auto");
	return set_time_text(cell, AXIS_WARMUP, cell->warmup_ns);
}
