/*
 * Does a variant keep what it promises, on this machine, in many small concurrent histories? Each
 * variant in a process of its own: one that crashes or hangs says so and stops nobody else.
 */
#ifndef RUNNERS_VERIFY_VERIFY_H
#define RUNNERS_VERIFY_VERIFY_H

#include <stdint.h>

#include "runners/verify/script.h"
#include "structures/variant.h"
#include "topology/fault.h"

enum { VERIFY_THREADS_MAX = SCRIPT_WORKERS_MAX, VERIFY_TEXT_BYTES = 16 * 1024 };

struct verify_request {
	const struct topology *topology;
	const struct variant *variant;
	uint64_t seed;
	uint64_t duration_ns;
	unsigned threads[VERIFY_THREADS_MAX]; /* numbers of workers to play with, in turns */
	unsigned threads_count;
};

enum verify_verdict { VERIFY_KEPT, VERIFY_BROKEN, VERIFY_SKIPPED };

struct verify_result {
	enum verify_verdict verdict;
	uint64_t histories, calls;
	char promise[64];             /* what was checked; "" if nothing */
	char text[VERIFY_TEXT_BYTES]; /* why skipped; or what is broken, with its timeline */
};

/**
 * verify_variant() - play histories of a variant and check them.
 *
 * Starts a process and waits for it. A process that dies, or that does not end in time, is a
 * broken promise as well.
 *
 * Return: 0, or with the sentence in @fault the errno with which the system refused a process.
 * Threads: one, in a process without others.
 */
int verify_variant(const struct verify_request *request, struct verify_result *result,
		   struct fault *fault);

/* The same in this process: for debuggers, and for structures that are known to return. */
void verify_here(const struct verify_request *request, struct verify_result *result);

#endif
