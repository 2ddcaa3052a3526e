/* Pairs of PUs by what lies between them, and a sample of them where there are too many. */
#ifndef RUNNERS_PROBE_PAIRS_H
#define RUNNERS_PROBE_PAIRS_H

#include <stddef.h>

#include "topology/topology.h"

/* The closest thing that both PUs are in. */
enum pair_group { PAIR_CORE, PAIR_CACHE, PAIR_NODE, PAIR_PACKAGE, PAIR_MACHINE, PAIR_GROUPS };

/* "same core", "same cache", "same node", "same package", "across packages" */
extern const char *const pair_group_names[PAIR_GROUPS];

struct pair {
	unsigned from, to; /* indexes into topology_pu(), from < to */
	enum pair_group group;
};

enum pair_group pair_group_of(const struct topology *topology, unsigned from, unsigned to);

/* How many pairs a machine has. */
size_t pairs_count(const struct topology *topology);

/**
 * pairs_sample() - all pairs, or a random sample that no group is missing from.
 *
 * Each group gets the same share of @room; what a small group does not need goes to the others. The
 * sample of one machine is always the same.
 *
 * @pairs:  out, room for @room, at least PAIR_GROUPS.
 *
 * Return: how many there are.
 */
size_t pairs_sample(const struct topology *topology, struct pair *pairs, size_t room);

#endif
