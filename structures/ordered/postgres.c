#include "structures/ordered/ordered.h"

#define STRUCTURE postgres

#if NUMAMARK_HAVE_LIBPQ

#	include "structures/ordered/postgres.h"

#	include <errno.h>
#	include <stdio.h>

enum { PORT_BYTES = 16 };

static const struct {
	const char *name, *text;
	int parameters;
} statements[] = {
	{ "get", "SELECT value FROM nm_ordered WHERE key = $1::bigint", 1 },
	{ "put",
	  "INSERT INTO nm_ordered VALUES ($1::bigint, $2::bytea) ON CONFLICT (key) "
	  "DO UPDATE SET value = EXCLUDED.value RETURNING xmax = 0",
	  2 },
	{ "remove", "DELETE FROM nm_ordered WHERE key = $1::bigint", 1 },
	{ "scan",
	  "SELECT key, value FROM nm_ordered WHERE key >= $1::bigint ORDER BY key "
	  "LIMIT $2::bigint",
	  2 },
};

PGresult *postgres_execute(struct postgres *map, struct context *context,
			   const struct postgres_call *call)
{
	struct postgres_worker *const worker = map->of[context->worker];
	const char *const values[] = { (const char *)&call->numbers[0],
				       call->bytes ? call->bytes
						   : (const char *)&call->numbers[1] };
	const int lengths[] = { sizeof(uint64_t),
				call->bytes ? call->bytes_length : (int)sizeof(uint64_t) };
	const int formats[] = { 1, 1 };
	PGresult *result;
	ExecStatusType status;

	if (context->failure)
		return NULL;
	result = PQexecPrepared(worker->connection, call->statement, call->count, values, lengths,
				formats, 1);
	status = PQresultStatus(result);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return result;
	snprintf(worker->failure, sizeof(worker->failure), "the server says: %.*s",
		 (int)strcspn(PQerrorMessage(worker->connection), "\n"),
		 PQerrorMessage(worker->connection));
	context->failure = worker->failure;
	PQclear(result);
	return NULL;
}

/* Return: 0, or -EPROTO with the server's own words. */
static int perform(PGconn *connection, const char *command, struct fault *fault)
{
	PGresult *const result = PQexec(connection, command);
	const ExecStatusType status = PQresultStatus(result);

	PQclear(result);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return 0;
	return fault_set(fault, -EPROTO, "the server says: %.*s",
			 (int)strcspn(PQerrorMessage(connection), "\n"), PQerrorMessage(connection));
}

/* What is not given comes from the environment, as with other clients: PGUSER, PGPASSWORD... */
static int connect_to(const struct endpoint *endpoint, PGconn **connection, struct fault *fault)
{
	char port[PORT_BYTES];
	const char *const names[] = { "host", "port", "dbname", "user", NULL };
	const char *const database = endpoint->name[0]     ? endpoint->name
				     : endpoint->is_private ? "postgres"
							    : NULL;
	const char *const values[] = { endpoint->path[0] ? endpoint->path : endpoint->host, port,
				       database, endpoint->is_private ? "numamark" : NULL, NULL };

	snprintf(port, sizeof(port), "%u", endpoint->port);
	*connection = PQconnectdbParams(names, values, 0);
	if (PQstatus(*connection) == CONNECTION_OK)
		return perform(*connection, "SET client_min_messages = warning", fault);
	return fault_set(fault, -ECONNREFUSED, "%.*s",
			 (int)strcspn(PQerrorMessage(*connection), "\n"),
			 PQerrorMessage(*connection));
}

static int postgres_open(const struct setup *setup, struct postgres *map, unsigned index)
{
	struct postgres_worker *const worker =
		memory_thread(setup->memory, index, sizeof(*worker));
	int error;

	if (!worker)
		return -ENOMEM;
	map->of[index] = worker;
	worker->scratch = memory_thread(setup->memory, index, setup->value_bytes + sizeof(uint64_t));
	worker->value = memory_thread(setup->memory, index, setup->value_bytes);
	if (!worker->scratch || !worker->value)
		return -ENOMEM;
	error = connect_to(setup->endpoint, &worker->connection, setup->fault);
	return error;
}

static int prepare(PGconn *connection, struct fault *fault)
{
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++) {
		PGresult *const result = PQprepare(connection, statements[i].name,
						   statements[i].text, statements[i].parameters,
						   NULL);
		const bool is_good = PQresultStatus(result) == PGRES_COMMAND_OK;

		PQclear(result);
		if (!is_good)
			return fault_set(fault, -EPROTO, "the server says: %.*s",
					 (int)strcspn(PQerrorMessage(connection), "\n"),
					 PQerrorMessage(connection));
	}
	return 0;
}

/* Of a private server an earlier trial may have left the table. */
static int make_table(const struct setup *setup, PGconn *connection)
{
	int error = 0;

	if (setup->endpoint->is_private)
		error = perform(connection, "DROP TABLE IF EXISTS nm_ordered", setup->fault);
	if (!error)
		error = perform(connection,
				"CREATE TABLE nm_ordered (key bigint PRIMARY KEY, value bytea)",
				setup->fault);
	return error;
}

static void postgres_close(struct postgres *map)
{
	for (unsigned i = 0; i < map->workers && map->of[i]; i++)
		PQfinish(map->of[i]->connection);
}

static int postgres_begin(const struct setup *setup, struct postgres *map)
{
	int error = make_table(setup, map->of[0]->connection);

	for (unsigned i = 0; i < map->workers && !error; i++)
		error = prepare(map->of[i]->connection, setup->fault);
	return error;
}

#	include "structures/remote/create.inc.h"
#	include "structures/remote/stall.inc.h"

static void postgres_destroy(void *instance)
{
	struct postgres *const map = instance;

	perform(map->of[0]->connection, "DROP TABLE nm_ordered", NULL);
	postgres_close(map);
}

/* A decimal number of any length, modulo 2^64. */
static uint64_t modulo(const char *digits)
{
	uint64_t number = 0;

	for (; *digits; digits++)
		number = number * 10 + (uint64_t)(*digits - '0');
	return number;
}

static void postgres_inspect(void *instance, struct inspection *inspection)
{
	struct postgres *const map = instance;
	PGresult *const result = PQexec(map->of[0]->connection,
					"SELECT count(*), coalesce(sum(key), 0) FROM nm_ordered");

	*inspection = (struct inspection){ 0 };
	if (PQresultStatus(result) == PGRES_TUPLES_OK) {
		inspection->elements = modulo(PQgetvalue(result, 0, 0));
		inspection->sum = modulo(PQgetvalue(result, 0, 1));
	} else {
		inspection->broken = "the server does not tell what is in the table";
	}
	PQclear(result);
}

#else

#	define ABSENT_PACKAGE "libpq-dev"
#	include "structures/remote/absent_map.inc.h"

static inline void postgres_scan(struct postgres *map, struct context *context, uint64_t from,
				 struct scan *scan)
{
	(void)map, (void)context, (void)from, (void)scan;
}

#endif

#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER        "none; M. Stonebraker, G. Kemnitz, The POSTGRES next-generation database management system, CACM 34(10), 1991"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_REPLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_SCAN         SCAN_SNAPSHOT
#define VARIANT_SERVER       "postgres"
#include "structures/ordered/ordered_loop.inc.h"
