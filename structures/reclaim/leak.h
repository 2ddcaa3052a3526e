/*
 * leak: nothing is ever freed.
 *
 * The floor under all schemes: what a structure costs when readers and retiring threads pay nothing
 * for reclamation. What it costs instead is memory, so it is no scheme to use.
 *
 * Garbage: everything retired; it goes with the memory object of the trial.
 * A stalled reader: changes nothing.
 * Progress: all operations are wait-free.
 */
#ifndef STRUCTURES_RECLAIM_LEAK_H
#define STRUCTURES_RECLAIM_LEAK_H

#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "structures/reclaim/limbo.h"
#include "structures/variant.h"

struct reclaim_thread {
	CACHELINE_APART struct limbo_counts counts;
};

struct reclaim {
	unsigned workers;
	struct reclaim_thread *threads[];    /* by worker, each on its node */
};

int leak_create(const struct setup *setup, struct reclaim **domain);
int leak_attach(struct reclaim *domain, struct context *context);
struct garbage leak_garbage(struct reclaim *domain);

static inline void leak_destroy(struct reclaim *domain)
{
	(void)domain;
}

static inline void leak_nothing(struct reclaim_thread *thread)
{
	(void)thread;
}

static inline void leak_announce(struct reclaim_thread *thread, unsigned slot, uintptr_t address)
{
	(void)thread, (void)slot, (void)address;
}

static inline void leak_retire(struct reclaim_thread *thread, void *object, enum memory_part part,
			       size_t size_bytes)
{
	(void)object, (void)part, (void)size_bytes;
	limbo_count_retired(&thread->counts, 1);
}

#define leak_detach  leak_nothing
#define leak_online  leak_nothing
#define leak_offline leak_nothing
#define leak_quiesce leak_nothing
#define leak_enter   leak_nothing
#define leak_exit    leak_nothing
#define leak_flush   leak_nothing

#endif
