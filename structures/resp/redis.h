/*
 * redis: what a server that speaks RESP can do under many connections and deep pipelines.
 *
 * Each worker has an epoll instance, its share of the connections, and one buffer for all that it
 * sends and one for all that it reads: what a connection keeps of its own is the part of a reply that
 * has come, and of a batch that the kernel has not taken, both rare. So the working set of the client
 * stays small, however many connections there are, and the server is what is measured. In an open loop
 * (rate=) commands leave when they are due, one by one, and a worker looks for answers without sleeping
 * while the next is near.
 *
 * Source: the shape of the load is that of redis-benchmark (S. Sanfilippo): a batch of commands on
 * each connection, the next when the last answer is in. Differences from it:
 *   a. Operations are drawn one by one from a mix, keys from any distribution.
 *   b. Every value read is checked, byte by byte.
 *   c. Several workers share nothing, not even a count.
 * Invariants:
 *   1. A connection has `pending` answers to come, to the commands asked[first], asked[first + 1]...
 *   2. At the end of a run nothing is pending.
 *   3. The list has as many elements as were pushed and not popped, the set as many members as were
 *      added and not taken: inspect() asks the server.
 * Linearization: within the server; a pipelined load promises no order between connections.
 * Progress: blocking; on the server.
 * May run together: anything, each worker on its own connections.
 * Reclamation: none; the server owns what is stored.
 * Memory: some 100 bytes a connection and 24 for each command of its pipeline, and two buffers of a
 * batch for each worker.
 */
#ifndef STRUCTURES_RESP_REDIS_H
#define STRUCTURES_RESP_REDIS_H

#include "structures/map/map.h"
#include "structures/remote/redis_crew.h"
#include "structures/remote/wire_value.h"
#include "structures/resp/resp.h"

/* Bytes that wait, in a block that grows with them. */
struct resp_rest {
	char *bytes;
	size_t length, room;
};

/* A command on its way. */
struct resp_asked {
	uint64_t since;                   /* tick at which it was due, or left; 0 where nothing is timed */
	unsigned operation;
};

struct resp_connection {
	int fd;
	unsigned pending, first;
	struct resp_rest unread;          /* the front of a reply */
	struct resp_rest unsent;          /* the end of what was asked */
	bool waits_to_send;               /* epoll tells when it can */
	struct resp_asked *asked;       /* a ring of `pipeline` */
};

/* Open loop: the connections that have room for one more command, once for each; the longest free first. */
struct resp_free {
	struct resp_connection **ring;    /* of connections times pipeline */
	unsigned size, first, count;
};

/* What its operations have done to the list and the set, since create(). */
struct resp_counts {
	uint64_t pushed, popped, added, taken, incremented, many;
};

struct resp_worker {
	int epoll;
	unsigned connections;
	unsigned pipeline;
	struct resp_connection *of;
	struct resp_free free;
	char *out, *in;                   /* for whichever connection is served */
	size_t out_room, in_room;
	uint64_t *scratch;                /* a payload */
	struct resp_counts counts;
	char failure[LINK_FAILURE_BYTES];
};

struct redis {
	struct redis_crew crew;           /* for the prefill, and before and after all */
	struct memory *memory;
	uint64_t range;
	unsigned workers;
	struct resp_worker **of;
};

/* Write a command of @operation. Return: behind it. */
char *resp_command(char *at, const struct redis *load, struct worker *w, const struct draw *draw);

/* Room for the longest command. */
size_t resp_command_bytes(size_t value_bytes);

/* Count one answer. Return: false: it is an error, or of another type than the operation's. */
bool resp_count_answer(struct resp_worker *own, struct worker *w, struct tally *tally,
		       unsigned operation, const struct resp_reply *reply);

/* One phase of WORKER_MIX: redis_events.c. */
void resp_serve(struct redis *load, struct worker *w);

#endif
