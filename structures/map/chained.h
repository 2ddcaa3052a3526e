/*
 * chained: one lock around one good sequential hash map: the baseline that everybody beats.
 *
 * It is meant to be an honest one: the map below the lock touches one cache line per operation, its
 * line is fetched before the lock is taken, and nothing is allocated or freed under the lock but a
 * chained line now and then. What is left is the price of one lock.
 *
 * Source: D. Knuth, "The Art of Computer Programming", vol. 3, Addison-Wesley, 1973, section 6.4,
 *   for the map (structures/map/seq_map.h, with the differences); structures/lock/LOCK.h.
 *
 * Invariants: of seq_map.h and locked_map.h.
 * Linearization: each operation at any point while it holds the lock.
 * Progress: blocking.
 * May run together: gets with each other where the lock has a shared mode; nothing else. Any thread
 *   may call any operation at any time. create, destroy and inspect: alone.
 * Reclamation: none needed; what an exclusive holder took out, nobody can read after it.
 * Memory: 34 bytes an element at the expected size, see seq_map.h.
 */
#ifndef STRUCTURES_MAP_CHAINED_H
#define STRUCTURES_MAP_CHAINED_H

#include "structures/map/locked_map.h"

struct chained {
	struct locked_map locked;
	struct lock_threads threads;
	size_t value_bytes;
};

/* Return: true if found; *value only then.    Linearizes: under the lock.    Progress: blocking. */
static inline bool chained_get(struct chained *map, struct context *context, uint64_t key,
			       uint64_t *value)
{
	return locked_map_get(&map->locked, context, key, value);
}

/* Return: true if the key was not there.      Linearizes: under the lock.    Progress: blocking. */
static inline bool chained_put(struct chained *map, struct context *context, uint64_t key,
			       uint64_t value)
{
	return locked_map_put(&map->locked, context, key, value);
}

/* Return: true if the key was there.          Linearizes: under the lock.    Progress: blocking. */
static inline bool chained_remove(struct chained *map, struct context *context, uint64_t key)
{
	return locked_map_remove(&map->locked, context, key);
}

static inline void chained_stall(struct chained *map, struct worker *worker)
{
	locked_map_stall(&map->locked, worker);
}

static inline void chained_prefetch(struct chained *map, struct context *context,
				    const struct draw *draws, unsigned count)
{
	(void)context;
	for (unsigned i = 0; i < count; i++)
		seq_map_prefetch(&map->locked.map, draws[i].key);
}

#endif
