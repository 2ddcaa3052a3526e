/*
 * What every structure with a scheme answers alike. Expects STRUCTURE, whose struct has a member
 * `struct reclaim *reclaim`; goes before the family's loop. With HOOKS_OWN_QUIESCE the structure has
 * defined its own quiesce, with HOOKS_WRITERS_LOCK a NAME_stall_writing(), asleep with the lock held.
 */
#include "structures/reclaim/reclaim.h"

#ifndef HOOKS_OWN_QUIESCE
static inline void OP(quiesce)(struct STRUCTURE *structure, struct context *context)
{
	(void)structure;
	reclaim_end_batch(context);
}
#endif

static inline void OP(online)(struct STRUCTURE *structure, struct context *context)
{
	(void)structure;
	reclaim_online(context->reclaim);
}

static inline void OP(offline)(struct STRUCTURE *structure, struct context *context)
{
	(void)structure;
	reclaim_offline(context->reclaim);
}

/* As one that was pre-empted in the middle of an operation: a reader, or a writer where that differs. */
static void OP(stall)(struct STRUCTURE *structure, struct worker *worker)
{
#ifdef HOOKS_WRITERS_LOCK
	if (worker->stall_as_writer) {
		OP(stall_writing)(structure, worker);
		return;
	}
#else
	(void)structure;
#endif
	reclaim_enter(worker->context.reclaim);
	worker_sleep_stalled(worker);
	reclaim_exit(worker->context.reclaim);
}

static int OP(attach)(void *instance, struct context *context)
{
	struct STRUCTURE *const structure = instance;

	return reclaim_attach(structure->reclaim, context);
}

static void OP(detach)(void *instance, struct context *context)
{
	(void)instance;
	reclaim_detach(context);
}

static struct garbage OP(garbage)(void *instance)
{
	struct STRUCTURE *const structure = instance;

	return reclaim_garbage(structure->reclaim);
}
#define VARIANT_GARBAGE     OP(garbage)
#define VARIANT_NEEDS_ARENA RECLAIM_NEEDS_ARENA

#if RECLAIM_HAS_HELPERS && !defined(VARIANT_HELPERS)
static unsigned OP(helpers)(void *instance, struct helper *helpers)
{
	struct STRUCTURE *const structure = instance;

	return reclaim_helpers(structure->reclaim, helpers);
}
#	define VARIANT_HELPERS OP(helpers)
#endif
