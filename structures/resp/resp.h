/*
 * The contract of a RESP load: the commands of the published benchmarks of Redis and its relatives,
 * over many connections and deep pipelines, of which each worker serves its share in an event loop.
 *
 * It is a load on a server rather than a structure with operations to call: a variant of this family
 * defines its own run() of struct variant, which performs one phase, and
 *
 *   - sends `pipeline` commands on a connection, and the next ones when all of these are answered; in an
 *     open loop each command when it is due, on the connection that has waited longest, of which each
 *     has at most `pipeline` under way;
 *   - counts an operation when its answer is there, and for latency the time since its batch left, in an
 *     open loop since it was due;
 *   - looks at every answer: one of the wrong type, or a value that is not whole, is a mismatch;
 *   - ends a phase with nothing on its way.
 *
 * The keys of `set`, `get`, `incr` and `mset` follow dist=, and so do the members of `sadd`; there is
 * one list, and one set. `mset` writes RESP_MSET_KEYS keys, `lrange` reads scan_length elements.
 */
#ifndef STRUCTURES_RESP_RESP_H
#define STRUCTURES_RESP_RESP_H

#include "structures/variant.h"

enum resp_operation {
	RESP_PING,
	RESP_SET,
	RESP_GET,
	RESP_INCR,
	RESP_LPUSH,
	RESP_RPUSH,
	RESP_LPOP,
	RESP_RPOP,
	RESP_LRANGE,
	RESP_SADD,
	RESP_SPOP,
	RESP_SMEMBERS,
	RESP_MSET,
	RESP_OPERATIONS
};

enum { RESP_MSET_KEYS = 10 };

extern const struct family resp_family;

#endif
