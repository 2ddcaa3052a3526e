/* Why a counter is refused, in words, with the command that mends it where there is one. */
#ifndef RUNNERS_MEASURE_COUNTER_CAUSE_H
#define RUNNERS_MEASURE_COUNTER_CAUSE_H

#include <stdbool.h>

enum { COUNTERS_REASON_BYTES = 256 };

/**
 * counter_cause() - put PAPI's error into words.
 *
 * @root:  "" for this host; a folder that holds proc/ and sys/ trees for tests.
 * @event:  PAPI's name for it.
 * @error:  PAPI's, not PAPI_OK.
 * @is_privileged:  the kernel lets this process count whatever kernel.perf_event_paranoid says.
 * @reason:  out, COUNTERS_REASON_BYTES.
 */
void counter_cause(const char *root, const char *event, int error, bool is_privileged,
		   char *reason);

/* Whether an event of a group is refused because the counters are taken: another pass may have it. */
bool counter_cause_is_want_of_room(int error);

#endif
