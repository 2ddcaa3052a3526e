/*
 * hp, hp-asym: hazard pointers.
 *
 * A reader publishes the address of each object before it looks inside, and then checks that the
 * object is still in its place. Whoever retires objects frees those whose address no thread has
 * published. The reader pays one fence per object; in return a stalled reader holds back no more
 * than its own few objects.
 *
 * Paper: M. Michael, "Hazard pointers: safe memory reclamation for lock-free objects", IEEE Trans.
 *   Parallel Distrib. Syst. 15(6), 2004.
 * Differences: (a) the published addresses are looked up in a small hash set, not in a sorted list;
 *   (b) what a look found free is freed with the next retires, unless free=batch; (c) slots are
 *   cleared at the end of an operation; (d) hp-asym moves the reader's fence to the thread that
 *   looks (sys_membarrier), in the spirit of D. Dice, M. Herlihy, A. Kogan, "Fast non-intrusive
 *   memory reclamation for highly-concurrent data structures", ISMM 2016.
 *
 * Why a protected object is not freed. U unlinks it, Fs is the fence of the look that might free it
 *   (hp_look()), Fr that of the reader, between publishing and checking (hp_announce()).
 *   - If Fr precedes Fs, the look sees the published address, or what the reader wrote into the
 *     slot later: that is a release which the look acquires, so the reader is done.
 *   - If Fs precedes Fr, the reader's check comes after U and finds the object gone.
 *   With sys_membarrier as Fs, its effect on the reader lies before the publishing or after it, and
 *   one of the two cases holds each time.
 *
 * Invariants
 *   1. A worker's retired objects never exceed hp_threshold(), its ripe ones neither: between two
 *      looks at least half a threshold is retired, and each retire frees two ripe objects.
 *   2. A look leaves at most as many objects unfreed as there are slots, half a threshold.
 *
 * Garbage: at most workers x 2 x hp_threshold() objects, whatever readers do.
 * A stalled reader: holds at most HP_SLOTS objects.
 * Progress: announce, exit and retire are wait-free; reclaim_protect() is lock-free.
 */
#ifndef STRUCTURES_RECLAIM_HP_H
#define STRUCTURES_RECLAIM_HP_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/cacheline.h"
#include "structures/common/context.h"
#include "structures/reclaim/limbo.h"
#include "structures/variant.h"

#ifndef RECLAIM_ASYMMETRIC
#	define RECLAIM_ASYMMETRIC 0    /* hp.c does not publish; it looks as its domain says */
#endif

enum {
	HP_SLOTS = 4,
#if NUMAMARK_EXPLORE
	HP_LOOKS_ALWAYS = 1,    /* what is freed too early must be within a history of some calls */
#else
	HP_LOOKS_ALWAYS = 0,
#endif
	/* Fewer would make the look itself (a system call in hp-asym) the cost of every retire. */
	HP_THRESHOLD_MIN = 256
};

struct reclaim {
	unsigned workers;
	unsigned threshold;
	unsigned set_mask;                   /* size of the hash set - 1 */
	unsigned set_shift;                  /* from a hash to an index */
	bool is_asymmetric;
	bool in_batches;
	struct memory *memory;
	struct reclaim_thread *threads[];    /* by worker, each on its node */
};

struct reclaim_thread {
	/* Written by the owner, read by whoever looks. */
	CACHELINE_APART _Atomic uintptr_t slots[HP_SLOTS];

	/* The owner's. */
	CACHELINE_APART struct reclaim *domain;
	struct arena *arena;                 /* while attached, else NULL */
	uint64_t *exhausted;
	struct limbo_entry *retired;         /* threshold of them; new, or found protected */
	struct limbo_entry *ripe;            /* threshold of them; no reader can reach them */
	uintptr_t *set;                      /* published addresses, during a look */
	unsigned retired_count, ripe_count;
	struct limbo_counts counts;
};

/* How many objects a worker retires before it looks: twice the slots that may protect one. */
static inline unsigned hp_threshold(unsigned workers)
{
	const unsigned slots = 2 * workers * HP_SLOTS;

	return slots < HP_THRESHOLD_MIN ? HP_THRESHOLD_MIN : slots;
}

int hp_make(const struct setup *setup, bool is_asymmetric, struct reclaim **domain);
void hp_destroy(struct reclaim *domain);
int hp_attach(struct reclaim *domain, struct context *context);
void hp_detach(struct reclaim_thread *thread);
struct garbage hp_garbage(struct reclaim *domain);

/* Free up to @count ripe objects. */
void hp_free_ripe(struct reclaim_thread *thread, unsigned count);

/* Look for published addresses, and make what nobody published ripe. */
void hp_look(struct reclaim_thread *thread);

/* Look, and free all that is ripe. */
void hp_flush(struct reclaim_thread *thread);

static inline int hp_create(const struct setup *setup, struct reclaim **domain)
{
	return hp_make(setup, RECLAIM_ASYMMETRIC, domain);
}

static inline void hp_online(struct reclaim_thread *thread)
{
	(void)thread;    /* outside of operations the slots are empty anyway */
}

static inline void hp_offline(struct reclaim_thread *thread)
{
	(void)thread;
}

static inline void hp_quiesce(struct reclaim_thread *thread)
{
	(void)thread;
}

static inline void hp_enter(struct reclaim_thread *thread)
{
	(void)thread;
}

/* Publish an address; the caller checks after this that the object is still in its place. */
static inline void hp_announce(struct reclaim_thread *thread, unsigned slot, uintptr_t address)
{
	/* release: the object that this slot protected before is no more looked at; pairs with the
	 * acquire in hp_gather(). */
	store_release(&thread->slots[slot], address);
	if (RECLAIM_ASYMMETRIC)
		/* The light side: pairs with membarrier_fence() in hp_look(). */
		fence_compiler();
	else
		/* seq_cst: publishing before the caller's check; pairs with the fence in
		 * hp_look(). */
		fence_seq_cst();
}

static inline void hp_exit(struct reclaim_thread *thread)
{
	for (unsigned slot = 0; slot < HP_SLOTS; slot++)
		/* release: as in hp_announce(). */
		store_release(&thread->slots[slot], 0);
}

static inline void hp_retire(struct reclaim_thread *thread, void *object, enum memory_part part,
			     size_t size_bytes)
{
	const unsigned threshold = thread->domain->threshold;

	limbo_count_retired(&thread->counts, 1);
	if (__builtin_expect(thread->retired_count == threshold, 0)) {
		/* The last look was refused by the kernel. Never freed: the trial is invalid. */
		++*thread->exhausted;
		return;
	}
	thread->retired[thread->retired_count++] = (struct limbo_entry){
		.object = object, .size_bytes = (uint32_t)size_bytes, .part = (uint32_t)part
	};
	if (HP_LOOKS_ALWAYS || __builtin_expect(thread->retired_count == threshold, 0))
		hp_look(thread);
	if (thread->ripe_count)
		hp_free_ripe(thread, LIMBO_FREES_PER_RETIRE);
}


#endif
