/*
 * What all structures on a Redis (or what speaks like one) share: a connection into the right
 * database, one call at a time, and the care for what is already there.
 *
 * Every key of numamark begins with "nm:".
 */
#ifndef STRUCTURES_REMOTE_REDIS_LINK_H
#define STRUCTURES_REMOTE_REDIS_LINK_H

#include "structures/remote/link.h"
#include "structures/remote/resp.h"

enum { REDIS_COMMAND_BYTES = 128 };    /* room for a command, its value not counted */

/* Wait for the next reply. Return: false, and the link has failed, also where the reply is an error. */
bool redis_link_answer(struct link *link, struct resp_reply *reply);

/* Send what is in `out`, and wait for one reply. Return: as redis_link_answer(). */
bool redis_link_call(struct link *link, struct resp_reply *reply);

/* Append a command of these words. */
void redis_link_ask(struct link *link, unsigned count, const char *const *words);

/**
 * redis_link_open() - connect, and choose the database that the endpoint names.
 *
 * Return: as link_open(), or -EPROTO with the server's own words in @fault.
 */
int redis_link_open(const struct endpoint *endpoint, struct link *link, struct fault *fault);

/**
 * redis_link_claim() - an empty database, before anything is put into it.
 *
 * A private server is emptied. Any other must be empty: nothing that is somebody else's is touched.
 *
 * Return: 0, -ENOTEMPTY or -EPROTO, with the sentence in @fault.
 */
int redis_link_claim(const struct endpoint *endpoint, struct link *link, struct fault *fault);

/* Keys in the database. Return: false: the link has failed. */
bool redis_link_size(struct link *link, uint64_t *size);

/* Remove every key that begins with "nm:", from a server that is not private. */
void redis_link_leave(const struct endpoint *endpoint, struct link *link);

#endif
