/* All processes below one: those of a private server, whatever it has started itself. */
#ifndef RUNNERS_SERVER_TREE_H
#define RUNNERS_SERVER_TREE_H

#include <stdint.h>
#include <sys/types.h>

/**
 * tree_signal() - send a signal to every process below @root, not to itself.
 *
 * Return: how many there were, or -errno if /proc cannot be read.
 */
int tree_signal(pid_t root, int signal);

/**
 * tree_cpu_ns() - CPU time of every process below @root, with what those that ended have left to
 * their parents below it.
 *
 * Return: 0, -ESRCH if there is none, or -errno if /proc cannot be read.
 * Error: a tick (10 ms) for each process.
 */
int tree_cpu_ns(pid_t root, uint64_t *cpu_ns);

#endif
