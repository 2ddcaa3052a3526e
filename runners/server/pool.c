#include "runners/server/pool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { FAILURES_MAX = 2 };

static struct server_place *find(struct server_pool *pool, const char *kind, bool persists)
{
	struct server_place *place;

	for (size_t i = 0; i < pool->count; i++) {
		place = &pool->places[i];
		if (!strcmp(place->kind, kind) && place->persists == persists)
			return place;
	}
	if (pool->count == SERVER_POOL_MAX)
		return NULL;
	place = &pool->places[pool->count++];
	*place = (struct server_place){ .persists = persists };
	snprintf(place->kind, sizeof(place->kind), "%s", kind);
	return place;
}

static int start(struct server_pool *pool, struct server_place *place, struct fault *fault)
{
	struct server_kind kind;
	int error;

	if (place->failures >= FAILURES_MAX)
		return fault_set(fault, place->error, "%s", place->fault.text);
	error = server_kind_load(place->kind, &kind, &place->fault);
	if (!error)
		error = server_start(&kind, place->persists, pool->topology, &place->server,
				     &place->fault);
	place->error = error;
	place->failures = error && error != -EINTR ? place->failures + 1 : 0;
	return error ? fault_set(fault, error, "%s", place->fault.text) : 0;
}

int server_pool_get(struct server_pool *pool, const char *kind, bool persists,
		    struct server **server, struct fault *fault)
{
	struct server_place *const place = find(pool, kind, persists);
	int error = 0;

	if (!place)
		return fault_set(fault, -E2BIG, "more than %d kinds of servers in one campaign",
				 SERVER_POOL_MAX);
	server_pool_hold(pool);
	if (place->server && server_has_died(place->server, NULL)) {
		server_stop(place->server);
		place->server = NULL;
	}
	if (place->server)
		server_release(place->server);
	else
		error = start(pool, place, fault);
	if (!error)
		*server = place->server;
	return error;
}

void server_pool_hold(struct server_pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (pool->places[i].server)
			server_hold(pool->places[i].server);
}

void server_pool_stop(struct server_pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		server_stop(pool->places[i].server);
	pool->count = 0;
}
