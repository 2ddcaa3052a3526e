/* Starting a child process and ending it. Internal to runners/trial. */
#ifndef RUNNERS_TRIAL_SPAWN_H
#define RUNNERS_TRIAL_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "topology/fault.h"

struct child {
	pid_t id;
	int record_fd;    /* what it writes to descriptor 4; the parent's end does not block */
	int error_fd;     /* what it writes to its standard error */
};

/**
 * spawn_child() - run this very program again as a trial child.
 *
 * The child gets: the cell on descriptor 3, a pipe on 4, a pipe as standard output and error,
 * nothing else open; an empty signal mask, default signal actions, a process group of its own
 * (Ctrl-C goes to the whole foreground group, and the parent decides what it means), death with its
 * parent.
 *
 * @preload:  LD_PRELOAD of the child, NULL or "" for none.
 *
 * Return: 0, or the errno that kept it from being started, with the sentence in @fault.
 */
int spawn_child(int cell_fd, const char *preload, struct child *child, struct fault *fault);

/**
 * spawn_reap() - wait for the child's end until a time, then kill what is left of its group.
 *
 * @until_ns:  of clock_monotonic_ns(); the past: kill at once.
 * @status:  out, as of waitpid().
 * @was_killed:  out; the child was still there.
 */
void spawn_reap(struct child *child, uint64_t until_ns, int *status, struct rusage *usage,
		bool *was_killed);

#endif
