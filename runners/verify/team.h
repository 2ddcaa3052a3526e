/* Workers that play many small histories on one instance of a variant, and check them. */
#ifndef RUNNERS_VERIFY_TEAM_H
#define RUNNERS_VERIFY_TEAM_H

#include "runners/verify/promise.h"
#include "runners/verify/round.h"

struct team_options {
	const struct topology *topology;
	const struct variant *variant;
	const struct promise *promise;
	unsigned workers; /* 2 to SCRIPT_WORKERS_MAX */
	uint64_t range;   /* of a map's keys; at least EVENT_KEYS_MAX + 1 */
	size_t value_bytes;
	uint64_t seed;
	uint64_t duration_ns;
};

struct team_result {
	uint64_t histories, calls;
	bool has_broken; /* the promise: the history, reduced, is below */
	uint64_t first_key;
	struct events events;
	const char *invariant; /* what else does not hold, or NULL */
};

/**
 * team_run() - play and check until the time is over or a history breaks the promise.
 *
 * Return: 0 (with or without a finding), or with the sentence in @fault: -ENOTSUP where this
 * machine lacks what the variant needs, -ENOMEM, or what attach answers.
 */
int team_run(const struct team_options *options, struct team_result *result, struct fault *fault);

#endif
