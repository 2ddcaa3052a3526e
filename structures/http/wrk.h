/*
 * wrk: a web server under the load of the program of that name, one for each worker, on the worker's PU.
 *
 * Each is given its share of the connections and one thread. At the end of a phase it gets SIGINT, upon which it prints
 * what it has counted, through a script of ours: requests, how long it asked, which is the time that is measured, errors
 * by their kind, and of latency the mean, and quantiles in steps of 0.1 % and finer at the end, in microseconds.
 *
 * Source: W. Glozer, wrk, 2012; it is started as it is packaged.
 * Invariants:
 *   1. Between runs no wrk is there.
 * Linearization: none is claimed; the server keeps nothing.
 * Progress: blocking; on the server.
 * May run together: anything, each worker has a wrk of its own.
 * Reclamation: none. Memory: that of another process, which memory_bytes does not see.
 */
#ifndef STRUCTURES_HTTP_WRK_H
#define STRUCTURES_HTTP_WRK_H

#include <sys/types.h>

#include "structures/http/http.h"

enum { WRK_FAILURE_BYTES = 200 };

struct wrk_worker {
	unsigned connections;
	char failure[WRK_FAILURE_BYTES];
};

struct wrk {
	struct endpoint endpoint;
	int script;               /* a file in memory */
	struct wrk_worker **of;
};

#endif
