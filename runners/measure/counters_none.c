/* Counters where PAPI is not built in: all of them are unavailable, and say so. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "runners/measure/counters.h"

struct counters {
	const struct counter_group *group;
};

int counters_open(const struct counter_group *group, unsigned pass, struct counters **result)
{
	struct counters *counters = calloc(1, sizeof(*counters));

	(void)pass;
	if (!counters)
		return -ENOMEM;
	counters->group = group;
	*result = counters;
	return 0;
}

void counters_start(struct counters *counters)
{
	(void)counters;
}

void counters_stop(struct counters *counters)
{
	(void)counters;
}

void counters_read(const struct counters *counters, size_t event, struct counter_reading *reading)
{
	(void)counters, (void)event;
	*reading = (struct counter_reading){ 0 };
	snprintf(reading->unavailable, sizeof(reading->unavailable),
		 "built without PAPI: install libpapi-dev and build again");
}

void counters_close(struct counters *counters)
{
	free(counters);
}
