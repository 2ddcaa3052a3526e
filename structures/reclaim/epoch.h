/*
 * Epochs: what ebr and qsbr share. Readers announce the epoch they have seen; a bag of retired
 * objects is ripe two epochs after it was sealed.
 *
 * Each thread has one word, on lines of its own: 0 when it can hold nothing, else the epoch that
 * was current when it began to hold (epoch << 1 | 1). The current epoch e may become e + 1 once
 * every word has been seen at 0 or at e since e became current.
 *
 * Why two epochs suffice. Let an object be unlinked by U, and its bag be sealed later with the
 * epoch r. Let R be a reader that met the object, and let A be the thread that moved the epoch from
 * r + 1 to r + 2. Three fences are ordered among themselves (all seq_cst, or the one of A by
 * sys_membarrier, see below):
 *   Ft  after U, before the sealer reads r                        epoch_append()
 *   Fa  after A read r + 1, before A looks at any announcement     epoch_advance()
 *   Fr  after R's announcement, before R's first look             ebr_enter(), qsbr_tell()
 * Ft precedes Fa: the sealer read r, and A read r + 1, which is newer.
 *   - If Fa precedes Fr, so does Ft, and R's looks come after U: R does not meet the object.
 *   - If Fr precedes Fa, A sees R's announcement or what R wrote after it. An end of R's section,
 *     or R's next announcement, is a release that A acquires: R's looks are done before the objects
 *     are freed. R's announcement itself is r + 1 or older. An older one stops A. If it is r + 1,
 *     R read r + 1 from the epoch before Fr; the sealer read r after Ft; so Ft precedes Fr, and R
 *     does not meet the object.
 *   A bag sealed at r is freed by a thread that has acquired an epoch of at least r + 2, hence
 *   after all of this.
 * The announcement may be stale when it is made (the epoch moved between R's load and its store):
 * then it is older than the current epoch and merely stops the next move until R is done.
 *
 * Asymmetric (ebr-asym): Fr is a compiler fence and Fa a sys_membarrier, whose effect on R falls
 * somewhere in R's program. Before R's announcement: R's looks come after Fa, as in the first case.
 * After it: A sees the announcement. If that is r + 1, no fence of R lies between its load of the
 * epoch and its looks; the load is an acquire, so they stay in this order. The sealer's Ft lies
 * between U and its load of r. On machines where a store becomes visible to all others at once
 * (x86, ARMv8, RISC-V: multi-copy atomic), R's look after reading r + 1 then comes after U in that
 * one order of memory, as the sealer read r before r + 1 was written.
 *
 * Invariants
 *   1. The epoch only grows, by one, and only while every online thread's word is 0 or the epoch.
 *   2. A worker's sealed bags are ordered by epoch, oldest first.
 *   3. A thread that holds something has a word other than 0.
 *
 * Cost: a move reads one line per worker. It is tried only by a worker that seals a bag while the
 * one before is not ripe yet, so that n workers make about two moves in the time that each takes to
 * fill a bag, not n; and the worker that stopped the last attempt is looked at first.
 */
#ifndef STRUCTURES_RECLAIM_EPOCH_H
#define STRUCTURES_RECLAIM_EPOCH_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "structures/reclaim/limbo.h"
#include "structures/variant.h"

enum { EPOCH_FIRST = 1, EPOCH_GRACE = 2 };

struct reclaim {
	CACHELINE_APART _Atomic uint64_t epoch;    /* read by every section, written by moves */
	CACHELINE_APART unsigned workers;
	bool is_asymmetric;
	struct reclaim_thread *threads[];          /* by worker, each on its node */
};

struct reclaim_thread {
	/* Written by the owner, read by whoever tries to move the epoch. */
	CACHELINE_APART _Atomic uint64_t announced;

	/* The owner's. */
	CACHELINE_APART struct reclaim *domain;
	struct limbo limbo;
	struct limbo_bag *oldest, *newest;         /* sealed, in the order of their epochs */
	unsigned suspect;                          /* the worker that stopped the last move */
};

int epoch_create(const struct setup *setup, bool is_asymmetric, struct reclaim **domain);
void epoch_destroy(struct reclaim *domain);
int epoch_attach(struct reclaim *domain, struct context *context);
void epoch_detach(struct reclaim_thread *thread);
struct garbage epoch_garbage(struct reclaim *domain);

/* Try to move the epoch on. */
void epoch_nudge(struct reclaim_thread *thread);

/* Seal the open bag, ripen what may be, and try to move the epoch if that lags behind. */
void epoch_seal(struct reclaim_thread *thread);

/* Seal the open bag, try to move the epoch, and free all that is ripe. */
void epoch_flush(struct reclaim_thread *thread);

static inline uint64_t epoch_announcement(uint64_t epoch)
{
	return epoch << 1 | 1;
}

/* The epoch that a ticket stands for is the one of a bag sealed at the same moment. */
static inline uint64_t epoch_ticket(struct reclaim_thread *thread)
{
	/* seq_cst: Ft above, between the unlinking and the load of the epoch; pairs with the fences
	 * in ebr_enter(), qsbr_tell() and epoch_advance(). */
	fence_seq_cst();
	/* relaxed: as in epoch_append(). */
	return load_relaxed(&thread->domain->epoch);
}

static inline uint64_t epoch_now(struct reclaim_thread *thread)
{
	/* acquire: what readers did before this epoch is done; pairs with the CAS in
	 * epoch_advance(). */
	return load_acquire(&thread->domain->epoch);
}

static inline void epoch_count(struct reclaim_thread *thread, uint64_t retired, uint64_t freed)
{
	limbo_count_retired(&thread->limbo.counts, retired);
	limbo_count_freed(&thread->limbo.counts, freed);
}

static inline void epoch_retire(struct reclaim_thread *thread, void *object, enum memory_part part,
				size_t size_bytes)
{
	if (__builtin_expect(limbo_add(&thread->limbo, object, part, size_bytes), 0))
		epoch_seal(thread);
	limbo_work_off(&thread->limbo);
}

#endif
