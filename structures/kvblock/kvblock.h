/*
 * The contract of a block cache: the index of an inference server over its cached prefixes.
 *
 * A request is a chain of block ids. Each id stands for a block of tokens and all that comes before
 * it, so that it determines its parent, the block before it. A block is cached only while its
 * parent is; blocks without cached children are leaves, and only leaves are evicted. A request
 * acquires the longest cached prefix of its chain, commits what is missing of the chain, and
 * releases.
 *
 * A structure NAME of this family defines, as static inline functions:
 *
 *   void NAME_acquire(struct NAME *, struct context *, struct kvblock_request *)
 *       find the longest prefix that is cached: `cached` blocks of it; pin its last one
 *   void NAME_commit(struct NAME *, struct context *, struct kvblock_request *)
 *       add the blocks that are missing, in order, and move the pin to the last; where the cache is
 *       full evict a leaf that nobody pins for each, and where there is none leave the rest out
 *   void NAME_release(struct NAME *, struct context *, struct kvblock_request *)
 *       take the pin away
 *   quiesce, online, offline, stall: as in structures/map/map.h
 * and the create, destroy, attach, detach, inspect and garbage of struct variant.
 *
 * One pin on the last block keeps the whole prefix: the blocks before it have children, and are no
 * leaves while it stays. An acquire that finds nothing pins nothing.
 *
 * Never: a pinned block is evicted; more than setup.capacity blocks are cached; a block is there
 * whose parent is not; a pin outlives its request. A structure counts what it adds and evicts in
 * the request, and its inspect() proves the rest at rest, with the pins that are left.
 */
#ifndef STRUCTURES_KVBLOCK_KVBLOCK_H
#define STRUCTURES_KVBLOCK_KVBLOCK_H

#include <errno.h>

#include "structures/variant.h"

/*
 * What a worker draws: to look up (acquire, release), as a router does, or to serve a request
 * (acquire, commit, release). Either is one operation.
 */
enum kvblock_operation { KVBLOCK_LOOKUP, KVBLOCK_REQUEST };

/* What is counted besides: tally.counts[]. */
enum kvblock_count {
	KVBLOCK_ADDED = TALLY_ADDED,
	KVBLOCK_EVICTED = TALLY_EVICTED,
	KVBLOCK_BLOCKS = TALLY_ASKED, /* of all chains */
	KVBLOCK_HITS = TALLY_HIT,     /* of them, cached when they were acquired */
	KVBLOCK_REFUSED               /* of them, left out by a commit for want of room */
};

/* What is timed apart, in operations that are timed. */
enum kvblock_part { KVBLOCK_ACQUIRE, KVBLOCK_COMMIT };

/* Capacity where the user does not say: at 512 tokens a block, 32 million tokens. */
enum { KVBLOCK_CAPACITY_DEFAULT = 1 << 16 };

extern const struct family kvblock_family;

struct kvblock_request {
	const uint64_t *blocks;
	unsigned count;
	unsigned cached; /* of them, from the first on: there as long as the pin is */
	void *pinned;    /* the last of these, for the structure alone; NULL: none */
	void *candidate; /* to be evicted next, for the structure alone; NULL: none */
	uint64_t candidate_id;
	uint64_t added, evicted, sum_added, sum_evicted; /* by this request's commit; of ids */
	unsigned rooms;                                  /* taken ahead, for the structure alone */
};

static inline uint64_t kvblock_capacity(const struct setup *setup)
{
	return setup->capacity ? setup->capacity : KVBLOCK_CAPACITY_DEFAULT;
}

static inline void kvblock_count_added(struct kvblock_request *request, uint64_t id)
{
	request->added++;
	request->sum_added += id;
}

static inline void kvblock_count_evicted(struct kvblock_request *request, uint64_t id)
{
	request->evicted++;
	request->sum_evicted += id;
}

#endif
