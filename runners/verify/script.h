/*
 * What the workers of one small history call: a few calls by one worker alone, which leave the
 * structure in a random state; some by all at once; and a few by one alone, which show what became
 * of it.
 */
#ifndef RUNNERS_VERIFY_SCRIPT_H
#define RUNNERS_VERIFY_SCRIPT_H

#include "runners/verify/events.h"
#include "structures/common/history.h"
#include "structures/variant.h"
#include "workloads/random.h"

enum {
	SCRIPT_BEFORE_MAX = EVENT_KEYS_MAX,
	SCRIPT_AMONG_MAX = 24, /* of all workers together */
	SCRIPT_AFTER_MAX = SCRIPT_BEFORE_MAX + SCRIPT_AMONG_MAX + 1,
	SCRIPT_WORKERS_MAX = 8,
	SCRIPT_SCAN_MAX = EVENT_KEYS_MAX + 2 /* keys of one scan: the end of a map is met, too */
};

_Static_assert(SCRIPT_BEFORE_MAX + SCRIPT_AMONG_MAX + SCRIPT_AFTER_MAX <= EVENTS_MAX,
	       "a history is a set of events");
_Static_assert(SCRIPT_BEFORE_MAX + SCRIPT_AMONG_MAX + SCRIPT_WORKERS_MAX * EVENT_KEYS_MAX <=
		       EVENTS_MAX,
	       "also where each worker looks at each key in the end");
_Static_assert(2 * (1 + SCRIPT_AMONG_MAX) + SCRIPT_WORKERS_MAX <= EVENTS_MAX,
	       "of one key also where a write is two steps");

enum script_part { SCRIPT_BEFORE, SCRIPT_AMONG, SCRIPT_AFTER, SCRIPT_PARTS };

/* The calls of one worker. */
struct lane {
	unsigned count[SCRIPT_PARTS];
	struct history_call before[SCRIPT_BEFORE_MAX];
	struct history_call among[SCRIPT_AMONG_MAX];
	struct history_call after[SCRIPT_AFTER_MAX];
	struct scan *scans[SCRIPT_AMONG_MAX]; /* room for each call; families that scan */
};

struct script_options {
	const struct variant *variant;
	unsigned workers;
	bool is_crowded; /* more workers than PUs: calls yield more often */
	struct random *random;
	uint64_t first_key;
	unsigned keys; /* at most EVENT_KEYS_MAX */
};

/* The calls of a part. */
struct history_call *lane_part(struct lane *lane, enum script_part part);

/* Who begins and who ends a history, in turns among those that may; of replicas all end it. */
unsigned script_first_worker(const struct variant *variant, unsigned workers, uint64_t round);
unsigned script_last_worker(const struct variant *variant, unsigned workers, uint64_t round);

void script_before(const struct script_options *options, struct lane *lane);
void script_among(const struct script_options *options, struct lane *lane, unsigned worker);

/* @lanes: of all workers, with the records of what was called so far. */
void script_after(const struct script_options *options, struct lane *const *lanes,
		  struct lane *lane);

#endif
