/*
 * map/michael with one defect in how it uses its scheme, chosen by a MUTANT_ macro: the conformance
 * cases must report it.
 */
#include <errno.h>

#define NUMAMARK_RECLAIM_EBR 1
#include "structures/reclaim/reclaim.h"

#undef VARIANT_RECLAIM
#define VARIANT_RECLAIM "ebr"

#if MUTANT_STALL_OUTSIDE
/* Whoever stalls has left its section, so that nothing is held for it. */
static inline void mutant_sleep(struct worker *worker)
{
	reclaim_exit(worker->context.reclaim);
	worker_sleep_stalled(worker);
	reclaim_enter(worker->context.reclaim);
}

#	define worker_sleep_stalled mutant_sleep
#endif

#if MUTANT_GARBAGE_UNBOUNDED
#	undef VARIANT_RECLAIM
#	define VARIANT_RECLAIM "hp" /* claims what it is not */
#endif

#if MUTANT_MEMORY_RUNS_OUT
#	undef VARIANT_RECLAIM
#	define VARIANT_RECLAIM "ibr" /* likewise */
#endif

#if MUTANT_PLACE_LEFT_BEHIND
/* Each time that a worker comes it gets a place of its own. */
static inline int mutant_attach(struct reclaim *domain, struct context *context)
{
	struct memory *const memory = domain->threads[context->worker]->limbo.memory;

	return memory_thread(memory, context->worker, 64) ? reclaim_attach(domain, context)
							  : -ENOMEM;
}

#	define reclaim_attach mutant_attach
#endif

#include "structures/map/michael.c"
