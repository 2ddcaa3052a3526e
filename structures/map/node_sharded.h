/*
 * node_sharded: small maps that belong to NUMA nodes, each with one lock a node.
 *
 * A key's hash chooses its home node and there its shard. All of a shard (table, counts, chained
 * lines) lies on its home node. For each shard every node has a lock of its own, in its own memory:
 * a get takes its node's lock alone, a put or remove takes all of them. So a get moves no lock line
 * between nodes as long as no update comes; an update pays for that with one line from each other
 * node.
 *
 * Homes alone would not do: a hash spreads keys evenly, so that with n nodes (n - 1) / n of all
 * operations come from another node than the key's, whichever that is, and the lines they write
 * travel just as between shards that lie anywhere. What can be saved is the writing by readers.
 *
 * Source: I. Calciu, D. Dice, Y. Lev, V. Luchangco, V. Marathe, N. Shavit, "NUMA-aware
 *   reader-writer locks", PPoPP 2013 (readers announce themselves on their own node); lock striping
 *   as in map/sharded.
 * Differences: (a) a node's lock is a plain lock, so that gets of one node exclude each other
 *   where it has no shared mode; (b) a writer takes every node's lock, the home's first, instead of
 *   raising a barrier and waiting for readers to leave; (c) a payload lies on the node of the worker
 *   that put it, as in every map here, not on the shard's.
 * When: gets must outnumber updates. With n nodes and a share u of updates, an operation moves about
 *   u (n - 1) lock lines and more where updates have driven the get's own lock away, against
 *   (n - 1) / n for map/sharded: the break-even is near u = 1 / n.
 * Shards: setup.shards, rounded up to a multiple of the nodes; without it as map/sharded.
 * Locks: those of which a thread may hold as many as there are nodes: not mcs, see lock.h.
 *
 * Invariants
 *   1. Each key is in the shard that its hash chooses, or nowhere.
 *   2. A shard's map is changed by a thread that holds the locks of all nodes for it; it is read by
 *      one that holds one of them at least.
 *   3. Locks of one shard are taken in the order home, home + 1 and so on, modulo the nodes: the
 *      same for all threads. A thread holds locks of one shard at a time.
 *   4. A shard's arena is used under its locks, all of them.
 *   5. A payload is read under a lock, and freed by the thread that took it out under all locks,
 *      after it: no reader can hold it any more.
 *
 * Linearization: a get at any point while it holds its lock; a put or remove while it holds all.
 * Progress: blocking; a stalled thread stops one shard, as a reader for its own node and writers.
 * May run together: all, on different shards; gets on one shard from different nodes, and from one
 *   node where the lock has a shared mode. create, destroy and inspect: alone.
 * Reclamation: none needed, by invariant 5.
 * Memory: 34 bytes an element at the expected size, see seq_map.h; 256 bytes a shard and 128 more
 *   for each node, and an arena of each shard's own: 54 KB of address space, and a block of 64 KiB
 *   once a node hangs in a chain.
 */
#ifndef STRUCTURES_MAP_NODE_SHARDED_H
#define STRUCTURES_MAP_NODE_SHARDED_H

#include "structures/common/nodes.h"
#include "structures/map/locked_map.h"
#include "structures/map/sharded.h"

struct node_sharded_shard {
	CACHELINE_APART struct seq_map map;
	struct arena *arena;    /* on the home node: chained lines */
};

struct node_sharded {
	/* All read only after create. */
	struct nodes nodes;
	uint32_t per_node;                                 /* shards */
	struct node_sharded_shard *shards[NODES_MAX];      /* by home, per_node of them */
	struct lock *locks[NODES_MAX];                     /* by node, one for each shard */
	struct lock_threads threads;
	size_t value_bytes;
};

/* Where a key is. */
struct node_sharded_place {
	struct node_sharded_shard *shard;
	uint32_t home;
	size_t lock;    /* number of the shard among all: its lock in each node's array */
};

static inline struct node_sharded_place node_sharded_find(const struct node_sharded *map,
							  uint64_t key)
{
	/* The low half of the hash, scaled twice: home node, and of the rest the shard. The bucket
	 * is chosen by the high half. */
	const uint64_t scaled = (hash_key(key) & UINT32_MAX) * map->nodes.count;
	const uint32_t home = (uint32_t)(scaled >> 32);
	const uint32_t slot = (uint32_t)((scaled & UINT32_MAX) * map->per_node >> 32);

	return (struct node_sharded_place){ .shard = &map->shards[home][slot],
					    .home = home,
					    .lock = (size_t)home * map->per_node + slot };
}

/* The lock of the caller's own node. */
static inline struct lock *node_sharded_own(const struct node_sharded *map,
					    const struct context *context,
					    struct node_sharded_place place)
{
	return &map->locks[nodes_rank(&map->nodes, context)][place.lock];
}

static inline void node_sharded_acquire(const struct node_sharded *map, struct lock_thread *thread,
					struct node_sharded_place place)
{
	for (uint32_t node = place.home; node < map->nodes.count; node++)
		lock_acquire(&map->locks[node][place.lock], thread);
	for (uint32_t node = 0; node < place.home; node++)
		lock_acquire(&map->locks[node][place.lock], thread);
}

static inline void node_sharded_release(const struct node_sharded *map, struct lock_thread *thread,
					struct node_sharded_place place)
{
	for (uint32_t node = 0; node < map->nodes.count; node++)
		lock_release(&map->locks[node][place.lock], thread);
}

/* Return: true if found; *value only then.    Linearizes: under a lock.    Progress: blocking. */
static inline bool node_sharded_get(struct node_sharded *map, struct context *context, uint64_t key,
				    uint64_t *value)
{
	const struct node_sharded_place place = node_sharded_find(map, key);
	struct lock *const lock = node_sharded_own(map, context, place);
	uint64_t stored;
	bool is_found;

	seq_map_prefetch(&place.shard->map, key);
	lock_acquire_shared(lock, context->lock);
	is_found = seq_map_get(&place.shard->map, key, &stored);
	if (is_found)
		*value = payload_read(context, stored);
	lock_release_shared(lock, context->lock);
	return is_found;
}

/* Return: true if the key was not there.      Linearizes: under all locks.  Progress: blocking. */
static inline bool node_sharded_put(struct node_sharded *map, struct context *context, uint64_t key,
				    uint64_t value)
{
	const struct node_sharded_place place = node_sharded_find(map, key);
	struct context home = { .arena = place.shard->arena };
	uint64_t stored, old = 0;
	enum seq_map_put put;

	if (!payload_make(context, value, &stored))
		return false;
	seq_map_prefetch(&place.shard->map, key);
	node_sharded_acquire(map, context->lock, place);
	put = seq_map_put(&place.shard->map, &home, key, stored, &old);
	node_sharded_release(map, context->lock, place);
	context->exhausted += home.exhausted;
	return seq_map_settle(context, put, stored, old);
}

/* Return: true if the key was there.          Linearizes: under all locks.  Progress: blocking. */
static inline bool node_sharded_remove(struct node_sharded *map, struct context *context,
				       uint64_t key)
{
	const struct node_sharded_place place = node_sharded_find(map, key);
	struct context home = { .arena = place.shard->arena };
	uint64_t stored;
	bool is_removed;

	seq_map_prefetch(&place.shard->map, key);
	node_sharded_acquire(map, context->lock, place);
	is_removed = seq_map_remove(&place.shard->map, &home, key, &stored);
	node_sharded_release(map, context->lock, place);
	if (is_removed)
		payload_free(context, stored);
	return is_removed;
}

/* In the shard of the key that has the worker's number: one of them, by chance. */
static inline void node_sharded_stall(struct node_sharded *map, struct worker *worker)
{
	struct context *const context = &worker->context;
	const struct node_sharded_place place = node_sharded_find(map, context->worker);
	struct lock *const lock = node_sharded_own(map, context, place);

	if (worker->stall_as_writer) {
		node_sharded_acquire(map, context->lock, place);
		worker_sleep_stalled(worker);
		node_sharded_release(map, context->lock, place);
	} else {
		lock_acquire_shared(lock, context->lock);
		worker_sleep_stalled(worker);
		lock_release_shared(lock, context->lock);
	}
}

#endif
