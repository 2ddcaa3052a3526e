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

enum {
	NO_POSITION = -1,
	PARANOID_FULL_DOMAIN = 1,    /* the highest value that lets anyone count in the kernel */
	PARANOID_UNKNOWN = -2     /* below any value it takes */
};

struct counters {
	const struct counter_group *group;
	int set;                           /* PAPI's event set: only events that were proven */
	int position[COUNTERS_EVENTS_MAX];    /* in the set, NO_POSITION if it is not there */
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

/* kernel.perf_event_paranoid, or PARANOID_UNKNOWN where it cannot be read. */
static int read_paranoid(void)
{
	FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
	int value;

	if (!file)
		return PARANOID_UNKNOWN;
	if (fscanf(file, "%d", &value) != 1)
		value = PARANOID_UNKNOWN;
	fclose(file);
	return value;
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

/* The cause in words, with the command that mends it where one does. */
static void explain(const char *event, int error, char *reason)
{
	const char *refusal = component_refusal(event);
	const int paranoid = read_paranoid();

	if (!refusal && error != PAPI_EPERM)
		snprintf(reason, COUNTERS_REASON_BYTES, "PAPI: %s", PAPI_strerror(error));
	else if (paranoid > PARANOID_FULL_DOMAIN && !is_privileged())
		snprintf(reason, COUNTERS_REASON_BYTES,
			 "kernel.perf_event_paranoid=%d forbids it; as root: sysctl "
			 "kernel.perf_event_paranoid=%d",
			 paranoid, PARANOID_FULL_DOMAIN);
	else
		snprintf(reason, COUNTERS_REASON_BYTES,
			 "perf_event_open() is refused, though not by kernel.perf_event_paranoid; "
			 "in a container, allow it: --cap-add PERFMON, or a seccomp profile");
}

/* Add one event and start the set with it: only what has been started counts as there. */
static void prove(struct counters *counters, size_t event)
{
	const char *name = counters->group->events[event].event;
	char *reason = counters->reasons[event];
	int error = PAPI_add_named_event(counters->set, name);

	counters->position[event] = NO_POSITION;
	if (error == PAPI_OK) {
		error = PAPI_start(counters->set);
		if (error == PAPI_OK)
			error = PAPI_stop(counters->set, NULL);
		if (error != PAPI_OK)
			PAPI_remove_named_event(counters->set, name);
	}
	if (error == PAPI_OK)
		counters->position[event] = counters->count++;
	else
		explain(name, error, reason);
}

int counters_open(const struct counter_group *group, struct counters **result)
{
	struct counters *counters = calloc(1, sizeof(*counters));
	int error;

	if (!counters)
		return -ENOMEM;
	counters->group = group;
	counters->set = PAPI_NULL;
	pthread_once(&once, start_library);
	pthread_mutex_lock(&names);
	error = library_error;
	if (error == PAPI_OK)
		error = PAPI_create_eventset(&counters->set);
	for (size_t i = 0; i < group->count; i++) {
		if (error == PAPI_OK) {
			prove(counters, i);
			continue;
		}
		counters->position[i] = NO_POSITION;
		explain(group->events[i].event, error, counters->reasons[i]);
	}
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
