/*
 * One trial as its child process holds it. Internal to runners/trial.
 *
 * The main thread coordinates: it opens the gate for one step at a time, sets and reads the workers
 * while they sleep before it, and watches them while they run. Each member binds itself, and owns
 * its worker while a step runs.
 */
#ifndef RUNNERS_TRIAL_STATE_H
#define RUNNERS_TRIAL_STATE_H

#include <pthread.h>
#include <sys/types.h>

#include "runners/measure/counters.h"
#include "runners/measure/energy.h"
#include "runners/measure/gate.h"
#include "runners/measure/process.h"
#include "runners/measure/rates.h"
#include "runners/measure/start_line.h"
#include "runners/plan/cell.h"
#include "runners/trial/trial.h"
#include "runners/trial/verdict.h"
#include "structures/variant.h"
#include "topology/clock.h"

/* What a member does between two openings of the gate. */
enum member_step { STEP_PREPARE, STEP_RUN, STEP_MEASURE, STEP_SETTLE, STEP_LEAVE };

/* One worker thread. */
struct member {
	struct trial *trial;
	unsigned index;
	unsigned lap;                  /* of the gate */
	pthread_t thread;
	pid_t id;                      /* of the kernel */
	struct worker *worker;         /* this and the blocks below lie on the worker's node */
	void *draw_table;
	uint64_t *gaps;                /* open loop */
	void *stack;
	struct counters *counters;     /* NULL: counters=off */
	_Atomic uint64_t started_ns;   /* it crossed the start line of this phase; 0: not yet */
	struct tally before;           /* at the start of what is measured */
	struct span settling;          /* when it last exchanged what replicas did not know */
	double clock_cost_ns;          /* of one reading on this PU; latency trials alone */
	double thinks_ns;              /* what thinking takes here; 0: it does not */
	bool is_attached;
	enum trial_flag failure;       /* what it means for the trial if `error` is set */
	int error;
	struct fault fault;
};

/* One look at a running trial. */
struct sample {
	uint64_t at_ns;                /* since the phase began */
	uint64_t operations;           /* calls returned, all workers */
	uint64_t rss_bytes;
	uint64_t garbage;              /* objects retired and not yet freed */
};

struct series {
	struct sample *samples;
	size_t count, room;
};

enum { SERIES_WINDOW_NS = 100000000 };

/* rate=sweep: one rate, and what came of it. */
struct rate_probe {
	double offered, reached;    /* operations per second */
	double latency_ns;
	bool is_met;
};

/* With the measurement itself as the last probe. */
struct sweep {
	double capacity;            /* of the closed loop */
	double found;               /* 0: none */
	struct rate_probe probes[CELL_SWEEP_PROBES + 1];
	unsigned count;
};

enum { HELPER_PUS_BYTES = 128 };

/* Threads that are not workers: the structure's, and whatever else runs in the process. */
struct helper_time {
	struct helper helper;
	char name[PROCESS_TASK_NAME_BYTES];    /* the kernel's, where the structure does not say */
	char pus[HELPER_PUS_BYTES];    /* that it may run on, by the system's numbers: "0,4-7" */
	uint64_t before_ns, cpu_ns;    /* CPU time when measuring began, and when it ended */
};

struct helper_times {
	struct helper_time *times;
	unsigned count;
};

/* CPU time of both ends of a connection, while it was measured. */
struct remote_use {
	uint64_t server_ns, client_ns;    /* at the start; then what was used since */
	bool knows_server;                /* that is ours, and its processes can be read */
};

struct trial {
	/* Given. */
	struct cell cell;
	uint64_t seed;
	struct trial_server server;    /* private; its root is 0 where there is none */

	/* The machine, and the instance on it. */
	struct topology *topology;
	struct clock_source clock;
	unsigned *pus;                 /* by worker, index into topology_pu() */
	unsigned distinct_pus;
	struct memory *memory;
	void *instance;

	/* The workers. */
	struct gate gate;
	struct start_line start_line;
	struct member *members;        /* cell.threads of them */
	struct span *spans;            /* when each was inside what is measured */
	struct counter_group *counter_group;    /* NULL: counters=off */
	unsigned counter_pass;
	struct energy energy;    /* of the packages while it was measured */
	struct counter_reading counters[COUNTERS_EVENTS_MAX];    /* summed over the members */

	/* What was found. */
	struct verdict verdict;
	bool has_measured;
	double overlap;
	uint64_t rss_created, rss_filled;   /* resident memory that create() and the prefill took */
	uint64_t rss_start, rss_stop;       /* of what is measured */
	uint64_t peak_rss;                  /* of the whole trial */
	double bytes_per_element;           /* NaN: nothing to divide by */
	double bytes_per_object;
	uint64_t size_start, size_stop;     /* elements, by the tallies; of replicas, by inspection */
	uint64_t convergence_ns;            /* from the end of the load until replicas were equal */
	uint64_t warmup_ns;
	struct series series;
	struct sweep sweep;
	struct helper_times helpers;
	struct remote_use remote;
	struct residency residency[MEMORY_PARTS];
	struct inspection inspection;
	const char *failed_check;           /* NULL: all passed */
	uint64_t garbage_peak, garbage_stop, garbage_left, garbage_retired;
	struct draw_skew skew;
	bool has_skew;
};

/* team.c: threads and their blocks. */

/*
 * Make the members, start and prepare them. A refusal is in the verdict. Return: 0, or negative if
 * there is no team.
 */
int team_start(struct trial *trial);

/* Let all members go and join them. Their workers and tallies stay until team_free(). */
void team_stop(struct trial *trial);
void team_free(struct trial *trial);

/* Open the gate for one step and wait until all are through. */
void team_step(struct trial *trial, enum member_step step);

/* member.c: the life of one worker thread. */
void *member_main(void *argument);

/* phases.c: prefill, warm-up and measurement, in this order, by the coordinator. */
void phases_run(struct trial *trial);

/* One run of the mix, as long as the measurement, of which only counts and latencies are kept. */
void phases_probe(struct trial *trial);

/* monitor.c: what the coordinator does while workers run. */

/* Return: whether the rates became steady (true where that was not asked). */
bool monitor_warm_up(struct trial *trial);
void monitor_measure(struct trial *trial);
void monitor_probe(struct trial *trial);

/* helpers.c: CPU time of threads that are no workers. */
void helpers_begin(struct trial *trial);
void helpers_end(struct trial *trial);

/* remote.c: which end of a connection was busy. */
void remote_begin(struct trial *trial);
void remote_end(struct trial *trial);

/*
 * checks.c: what the trial's own figures say about it. Members are gone, the instance is still
 * there.
 */
void checks_run(struct trial *trial);

/* tally.c: sums over members; of what was measured, or of all phases. */
struct tally tally_measured(const struct trial *trial);
struct tally tally_all(const struct trial *trial);
struct tally tally_of_member(const struct trial *trial, unsigned index);
/* Operations per second, of what was measured. */
double tally_rate_of_member(const struct trial *trial, unsigned index);

/* Completed calls; where a family records refusals, only those that were not refused. */
uint64_t tally_operations(const struct family *family, const struct tally *tally);

/* residency.c: look where the pages are, keep the worse of this look and the last. */
void residency_look(struct trial *trial);
void residency_judge(struct trial *trial);

#endif
