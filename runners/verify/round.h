/* One small history, from its calls to what the checker takes. */
#ifndef RUNNERS_VERIFY_ROUND_H
#define RUNNERS_VERIFY_ROUND_H

#include "runners/verify/events.h"
#include "runners/verify/script.h"

/* What a map's key holds that is absent. No value of structures/map/map.h. */
#define ROUND_ABSENT UINT64_MAX

struct round {
	uint64_t first_key; /* at least 1, so that no value of a map is 0 */
	unsigned keys;
	bool counts;                      /* values are numbers, which stay as they are */
	unsigned capacity;                /* of a bounded queue, else 0 */
	uint64_t settled;                 /* stamp: between the calls among and after; else 0 */
	uint64_t initial[EVENT_KEYS_MAX]; /* of each key: its value, or ROUND_ABSENT */
	struct lane
		*lanes[SCRIPT_WORKERS_MAX]; /* by worker; a part that a worker has not: count 0 */
	unsigned workers;
};

/* Sort the calls and rename keys and values. */
void round_events(const struct round *round, struct events *events);

/* Calls of all workers. */
unsigned round_calls(const struct round *round);

#endif
