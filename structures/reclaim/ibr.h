/*
 * ibr: interval-based reclamation, without a word in any node.
 *
 * A reader publishes an interval: the era in which its section began, and the age up to which it
 * has looked at objects. An object is held by the readers whose section began before it was retired
 * and that look at objects as old as it is. So a reader pays one fence per section, not one per
 * object, and a stalled one holds only objects of an age that it could have met: what is made in
 * blocks that were taken after it stalled is freed as if it were not there.
 *
 * Paper: H. Wen, J. Izraelevitz, W. Cai, H. Beadle, M. Scott, "Interval-based memory reclamation",
 *   PPoPP 2018; this is their 2GE-IBR.
 * Differences: (a) an object bears no birth era. Its birth is that of the arena's block it lies in,
 *   in counts of blocks taken (arena_birth(), arena_births()), which only lags behind its own; so
 *   nodes stay those of the other schemes, and payloads need no header either. (b) So there are two
 *   clocks: retires are told by an era of the domain, which moves with full bags; births by the
 *   arenas' clock, which stands still while memory is only used again: then no reader fences twice
 *   in a section. (c) Retired objects carry the era of their bag, read when the bag was full: later
 *   than their own, which only holds them longer. (d) A look is due when the number of retired
 *   objects has doubled since the last one, so that held ones are not looked at again and again.
 * Rejected: hazard eras (P. Ramalhete, A. Correia, SPAA 2017), for a fence for each slot and era
 *   where this has one; Hyaline-S (R. Nikolaev, B. Ravindran, PLDI 2021), whose batches are linked
 *   through headers of three words in the objects, and which needs births like the others.
 *
 * Why a held object is not freed. Let O be retired by a thread that unlinked it (U), then passed a
 *   fence (Ft) and read the era r of its bag; let Fs be the fence of a look that might free O, and b
 *   the birth of O's block. Let R be a reader that met O by a word that links it (the contract of
 *   reclaim_protect() and reclaim_announce()): it read the era l, published l and a birth u, passed
 *   a fence (Fr), and found afterwards that the births had not moved past u and that O was linked.
 *   - u >= b: the block was taken before O was published, R acquired O and read the births after it.
 *   - l <= r: else R read an era newer than r before Fr, and the sealer r after Ft, so that Ft
 *     precedes Fr; then R's look comes after U and finds O gone.
 *   - If Fr precedes Fs, the look sees l and u, or newer words of R: a later u holds no less, and a
 *     later l is written after R's section ended, with a release that the look acquires.
 *   - If Fs precedes Fr, R's check comes after U and finds O gone. R's fence is the last one before
 *     the check, of the section or of a birth: what it had published earlier is of no account.
 *   The last case is why a word that R checks must change when O is unlinked, as for hazard
 *   pointers: from an unlinked node that never changes R would reach objects that are freed already.
 *
 * Invariants
 *   1. lower is 0 outside of sections, else an era not newer than the domain's.
 *   2. upper of a thread never shrinks; inside a section it is at least the birth of what the thread
 *      has protected.
 *   3. All objects of a retired bag were unlinked before the bag's era was read.
 *   4. After a look at most half of what starts the next one is left.
 *
 * Garbage: with readers that go on, a few bags (of LIMBO_BAG_ENTRIES) per worker. Tables, which lie
 *   in no arena, count as old as the memory: a stalled reader holds all that are retired after it,
 *   without bound.
 * A stalled reader: of other objects holds at most those that fit the blocks which were there when
 *   it stalled, each address once; per worker as many again may wait for the next look. Not more,
 *   however long it sleeps. But arenas keep their blocks: stall after stall the bound grows with
 *   them, until all that is retired during one fits it. The paper's, of births of objects, is by
 *   what was alive. Needs the arenas: with another allocator objects have no births, so create() refuses.
 * Progress: enter, exit and retire are wait-free (retire up to the allocator); reclaim_protect() is
 *   lock-free, a retry means that the word has changed.
 */
#ifndef STRUCTURES_RECLAIM_IBR_H
#define STRUCTURES_RECLAIM_IBR_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "structures/reclaim/limbo.h"
#include "structures/variant.h"
#include "topology/arena.h"

enum {
	IBR_FIRST_ERA = 1,
#if NUMAMARK_EXPLORE
	IBR_RETIRES_PER_LOOK = 1 /* as LIMBO_BAG_ENTRIES */
#else
	/* A look reads a line of each worker: so it costs each retire an eighth of such a read. */
	IBR_RETIRES_PER_LOOK = 8
#endif
};

/* One reader, as a look found it. */
struct ibr_interval {
	uint64_t lower, upper;
};

struct reclaim {
	CACHELINE_APART _Atomic uint64_t era;    /* read by every section, moved by full bags */
	CACHELINE_APART const struct arena *arena;    /* any one: all have the same births */
	struct ibr_interval *intervals;          /* for each worker one of each, for its looks */
	unsigned workers;
	struct reclaim_thread *threads[];        /* by worker, each on its node */
};

struct reclaim_thread {
	/* Written by the owner, read by whoever looks. */
	CACHELINE_APART _Atomic uint64_t lower;
	_Atomic uint64_t upper;

	/* The owner's. */
	CACHELINE_APART struct reclaim *domain;
	const _Atomic uint64_t *births;
	struct limbo limbo;
	struct limbo_bag *retired;         /* sealed, in no order */
	uint64_t retired_count;            /* objects in them */
	uint64_t look_at;                  /* the next look is due at this count */
	uint64_t sealed_era;               /* of the last bag */
};

/* How many objects a worker retires at least before it looks at all threads. */
static inline uint64_t ibr_look_min(unsigned workers)
{
	const uint64_t several = IBR_RETIRES_PER_LOOK * (uint64_t)workers;

	return several < 2 * LIMBO_BAG_ENTRIES ? 2 * LIMBO_BAG_ENTRIES : several;
}

int ibr_create(const struct setup *setup, struct reclaim **domain);
void ibr_destroy(struct reclaim *domain);
int ibr_attach(struct reclaim *domain, struct context *context);
void ibr_detach(struct reclaim_thread *thread);
struct garbage ibr_garbage(struct reclaim *domain);

/* Look if that is due, seal the open bag, and move the era if nobody has since the last bag. */
void ibr_seal(struct reclaim_thread *thread);

/* Seal the open bag, move the era, look, and free all that is ripe. */
void ibr_flush(struct reclaim_thread *thread);

static inline void ibr_online(struct reclaim_thread *thread)
{
	(void)thread;    /* outside of sections a thread holds nothing anyway */
}

static inline void ibr_offline(struct reclaim_thread *thread)
{
	(void)thread;
}

static inline void ibr_quiesce(struct reclaim_thread *thread)
{
	(void)thread;
}

/* Publish that objects of all births up to now may be looked at. Return: whether that is news. */
static inline bool ibr_extend(struct reclaim_thread *thread)
{
	/* relaxed: a caller that met an object acquired it, and reads its birth or a newer one. */
	const uint64_t births = load_relaxed(thread->births);

	/* relaxed: only this thread writes it. */
	if (__builtin_expect(load_relaxed(&thread->upper) == births, 1))
		return false;
	/* relaxed: the fence that follows orders it; pairs with the load in ibr_gather(). */
	store_relaxed(&thread->upper, births);
	return true;
}

static inline void ibr_enter(struct reclaim_thread *thread)
{
	ibr_extend(thread);
	/*
	 * relaxed load: any era will do that is not newer than the current one.
	 * release: who sees this section sees its upper, and that the one before is done; pairs
	 * with the acquire in ibr_gather().
	 */
	store_release(&thread->lower, load_relaxed(&thread->domain->era));
	/* seq_cst: Fr above, the interval before the looks at objects; pairs with the fences in
	 * ibr_put_away() and ibr_look(). */
	fence_seq_cst();
}

static inline void ibr_exit(struct reclaim_thread *thread)
{
	/* release: the section's reads and writes are done before the word says so; pairs with the
	 * acquire in ibr_gather(). */
	store_release(&thread->lower, 0);
}

/* See that the interval covers an object just met; the caller checks after this that it is still
 * linked. The section protects all that it met, so that slots are of no account. */
static inline void ibr_announce(struct reclaim_thread *thread, unsigned slot, uintptr_t address)
{
	(void)slot, (void)address;
	if (ibr_extend(thread))
		/* seq_cst: Fr above, the new upper before the caller's check; pairs with the fence
		 * in ibr_look(). */
		fence_seq_cst();
}

static inline void ibr_retire(struct reclaim_thread *thread, void *object, enum memory_part part,
			      size_t size_bytes)
{
	if (__builtin_expect(limbo_add(&thread->limbo, object, part, size_bytes), 0))
		ibr_seal(thread);
	limbo_work_off(&thread->limbo);
}

#endif
