/*
 * One trial: a fresh child process that is a re-exec of this binary. The resolved cell goes in as
 * JSON on descriptor 3, its record comes back on descriptor 4; the parent trusts neither the
 * child's exit nor its words.
 */
#ifndef RUNNERS_TRIAL_TRIAL_H
#define RUNNERS_TRIAL_TRIAL_H

#include <jansson.h>
#include <stdint.h>

#include <sys/types.h>

#include "runners/plan/cell.h"

enum { TRIAL_CELL_FD = 3, TRIAL_RECORD_FD = 4 };

/* The hidden command that a child is started with: numamark trial-child. */
#define TRIAL_CHILD_COMMAND "trial-child"

/* What a trial is told of a private server. */
struct trial_server {
	struct endpoint endpoint;
	pid_t root;              /* the process that all of its own descend from */
	unsigned threads;        /* PUs that it can keep busy; 0: those that it has */
	unsigned pus;
};

struct trial_request {
	const struct cell *cell;
	uint64_t seed;           /* of this trial */
	const struct trial_server *server;    /* private, and ready; NULL: the cell has none */
	unsigned pass;           /* of counters that do not all fit in one trial: any number */
	uint64_t timeout_ns;     /* 0: worked out from the cell */
};

/**
 * trial_run() - run one cell once.
 *
 * A crash, a hang (killed after the time-out), a kill for want of memory and garbage on descriptor
 * 4 all give a record too: status `invalid` with the flag and the reason.
 *
 * @record:  out, new reference: the measured part of a trial line (interface.md), from `family` to
 * the end.
 *
 * Return: 0, -EINTR when the user interrupted (the child is gone, there is no record), or the errno
 * that kept the child from being started, with the sentence in @fault.
 */
int trial_run(const struct trial_request *request, json_t **record, struct fault *fault);

/**
 * trial_not_run() - the record of a trial that could not even begin.
 *
 * @is_missing:  something is missing here: `skipped`; else `invalid`.
 * @record:  out, new reference.
 *
 * Return: 0 or -ENOMEM.
 */
int trial_not_run(const struct cell *cell, bool is_missing, const char *reason, json_t **record);

/* Make a record invalid: the server ended while it was talked to. Return: 0 or -ENOMEM. */
int trial_blame_server(json_t *record, const char *reason);

/* Known costs of the measuring loop, each measured once: a workload and what it costs. */
struct trial_harness {
	const struct topology *topology;
	uint64_t seed;
	struct trial_harness_cost {
		char cell[17];           /* id of the null cell */
		double ns_per_op;
	} *costs;
	size_t count;
};

/**
 * trial_harness_ns() - what the loop and the draws of a cell cost without a structure:
 * `harness_ns_per_op`.
 *
 * Runs probe/null on one thread with the same distribution, range and order of operations for some
 * 50 ms, in a child like any trial, the first time that such a workload is asked for.
 *
 * @harness:  topology and seed set, else zero at first; released with trial_harness_free().
 * @ns_per_op:  out; NaN if the null trial was not valid.
 *
 * Return: 0, or as trial_run().
 */
int trial_harness_ns(struct trial_harness *harness, const struct cell *cell, double *ns_per_op,
		     struct fault *fault);
void trial_harness_free(struct trial_harness *harness);

/**
 * trial_child_main() - the child: create, place, prefill, verify placement, warm up, measure,
 * check, destroy.
 *
 * Return: exit status; 0 if a record was written, whatever its status.
 */
int trial_child_main(void);

#endif
