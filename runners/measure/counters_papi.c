/* Counters where PAPI is built in. */
#include <errno.h>
#include <papi.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/measure/counters.h"
#include "topology/clock.h"

enum { NO_POSITION = -1 };

struct counters {
	const struct counter_group *group;
	int set;                           /* PAPI's event set: only events that were proven */
	int position[COUNTERS_EVENTS_MAX];    /* in the set, NO_POSITION if it is not there */
	unsigned pass[COUNTERS_EVENTS_MAX];   /* that counts it, of those that can be had */
	unsigned passes;
	int count;
	char reasons[COUNTERS_EVENTS_MAX][COUNTERS_REASON_BYTES];
	long long values[COUNTERS_EVENTS_MAX];
	uint64_t started_ns, enabled_ns;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

/*
 * Around every look-up of a name: PAPI 7 keeps one table of the names it has met, and threads that
 * add events at the same time are told now and then that an event does not exist.
 */
static pthread_mutex_t names = PTHREAD_MUTEX_INITIALIZER;

static int library_error;    /* PAPI's; written once */

static unsigned long thread_number(void)
{
	return (unsigned long)pthread_self();
}

static void start_library(void)
{
	const int version = PAPI_library_init(PAPI_VER_CURRENT);

	if (version != PAPI_VER_CURRENT)
		library_error = version < 0 ? version : PAPI_EINVAL;
	else
		library_error = PAPI_thread_init(thread_number);
}

/* Why PAPI's component for kernel events is off as a whole, or NULL. */
static const char *component_refusal(const char *event)
{
	const size_t prefix = strlen("perf::");
	const int number = PAPI_get_component_index("perf_event");
	const PAPI_component_info_t *info = number < 0 ? NULL : PAPI_get_component_info(number);

	if (strncmp(event, "perf::", prefix) || !info || !info->disabled)
		return NULL;
	return info->disabled_reason;
}

/* Whether the kernel lets this process count whatever kernel.perf_event_paranoid says. */
static bool is_privileged(void)
{
	enum { SYS_ADMIN_BIT = 21, PERFMON_BIT = 38 };
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long long capabilities = 0;
	char line[256];

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &capabilities) == 1)
			break;
	fclose(file);
	return capabilities & (1ull << SYS_ADMIN_BIT | 1ull << PERFMON_BIT);
}

static void explain(const char *event, int error, char *reason)
{
	counter_cause("", event, component_refusal(event) ? PAPI_EPERM : error, is_privileged(),
		      reason);
}

/* Add one event and start the set with it: only what has been started counts as there. */
static int prove(struct counters *counters, const char *name)
{
	int error = PAPI_add_named_event(counters->set, name);

	if (error != PAPI_OK)
		return error;
	error = PAPI_start(counters->set);
	if (error == PAPI_OK)
		error = PAPI_stop(counters->set, NULL);
	if (error != PAPI_OK)
		PAPI_remove_named_event(counters->set, name);
	return error;
}

/* The pass of each event: as many together as can be started together, in the group's order. */
static void share_passes(struct counters *counters)
{
	unsigned in_pass = 0;

	counters->passes = 1;
	for (size_t i = 0; i < counters->group->count; i++) {
		const char *const name = counters->group->events[i].event;
		int error = prove(counters, name);

		if (counter_cause_is_want_of_room(error) && in_pass) {
			PAPI_cleanup_eventset(counters->set);
			counters->passes++;
			in_pass = 0;
			error = prove(counters, name);
		}
		counters->pass[i] = counters->passes - 1;
		if (error == PAPI_OK)
			in_pass++;
		else
			explain(name, error, counters->reasons[i]);
	}
	PAPI_cleanup_eventset(counters->set);
}

/* The events of one pass, which have all been started together before. */
static void take_pass(struct counters *counters, unsigned pass)
{
	for (size_t i = 0; i < counters->group->count; i++) {
		char *const reason = counters->reasons[i];
		const char *const name = counters->group->events[i].event;
		int error;

		if (*reason)
			continue;
		if (counters->pass[i] != pass) {
			snprintf(reason, COUNTERS_REASON_BYTES,
				 "counted in pass %u of %u: in other trials of this cell",
				 counters->pass[i] + 1, counters->passes);
			continue;
		}
		error = prove(counters, name);
		if (error == PAPI_OK)
			counters->position[i] = counters->count++;
		else
			explain(name, error, reason);
	}
}

int counters_open(const struct counter_group *group, unsigned pass, struct counters **result)
{
	struct counters *counters = calloc(1, sizeof(*counters));
	int error;

	if (!counters)
		return -ENOMEM;
	counters->group = group;
	counters->set = PAPI_NULL;
	for (size_t i = 0; i < group->count; i++)
		counters->position[i] = NO_POSITION;
	pthread_once(&once, start_library);
	pthread_mutex_lock(&names);
	error = library_error;
	if (error == PAPI_OK)
		error = PAPI_create_eventset(&counters->set);
	if (error == PAPI_OK) {
		share_passes(counters);
		take_pass(counters, pass % counters->passes);
	}
	for (size_t i = 0; i < group->count && error != PAPI_OK; i++)
		explain(group->events[i].event, error, counters->reasons[i]);
	pthread_mutex_unlock(&names);
	*result = counters;
	return 0;
}

void counters_start(struct counters *counters)
{
	if (!counters->count)
		return;
	PAPI_start(counters->set);    /* has been started before: it cannot refuse now */
	counters->started_ns = clock_monotonic_ns();
}

void counters_stop(struct counters *counters)
{
	if (!counters->count)
		return;
	counters->enabled_ns = clock_monotonic_ns() - counters->started_ns;
	PAPI_stop(counters->set, counters->values);
}

void counters_read(const struct counters *counters, size_t event, struct counter_reading *reading)
{
	const int position = counters->position[event];

	*reading = (struct counter_reading){ 0 };
	if (position == NO_POSITION) {
		snprintf(reading->unavailable, sizeof(reading->unavailable), "%s",
			 counters->reasons[event]);
		return;
	}
	reading->value = (uint64_t)counters->values[position];
	reading->enabled_ns = counters->enabled_ns;
	/* Events of a set without multiplexing are all on their unit or the set does not start. */
	reading->running_ns = counters->enabled_ns;
}

void counters_close(struct counters *counters)
{
	if (!counters)
		return;
	if (counters->set != PAPI_NULL) {
		PAPI_cleanup_eventset(counters->set);
		PAPI_destroy_eventset(&counters->set);
	}
	if (library_error == PAPI_OK)
		PAPI_unregister_thread();
	free(counters);
}
