/* The private servers of a campaign: each started when it is first wanted, and again when it died. */
#ifndef RUNNERS_SERVER_POOL_H
#define RUNNERS_SERVER_POOL_H

#include "runners/server/server.h"

enum { SERVER_POOL_MAX = 16 };

struct server_pool {
	const struct topology *topology;
	struct server_place {
		char kind[SERVER_NAME_BYTES];
		bool persists;
		struct server *server;     /* NULL: not started, or not any more */
		unsigned failures;         /* of starts, one after another */
		int error;                 /* of the last of them */
		struct fault fault;
	} places[SERVER_POOL_MAX];
	size_t count;
};

/**
 * server_pool_get() - the server of this kind; all others are held meanwhile.
 *
 * A start that failed is tried once more the next time, and then not again.
 *
 * Return: 0, -E2BIG, or as server_kind_load() and server_start(), with the sentence in @fault.
 */
int server_pool_get(struct server_pool *pool, const char *kind, bool persists,
		    struct server **server, struct fault *fault);

/* Hold all servers: a trial without any is not to share its time with them. */
void server_pool_hold(struct server_pool *pool);

void server_pool_stop(struct server_pool *pool);

#endif
