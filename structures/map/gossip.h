/*
 * gossip: a replica of the map on every NUMA node, whose updates reach the others later.
 *
 * A worker reads and writes the replica of its own node and nothing else, so no operation waits for
 * another node or fetches a line from there. Each key has a register there: its value, or a
 * tombstone, with a version, a pair of a timestamp and the replica that wrote it. Once per batch a
 * worker exchanges the news of one shard: it sends what its node has changed since the last time to
 * the shard's outbox, and takes from the outboxes of the same shard on other nodes what it does not
 * know yet. Of two versions the greater one stays, so that merging is commutative, associative and
 * idempotent: news may come late, twice and in any order, and the replicas agree all the same.
 *
 * Not linearizable: until the exchange, nodes answer differently. What is promised:
 *   convergence       when updates stop and all is exchanged, the replicas are equal;
 *   monotonic reads   a worker never sees an older version of a key than it has seen;
 *   read your writes  a worker sees what it put, or something newer;
 * and that all workers see the versions of one key in the same order. Added and removed are said of
 * the worker's own replica: two nodes may both add a key. Of concurrent writes one is lost.
 *
 * Paper: C. Wu, J. Faleiro, Y. Lin, J. Hellerstein, "Anna: a KVS for any scale", ICDE 2018, with
 *   last-writer-wins registers. The clock: L. Lamport, "Time, clocks, and the ordering of events in
 *   a distributed system", CACM 21(7), 1978. The promises: D. Terry, A. Demers, K. Petersen, M.
 *   Spreitzer, M. Theimer, B. Welch, "Session guarantees for weakly consistent replicated data",
 *   PDIS 1994.
 * Differences: (a) a replica a node, shared by its workers under shard locks, where the paper has
 *   one a thread; (b) the clock is the register's own: an update is newer than all that its node
 *   knew of that key, and no clock is shared between keys; the price is that "last" is last by
 *   count among updates that did not know of each other, not by the time of day; (c) news is pulled
 *   from bounded outboxes, where the paper sends messages. A full outbox holds nobody up: registers
 *   wait in a list, each once, however often it changes; (d) workers do the exchanging, as in the
 *   paper; so a node without a worker that runs sends and takes nothing.
 * Replicas: one a node; more with setup.shards, at most one a worker, for machines with few nodes.
 *
 * Invariants
 *   1. A register is never taken out: a tombstone must outlive any old news of its key. Its version
 *      only grows.
 *   2. A version names one update: its timestamp is above all that its replica has had for that
 *      key, under the shard's lock.
 *   3. A register that its replica has changed and not sent is in the list of its shard, from
 *      `oldest` on; `next` of the last one is itself, of others not in the list NULL.
 *   4. A delta is in its outbox from `sent` on until each other replica's `taken` is beyond it.
 *      Its payload is the outbox's own copy.
 *   5. A payload of a register is read under the lock, and freed by the thread that took it out
 *      under the exclusive lock.
 *
 * Linearization: none; in one replica, each operation under its shard's lock.
 * Progress: blocking; a stalled worker stops one shard of its node. Inside an exchange it stops the
 *   news of one shard: of its node to all others, and of the others to its node.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: none needed, by invariants 1 and 5.
 * Memory: 66 bytes a key and replica, of each key that was ever put (seq_map.h, and a register);
 *   2.7 KiB a shard, most of it its outbox. Where there is no memory for news, it is left out and
 *   counted as exhausted; convergence is not promised after that.
 */
#ifndef STRUCTURES_MAP_GOSSIP_H
#define STRUCTURES_MAP_GOSSIP_H

#include "structures/common/histogram.h"
#include "structures/common/nodes.h"
#include "structures/common/payload.h"
#include "structures/map/map.h"
#include "structures/map/seq_map.h"
#include "structures/map/sharded.h"
#include "topology/clock.h"
#include "workloads/random.h"

enum {
	GOSSIP_REPLICAS_MAX = NODES_MAX,
	GOSSIP_OUTBOX = 64,         /* deltas, a power of two: several batches of one worker */
	GOSSIP_AT_ONCE = 16,        /* deltas sent or taken in one hold of the lock: about 1 us */
	GOSSIP_SAMPLED_ONE_IN = 16, /* changes whose time is noted: 1 to 2 ns each on average */
	GOSSIP_SHARDS_DISTURBED = 2 /* few, so that a history of few calls exchanges them */
};

/* A version: the timestamp, the replica that wrote it, and whether it is a value or a tombstone. */
enum {
	GOSSIP_PRESENT = 1,
	GOSSIP_WRITER_SHIFT = 1,
	GOSSIP_TIMESTAMP_SHIFT = GOSSIP_WRITER_SHIFT + 8
};

struct gossip_register {
	uint64_t key;
	uint64_t version;             /* 0: neither put nor removed yet */
	uint64_t stored;              /* of a value */
	struct gossip_register *next; /* in the list of what is to be sent */
};

_Static_assert(2 * sizeof(struct gossip_register) == CACHELINE_BYTES, "two registers a line");

/* News of a register. */
struct gossip_delta {
	uint64_t key, version, stored;
	uint64_t since_ns; /* when it had been changed; 0: not sampled */
};

struct gossip_shard {
	struct lock lock;   /* on lines of its own */
	struct seq_map map; /* of addresses of registers */
	/* Changed under the exclusive lock. */
	CACHELINE_APART _Atomic(struct gossip_register *) oldest;
	struct gossip_register *newest;
	struct gossip_register *sampled; /* in the list, since sampled_ns; or NULL */
	uint64_t sampled_ns;
	uint32_t changes;
	/* Of the thread that exchanges. */
	CACHELINE_APART _Atomic unsigned is_exchanging;
	uint64_t room; /* deltas below this number fit into the outbox */
	struct random disturbance;
	/* Read on other nodes. `taken` is written once an exchange, `sent` where there is news. */
	CACHELINE_APART _Atomic uint64_t sent;
	struct gossip_delta *outbox;
	_Atomic uint64_t *taken; /* by replica: deltas merged from its outbox */
};

/* Of one node, on it. */
struct gossip_replica {
	/* Read only after create. */
	CACHELINE_APART struct gossip_shard *shards;
	unsigned index, node;
	/* For exchanges while no worker runs. */
	CACHELINE_APART struct context context;
	_Atomic bool is_starved; /* it lacks news for which there was no memory */
};

/* Of one worker, on its node. */
struct gossip_seat {
	/* Read only after create. */
	CACHELINE_APART struct gossip_replica *replica;
	/* The worker's. */
	CACHELINE_APART uint32_t next_shard; /* to exchange */
	struct histogram staleness_ns;
};

struct gossip {
	/* All read only after create. */
	struct nodes nodes;
	unsigned workers;
	unsigned count;  /* of replicas */
	uint32_t shards; /* of each replica */
	bool is_disturbed;
	size_t value_bytes;
	struct gossip_replica *replicas[GOSSIP_REPLICAS_MAX];
	struct gossip_seat **seats; /* by worker */
};

/* gossip_exchange.h: send and take the news of one shard, unless somebody is at it. */
static void gossip_exchange(struct gossip *map, struct gossip_seat *seat, struct context *context,
			    uint32_t shard);

static inline bool gossip_is_present(uint64_t version)
{
	return version & GOSSIP_PRESENT;
}

/* Of an update on @replica of a register with this version. */
static inline uint64_t gossip_next_version(uint64_t version, unsigned replica, bool is_present)
{
	const uint64_t timestamp = (version >> GOSSIP_TIMESTAMP_SHIFT) + 1;

	return timestamp << GOSSIP_TIMESTAMP_SHIFT | (uint64_t)replica << GOSSIP_WRITER_SHIFT |
	       is_present;
}

static inline struct gossip_shard *
gossip_shard_of(const struct gossip *map, const struct gossip_replica *replica, uint64_t key)
{
	const uint64_t low = hash_key(key) & UINT32_MAX;

	return &replica->shards[low * map->shards >> 32];
}

/* Under the lock. Return: NULL for a key that never was there. */
static inline struct gossip_register *gossip_look(const struct gossip_shard *shard, uint64_t key)
{
	uint64_t stored;

	return seq_map_get(&shard->map, key, &stored) ? (struct gossip_register *)(uintptr_t)stored
						      : NULL;
}

/* Under the exclusive lock. Return: the register of a key, or NULL without memory for a new one. */
static inline struct gossip_register *gossip_look_or_make(struct gossip_shard *shard,
							  struct context *context, uint64_t key)
{
	struct gossip_register *found = gossip_look(shard, key);
	uint64_t old;

	if (found)
		return found;
	found = arena_alloc(context->arena, MEMORY_NODES, sizeof(*found));
	if (!found) {
		context->exhausted++;
		return NULL;
	}
	*found = (struct gossip_register){ .key = key };
	if (seq_map_put(&shard->map, context, key, (uintptr_t)found, &old) != SEQ_MAP_NO_MEMORY)
		return found;
	arena_free(context->arena, found, MEMORY_NODES, sizeof(*found));
	return NULL;
}

/* Under the exclusive lock: a register has changed, and others are to know. */
static inline void gossip_note(struct gossip_shard *shard, struct gossip_register *changed)
{
	if (changed->next)
		return;
	changed->next = changed;
	/* relaxed: changed under the exclusive lock alone. */
	if (load_relaxed(&shard->oldest))
		shard->newest->next = changed;
	else
		/* relaxed: who looks without the lock gets a hint, or comes after the workers. */
		store_relaxed(&shard->oldest, changed);
	shard->newest = changed;
	if (shard->changes++ % GOSSIP_SAMPLED_ONE_IN || shard->sampled)
		return;
	shard->sampled = changed;
	shard->sampled_ns = clock_monotonic_ns();
}

/* Under the exclusive lock: an update of this node. */
static inline void gossip_update(const struct gossip *map, const struct gossip_replica *replica,
				 struct gossip_shard *shard, struct gossip_register *updated,
				 bool is_present)
{
	updated->version = gossip_next_version(updated->version, replica->index, is_present);
	if (map->count > 1)
		gossip_note(shard, updated);
}

/* Return: true if found; *value only then.    Reads its node's replica.  Progress: blocking. */
static inline bool gossip_get(struct gossip *map, struct context *context, uint64_t key,
			      uint64_t *value)
{
	const struct gossip_replica *const replica = map->seats[context->worker]->replica;
	struct gossip_shard *const shard = gossip_shard_of(map, replica, key);
	const struct gossip_register *found;
	bool is_found;

	seq_map_prefetch(&shard->map, key);
	lock_acquire_shared(&shard->lock, NULL);
	found = gossip_look(shard, key);
	is_found = found && gossip_is_present(found->version);
	if (is_found)
		*value = payload_read(context, found->stored);
	lock_release_shared(&shard->lock, NULL);
	return is_found;
}

/* Return: true if the key was not there.      In its node's replica.     Progress: blocking. */
static inline bool gossip_put(struct gossip *map, struct context *context, uint64_t key,
			      uint64_t value)
{
	const struct gossip_replica *const replica = map->seats[context->worker]->replica;
	struct gossip_shard *const shard = gossip_shard_of(map, replica, key);
	struct gossip_register *updated;
	uint64_t stored, freed;
	bool was_present = false;

	if (!payload_make(context, value, &stored))
		return false;
	freed = stored;
	seq_map_prefetch(&shard->map, key);
	lock_acquire(&shard->lock, NULL);
	updated = gossip_look_or_make(shard, context, key);
	if (updated) {
		was_present = gossip_is_present(updated->version);
		freed = updated->stored;
		updated->stored = stored;
		gossip_update(map, replica, shard, updated, true);
	}
	lock_release(&shard->lock, NULL);
	if (was_present || !updated)
		payload_free(context, freed);
	return updated && !was_present;
}

/* Return: true if the key was there.          In its node's replica.     Progress: blocking. */
static inline bool gossip_remove(struct gossip *map, struct context *context, uint64_t key)
{
	const struct gossip_replica *const replica = map->seats[context->worker]->replica;
	struct gossip_shard *const shard = gossip_shard_of(map, replica, key);
	struct gossip_register *updated;
	uint64_t freed = 0;
	bool is_removed;

	seq_map_prefetch(&shard->map, key);
	lock_acquire(&shard->lock, NULL);
	updated = gossip_look(shard, key);
	is_removed = updated && gossip_is_present(updated->version);
	if (is_removed) {
		freed = updated->stored;
		gossip_update(map, replica, shard, updated, false);
	}
	lock_release(&shard->lock, NULL);
	if (is_removed)
		payload_free(context, freed);
	return is_removed;
}

/* Once per batch. Workers of a node begin at different shards and go round all of them. */
static inline void gossip_quiesce(struct gossip *map, struct context *context)
{
	struct gossip_seat *const seat = map->seats[context->worker];

	if (map->count == 1)
		return;
	gossip_exchange(map, seat, context, seat->next_shard);
	seat->next_shard = seat->next_shard + 1 < map->shards ? seat->next_shard + 1 : 0;
}

/* In the shard of the key that has the worker's number: one of them, by chance. */
static inline void gossip_stall(struct gossip *map, struct worker *worker)
{
	struct gossip_shard *const shard = gossip_shard_of(
		map, map->seats[worker->context.worker]->replica, worker->context.worker);

	lock_stall(&shard->lock, worker);
}

#endif
