/*
 * sharded: many small maps, each with a lock of its own.
 *
 * A key's hash chooses its shard, and the shard is the map of map/chained. Threads meet only when
 * their keys share a shard, so with more shards than threads a lock is mostly free; its line still
 * travels to each thread that takes it.
 *
 * Source: M. Herlihy, N. Shavit, "The Art of Multiprocessor Programming", Morgan Kaufmann, 2008,
 *   section 13.2 (lock striping).
 * Differences: (a) a shard has a table of its own, not a stripe of a common one, so that it grows
 *   alone; (b) any number of shards: the low half of the hash, scaled by multiplication, chooses
 *   the shard, the high half the bucket; (c) where the lock has a shared mode, a value that fits a
 *   word is overwritten under that, by one store: it changes nothing that a get could see half
 *   done. A put whose key is not there then takes the lock a second time, exclusively. Payloads,
 *   which have to be freed, are overwritten under the exclusive lock. (map/chained is the map that
 *   takes its lock exclusively for every put.)
 * Shards: setup.shards; without it the power of two from 4 x workers on, at least 16: with n
 *   threads in 4 n shards, one acquisition in four or fewer meets another thread's.
 *
 * Invariants
 *   1. Each key is in the shard that its hash chooses, or nowhere.
 *   2. Each shard keeps the invariants of seq_map.h and locked_map.h. A thread holds one lock at a
 *      time.
 *
 * Linearization: each operation at any point while it holds the lock of its shard; an overwrite
 *   under the shared lock at its store, a get that may meet one at its load of the value.
 * Progress: blocking; a stalled thread stops one shard.
 * May run together: all, on different shards; gets and overwrites, as above, on one shard where the
 *   lock has a shared mode.
 *   create, destroy and inspect: alone.
 * Reclamation: none needed; what an exclusive holder took out, nobody can read after it.
 * Memory: 34 bytes an element at the expected size, see seq_map.h, and 256 bytes a shard.
 */
#ifndef STRUCTURES_MAP_SHARDED_H
#define STRUCTURES_MAP_SHARDED_H

#include "structures/map/locked_map.h"

enum { SHARDED_PER_WORKER = 4, SHARDED_MIN = 16 };

struct sharded {
	/* All read only after create. */
	struct locked_map *shards;
	uint32_t count;
	struct lock_threads threads;
	size_t value_bytes;
};

/* Shards without a wish of the user's. */
static inline uint32_t sharded_default_count(unsigned workers)
{
	uint32_t count = SHARDED_MIN;

	while (count < workers * SHARDED_PER_WORKER)
		count *= 2;
	return count;
}

static inline struct locked_map *sharded_shard(const struct sharded *map, uint64_t key)
{
	const uint64_t low = hash_key(key) & UINT32_MAX;

	return &map->shards[low * map->count >> 32];
}

/* Return: true if found; *value only then.    Linearizes: under the lock.    Progress: blocking. */
static inline bool sharded_get(struct sharded *map, struct context *context, uint64_t key,
			       uint64_t *value)
{
	return locked_map_get(sharded_shard(map, key), context, key, value);
}

/* Return: true if the key was not there.      Linearizes: under the lock.    Progress: blocking. */
static inline bool sharded_put(struct sharded *map, struct context *context, uint64_t key,
			       uint64_t value)
{
	struct locked_map *const shard = sharded_shard(map, key);

	if (LOCK_HAS_SHARED && !payload_is_apart(context) &&
	    locked_map_overwrite(shard, context, key, value))
		return false;
	return locked_map_put(shard, context, key, value);
}

/* Return: true if the key was there.          Linearizes: under the lock.    Progress: blocking. */
static inline bool sharded_remove(struct sharded *map, struct context *context, uint64_t key)
{
	return locked_map_remove(sharded_shard(map, key), context, key);
}

/* In the shard of the key that has the worker's number: one of them, by chance. */
static inline void sharded_stall(struct sharded *map, struct worker *worker)
{
	locked_map_stall(sharded_shard(map, worker->context.worker), worker);
}

static inline void sharded_prefetch(struct sharded *map, struct context *context,
				    const struct draw *draws, unsigned count)
{
	(void)context;
	for (unsigned i = 0; i < count; i++)
		seq_map_prefetch(&sharded_shard(map, draws[i].key)->map, draws[i].key);
}

#endif
