/*
 * postgres: a table of a PostgreSQL with a primary key, what an ordered map costs that is a database.
 *
 * Each worker has a connection and four prepared statements, sent and answered in binary: a select by
 * key, an insert that updates on conflict and tells which of the two it did, a delete, and a select
 * of the next keys in order. Every statement is a transaction of its own.
 *
 * Source: PostgreSQL documentation, chapters "libpq" and "INSERT" (ON CONFLICT). Differences from
 * other clients:
 *   a. Whether an insert found the key is read from the row's xmax, which only an update sets.
 * Invariants:
 *   1. The table nm_ordered is ours: created at the start, dropped in the end; one that is there
 *      before, in a server that is not private, is somebody's and refused.
 * Linearization: at the commit of each statement; a scan sees one snapshot.
 * Progress: blocking; on the server.
 * May run together: anything, each worker on its own connection.
 * Reclamation: the server's (vacuum).
 * Memory: of this process the connections alone; the server's is not counted here.
 */
#ifndef STRUCTURES_ORDERED_POSTGRES_H
#define STRUCTURES_ORDERED_POSTGRES_H

#include <endian.h>
#include <libpq-fe.h>

#include "structures/ordered/ordered.h"
#include "structures/remote/wire_value.h"

enum { POSTGRES_FAILURE_BYTES = 200 };

struct postgres_worker {
	PGconn *connection;
	uint64_t *scratch;      /* a payload */
	char *value;            /* its bytes on their way */
	char failure[POSTGRES_FAILURE_BYTES];
};

struct postgres {
	unsigned workers;
	struct postgres_worker **of;
};

/* One execution of a prepared statement; numbers in the network's order. */
struct postgres_call {
	const char *statement;
	int count;              /* of parameters */
	uint64_t numbers[2];
	const char *bytes;      /* instead of the second number; NULL: none */
	int bytes_length;
};

/* Return: the result, to be cleared, or NULL: it failed, and so will all that follow. */
PGresult *postgres_execute(struct postgres *map, struct context *context,
			   const struct postgres_call *call);

static inline uint64_t postgres_number(const PGresult *result, int row, int column)
{
	uint64_t number;

	memcpy(&number, PQgetvalue(result, row, column), sizeof(number));
	return be64toh(number);
}

static inline uint64_t postgres_value(struct postgres *map, struct context *context,
				      const PGresult *result, int row, int column)
{
	return wire_value_read(context, map->of[context->worker]->scratch,
			       PQgetvalue(result, row, column),
			       (size_t)PQgetlength(result, row, column));
}

/* Return: true if found; *value only then.    Linearizes: in the server.    Progress: blocking. */
static inline bool postgres_get(struct postgres *map, struct context *context, uint64_t key,
				uint64_t *value)
{
	const struct postgres_call call = { "get", 1, { htobe64(key) }, NULL, 0 };
	PGresult *const result = postgres_execute(map, context, &call);
	const bool is_there = result && PQntuples(result) == 1;

	if (is_there)
		*value = postgres_value(map, context, result, 0, 0);
	PQclear(result);
	return is_there;
}

/* Return: true if the key was not there.      Linearizes: in the server.    Progress: blocking. */
static inline bool postgres_put(struct postgres *map, struct context *context, uint64_t key,
				uint64_t value)
{
	struct postgres_worker *const worker = map->of[context->worker];
	const struct postgres_call call = { "put", 2, { htobe64(key) }, worker->value,
					    (int)context->value_bytes };
	PGresult *result;
	bool was_added;

	wire_value_write(worker->value, worker->scratch, context->value_bytes, value);
	result = postgres_execute(map, context, &call);
	was_added = result && PQntuples(result) == 1 && *PQgetvalue(result, 0, 0);
	PQclear(result);
	return was_added;
}

/* Return: true if the key was there.          Linearizes: in the server.    Progress: blocking. */
static inline bool postgres_remove(struct postgres *map, struct context *context, uint64_t key)
{
	const struct postgres_call call = { "remove", 1, { htobe64(key) }, NULL, 0 };
	PGresult *const result = postgres_execute(map, context, &call);
	const bool was_there = result && *PQcmdTuples(result) == '1';

	PQclear(result);
	return was_there;
}

/* Linearizes: in the server, all of it at one moment.    Progress: blocking. */
static inline void postgres_scan(struct postgres *map, struct context *context, uint64_t from,
				 struct scan *scan)
{
	const struct postgres_call call = {
		"scan", 2, { htobe64(from), htobe64(scan->length) }, NULL, 0
	};
	PGresult *const result = postgres_execute(map, context, &call);
	const int count = result ? PQntuples(result) : 0;

	scan->count = 0;
	for (int row = 0; row < count; row++)
		scan_add(scan, postgres_number(result, row, 0),
			 postgres_value(map, context, result, row, 1));
	PQclear(result);
}

#endif
