/*
 * delegated: each worker owns a shard, and all others send it what they want done there.
 *
 * A key's hash chooses its shard, hence its owner. The owner carries out its own operations on it
 * without a word to anyone. Any other worker writes its request into a mailbox that it has with
 * that owner, one line, and waits for the answer, another line; while it waits it serves its own
 * shard. So two lines travel for a request, however many lines the operation touches, and the shard
 * stays in the caches of its owner, on whose node it lies.
 *
 * Paper: S. Roghanchi, J. Eriksson, N. Basu, "ffwd: delegation is (much) faster than you think",
 *   SOSP 2017.
 * Differences: (a) the paper's servers are threads of their own, each on a core that serves alone.
 *   Here the workers serve: every PU that works on the map is one whose operations are counted, and
 *   as many threads can be compared with as many of any other map. The price is that a request
 *   waits until its owner waits itself or ends a batch; as (n - 1) / n of a worker's operations are
 *   sent away, that is soon. (b) An owner that is offline leaves its shard to whoever has a request
 *   for it. (c) Each client has an answer line of its own, where the paper packs answers to
 *   neighbours into one. (d) As in the paper the answer is one word: a payload is read where the
 *   shard is, by its owner, not by the worker that asked for it.
 *
 * Invariants
 *   1. Each key is in the shard that its hash chooses, or nowhere.
 *   2. A shard and the answers in its mailboxes are touched by the thread that holds it. Its owner
 *      holds it while it is online; other threads for one round of serving.
 *   3. A mailbox holds a request while asked = answered + 1, else none. Its client alone writes
 *      asked, and waits for the answer before it asks again.
 *   4. A worker that waits for an answer serves its own shard and, if nobody holds the other, that
 *      one. So a ring of workers that wait for each other does not stand still.
 *
 * Linearization: each operation when the holder of its shard carries it out, which lies between
 *   request and answer.
 * Progress: blocking. A stalled worker stops its shard, and soon all who ask for something there.
 *   So does one that waits for its next arrival in an open loop, which does not serve meanwhile:
 *   latencies at a given rate are those of the load's gaps, not of this map.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: none needed; nothing of a shard leaves it.
 * Memory: 34 bytes an element at the expected size, see seq_map.h; 256 bytes for each pair of
 *   workers.
 */
#ifndef STRUCTURES_MAP_DELEGATED_H
#define STRUCTURES_MAP_DELEGATED_H

#include "structures/common/backoff.h"
#include "structures/common/payload.h"
#include "structures/map/map.h"
#include "structures/map/seq_map.h"

struct delegated_request {
	uint64_t key;
	uint64_t stored;    /* of a put: the value, or the address of the payload */
	enum map_operation operation;
};

struct delegated_answer {
	uint64_t value;     /* of a get that found; of a put that is refused: not touched */
	bool took_effect;
	bool has_no_memory;
};

/* Of one client with one shard. */
struct delegated_mailbox {
	/* Written by the client. */
	CACHELINE_APART _Atomic uint64_t asked;
	struct delegated_request request;
	/* Written by the holder of the shard. */
	CACHELINE_APART _Atomic uint64_t answered;
	struct delegated_answer answer;
};

/* On the owner's node. */
struct delegated_shard {
	CACHELINE_APART _Atomic unsigned is_held;
	CACHELINE_APART struct seq_map map;
	struct arena *arena;                      /* chained lines */
	struct delegated_mailbox *mailboxes;      /* by client */
};

struct delegated {
	/* All read only after create. */
	struct delegated_shard **shards;          /* by owner */
	uint32_t workers;
	size_t value_bytes;
};

static inline bool delegated_try_hold(struct delegated_shard *shard)
{
	/* relaxed: a look that spares a held shard's line a write. */
	if (load_relaxed(&shard->is_held))
		return false;
	/* acquire: what the last holder did; pairs with delegated_let_go(). */
	return !exchange_acquire(&shard->is_held, 1);
}

static inline void delegated_let_go(struct delegated_shard *shard)
{
	/* release: publishes what the holder did; pairs with delegated_try_hold(). */
	store_release(&shard->is_held, 0);
}

/* Carry out one request. The caller holds the shard. */
static inline struct delegated_answer delegated_carry_out(struct delegated_shard *shard,
							  struct context *context,
							  const struct delegated_request *request)
{
	struct delegated_answer answer = { 0 };
	struct context home = { .arena = shard->arena };
	uint64_t stored, old = 0;
	enum seq_map_put put;

	switch (request->operation) {
	case MAP_GET:
		answer.took_effect = seq_map_get(&shard->map, request->key, &stored);
		if (answer.took_effect)
			answer.value = payload_read(context, stored);
		break;
	case MAP_PUT:
		put = seq_map_put(&shard->map, &home, request->key, request->stored, &old);
		answer.has_no_memory = put == SEQ_MAP_NO_MEMORY;
		answer.took_effect = seq_map_settle(context, put, request->stored, old);
		break;
	default:
		answer.took_effect = seq_map_remove(&shard->map, &home, request->key, &stored);
		if (answer.took_effect)
			payload_free(context, stored);
		break;
	}
	return answer;
}

/* Answer what is in the mailboxes of a shard that the caller holds. */
static inline void delegated_serve(const struct delegated *map, struct delegated_shard *shard,
				   struct context *context)
{
	for (uint32_t client = 0; client < map->workers; client++) {
		struct delegated_mailbox *const mailbox = &shard->mailboxes[client];
		/* acquire: the request; pairs with the release in delegated_ask(). */
		const uint64_t asked = load_acquire(&mailbox->asked);

		/* relaxed: written by holders of the shard alone. */
		if (asked == load_relaxed(&mailbox->answered))
			continue;
		mailbox->answer = delegated_carry_out(shard, context, &mailbox->request);
		/* release: publishes the answer; pairs with the acquire in delegated_ask(). */
		store_release(&mailbox->answered, asked);
	}
}

/* Send a request to another worker's shard, and serve until it is answered. */
static inline struct delegated_answer delegated_ask(struct delegated *map,
						    struct delegated_shard *shard,
						    struct context *context,
						    struct delegated_request request)
{
	struct delegated_mailbox *const mailbox = &shard->mailboxes[context->worker];
	/* relaxed: only this thread writes it. */
	const uint64_t number = load_relaxed(&mailbox->asked) + 1;
	struct backoff backoff = { 0 };

	mailbox->request = request;
	/* release: publishes the request; pairs with the acquire in delegated_serve(). */
	store_release(&mailbox->asked, number);
	/* acquire: the answer; pairs with the release in delegated_serve(). */
	while (load_acquire(&mailbox->answered) != number) {
		delegated_serve(map, map->shards[context->worker], context);
		if (delegated_try_hold(shard)) {
			delegated_serve(map, shard, context);
			delegated_let_go(shard);
		} else {
			backoff_pause(&backoff, 1);
		}
	}
	return mailbox->answer;
}

static inline struct delegated_answer delegated_perform(struct delegated *map,
							struct context *context,
							struct delegated_request request)
{
	const uint64_t low = hash_key(request.key) & UINT32_MAX;
	struct delegated_shard *const shard = map->shards[low * map->workers >> 32];
	struct delegated_answer answer;

	if (shard == map->shards[context->worker])
		answer = delegated_carry_out(shard, context, &request);
	else
		answer = delegated_ask(map, shard, context, request);
	context->exhausted += answer.has_no_memory;
	return answer;
}

/* Return: true if found; *value only then.    Linearizes: at the holder.    Progress: blocking. */
static inline bool delegated_get(struct delegated *map, struct context *context, uint64_t key,
				 uint64_t *value)
{
	const struct delegated_answer answer = delegated_perform(
		map, context, (struct delegated_request){ .key = key, .operation = MAP_GET });

	if (answer.took_effect)
		*value = answer.value;
	return answer.took_effect;
}

/* Return: true if the key was not there.      Linearizes: at the holder.    Progress: blocking. */
static inline bool delegated_put(struct delegated *map, struct context *context, uint64_t key,
				 uint64_t value)
{
	struct delegated_request request = { .key = key, .operation = MAP_PUT };

	return payload_make(context, value, &request.stored) &&
	       delegated_perform(map, context, request).took_effect;
}

/* Return: true if the key was there.          Linearizes: at the holder.    Progress: blocking. */
static inline bool delegated_remove(struct delegated *map, struct context *context, uint64_t key)
{
	return delegated_perform(map, context,
				 (struct delegated_request){ .key = key, .operation = MAP_REMOVE })
		.took_effect;
}

/* Once per batch: a worker that asks nobody for anything must answer all the same. */
static inline void delegated_quiesce(struct delegated *map, struct context *context)
{
	delegated_serve(map, map->shards[context->worker], context);
}

static inline void delegated_online(struct delegated *map, struct context *context)
{
	struct backoff backoff = { 0 };

	while (!delegated_try_hold(map->shards[context->worker]))
		backoff_pause(&backoff, 1);
}

static inline void delegated_offline(struct delegated *map, struct context *context)
{
	delegated_let_go(map->shards[context->worker]);
}

/* Asleep with its own shard held, as it is all the time that it runs. */
static inline void delegated_stall(struct delegated *map, struct worker *worker)
{
	(void)map;
	worker_sleep_stalled(worker);
}

#endif
