/*
 * The machines that tests walk over: recorded ones committed in tests/topology/machines, real hosts
 * from a folder that only some checkouts have beside them, and shapes made up by hwloc. Included by
 * cmocka programs.
 */
#ifndef TESTS_TOPOLOGY_MACHINES_H
#define TESTS_TOPOLOGY_MACHINES_H

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>

#include "topology/topology.h"

#define MACHINES_OURS "tests/topology/machines/"
#define MACHINES_REAL "../shared/data/machines/"

/* The dual-socket shape that scaling figures are drawn for: 2 nodes of 32 cores of 2 PUs. */
#define MACHINE_2X32X2 "package:2 numa:1 l3:1 core:32 pu:2(indexes=2*64:1*2)"

static const char *const machines_synthetic[] = {
	"pu:1",
	"pu:2",
	"core:3 pu:1",
	"numa:2 pu:2",
	"package:1 core:2 pu:4",
	"package:8 numa:1 l3:1 core:2 pu:1",
	"package:2 numa:4 l3:1 core:4 pu:2",
	"numa:2 package:2 l2:2 core:1 pu:2",
	"package:2 l3:2 numa:2 core:2 pu:2",
	"package:2 [numa(memory=1GB)] l3:2 [numa(memory=1GB)] core:2 pu:2",
	MACHINE_2X32X2,
	"package:2 numa:2 l3:2 core:24 pu:4",
};

static inline struct topology *machine_load(const char *input)
{
	struct topology *topology;
	struct fault fault;

	if (topology_load(input, &topology, &fault))
		fail_msg("%s", fault.text);
	return topology;
}

typedef void machine_check(const char *input, const struct topology *topology);

/* Runs @check on each file of a folder. Return: how many there were. */
static inline size_t machines_each_file(const char *pattern, machine_check *check)
{
	glob_t found = { 0 };
	size_t count = 0;

	if (!glob(pattern, 0, NULL, &found))
		count = found.gl_pathc;
	for (size_t i = 0; i < count; i++) {
		struct topology *topology = machine_load(found.gl_pathv[i]);

		check(found.gl_pathv[i], topology);
		topology_free(topology);
	}
	globfree(&found);
	return count;
}

/* Runs @check on all that is always there: made-up and recorded machines, and this host. */
static inline void machines_each(machine_check *check)
{
	struct topology *live = machine_load(NULL);

	check("this host", live);
	topology_free(live);
	for (size_t i = 0; i < sizeof(machines_synthetic) / sizeof(*machines_synthetic); i++) {
		struct topology *topology = machine_load(machines_synthetic[i]);

		check(machines_synthetic[i], topology);
		topology_free(topology);
	}
	assert_true(machines_each_file(MACHINES_OURS "*.xml", check) > 0);
}

/* Runs @check on the real hosts' files, or skips the test. */
static inline void machines_each_real(machine_check *check)
{
	if (!machines_each_file(MACHINES_REAL "*.xml", check)) {
		printf("skipped: no recorded machines in %s\n", MACHINES_REAL);
		skip();
	}
}

#endif
