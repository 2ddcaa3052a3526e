/* The connections of a map or queue on a Redis: one for each worker, and one more for all. */
#ifndef STRUCTURES_REMOTE_REDIS_CREW_H
#define STRUCTURES_REMOTE_REDIS_CREW_H

#include "structures/remote/redis_link.h"
#include "structures/variant.h"

struct redis_worker {
	struct link link;
	unsigned pending;       /* commands sent ahead, whose answers are not yet taken */
	uint64_t drawn;         /* values of pipelined puts so far */
	uint64_t *scratch;      /* a payload */
};

struct redis_crew {
	struct endpoint endpoint;
	unsigned workers;
	struct link control;    /* before the workers begin, and after they have ended */
	struct redis_worker **of;
};

/**
 * redis_crew_open() - claim the database, and connect once for each worker.
 *
 * Return: 0, -ENOMEM, or as redis_link_open() and redis_link_claim(); the sentence in
 * @setup->fault. What was opened is closed again.
 */
int redis_crew_open(const struct setup *setup, struct redis_crew *crew);

/* Take away what is ours, and close all connections. */
void redis_crew_close(struct redis_crew *crew);

#endif
