/*
 * How punctual is each PU? All PUs at once do the same small piece of work over and over, and each
 * piece has a deadline of twice what it takes undisturbed. What misses it was interrupted, or its PU
 * was taken away. Once more as real-time threads (SCHED_FIFO), which nothing else of this host but the
 * kernel itself interrupts; of each period the kernel keeps what sched_rt_runtime_us leaves.
 */
#include "runners/probe/jitter.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runners/probe/crew.h"
#include "runners/probe/probe.h"
#include "structures/deadline/piece.h"
#include "topology/clock.h"
#include "topology/kernel_file.h"

enum {
	RUN_NS_MOST = 1000000000, /* of each pass */
	STAT_BYTES = 1 << 20 /* /proc/stat of thousands of PUs and interrupts */
};

void jitter_note(struct jitter_tally *tally, uint64_t at_ns, uint64_t took_ns)
{
	unsigned place = tally->kept < JITTER_MISSES_KEPT ? tally->kept : JITTER_MISSES_KEPT - 1;

	tally->pieces++;
	if (took_ns > tally->worst_ns)
		tally->worst_ns = took_ns;
	if (took_ns <= tally->deadline_ns)
		return;
	tally->missed++;
	tally->lost_ns += took_ns - tally->usual_ns;
	if (tally->kept == JITTER_MISSES_KEPT && took_ns <= tally->misses[place].took_ns)
		return;
	for (; place && tally->misses[place - 1].took_ns < took_ns; place--)
		tally->misses[place] = tally->misses[place - 1];
	tally->misses[place] = (struct jitter_miss){ at_ns, took_ns };
	tally->kept += tally->kept < JITTER_MISSES_KEPT;
}

/* "cpu7 user nice system idle iowait irq softirq steal ..." */
int jitter_stolen_ns(const char *stat, unsigned pu_os_index, uint64_t tick_ns, uint64_t *stolen_ns)
{
	char name[32];
	const char *line;
	uint64_t ticks;

	snprintf(name, sizeof(name), "\ncpu%u ", pu_os_index);
	line = strstr(stat, name);
	if (!line ||
	    sscanf(line + strlen(name), "%*u %*u %*u %*u %*u %*u %*u %" SCNu64, &ticks) != 1)
		return -ENODATA;
	*stolen_ns = ticks * tick_ns;
	return 0;
}

/* One pass over all PUs. */
struct watch {
	int scheduler;
	uint64_t until_ns, start_ns;
	struct jitter_tally *tallies;    /* by PU */
	int *refused;                    /* by PU: errno with which it may not be scheduled so */
	char *before, *after;            /* /proc/stat */
};

static const char *scheduler_name(int scheduler)
{
	return scheduler == SCHED_FIFO ? "fifo" : "other";
}

static void keep_pace(void *context, unsigned rank)
{
	struct watch *const watch = context;
	struct jitter_tally *const tally = &watch->tallies[rank];
	const struct sched_param lowest = { .sched_priority =
						    sched_get_priority_min(watch->scheduler) };

	watch->refused[rank] = pthread_setschedparam(pthread_self(), watch->scheduler, &lowest);
	if (watch->refused[rank])
		return;
	tally->usual_ns = piece_usual_ns();
	tally->deadline_ns = PIECE_DEADLINE * tally->usual_ns;
	for (uint64_t now_ns = clock_monotonic_ns(); now_ns < watch->until_ns;
	     now_ns = clock_monotonic_ns())
		jitter_note(tally, now_ns - watch->start_ns, piece_do());
}

static json_t *stolen_json(const char *before, const char *after, unsigned os_index)
{
	const uint64_t tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t from, to;

	if (jitter_stolen_ns(before, os_index, tick_ns, &from) ||
	    jitter_stolen_ns(after, os_index, tick_ns, &to))
		return json_null();
	return json_integer((json_int_t)(to - from));
}

/* What the kernel grants to real-time threads, of each second; null where it does not say. */
static json_t *granted_us(int scheduler)
{
	char text[32];

	if (scheduler != SCHED_FIFO ||
	    kernel_file_read(text, sizeof(text), "/proc/sys/kernel/sched_rt_runtime_us") < 0)
		return json_null();
	return json_integer(strtoll(text, NULL, 10));
}

static json_t *pu_row(const struct watch *watch, unsigned pu, unsigned os_index)
{
	const struct jitter_tally *const tally = &watch->tallies[pu];

	return json_pack("{s:s, s:i, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "kind", "pu", "pu",
			 (int)os_index, "scheduler", scheduler_name(watch->scheduler), "pieces",
			 (json_int_t)tally->pieces, "usual_ns", (json_int_t)tally->usual_ns,
			 "deadline_ns", (json_int_t)tally->deadline_ns, "missed",
			 (json_int_t)tally->missed, "lost_ns", (json_int_t)tally->lost_ns, "worst_ns",
			 (json_int_t)tally->worst_ns, "stolen_ns",
			 stolen_json(watch->before, watch->after, os_index), "rt_runtime_us",
			 granted_us(watch->scheduler));
}

static void add_rows(const struct topology *topology, const struct watch *watch, json_t *rows)
{
	for (unsigned i = 0; i < topology_pu_count(topology); i++)
		json_array_append_new(rows, pu_row(watch, i, topology_pu(topology, i)->os_index));
	for (unsigned i = 0; i < topology_pu_count(topology); i++)
		for (unsigned m = 0; m < watch->tallies[i].kept; m++)
			json_array_append_new(
				rows, json_pack("{s:s, s:i, s:s, s:I, s:I}", "kind", "miss", "pu",
						(int)topology_pu(topology, i)->os_index, "scheduler",
						scheduler_name(watch->scheduler), "at_ns",
						(json_int_t)watch->tallies[i].misses[m].at_ns, "took_ns",
						(json_int_t)watch->tallies[i].misses[m].took_ns));
}

/* The right may be missing, or withheld by a control group. */
static int first_refusal(const struct watch *watch, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (watch->refused[i])
			return watch->refused[i];
	return 0;
}

static void tell(const struct topology *topology, const struct watch *watch, json_t *rows)
{
	const int refused = first_refusal(watch, topology_pu_count(topology));
	char reason[160];

	if (!refused) {
		add_rows(topology, watch, rows);
		return;
	}
	snprintf(reason, sizeof(reason),
		 "%s; real-time scheduling takes CAP_SYS_NICE, or a limit of `ulimit -r 1`",
		 strerror(refused));
	probe_unavailable(rows, "deadlines under SCHED_FIFO", reason);
}

static int watch_all(const struct topology *topology, uint64_t budget_ns, struct watch *watch,
		     struct fault *fault)
{
	const unsigned count = topology_pu_count(topology);
	unsigned *const pus = calloc(count, sizeof(*pus));
	int error;

	if (!pus)
		return fault_set(fault, -ENOMEM, "no memory to watch %u PUs", count);
	for (unsigned i = 0; i < count; i++)
		pus[i] = i;
	kernel_file_read(watch->before, STAT_BYTES, "/proc/stat");
	watch->start_ns = clock_monotonic_ns();
	watch->until_ns = watch->start_ns + (budget_ns < RUN_NS_MOST ? budget_ns : RUN_NS_MOST);
	error = crew_run(topology, pus, count, keep_pace, watch, fault);
	kernel_file_read(watch->after, STAT_BYTES, "/proc/stat");
	free(pus);
	return error;
}

static int pass(const struct probe_options *options, int scheduler, json_t *rows, struct fault *fault)
{
	const unsigned count = topology_pu_count(options->topology);
	struct watch watch = { .scheduler = scheduler,
			       .tallies = calloc(count, sizeof(*watch.tallies)),
			       .refused = calloc(count, sizeof(*watch.refused)),
			       .before = calloc(1, STAT_BYTES),
			       .after = calloc(1, STAT_BYTES) };
	int error;

	if (watch.tallies && watch.refused && watch.before && watch.after)
		error = watch_all(options->topology, options->budget_ns / 2, &watch, fault);
	else
		error = fault_set(fault, -ENOMEM, "no memory to watch %u PUs", count);
	if (!error)
		tell(options->topology, &watch, rows);
	free(watch.after);
	free(watch.before);
	free(watch.refused);
	free(watch.tallies);
	return error;
}

int probe_jitter(const struct probe_options *options, json_t *rows, struct fault *fault)
{
	int error = pass(options, SCHED_OTHER, rows, fault);

	if (!error)
		error = pass(options, SCHED_FIFO, rows, fault);
	if (!error)
		probe_note(rows,
			   "All PUs at once; of each PU the %d longest misses. The kernel counts stolen "
			   "time in ticks of %ld ms, and keeps for all others what rt_runtime_us leaves "
			   "of each second.",
			   JITTER_MISSES_KEPT, 1000 / sysconf(_SC_CLK_TCK));
	return error;
}
