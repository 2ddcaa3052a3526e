/*
 * urcu-memb, urcu-mb, urcu-qsbr, urcu-bp: the flavours of liburcu.
 *
 * A section is rcu_read_lock() to rcu_read_unlock(). Retired objects are gathered in bags as in all
 * other schemes, and a full bag goes to call_rcu() as one: liburcu's helper thread waits for a
 * grace period and then either hands the bag back to its worker, who frees a few objects with each
 * later retire, or frees all of it by itself (free=batch), and the objects go home to their arenas.
 *
 * The flavours differ in the reader: memb has compiler fences and leaves the rest to
 * sys_membarrier; mb has full fences; bp is as memb, without registration, through a pointer; qsbr
 * has nothing at all, but the thread says once per batch that it holds nothing.
 *
 * Papers: M. Desnoyers, P. McKenney, A. Stern, M. Dagenais, J. Walpole, "User-level implementations
 *   of read-copy update", IEEE Trans. Parallel Distrib. Syst. 23(2), 2012.
 * Differences: (a) one call_rcu() per bag, not per object; (b) a helper for each PU that workers
 *   sit on, bound to it, as liburcu advises where one helper for all cannot keep up.
 *
 * Garbage: unbounded. While no reader stalls, what is retired in a grace period and in the 10 ms
 *   that a helper sleeps between two of them, and one open bag per worker.
 * A stalled reader: stops all freeing until its section ends (qsbr: its next quiescent state).
 * Without sys_membarrier memb and bp would quietly become mb: create refuses.
 * Progress: sections are wait-free; retire is wait-free but for the call_rcu() of a full bag, which
 *   may wake a helper (a system call); freeing is blocking.
 */
#ifndef STRUCTURES_RECLAIM_URCU_H
#define STRUCTURES_RECLAIM_URCU_H

#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "structures/reclaim/flavour.h"
#include "structures/reclaim/limbo.h"
#include "structures/variant.h"

struct reclaim;
struct urcu_helper;

struct urcu_bag {
	struct limbo_bag limbo;     /* first: the limbo of a worker knows its bags by this */
	struct rcu_head head;
};

struct reclaim_thread {
	/* The owner's. */
	CACHELINE_APART struct reclaim *domain;
	struct limbo limbo;
	struct urcu_helper *helper;

	/* Written by helpers, read by the owner: bags that are ripe or, with free=batch, empty. */
	CACHELINE_APART _Atomic(struct limbo_bag *) returned;
	_Atomic uint64_t freed;     /* objects that helpers freed */
};

#define URCU_PASTE_(flavour, verb) reclaim_##flavour##_##verb
#define URCU_PASTE(flavour, verb)  URCU_PASTE_(flavour, verb)

/* urcu.c is compiled once for each flavour, and gives its functions the flavour's names. */
#define urcu_create  URCU_PASTE(FLAVOUR, create)
#define urcu_destroy URCU_PASTE(FLAVOUR, destroy)
#define urcu_attach  URCU_PASTE(FLAVOUR, attach)
#define urcu_detach  URCU_PASTE(FLAVOUR, detach)
#define urcu_online  URCU_PASTE(FLAVOUR, online)
#define urcu_offline URCU_PASTE(FLAVOUR, offline)
#define urcu_seal    URCU_PASTE(FLAVOUR, seal)
#define urcu_flush   URCU_PASTE(FLAVOUR, flush)
#define urcu_garbage URCU_PASTE(FLAVOUR, garbage)
#define urcu_helpers URCU_PASTE(FLAVOUR, helpers)
#define urcu_visit   URCU_PASTE(FLAVOUR, visit)
#define urcu_leave   URCU_PASTE(FLAVOUR, leave)

int urcu_create(const struct setup *setup, struct reclaim **domain);
void urcu_destroy(struct reclaim *domain);
int urcu_attach(struct reclaim *domain, struct context *context);
void urcu_detach(struct reclaim_thread *thread);
void urcu_online(struct reclaim_thread *thread);
void urcu_offline(struct reclaim_thread *thread);
struct garbage urcu_garbage(struct reclaim *domain);
unsigned urcu_helpers(struct reclaim *domain, struct helper *helpers);

/* Give the open bag to call_rcu(), and take back what helpers returned. */
void urcu_seal(struct reclaim_thread *thread);

/* Do that, and free all that is ripe. What waits for a grace period stays. */
void urcu_flush(struct reclaim_thread *thread);

/**
 * urcu_visit() - let a thread that is no worker read what RCU protects, until urcu_leave().
 *
 * For destroy and inspect of structures that liburcu implements; no worker attaches meanwhile.
 */
void urcu_visit(struct reclaim *domain);
void urcu_leave(void);

static inline void urcu_enter(struct reclaim_thread *thread)
{
	(void)thread;
	rcu_read_lock();
}

static inline void urcu_exit(struct reclaim_thread *thread)
{
	liburcu_released(thread->domain);
	rcu_read_unlock();
}

static inline void urcu_quiesce(struct reclaim_thread *thread)
{
	liburcu_released(thread->domain);
	rcu_quiescent_state();
}

/* Sections protect by themselves. */
static inline void urcu_announce(struct reclaim_thread *thread, unsigned slot, uintptr_t address)
{
	(void)thread, (void)slot, (void)address;
}

static inline void urcu_retire(struct reclaim_thread *thread, void *object, enum memory_part part,
			       size_t size_bytes)
{
	if (__builtin_expect(limbo_add(&thread->limbo, object, part, size_bytes), 0))
		urcu_seal(thread);
	limbo_work_off(&thread->limbo);
}

#endif
