/*
 * redis: the keys of a server that speaks RESP (Redis, Valkey, KeyDB, Dragonfly...), one connection
 * per worker: what a store costs that is not in this process.
 *
 * get is GET, put is SET, remove is DEL, as its users send them: each operation is one round trip,
 * over a Unix socket or TCP, and the worker sleeps until the answer is there. With pipeline=N so many
 * commands are sent before the first answer is waited for.
 *
 * Source: "Redis commands", redis.io. Differences from other clients:
 *   a. Answers are read in place from the connection's buffer, every byte of a value is checked.
 *   b. Of a pipelined put the value comes from a stream of the connection's own: its command has
 *      left before the loop draws one.
 * Invariants:
 *   1. Every command sent is answered before the next batch is sent: `pending` counts what is not.
 * SET does not tell whether the key was there, so a put always says added (VARIANT_BLIND).
 * Linearization: within the server, which performs commands one at a time; between send and answer.
 * Progress: blocking; on the server.
 * May run together: anything, each worker on its own connection.
 * Reclamation: none; the server owns what is stored.
 * Memory: of this process buffers alone; the server's is not counted here.
 */
#ifndef STRUCTURES_MAP_REDIS_H
#define STRUCTURES_MAP_REDIS_H

#include "structures/map/map.h"
#include "structures/remote/redis_crew.h"
#include "structures/remote/wire_value.h"
#include "workloads/random.h"

struct redis {
	struct redis_crew crew;
};

static inline void redis_append(struct redis_worker *worker, const struct context *context,
				unsigned operation, uint64_t key, uint64_t value)
{
	static const char *const words[] = { "GET", "SET", "DEL" };
	struct link *const link = &worker->link;
	char *at = resp_begin(link->out + link->out_length, operation == MAP_PUT ? 3 : 2);

	at = resp_key(resp_word(at, words[operation], 3), "nm:", key);
	if (operation == MAP_PUT) {
		at = resp_line(at, '$', context->value_bytes);
		wire_value_write(at, worker->scratch, context->value_bytes, value);
		at += context->value_bytes;
		*at++ = '\r';
		*at++ = '\n';
	}
	link->out_length = (size_t)(at - link->out);
}

/* The answer to an operation that was sent ahead, or is sent now. Return: false: there is none. */
static inline bool redis_ask(struct redis *map, struct context *context, unsigned operation,
			     uint64_t key, uint64_t value, struct resp_reply *reply)
{
	struct redis_worker *const worker = map->crew.of[context->worker];
	bool is_there;

	if (!worker->pending) {
		redis_append(worker, context, operation, key, value);
		is_there = redis_link_call(&worker->link, reply);
	} else {
		worker->pending--;
		is_there = redis_link_answer(&worker->link, reply);
	}
	if (__builtin_expect(!is_there, 0))
		context->failure = worker->link.failure;
	return is_there;
}

/* Return: true if found; *value only then.    Linearizes: in the server.    Progress: blocking. */
static inline bool redis_get(struct redis *map, struct context *context, uint64_t key,
			     uint64_t *value)
{
	struct resp_reply reply;

	if (!redis_ask(map, context, MAP_GET, key, 0, &reply) || reply.kind != RESP_BULK)
		return false;
	*value = wire_value_read(context, map->crew.of[context->worker]->scratch, reply.text,
				 reply.length);
	return true;
}

/* Return: true, unless the way is lost.       Linearizes: in the server.    Progress: blocking. */
static inline bool redis_put(struct redis *map, struct context *context, uint64_t key,
			     uint64_t value)
{
	struct resp_reply reply;

	return redis_ask(map, context, MAP_PUT, key, value, &reply);
}

/* Return: true if the key was there.          Linearizes: in the server.    Progress: blocking. */
static inline bool redis_remove(struct redis *map, struct context *context, uint64_t key)
{
	struct resp_reply reply;

	return redis_ask(map, context, MAP_REMOVE, key, 0, &reply) && reply.integer == 1;
}

static inline void redis_prefetch(struct redis *map, struct context *context,
				  const struct draw *draws, unsigned count)
{
	struct redis_worker *const worker = map->crew.of[context->worker];

	for (unsigned i = 0; i < count; i++)
		redis_append(worker, context, draws[i].operation, draws[i].key,
			     map_value(draws[i].key, random_mix(worker->drawn++)));
	worker->pending = count;
	if (!link_send(&worker->link))
		context->failure = worker->link.failure;
}

#endif
