/*
 * Limbo: objects that one worker has retired and that some reader may still hold.
 *
 * They are noted in bags, beside the objects and not inside them: a retired object may still be
 * read, and no node grows by a header, so that all schemes are compared on the same nodes. Bags lie
 * on the worker's node and are used again and again. Objects at their bound leave room for them
 * (topology/pool.h), so that whatever was allocated can be retired; only a node whose own memory is
 * at its end refuses a bag.
 *
 * A scheme says when a bag is ripe, that is when no reader can hold what is in it any more. Ripe
 * objects are freed a few with each later retire (free=amortised), because a whole bag at once
 * overruns the allocator's caches and stops the worker for microseconds (D. Kim, T. Brown, A.
 * Singh, "Are your epochs too epic? Batch free can be harmful", PPoPP 2024), or at once
 * (free=batch).
 *
 * Threads: the worker's own, unless a function says otherwise.
 */
#ifndef STRUCTURES_RECLAIM_LIMBO_H
#define STRUCTURES_RECLAIM_LIMBO_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/context.h"
#include "structures/variant.h"
#include "topology/arena.h"
#include "topology/memory.h"

enum {
#if NUMAMARK_EXPLORE
	LIMBO_BAG_ENTRIES = 2,    /* what is freed too early must be within a history of some calls */
#else
	/* A bag is a page, with what a scheme keeps beside it. */
	LIMBO_BAG_ENTRIES = 252,
#endif
	/* More than one, so that a backlog shrinks while retiring goes on at the same pace. */
	LIMBO_FREES_PER_RETIRE = 2
};

struct limbo_entry {
	void *object;
	uint32_t size_bytes;
	uint32_t part;    /* enum memory_part */
};

static_assert(sizeof(struct limbo_entry) == 16, "a retire writes 16 bytes");
static_assert(ARENA_OBJECT_MAX_BYTES <= UINT32_MAX, "the size of every object fits an entry");

struct limbo_bag {
	struct limbo_bag *next;
	struct limbo *owner;
	uint64_t epoch;    /* for the scheme: when the bag was sealed */
	unsigned count;
	struct limbo_entry entries[LIMBO_BAG_ENTRIES];
};

static_assert(sizeof(struct limbo_bag) <= 4096 - 16, "with 16 bytes of the scheme's in a page");

/* How many objects a worker has retired, and how many of them are freed. Written by one thread. */
struct limbo_counts {
	_Atomic uint64_t retired, freed;
};

struct limbo {
	struct limbo_bag *open;     /* filled by the next retire; NULL: it takes a spare one */
	struct limbo_bag *ripe;     /* freed a few at a time */
	struct limbo_bag *spare;    /* empty */
	struct arena *arena;        /* of the worker while attached, else NULL */
	uint64_t *exhausted;        /* the worker's count while attached, else NULL */
	struct memory *memory;
	size_t bag_bytes;           /* of the scheme's bag, which starts with a struct limbo_bag */
	unsigned worker;
	bool in_batches;
	struct limbo_counts counts;
};

/**
 * limbo_init() - prepare one worker's limbo, with its first bag.
 *
 * @bag_bytes:  size of the scheme's own bag, whose first member is a struct limbo_bag.
 *
 * Return: 0 or -ENOMEM.
 * Threads: one, before the worker attaches.
 */
int limbo_init(struct limbo *limbo, const struct setup *setup, unsigned worker, size_t bag_bytes);

void limbo_attach(struct limbo *limbo, struct context *context);
void limbo_detach(struct limbo *limbo);

/* Free what is open and ripe. Threads: one, the worker detached. */
void limbo_destroy(struct limbo *limbo);

/* Put an empty bag in `open`. Return: false without memory, which is counted. Not for callers. */
bool limbo_open(struct limbo *limbo);

/* See that there is a spare bag. Return: false without memory, which is not counted. */
bool limbo_reserve(struct limbo *limbo);

/* An empty bag, after limbo_reserve() has said that there is one. */
struct limbo_bag *limbo_take_spare(struct limbo *limbo);

/* Free up to @count objects of the ripe bags. */
void limbo_free_ripe(struct limbo *limbo, uint64_t count);

/* Take a bag whose objects nobody can reach: free all or keep them ripe, as free= says. */
void limbo_ripen(struct limbo *limbo, struct limbo_bag *bag);

/* Give back one retired object to where it came from. @mine: NULL from a thread without. */
void limbo_free_entry(const struct limbo_entry *entry, struct memory *memory, struct arena *mine);

/* Do that with all objects of a bag. */
void limbo_free_objects(struct limbo_bag *bag, struct arena *mine);

/* Keep an empty bag for later. */
void limbo_spare(struct limbo *limbo, struct limbo_bag *bag);

/* The open bag, to be filled no more; NULL if nothing is in it. */
struct limbo_bag *limbo_seal(struct limbo *limbo);

static inline void limbo_count_retired(struct limbo_counts *counts, uint64_t more)
{
	/* relaxed: one writer; an addition in memory, not a locked one. */
	store_relaxed(&counts->retired, load_relaxed(&counts->retired) + more);
}

static inline void limbo_count_freed(struct limbo_counts *counts, uint64_t more)
{
	/* relaxed read: one writer. release: who sees an object freed sees it retired; pairs with
	 * the acquire in limbo_sum_freed(). */
	store_release(&counts->freed, load_relaxed(&counts->freed) + more);
}

/*
 * Add one worker's counts to a sum. Threads: any; exact at rest, never negative. Where a worker may
 * count as freed what another one counted as retired, all that is freed goes before any retired.
 */
static inline void limbo_sum_freed(const struct limbo_counts *counts, struct garbage *sum)
{
	/* acquire, and before retired: pairs with the release in limbo_count_freed(). */
	sum->outstanding -= load_acquire(&counts->freed);
}

static inline void limbo_sum_retired(const struct limbo_counts *counts, struct garbage *sum)
{
	/* relaxed: the acquire above keeps it from being older than freed. */
	const uint64_t retired = load_relaxed(&counts->retired);

	sum->retired += retired;
	sum->outstanding += retired;
}

static inline void limbo_sum(const struct limbo_counts *counts, struct garbage *sum)
{
	limbo_sum_freed(counts, sum);
	limbo_sum_retired(counts, sum);
}

/**
 * limbo_add() - note a retired object.
 *
 * On a node without memory for a bag the object is never freed: it stays in the counts, and the
 * worker's count of exhaustion makes the trial invalid.
 *
 * Return: true when the open bag is full now and wants limbo_seal().
 */
static inline bool limbo_add(struct limbo *limbo, void *object, enum memory_part part,
			     size_t size_bytes)
{
	limbo_count_retired(&limbo->counts, 1);
	if (__builtin_expect(!limbo->open, 0) && !limbo_open(limbo))
		return false;
	struct limbo_bag *const bag = limbo->open;

	bag->entries[bag->count++] = (struct limbo_entry){
		.object = object, .size_bytes = (uint32_t)size_bytes, .part = (uint32_t)part
	};
	return bag->count == LIMBO_BAG_ENTRIES;
}

/* The part of a retire that pays for earlier ones. */
static inline void limbo_work_off(struct limbo *limbo)
{
	if (limbo->ripe)
		limbo_free_ripe(limbo, LIMBO_FREES_PER_RETIRE);
}

#endif
