/*
 * The contract of a load on a web server: POST /ping, over many connections that stay open, each of which asks again when
 * it has its answer, as the published tables of web frameworks have it.
 *
 * It is driven by a program that others know and trust, so a variant of this family defines its own run() of struct
 * variant: it starts that program on the worker's PU, ends it with the phase, and takes over what it counted. There is
 * nothing to fill, and no operation to call. Such a program runs for a time (no duration=ops:), and times all of its
 * requests.
 */
#ifndef STRUCTURES_HTTP_HTTP_H
#define STRUCTURES_HTTP_HTTP_H

#include "structures/variant.h"

enum http_operation { HTTP_PING };

/* tally.counts[] */
enum {
	HTTP_ERRORS_CONNECT,
	HTTP_ERRORS_READ,
	HTTP_ERRORS_WRITE,
	HTTP_ERRORS_STATUS,    /* answers that are no success */
	HTTP_ERRORS_TIMEOUT,
	HTTP_ERRORS
};

extern const struct family http_family;

#endif
