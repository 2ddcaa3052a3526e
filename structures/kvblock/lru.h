/*
 * lru: one block cache with exact least-recently-used eviction, under one lock.
 *
 * What servers do, and the yardstick of the family: every hit moves its blocks on the list of
 * recency, so that readers write as much as writers do, and one lock orders them all.
 *
 * Source and invariants: structures/kvblock/seq_lru.h.
 * Differences: (a) the lock is taken once for each acquire, commit and release, not for each block.
 *
 * Invariants
 *   1. The cache is read and written by the holder of the lock alone.
 *
 * Linearization: each of acquire, commit and release at any point while it holds the lock.
 * Progress: blocking.
 * May run together: any operations from any threads, one at a time inside. create, destroy and
 *   inspect: alone. Every operation writes, so that a shared mode is of no use: with @rwlock this is
 *   a baseline for that lock's exclusive mode.
 * Reclamation: none needed; the evicting thread frees a block, which goes home to its arena.
 * Memory: 48 bytes a block and 8 to 16 of table for each block of capacity, and the lock.
 */
#ifndef STRUCTURES_KVBLOCK_LRU_H
#define STRUCTURES_KVBLOCK_LRU_H

#include "structures/kvblock/held_lock.h"
#include "structures/kvblock/seq_lru.h"

struct lru {
	struct lock lock; /* on lines of its own */
	CACHELINE_APART struct seq_lru cache;
	/* Read only after create. */
	CACHELINE_APART struct lock_threads threads;
};

/* Linearizes: under the lock.    Progress: blocking. */
static inline void lru_acquire(struct lru *lru, struct context *context,
			       struct kvblock_request *request)
{
	held_acquire(&lru->lock, context);
	seq_lru_acquire(&lru->cache, request);
	held_release(&lru->lock, context);
}

/* Linearizes: under the lock.    Progress: blocking. */
static inline void lru_commit(struct lru *lru, struct context *context,
			      struct kvblock_request *request)
{
	held_acquire(&lru->lock, context);
	seq_lru_commit(&lru->cache, context, request);
	held_release(&lru->lock, context);
}

/* Linearizes: under the lock.    Progress: blocking. */
static inline void lru_release(struct lru *lru, struct context *context,
			       struct kvblock_request *request)
{
	held_acquire(&lru->lock, context);
	seq_lru_release(request);
	held_release(&lru->lock, context);
}

/* There are no readers: a stall holds the lock exclusively. */
static inline void lru_stall(struct lru *lru, struct worker *worker)
{
	lock_acquire(&lru->lock, worker->context.lock);
	worker_sleep_stalled(worker);
	lock_release(&lru->lock, worker->context.lock);
}

#endif
