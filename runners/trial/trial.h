/*
 * One trial: a fresh child process that is a re-exec of this binary. The resolved cell goes in as JSON on descriptor 3,
 * its record comes back on descriptor 4; the parent trusts neither the child's exit nor its words.
 */
#ifndef RUNNERS_TRIAL_TRIAL_H
#define RUNNERS_TRIAL_TRIAL_H

#include <jansson.h>
#include <stdint.h>

#include "runners/plan/cell.h"

enum { TRIAL_CELL_FD = 3, TRIAL_RECORD_FD = 4 };

/* The hidden command that a child is started with: numamark trial-child. */
#define TRIAL_CHILD_COMMAND "trial-child"

struct trial_request {
	const struct cell *cell;
	uint64_t seed;           /* of this trial */
	uint64_t timeout_ns;     /* 0: worked out from the cell */
};

/**
 * trial_run() - run one cell once.
 *
 * A crash, a hang (killed after the time-out), a kill for want of memory and garbage on descriptor 4 all give a record
 * too: status `invalid` with the flag and the reason.
 *
 * @record:  out, new reference: the measured part of a trial line (interface.md), from `family` to the end.
 *
 * Return: 0, -EINTR when the user interrupted (the child is gone, there is no record), or the errno that kept the
 * child from being started, with the sentence in @fault.
 */
int trial_run(const struct trial_request *request, json_t **record, struct fault *fault);

/**
 * trial_child_main() - the child: create, place, prefill, verify placement, warm up, measure, check, destroy.
 *
 * Return: exit status; 0 if a record was written, whatever its status.
 */
int trial_child_main(void);

#endif
