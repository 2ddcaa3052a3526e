/* What the kernel says of this process: memory and threads, from /proc. */
#ifndef RUNNERS_MEASURE_PROCESS_H
#define RUNNERS_MEASURE_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROCESS_TASK_NAME_BYTES = 32 };

/*
 * Resident memory now, and at its highest since this program was executed. 0 where the kernel does
 * not say.
 */
uint64_t process_rss_bytes(void);
uint64_t process_peak_rss_bytes(void);

/**
 * process_tasks() - the threads of this process, whoever started them.
 *
 * @tasks:  out, kernel thread ids, at most @room.
 *
 * Return: how many there are, or -errno.
 */
int process_tasks(pid_t *tasks, unsigned room);

/* One thread: its name, and the CPU time it has used, user and system. */
struct process_task {
	char name[PROCESS_TASK_NAME_BYTES];
	uint64_t cpu_ns;
};

/**
 * process_task_read() - look at one thread of this process.
 *
 * Return: 0, -ESRCH if it is gone, -EIO if the kernel's line cannot be read.
 * Error: a tick of 10 ms where the kernel keeps no schedstat, else nanoseconds.
 */
int process_task_read(pid_t id, struct process_task *task);

#endif
