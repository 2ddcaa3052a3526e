/*
 * ebr, ebr-asym: epoch-based reclamation.
 *
 * A reader announces the current epoch when it enters a section and withdraws it when it leaves. An
 * object retired in one epoch is freed two epochs later, when every section that might have met it
 * has ended. The reader pays one store and one fence per section, whatever it reads inside.
 *
 * Papers: K. Fraser, "Practical lock-freedom", PhD thesis, University of Cambridge, UCAM-CL-TR-579,
 *   2004; bags and amortised looks at other threads after T. Brown, "Reclaiming memory for
 *   lock-free data structures: there has to be a better way", PODC 2015.
 * Differences: (a) epochs are counted in 64 bits, not modulo 3, and each bag carries its own, so
 *   that a bag is never mistaken for one of three epochs later; (b) the epoch of a bag is read when
 *   the bag is full, after everything in it was unlinked, not when the section began; (c) a move of
 *   the epoch is tried when a bag is full and the one before is not ripe, not every so many
 *   entries; (d) ebr-asym moves the reader's fence to the thread that moves the epoch
 *   (sys_membarrier), as urcu-memb does.
 *
 * Invariants, and why two epochs suffice: structures/reclaim/epoch.h.
 * Garbage: unbounded. While no reader stalls, about three bags (of LIMBO_BAG_ENTRIES) per worker.
 * A stalled reader, between enter and exit: stops the epoch, hence all freeing, after at most one
 *   more move; nothing is freed until it goes on, and all of it can be freed then. A thread outside
 *   of a section stops nothing, however long it sleeps.
 * Progress: enter, exit and retire are wait-free (retire up to the allocator); freeing is blocking.
 */
#ifndef STRUCTURES_RECLAIM_EBR_H
#define STRUCTURES_RECLAIM_EBR_H

#include "structures/reclaim/epoch.h"

static inline int ebr_create(const struct setup *setup, struct reclaim **domain)
{
	return epoch_create(setup, RECLAIM_ASYMMETRIC, domain);
}

static inline void ebr_online(struct reclaim_thread *thread)
{
	(void)thread;    /* outside of sections a thread holds nothing anyway */
}

static inline void ebr_offline(struct reclaim_thread *thread)
{
	(void)thread;
}

static inline void ebr_quiesce(struct reclaim_thread *thread)
{
	(void)thread;
}

static inline void ebr_enter(struct reclaim_thread *thread)
{
	/* acquire: this load comes before all that the section reads, which ebr-asym relies on for
	 * want of Fr (epoch.h); pairs with the CAS in epoch_advance(). */
	const uint64_t epoch = load_acquire(&thread->domain->epoch);

	/* release: whoever meets this word instead of the 0 before it must still find the section
	 * before that 0 done; pairs with the acquire in epoch_is_behind(). */
	store_release(&thread->announced, epoch_announcement(epoch));
	if (RECLAIM_ASYMMETRIC)
		/* The light side: pairs with membarrier_fence() in epoch_advance(). */
		fence_compiler();
	else
		/* seq_cst: Fr of epoch.h, the announcement before the looks; pairs with the fences
		 * in epoch_advance() and epoch_append(). */
		fence_seq_cst();
}

static inline void ebr_exit(struct reclaim_thread *thread)
{
	/* release: the section's reads and writes are done before the word says so; pairs with the
	 * acquire in epoch_is_behind(). */
	store_release(&thread->announced, 0);
}

/* Sections protect by themselves. */
static inline void ebr_announce(struct reclaim_thread *thread, unsigned slot, uintptr_t address)
{
	(void)thread, (void)slot, (void)address;
}

#define ebr_destroy epoch_destroy
#define ebr_attach  epoch_attach
#define ebr_detach  epoch_detach
#define ebr_retire  epoch_retire
#define ebr_flush   epoch_flush
#define ebr_garbage epoch_garbage
#define ebr_ticket  epoch_ticket
#define ebr_now     epoch_now
#define ebr_nudge   epoch_nudge
#define ebr_count   epoch_count

#endif
