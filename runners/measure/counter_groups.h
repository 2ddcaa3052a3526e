/*
 * Groups of counter events: text files, so that a user adds one without compiling.
 *
 *   # what the group tells, in one line; other comments follow
 *   [icelake-server zen3]                       events for these processors
 *   EVENT  name  meaning                        PAPI's name, the name in records, a line
 *   = ratio name / name  meaning                a figure made of two events above it
 *   [any]                                       for processors that no section names
 *
 * A file without sections is for all processors. name.txt is looked for in counters/ of the current
 * folder, in XDG_CONFIG_HOME/numamark/counters (~/.config/...), then among numamark's own.
 */
#ifndef RUNNERS_MEASURE_COUNTER_GROUPS_H
#define RUNNERS_MEASURE_COUNTER_GROUPS_H

#include <stddef.h>

#include "topology/fault.h"

enum {
	COUNTERS_EVENTS_MAX = 16,
	COUNTERS_RATIOS_MAX = 4,
	COUNTERS_NAME_BYTES = 48,
	COUNTERS_TEXT_BYTES = 128
};

struct counter_event {
	char event[COUNTERS_TEXT_BYTES]; /* PAPI's name */
	char name[COUNTERS_NAME_BYTES];  /* in records */
	char meaning[COUNTERS_TEXT_BYTES];
};

struct counter_ratio {
	char name[COUNTERS_NAME_BYTES];
	size_t over, under; /* events */
	char meaning[COUNTERS_TEXT_BYTES];
};

struct counter_group {
	char name[COUNTERS_NAME_BYTES];
	char meaning[COUNTERS_TEXT_BYTES];
	struct counter_event events[COUNTERS_EVENTS_MAX];
	size_t count;
	struct counter_ratio ratios[COUNTERS_RATIOS_MAX];
	size_t ratio_count;
};

/**
 * counter_processor() - what group files call a processor.
 *
 * @cpuinfo:  the text of /proc/cpuinfo.
 *
 * Return: "icelake-server", "sapphire-rapids", "zen3", "zen4", "neoverse-n1", "neoverse-v1", or
 * "any" for all others.
 */
const char *counter_processor(const char *cpuinfo);

/**
 * counter_group_parse() - the events that a group file has for a processor.
 *
 * @source:  of the text, for the sentence.
 *
 * Return: 0, or -EINVAL with file and line in @fault.
 */
int counter_group_parse(const char *text, const char *source, const char *processor,
			struct counter_group *group, struct fault *fault);

/**
 * counter_group_load() - find a group and read it for this processor.
 *
 * Return: 0, -ENOENT if there is no such group (the sentence names those that there are), -EINVAL if
 * its file cannot be understood.
 */
int counter_group_load(const char *name, struct counter_group *group, struct fault *fault);

/* Calls @visit with each group's name, in order of the alphabet, each once. */
void counter_groups_each(void (*visit)(const char *name, void *context), void *context);

#endif
