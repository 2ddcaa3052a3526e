/*
 * The groups of runners/measure/groups, as tables: counter_groups.def is made from the files by
 * CMake.
 */
#include <string.h>

#include "runners/measure/counters.h"

#define GROUP_BEGIN(group)          static const struct counter_event group##_events[] = {
#define EVENT(event, name, meaning) { event, name, meaning },
#define GROUP_END(group) \
	}                \
	;
#include "counter_groups.def"
#undef GROUP_BEGIN
#undef EVENT
#undef GROUP_END

#define GROUP_BEGIN(group)                                                                      \
	_Static_assert(sizeof(group##_events) / sizeof(*group##_events) <= COUNTERS_EVENTS_MAX, \
		       "more events than a group may have: " #group);
#define EVENT(event, name, meaning)
#define GROUP_END(group)
#include "counter_groups.def"
#undef GROUP_BEGIN
#undef EVENT
#undef GROUP_END

const struct counter_group counter_groups[] = {
#define GROUP_BEGIN(group) \
	{ #group, group##_events, sizeof(group##_events) / sizeof(*group##_events) },
#define EVENT(event, name, meaning)
#define GROUP_END(group)
#include "counter_groups.def"
#undef GROUP_BEGIN
#undef EVENT
#undef GROUP_END
};

const size_t counter_groups_count = sizeof(counter_groups) / sizeof(*counter_groups);

const struct counter_group *counter_group_find(const char *name)
{
	for (size_t i = 0; i < counter_groups_count; i++)
		if (!strcmp(counter_groups[i].name, name))
			return &counter_groups[i];
	return NULL;
}
