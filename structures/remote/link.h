/*
 * One connection to a server: a blocking socket with a buffer on either side.
 *
 * A structure appends what it asks to `out`, sends it with link_send(), and takes answers from `in`.
 * Both buffers lie in the memory of the worker that talks. Whatever goes wrong ends the connection
 * for good: `failure` says what it was, and every later call is refused at once.
 */
#ifndef STRUCTURES_REMOTE_LINK_H
#define STRUCTURES_REMOTE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "structures/remote/endpoint.h"
#include "topology/fault.h"

enum { LINK_FAILURE_BYTES = 160 };

struct link {
	int fd;                 /* -1: closed */
	char *out, *in;
	size_t room;            /* of each */
	size_t out_length;
	size_t in_from, in_to;  /* what is in the buffer and not yet taken */
	char failure[LINK_FAILURE_BYTES];    /* "": all is well */
};

/**
 * link_connect() - a connected socket, TCP_NODELAY where that applies.
 *
 * Return: a descriptor, closed on exec, or a negative errno with the sentence in @fault.
 */
int link_connect(const struct endpoint *endpoint, struct fault *fault);

/* Connect; @out and @in set, of @room bytes each. Return: as link_connect(), but 0. */
int link_open(const struct endpoint *endpoint, struct link *link, struct fault *fault);
void link_close(struct link *link);

/*
 * Send all of `out`, which is then empty. Answers that come meanwhile are taken into `in`, as far as there is room.
 * Return: false: the connection failed, now or before.
 */
bool link_send(struct link *link);

/*
 * Wait for more bytes behind those in `in`, which are moved to its front. Return: false: the
 * connection failed, or `in` is full.
 */
bool link_receive(struct link *link);

/* End the connection with a reason. Return: false. */
__attribute__((format(printf, 2, 3))) bool link_fail(struct link *link, const char *format, ...);

#endif
