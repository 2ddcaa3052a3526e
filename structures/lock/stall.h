/* Sleep with a lock held, as a thread does that is pre-empted there. */
#ifndef STRUCTURES_LOCK_STALL_H
#define STRUCTURES_LOCK_STALL_H

#include "structures/common/worker.h"
#include "structures/lock/lock.h"

static inline void lock_stall(struct lock *lock, struct worker *worker)
{
	struct lock_thread *const thread = worker->context.lock;

	if (worker->stall_as_writer) {
		lock_acquire(lock, thread);
		worker_sleep_stalled(worker);
		lock_release(lock, thread);
	} else {
		lock_acquire_shared(lock, thread);
		worker_sleep_stalled(worker);
		lock_release_shared(lock, thread);
	}
}

#endif
