/*
 * memcached: the keys of a memcached, in its text protocol, one connection per worker.
 *
 * get is `get`, put `set`, remove `delete`, one round trip each; with pipeline=N so many are sent before
 * the first answer is waited for.
 *
 * Source: "protocol.txt" of memcached. Differences from other clients:
 *   a. Answers are read in place from the connection's buffer, every byte of a value is checked.
 *   b. Of a pipelined put the value comes from a stream of the connection's own: its command has
 *      left before the loop draws one.
 * Invariants:
 *   1. Every command sent is answered before the next batch is sent: `pending` counts what is not.
 *   2. The server is empty at the start and again in the end: keys are deleted one by one, since a
 *      flush would leave its counts as they were.
 * `set` does not tell whether the key was there, so a put always says added (VARIANT_BLIND).
 * Linearization: within the server, under its lock of the key; between send and answer.
 * Progress: blocking; on the server.
 * May run together: anything, each worker on its own connection.
 * Reclamation: none; the server owns what is stored, and evicts when it is full.
 * Memory: of this process buffers alone; the server's is not counted here.
 */
#ifndef STRUCTURES_MAP_MEMCACHED_H
#define STRUCTURES_MAP_MEMCACHED_H

#include "structures/map/map.h"
#include "structures/remote/link.h"
#include "structures/remote/resp.h"
#include "structures/remote/wire_value.h"
#include "workloads/random.h"

enum { MEMCACHED_COMMAND_BYTES = 96 };

struct memcached_worker {
	struct link link;
	unsigned pending;       /* commands sent ahead, whose answers are not yet taken */
	uint64_t drawn;         /* values of pipelined puts so far */
	uint64_t *scratch;      /* a payload */
};

struct memcached {
	unsigned workers;
	uint64_t range;
	struct memcached_worker **of;
};

/* A line of the answer, without its end. Return: its length, or -1: the link has failed. */
long memcached_line(struct link *link, const char **line);

/* The value that a line announces, or nothing. Return: false: the link has failed. */
bool memcached_value(struct link *link, const char *line, long length, const char **bytes,
		     size_t *size);

static inline char *memcached_text(char *at, const char *text)
{
	const size_t length = strlen(text);

	memcpy(at, text, length);
	return at + length;
}

static inline void memcached_append(struct memcached_worker *worker, const struct context *context,
				    unsigned operation, uint64_t key, uint64_t value)
{
	static const char *const words[] = { "get nm:", "set nm:", "delete nm:" };
	struct link *const link = &worker->link;
	char *at = memcached_text(link->out + link->out_length, words[operation]);

	at = resp_digits(at, key);
	if (operation == MAP_PUT) {
		at = memcached_text(at, " 0 0 ");
		at = memcached_text(resp_digits(at, context->value_bytes), "\r\n");
		wire_value_write(at, worker->scratch, context->value_bytes, value);
		at += context->value_bytes;
	}
	at = memcached_text(at, "\r\n");
	link->out_length = (size_t)(at - link->out);
}

/* The first line of the answer to an operation that was sent ahead, or is sent now; as above. */
static inline long memcached_ask(struct memcached *map, struct context *context, unsigned operation,
				 uint64_t key, uint64_t value, const char **line)
{
	struct memcached_worker *const worker = map->of[context->worker];
	bool is_sent = true;
	long length;

	if (worker->pending) {
		worker->pending--;
	} else {
		memcached_append(worker, context, operation, key, value);
		is_sent = link_send(&worker->link);
	}
	length = is_sent ? memcached_line(&worker->link, line) : -1;
	if (__builtin_expect(length < 0, 0))
		context->failure = worker->link.failure;
	return length;
}

/* Return: true if found; *value only then.    Linearizes: in the server.    Progress: blocking. */
static inline bool memcached_get(struct memcached *map, struct context *context, uint64_t key,
				 uint64_t *value)
{
	struct memcached_worker *const worker = map->of[context->worker];
	const char *line, *bytes;
	const long length = memcached_ask(map, context, MAP_GET, key, 0, &line);
	size_t size;

	if (length < 0)
		return false;
	if (!memcached_value(&worker->link, line, length, &bytes, &size)) {
		context->failure = worker->link.failure;
		return false;
	}
	if (bytes)
		*value = wire_value_read(context, worker->scratch, bytes, size);
	return bytes;
}

/* Return: true, unless the way is lost.       Linearizes: in the server.    Progress: blocking. */
static inline bool memcached_put(struct memcached *map, struct context *context, uint64_t key,
				 uint64_t value)
{
	const char *line;
	const long length = memcached_ask(map, context, MAP_PUT, key, value, &line);

	if (length == 6 && !memcmp(line, "STORED", 6))
		return true;
	if (length >= 0) {
		link_fail(&map->of[context->worker]->link, "the server says: %.*s", (int)length,
			  line);
		context->failure = map->of[context->worker]->link.failure;
	}
	return false;
}

/* Return: true if the key was there.          Linearizes: in the server.    Progress: blocking. */
static inline bool memcached_remove(struct memcached *map, struct context *context, uint64_t key)
{
	const char *line;

	return memcached_ask(map, context, MAP_REMOVE, key, 0, &line) == 7 &&
	       !memcmp(line, "DELETED", 7);
}

static inline void memcached_prefetch(struct memcached *map, struct context *context,
				      const struct draw *draws, unsigned count)
{
	struct memcached_worker *const worker = map->of[context->worker];

	for (unsigned i = 0; i < count; i++)
		memcached_append(worker, context, draws[i].operation, draws[i].key,
				 map_value(draws[i].key, random_mix(worker->drawn++)));
	worker->pending = count;
	if (!link_send(&worker->link))
		context->failure = worker->link.failure;
}

#endif
