/*
 * locked_map: a sequential hash map (seq_map.h) and the lock around it. map/chained is one of
 * these, map/sharded an array of them.
 *
 * A get takes the lock in its shared mode, where it has one; a put and a remove take it in the
 * exclusive mode. What needs no lock is done outside: the key's line is fetched before, a new
 * payload is made before, and the one it replaced is freed after.
 *
 * Invariants
 *   1. The map is changed under the exclusive lock alone.
 *   2. A payload is read under the lock, and freed by the thread that took it out under the
 *      exclusive lock, after it: no reader can hold it any more.
 */
#ifndef STRUCTURES_MAP_LOCKED_MAP_H
#define STRUCTURES_MAP_LOCKED_MAP_H

#include "structures/common/payload.h"
#include "structures/lock/lock.h"
#include "structures/lock/stall.h"
#include "structures/map/map.h"
#include "structures/map/seq_map.h"

struct locked_map {
	struct lock lock;      /* on lines of its own */
	struct seq_map map;
};

static inline int locked_map_init(struct locked_map *locked, struct memory *memory,
				  uint64_t expected)
{
	const int error = seq_map_init(&locked->map, memory, expected);

	return error ? error : lock_init(&locked->lock, memory);
}

static inline void locked_map_destroy(struct locked_map *locked, size_t value_bytes)
{
	seq_map_destroy(&locked->map, value_bytes);
	lock_destroy(&locked->lock);
}

static inline bool locked_map_get(struct locked_map *locked, struct context *context, uint64_t key,
				  uint64_t *value)
{
	uint64_t stored;
	bool is_found;

	seq_map_prefetch(&locked->map, key);
	lock_acquire_shared(&locked->lock, context->lock);
	is_found = seq_map_get(&locked->map, key, &stored);
	if (is_found)
		*value = payload_read(context, stored);
	lock_release_shared(&locked->lock, context->lock);
	return is_found;
}

static inline bool locked_map_put(struct locked_map *locked, struct context *context, uint64_t key,
				  uint64_t value)
{
	uint64_t stored, old = 0;
	enum seq_map_put put;

	if (!payload_make(context, value, &stored))
		return false;
	seq_map_prefetch(&locked->map, key);
	lock_acquire(&locked->lock, context->lock);
	put = seq_map_put(&locked->map, context, key, stored, &old);
	lock_release(&locked->lock, context->lock);
	return seq_map_settle(context, put, stored, old);
}

/* Replace the value of a key that is there, with other readers. For values without a payload. */
static inline bool locked_map_overwrite(struct locked_map *locked, struct context *context,
					uint64_t key, uint64_t value)
{
	bool is_found;

	seq_map_prefetch(&locked->map, key);
	lock_acquire_shared(&locked->lock, context->lock);
	is_found = seq_map_overwrite(&locked->map, key, value);
	lock_release_shared(&locked->lock, context->lock);
	return is_found;
}

static inline bool locked_map_remove(struct locked_map *locked, struct context *context,
				     uint64_t key)
{
	uint64_t stored;
	bool is_removed;

	seq_map_prefetch(&locked->map, key);
	lock_acquire(&locked->lock, context->lock);
	is_removed = seq_map_remove(&locked->map, context, key, &stored);
	lock_release(&locked->lock, context->lock);
	if (is_removed)
		payload_free(context, stored);
	return is_removed;
}

static inline void locked_map_stall(struct locked_map *locked, struct worker *worker)
{
	lock_stall(&locked->lock, worker);
}

#endif
