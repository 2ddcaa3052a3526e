/*
 * replicated: a sequential map on every NUMA node, and one log of updates that all of them follow.
 *
 * A put or remove is posted in a slot of its worker. Whoever takes the node's combiner lock gathers
 * what the node has posted, reserves that many entries at the tail of the log by one CAS, fills
 * them, and carries out on the node's replica all entries up to there, its own and those of other
 * nodes; then it answers the slots. A get waits until the replica of its node has carried out what
 * was in the log when the get began (it becomes combiner itself if nobody is), and reads the
 * replica. So gets touch memory of their own node, the tail apart, and an update crosses to another
 * node once, in a line of the log that carries two.
 *
 * Paper: I. Calciu, S. Sen, M. Balakrishnan, M. Aguilera, "Black-box concurrent data structures for
 *   NUMA architectures", ASPLOS 2017 (node replication). Combining: D. Hendler, I. Incze,
 *   N. Shavit, M. Tzafrir, "Flat combining and the synchronization-parallelism tradeoff", SPAA 2010.
 * Differences: (a) a get waits for the tail of the log, not for a second mark of what has been
 *   completed: one shared line less to write, and no rule about who advances it; but a combiner
 *   that stops between reserving and filling stops the gets of all nodes, not only updates;
 *   (b) an entry is filled when it bears its own number, not when a bit alternates; (c) where the
 *   log is full, the combiner that needs room carries out the log on the replicas that leave none;
 *   (d) a replica that finds no memory would part from the others, so each holds spare objects for
 *   all entries that it may lag behind, and a put for which some replica has no spare is refused
 *   before it is in the log; (e) a payload travels through the log by its address and is copied by
 *   each replica; it is freed when its entry is used again.
 *
 * Invariants
 *   1. Entry i is at i mod the size of the log. It is written by the combiner that reserved it,
 *      while every replica has applied i - size or more, and read when its stamp is i + 1.
 *   2. tail only grows; every entry below it is filled, or about to be by a thread that waits for
 *      nothing until then.
 *   3. applied of a replica only grows; its map is what the entries below make of an empty one.
 *      Both are changed under its combiner lock, while is_writing is set and no worker of the node
 *      is reading. applied <= limit <= applied + size.
 *   4. limit - applied spare objects are held: lines, and payloads where values lie apart. So limit
 *      never shrinks: an entry takes one of each at most. A put is appended below all limits.
 *   5. An effect that anyone has seen is of an entry below tail.
 *   6. A slot is its worker's while IDLE or DONE, the combiner's while POSTED.
 *
 * Linearization: put and remove in the order of the log, at the CAS on tail. A get when it has
 *   entered its replica: all that was answered before it began is below the tail that it read, hence
 *   applied; and what it sees beyond that is below the tail now, hence before any later get
 *   elsewhere.
 * Progress: blocking. A stalled combiner stops its node, and so does a stalled reader once its node
 *   updates. Others go on until the log is full for that replica; a combiner without room waits for
 *   it, and stops the updates of its own node.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: none needed; a replica is changed while nobody reads it.
 * Memory: 34 bytes an element and replica at the expected size, see seq_map.h; the log and the
 *   spares, 32 bytes an entry and 80 more for each replica, and a payload each.
 */
#ifndef STRUCTURES_MAP_REPLICATED_H
#define STRUCTURES_MAP_REPLICATED_H

#include "structures/common/backoff.h"
#include "structures/common/nodes.h"
#include "structures/common/payload.h"
#include "structures/map/map.h"
#include "structures/map/seq_map.h"

enum {
	REPLICATED_LOG_MIN = 256,        /* entries, a power of two */
	REPLICATED_LOG_PER_WORKER = 8
};

/* What a slot holds, or what became of it. */
enum replicated_state {
	REPLICATED_IDLE,
	REPLICATED_POSTED,
	REPLICATED_DONE,
	REPLICATED_NO_MEMORY
};

struct replicated_update {
	uint64_t key;
	uint64_t stored;       /* of a put: the value, or the address of the worker's payload */
	bool is_put;
};

struct replicated_entry {
	_Alignas(32) _Atomic uint64_t stamp;
	struct replicated_update update;
};

_Static_assert(2 * sizeof(struct replicated_entry) == CACHELINE_BYTES, "two entries a line");

/* Of one worker, on its node. */
struct replicated_slot {
	/* Written by the worker and the combiner in turn. */
	CACHELINE_APART _Atomic unsigned state;
	bool took_effect;
	struct replicated_update update;
	/* Written by the worker: it reads the replica. */
	CACHELINE_APART _Atomic unsigned is_reading;
};

/* Of one node, on it. */
struct replica {
	/* Written by the combiner, once or twice a batch; read by every get. */
	CACHELINE_APART _Atomic uint64_t applied;
	_Atomic uint64_t limit;
	_Atomic unsigned is_writing;

	CACHELINE_APART _Atomic unsigned is_combining;

	CACHELINE_APART struct seq_map map;

	/* The combiner's. */
	CACHELINE_APART struct context context;       /* of a worker that the replica would be */
	uint64_t horizon;                             /* a limit of all replicas, as last seen */
	struct replicated_slot **batch;
	unsigned posted;                              /* slots in batch */
	void **spare_lines, **spare_payloads;
	uint64_t lines, payloads;                     /* how many there are */
	bool has_diverged;

	/* Read only after create. */
	CACHELINE_APART struct replicated_slot *slots;
	unsigned workers;
};

struct replicated {
	CACHELINE_APART _Atomic uint64_t tail;
	/* Read only after create. */
	CACHELINE_APART struct replicated_entry *log;
	uint64_t size;
	struct nodes nodes;
	struct replica *replicas[NODES_MAX];
	struct replicated_slot **slots;    /* by worker */
	size_t value_bytes;
};

/* Off the fast path: replicated.c. */

/* Carry out on @replica all entries below @end. Holding its combiner lock. */
void replicated_apply(struct replicated *map, struct replica *replica, uint64_t end);

/* Append and answer what the workers of a node have posted. Holding its combiner lock. */
void replicated_combine(struct replicated *map, struct replica *replica, struct context *context);

static inline bool replicated_try_combining(struct replica *replica)
{
	/* relaxed: a look that spares a taken lock's line a write. */
	if (load_relaxed(&replica->is_combining))
		return false;
	/* acquire: the last combiner's work; pairs with replicated_end_combining(). */
	return !exchange_acquire(&replica->is_combining, 1);
}

static inline void replicated_end_combining(struct replica *replica)
{
	/* release: publishes the combiner's work; pairs with replicated_try_combining(). */
	store_release(&replica->is_combining, 0);
}

static inline void replicated_begin_reading(struct replica *replica, struct replicated_slot *slot)
{
	struct backoff backoff = { 0 };

	for (;;) {
		/* relaxed: ordered by the fence. */
		store_relaxed(&slot->is_reading, 1);
		/* is_reading before the look at is_writing; pairs with the fence in
		 * replicated_begin_writing(): one of the two sees the other. */
		fence_seq_cst();
		/* acquire: the last writer's work; pairs with replicated_end_writing(). */
		if (!load_acquire(&replica->is_writing))
			return;
		/* relaxed: nothing was read. */
		store_relaxed(&slot->is_reading, 0);
		/* relaxed: the look above decides. */
		while (load_relaxed(&replica->is_writing))
			backoff_pause(&backoff, 1);
	}
}

static inline void replicated_end_reading(struct replicated_slot *slot)
{
	/* release: what was read was read before; pairs with replicated_begin_writing(). */
	store_release(&slot->is_reading, 0);
}

/* Return: true if found; *value only then.    Linearizes: see above.    Progress: blocking. */
static inline bool replicated_get(struct replicated *map, struct context *context, uint64_t key,
				  uint64_t *value)
{
	struct replica *const replica = map->replicas[nodes_rank(&map->nodes, context)];
	struct replicated_slot *const slot = map->slots[context->worker];
	/* relaxed: a number. Whoever learnt of an effect learnt of its entry's reservation before,
	 * and no later load goes back behind that; entries are published by their stamps. */
	const uint64_t end = load_relaxed(&map->tail);
	struct backoff backoff = { 0 };
	uint64_t stored;
	bool is_found;

	seq_map_prefetch(&replica->map, key);
	/* acquire: after this is_writing is seen as set by the writer that applied so much, or
	 * later; pairs with the release in replicated_apply(). */
	while (load_acquire(&replica->applied) < end) {
		if (replicated_try_combining(replica)) {
			replicated_apply(map, replica, end);
			replicated_end_combining(replica);
		} else {
			backoff_pause(&backoff, 1);
		}
	}
	replicated_begin_reading(replica, slot);
	is_found = seq_map_get(&replica->map, key, &stored);
	if (is_found)
		*value = payload_read(context, stored);
	replicated_end_reading(slot);
	return is_found;
}

/* Post an update, and wait until it is answered. */
static inline enum replicated_state replicated_submit(struct replicated *map,
						      struct context *context,
						      struct replicated_update update,
						      bool *took_effect)
{
	struct replica *const replica = map->replicas[nodes_rank(&map->nodes, context)];
	struct replicated_slot *const slot = map->slots[context->worker];
	struct backoff backoff = { 0 };
	unsigned state;

	slot->update = update;
	/* release: publishes the update; pairs with the acquire in replicated_collect(). */
	store_release(&slot->state, REPLICATED_POSTED);
	/* acquire: the answer; pairs with the release in replicated_answer(). */
	while ((state = load_acquire(&slot->state)) == REPLICATED_POSTED) {
		if (replicated_try_combining(replica)) {
			replicated_combine(map, replica, context);
			replicated_end_combining(replica);
		} else {
			backoff_pause(&backoff, 1);
		}
	}
	*took_effect = state == REPLICATED_DONE && slot->took_effect;
	return (enum replicated_state)state;
}

/* Return: true if the key was not there.      Linearizes: in the log.    Progress: blocking. */
static inline bool replicated_put(struct replicated *map, struct context *context, uint64_t key,
				  uint64_t value)
{
	struct replicated_update update = { .key = key, .is_put = true };
	bool is_added;

	if (!payload_make(context, value, &update.stored))
		return false;
	if (replicated_submit(map, context, update, &is_added) == REPLICATED_NO_MEMORY) {
		context->exhausted++;
		payload_free(context, update.stored);
	}
	return is_added;
}

/* Return: true if the key was there.          Linearizes: in the log.    Progress: blocking. */
static inline bool replicated_remove(struct replicated *map, struct context *context, uint64_t key)
{
	const struct replicated_update update = { .key = key };
	bool is_removed;

	replicated_submit(map, context, update, &is_removed);
	return is_removed;
}

/* Asleep as a reader of the replica, or as its combiner. */
static inline void replicated_stall(struct replicated *map, struct worker *worker)
{
	struct replica *const replica = map->replicas[nodes_rank(&map->nodes, &worker->context)];
	struct replicated_slot *const slot = map->slots[worker->context.worker];
	struct backoff backoff = { 0 };

	if (!worker->stall_as_writer) {
		replicated_begin_reading(replica, slot);
		worker_sleep_stalled(worker);
		replicated_end_reading(slot);
		return;
	}
	while (!replicated_try_combining(replica))
		backoff_pause(&backoff, 1);
	worker_sleep_stalled(worker);
	replicated_end_combining(replica);
}

#endif
