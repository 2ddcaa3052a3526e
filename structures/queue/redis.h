/*
 * redis: a list of a server that speaks RESP, used as a queue: what a queue costs that is not in
 * this process, and that the other side of it can reach from anywhere.
 *
 * enqueue is LPUSH, dequeue RPOP, one round trip each over the worker's own connection.
 *
 * Source: "Redis commands", redis.io. Differences from other clients: answers are read in place from
 * the connection's buffer, every byte of a value is checked.
 * Invariants: of structures/remote/redis_crew.h; the list is all that there is in the database.
 * Linearization: within the server, which performs commands one at a time; between send and answer.
 * Progress: blocking; on the server.
 * May run together: anything, each worker on its own connection.
 * Reclamation: none; the server owns what is stored.
 * Memory: of this process buffers alone; the server's is not counted here.
 */
#ifndef STRUCTURES_QUEUE_REDIS_H
#define STRUCTURES_QUEUE_REDIS_H

#include "structures/queue/queue.h"
#include "structures/remote/redis_crew.h"
#include "structures/remote/wire_value.h"

#define REDIS_QUEUE_KEY "nm:queue"

struct redis {
	struct redis_crew crew;
	size_t value_bytes;
};

/* Send what is in `out`, and wait. Return: false: there is no answer. */
static inline bool redis_call(struct redis_worker *worker, struct context *context,
			      struct resp_reply *reply)
{
	const bool is_there = redis_link_call(&worker->link, reply);

	if (__builtin_expect(!is_there, 0))
		context->failure = worker->link.failure;
	return is_there;
}

/* Return: true, unless the way is lost.       Linearizes: in the server.    Progress: blocking. */
static inline bool redis_enqueue(struct redis *queue, struct context *context, uint64_t value)
{
	struct redis_worker *const worker = queue->crew.of[context->worker];
	struct link *const link = &worker->link;
	struct resp_reply reply;
	char *at = resp_word(resp_begin(link->out, 3), "LPUSH", 5);

	at = resp_word(at, REDIS_QUEUE_KEY, sizeof(REDIS_QUEUE_KEY) - 1);
	at = resp_line(at, '$', context->value_bytes);
	wire_value_write(at, worker->scratch, context->value_bytes, value);
	at += context->value_bytes;
	*at++ = '\r';
	*at++ = '\n';
	link->out_length = (size_t)(at - link->out);
	return redis_call(worker, context, &reply);
}

/* Return: false if empty; *value only if true. Linearizes: in the server.    Progress: blocking. */
static inline bool redis_dequeue(struct redis *queue, struct context *context, uint64_t *value)
{
	struct redis_worker *const worker = queue->crew.of[context->worker];
	struct link *const link = &worker->link;
	struct resp_reply reply;
	char *at = resp_word(resp_begin(link->out, 2), "RPOP", 4);

	at = resp_word(at, REDIS_QUEUE_KEY, sizeof(REDIS_QUEUE_KEY) - 1);
	link->out_length = (size_t)(at - link->out);
	if (!redis_call(worker, context, &reply) || reply.kind != RESP_BULK)
		return false;
	*value = wire_value_read(context, worker->scratch, reply.text, reply.length);
	return true;
}

#endif
