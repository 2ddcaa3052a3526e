/*
 * map/chained@spin with one defect, chosen by a MUTANT_ macro: the conformance cases must report
 * it.
 *
 * Most defects strike workers other than the first. Alone against the model such a map is right, so
 * that it is the sums and checks of the concurrent cases that must find it.
 */
#include <sched.h>

#include "structures/common/payload.h"
#include "structures/lock/lock.h"

#if MUTANT_NO_LOCK
static _Atomic unsigned threads_inside;

/* Not only is nobody kept out: each waits a little for company. */
static inline void mutant_acquire(struct lock *lock, struct lock_thread *thread)
{
	(void)lock, (void)thread;
	/* relaxed, both: there is nothing to order in a lock that is none. */
	fetch_add_relaxed(&threads_inside, 1);
	for (unsigned i = 0; i < 100 && load_relaxed(&threads_inside) < 2; i++)
		cpu_relax();
}

static inline void mutant_release(struct lock *lock, struct lock_thread *thread)
{
	(void)lock, (void)thread;
	/* relaxed: as above. */
	fetch_add_relaxed(&threads_inside, -1u);
}

#	define lock_acquire        mutant_acquire
#	define lock_release        mutant_release
#	define lock_acquire_shared mutant_acquire
#	define lock_release_shared mutant_release
#endif

#if MUTANT_TORN_PAYLOAD
static inline bool mutant_make(struct context *context, uint64_t value, uint64_t *stored)
{
	if (!payload_make(context, value, stored))
		return false;
	if (payload_is_apart(context) && context->worker != 0)
		((unsigned char *)payload_words(*stored))[context->value_bytes - 1] ^= 1;
	return true;
}

#	define payload_make mutant_make
#endif

#if MUTANT_EXHAUSTION_UNCOUNTED
static inline bool mutant_make(struct context *context, uint64_t value, uint64_t *stored)
{
	const bool is_made = payload_make(context, value, stored);

	context->exhausted = 0;
	return is_made;
}

#	define payload_make mutant_make
#endif

#if MUTANT_PAYLOAD_LEAKED
static inline void mutant_free(struct context *context, uint64_t stored)
{
	if (context->worker == 0)
		payload_free(context, stored);
}

#	define payload_free mutant_free
#endif

#include "structures/map/chained.h"

#if MUTANT_REMOVED_STAYS
static inline bool mutant_remove(struct chained *map, struct context *context, uint64_t key)
{
	uint64_t value;

	return context->worker == 0 ? chained_remove(map, context, key)
				    : chained_get(map, context, key, &value);
}

#	define chained_remove mutant_remove
#endif

#if MUTANT_ADDED_TWICE
static inline bool mutant_put(struct chained *map, struct context *context, uint64_t key,
			      uint64_t value)
{
	return chained_put(map, context, key, value) || context->worker != 0;
}

#	define chained_put mutant_put
#endif

#if MUTANT_OTHER_VALUE
static inline bool mutant_get(struct chained *map, struct context *context, uint64_t key,
			      uint64_t *value)
{
	const bool is_found = chained_get(map, context, key, value);

	if (is_found && context->worker != 0)
		*value += (uint64_t)1 << 32;
	return is_found;
}

#	define chained_get mutant_get
#endif

#if MUTANT_GET_MISSES
static inline bool mutant_get(struct chained *map, struct context *context, uint64_t key,
			      uint64_t *value)
{
	return chained_get(map, context, key, value) && key % 16 != 15;
}

#	define chained_get mutant_get
#endif

#if MUTANT_BLOCKING
/* Claims what it is not. */
#	define PROGRESS_BLOCKING PROGRESS_LOCK_FREE
#endif

#include "structures/map/chained.c"
