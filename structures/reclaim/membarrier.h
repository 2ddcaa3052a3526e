/*
 * The heavy side of an asymmetric fence: sys_membarrier(2), private and expedited (Linux 4.14).
 *
 * A thread on the light side orders a store before its later loads with fence_compiler() alone. The
 * rare thread on the heavy side calls membarrier_fence(), which makes every running thread of this
 * process execute a full fence at some point between the call and the return; a thread that is not
 * running executed one when it was switched out. So each thread on the light side either passed its
 * store before that point, and the heavy side sees the store, or does its loads after it, and these
 * see all that the heavy side did before the call.
 */
#ifndef STRUCTURES_RECLAIM_MEMBARRIER_H
#define STRUCTURES_RECLAIM_MEMBARRIER_H

#include <stdbool.h>

/* Register this process for membarrier_fence(). Return: 0, or -ENOTSUP if the kernel refuses. */
int membarrier_register(void);

/* Return: true; false if the kernel refused, and then no thread is known to have fenced. */
bool membarrier_fence(void);

#endif
