/*
 * When may an object that was unlinked be given back? One contract, and a scheme chosen when a
 * variant is compiled: NUMAMARK_RECLAIM_EBR=1 and so on.
 *
 * A structure unlinks an object, retires it, and never touches it again. A reader works between
 * enter and exit and takes pointers to objects through reclaim_protect(), or through
 * reclaim_announce() and a check of its own. The scheme frees an object when no reader can hold it.
 *
 *                  leak      ebr         ebr-asym  qsbr      urcu-*     hp          hp-asym  ibr
 *   enter          nothing   store,fence store     nothing   flavour's  nothing     nothing  store,fence
 *   protect        load      load        load      load      load       store,fence store    load,compare
 *   a stall holds  nothing   all         all       all       all        RECLAIM_SLOTS each   what is as old
 *
 * "All" is what is retired from then on. "What is as old": what lies in memory that the structure
 * had when the reader stalled, each address once, and all retired tables
 * (structures/reclaim/ibr.h).
 *
 * Sections (all but hp and ibr): what a reader could reach at any time since enter stays until exit,
 * also objects that were unlinked meanwhile. RECLAIM_BY_SECTION is 1, reclaim_protect() is a load.
 * Hazard pointers: only what a slot protects stays, until the slot is used again or until exit; ibr:
 * what was protected in any slot since enter. RECLAIM_BY_SECTION is 0. An object may be protected
 * only while it is known to be linked: the word that reclaim_protect() read, and read again, must be
 * one that changes when the object is unlinked.
 *
 * Between phases a thread is offline: then it never holds up freeing. One that waits for a lock
 * while it is online does so under qsbr and urcu-qsbr. Sections do not nest. All functions on a thread are its own to call.
 */
#ifndef STRUCTURES_RECLAIM_RECLAIM_H
#define STRUCTURES_RECLAIM_RECLAIM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/context.h"
#include "structures/variant.h"

enum {
	RECLAIM_SLOTS = 4,
	RECLAIM_RELIEF = 1024,    /* operations without memory between two flushes for that */
	RECLAIM_TAGS = 7    /* low bits of a word that are a structure's marks, not the address */
};

#if NUMAMARK_RECLAIM_EBR_ASYM || NUMAMARK_RECLAIM_HP_ASYM
#	define RECLAIM_ASYMMETRIC 1
#else
#	define RECLAIM_ASYMMETRIC 0
#endif

#define RECLAIM_BY_SECTION 1

/* Can say whether a grace period has passed: reclaim_ticket() and what follows it. */
#if NUMAMARK_RECLAIM_EBR || NUMAMARK_RECLAIM_EBR_ASYM || NUMAMARK_RECLAIM_QSBR
#	define RECLAIM_HAS_TICKETS 1
#else
#	define RECLAIM_HAS_TICKETS 0
#endif

#if NUMAMARK_RECLAIM_LEAK
#	include "structures/reclaim/leak.h"
#	define RECLAIM_OP(verb) leak_##verb
#elif NUMAMARK_RECLAIM_EBR || NUMAMARK_RECLAIM_EBR_ASYM
#	include "structures/reclaim/ebr.h"
#	define RECLAIM_OP(verb) ebr_##verb
#elif NUMAMARK_RECLAIM_QSBR
#	include "structures/reclaim/qsbr.h"
#	define RECLAIM_OP(verb) qsbr_##verb
#elif NUMAMARK_RECLAIM_IBR
#	include "structures/reclaim/ibr.h"
#	define RECLAIM_OP(verb) ibr_##verb
#	undef RECLAIM_BY_SECTION
#	define RECLAIM_BY_SECTION 0
#	define RECLAIM_NEEDS_ARENA true
#elif NUMAMARK_RECLAIM_HP || NUMAMARK_RECLAIM_HP_ASYM
#	include "structures/reclaim/hp.h"
#	define RECLAIM_OP(verb) hp_##verb
#	undef RECLAIM_BY_SECTION
#	define RECLAIM_BY_SECTION 0
static_assert((int)HP_SLOTS == RECLAIM_SLOTS, "every slot of the contract is one of hp");
#else
#	include "structures/reclaim/urcu.h"
#	define RECLAIM_OP(verb) urcu_##verb
#	define RECLAIM_HAS_HELPERS 1    /* threads of its own */
#endif

#ifndef RECLAIM_NEEDS_ARENA
#	define RECLAIM_NEEDS_ARENA false    /* objects may be of any allocator */
#endif

/**
 * reclaim_create() - the domain of one instance: whom its readers wait for, and what they retired.
 *
 * Return: 0, -ENOMEM, or -ENOTSUP if the kernel refuses what the scheme stands on (sys_membarrier),
 * or if it needs arenas and @setup->memory has none (RECLAIM_NEEDS_ARENA). What was allocated before a failure goes with memory_destroy().
 * Threads: one.
 */
static inline int reclaim_create(const struct setup *setup, struct reclaim **domain)
{
	return RECLAIM_OP(create)(setup, domain);
}

/* Free all garbage, and end all helpers. Threads: one, all workers detached. */
static inline void reclaim_destroy(struct reclaim *domain)
{
	RECLAIM_OP(destroy)(domain);
}

/**
 * reclaim_attach() - let a worker use the domain; sets @context->reclaim. The worker is offline.
 *
 * On the worker's own, bound thread. Garbage of a worker that detached is taken over. May wait for
 * a grace period: no thread that is online waits for this one.
 *
 * Return: 0 or -ENOMEM.
 */
static inline int reclaim_attach(struct reclaim *domain, struct context *context)
{
	return RECLAIM_OP(attach)(domain, context);
}

/* The worker is offline. Its garbage stays where reclaim_destroy() finds it. */
static inline void reclaim_detach(struct context *context)
{
	RECLAIM_OP(detach)(context->reclaim);
	context->reclaim = NULL;
}

/* From here on the worker may enter, until reclaim_offline(). */
static inline void reclaim_online(struct reclaim_thread *thread)
{
	RECLAIM_OP(online)(thread);
}

static inline void reclaim_offline(struct reclaim_thread *thread)
{
	RECLAIM_OP(offline)(thread);
}

/* The worker, online and outside of a section, holds nothing at this moment: once per batch. */
static inline void reclaim_quiesce(struct reclaim_thread *thread)
{
	RECLAIM_OP(quiesce)(thread);
}

static inline void reclaim_enter(struct reclaim_thread *thread)
{
	RECLAIM_OP(enter)(thread);
}

static inline void reclaim_exit(struct reclaim_thread *thread)
{
	RECLAIM_OP(exit)(thread);
}

/**
 * reclaim_announce() - publish in a slot that the object of @word is about to be used.
 *
 * It is protected once the caller has checked, after this, that the object is still linked. Needed
 * where the word that links it does not change when it is unlinked; else reclaim_protect().
 *
 * Ordering: the announcement comes before the caller's later loads.
 */
static inline void reclaim_announce(struct reclaim_thread *thread, unsigned slot, uintptr_t word)
{
	RECLAIM_OP(announce)(thread, slot, word & ~(uintptr_t)RECLAIM_TAGS);
}

/**
 * reclaim_protect() - load a word, and keep the object it points to until the slot is used again.
 *
 * @word:  changes when the object is unlinked from it.
 *
 * Return: the word, its tags included.
 * Ordering: acquire.    Progress: lock-free under hp and ibr (a retry means that @word changed), else
 * wait-free.
 */
static inline uintptr_t reclaim_protect(struct reclaim_thread *thread, unsigned slot,
					const _Atomic uintptr_t *word)
{
	/* acquire: the object as it was published; pairs with the release by which the structure
	 * linked it. */
	uintptr_t seen = load_acquire(word);

	while (!RECLAIM_BY_SECTION && (seen & ~(uintptr_t)RECLAIM_TAGS)) {
		const uintptr_t before = seen;

		reclaim_announce(thread, slot, seen);
		/* acquire: as above; after the announcement, which the fence in it sees to. */
		seen = load_acquire(word);
		if (seen == before)
			break;
	}
	return seen;
}

/**
 * reclaim_retire() - hand over an object that no new reader can find.
 *
 * To be called inside a section or outside, by the thread that unlinked it.
 *
 * @part:        MEMORY_TABLE for what memory_shared() gave; else the object is one of an arena.
 * @size_bytes:  as given to arena_alloc(); of a table it is not looked at.
 */
static inline void reclaim_retire(struct reclaim_thread *thread, void *object,
				  enum memory_part part, size_t size_bytes)
{
	RECLAIM_OP(retire)(thread, object, part, size_bytes);
}

/* Free now what this worker retired and nobody can hold; waits for nobody. Online, no section. */
static inline void reclaim_flush(struct reclaim_thread *thread)
{
	RECLAIM_OP(flush)(thread);
}

static __attribute__((noinline, cold, unused)) void reclaim_relieve(struct context *context)
{
	context->relieved = context->exhausted;
	reclaim_flush(context->reclaim);
}

/**
 * reclaim_end_batch() - reclaim_quiesce(), and a flush if many operations found no memory.
 *
 * Schemes free with later retires. Where all memory is garbage, as after a long stall, nothing is
 * allocated, hence soon nothing retired, and without the flush the garbage would stay for ever. Not
 * after each of them: as long as the stall lasts a flush is in vain, and takes a bag.
 */
static inline void reclaim_end_batch(struct context *context)
{
	reclaim_quiesce(context->reclaim);
	if (__builtin_expect(context->exhausted - context->relieved >= RECLAIM_RELIEF, 0))
		reclaim_relieve(context);
}

/* Threads: any, at any time; exact at rest. */
static inline struct garbage reclaim_garbage(struct reclaim *domain)
{
	return RECLAIM_OP(garbage)(domain);
}

#if RECLAIM_HAS_TICKETS
/*
 * For memory that a structure uses again instead of freeing it, such as a slot of a bucket: a ticket
 * is drawn after the unlinking, and once it is past, every section that could have met what was
 * unlinked has ended. Tickets are short, so that they fit beside something else.
 */
enum { RECLAIM_TICKET_BITS = 22, RECLAIM_TICKET_GRACE = 2 };

static_assert((int)EPOCH_GRACE == RECLAIM_TICKET_GRACE, "tickets are epochs");

/* The caller's unlinking comes before the ticket. */
static inline uint64_t reclaim_ticket(struct reclaim_thread *thread)
{
	return RECLAIM_OP(ticket)(thread) & ((UINT64_C(1) << RECLAIM_TICKET_BITS) - 1);
}

/**
 * reclaim_is_past() - has every section ended that was there when a ticket was drawn?
 *
 * Return: false also for a while every 2^22 epochs, when a ticket looks new again.
 * Ordering: acquire; what those sections did is done.    Threads: any that is attached.
 */
static inline bool reclaim_is_past(struct reclaim_thread *thread, uint64_t ticket)
{
	const uint64_t passed = (RECLAIM_OP(now)(thread) - ticket) &
				((UINT64_C(1) << RECLAIM_TICKET_BITS) - 1);

	return passed >= RECLAIM_TICKET_GRACE;
}

/* Help tickets to become past; waits for nobody. Outside of sections, and under qsbr
 * after reclaim_quiesce(), lest it be in vain. */
static inline void reclaim_nudge(struct reclaim_thread *thread)
{
	RECLAIM_OP(nudge)(thread);
}

/*
 * Account for what waits behind tickets as for what was retired, and freed. The two may be different
 * workers' if the structure orders the first count before the second.
 */
static inline void reclaim_count(struct reclaim_thread *thread, uint64_t retired, uint64_t freed)
{
	RECLAIM_OP(count)(thread, retired, freed);
}
#endif

#if RECLAIM_HAS_HELPERS
/* As struct variant has it. */
static inline unsigned reclaim_helpers(struct reclaim *domain, struct helper *helpers)
{
	return RECLAIM_OP(helpers)(domain, helpers);
}
#endif

#endif
