/*
 * Inside of topology/: what a loaded machine is made of. Everything is copied out of hwloc when the
 * machine is loaded and hwloc's own object is released at once: hwloc refreshes some of its tables
 * on first use, plain arrays are safe to read from any thread.
 */
#ifndef TOPOLOGY_TOPOLOGY_PRIVATE_H
#define TOPOLOGY_TOPOLOGY_PRIVATE_H

#include <hwloc.h>

#include "topology/topology.h"

enum {
	TOPOLOGY_PU_LIMIT =
		65536, /* beyond any machine; keeps a mistyped string from filling memory */
	TOPOLOGY_NODE_LIMIT = 1024, /* the kernel's own limit, and the square of it is stored */
	TOPOLOGY_MODEL_BYTES = 128
};

struct topology {
	struct topology_pu *pus;
	struct topology_node *nodes;
	struct topology_l3 *l3s;
	struct topology_cache *caches;
	unsigned *distances;    /* nodes x nodes, row: from; NULL where firmware gives none */
	uint64_t *latencies_ns; /* likewise; 0 where firmware is silent */
	uint64_t *bandwidths_mib_per_s;
	unsigned pu_count;
	unsigned core_count;
	unsigned package_count;
	unsigned node_count;
	unsigned l3_count;
	unsigned cache_count;
	unsigned forbidden_pu_count;
	bool is_live;
	char cpu_model[TOPOLOGY_MODEL_BYTES];
};

/* The sets that a process may use, of which hwloc knows only what the control groups say. */
struct topology_allowed {
	hwloc_bitmap_t pus;
	hwloc_bitmap_t nodes;
};

/**
 * topology_source_open() - have hwloc read the machine that @input names; nothing is printed
 * whatever it holds.
 *
 * @machine:  out; released with hwloc_topology_destroy().
 *
 * Return: as topology_load().
 */
int topology_source_open(const char *input, hwloc_topology_t *machine, struct fault *fault);

/* Whether @input is taken as a file rather than as a synthetic string. */
bool topology_source_is_file(const char *input);

/**
 * topology_probe() - have a child load @input first.
 *
 * hwloc trusts the XML that it reads: an object without its sets, for one, is a crash. What kills
 * the child, or keeps it for half a minute, is refused here with a sentence.
 *
 * Return: 0 if it can be loaded, or as topology_load().
 */
int topology_probe(const char *input, struct fault *fault);

/* topology_load() without the probe. */
int topology_load_here(const char *input, struct topology **topology, struct fault *fault);

/**
 * topology_allowed_find() - what this process may use of @machine.
 *
 * On the live machine the affinity mask and the memory mask of the calling thread narrow what hwloc
 * reports: in a container the control groups may be out of sight, and taskset or a batch system may
 * have set the mask.
 *
 * @allowed:  out; released with topology_allowed_release().
 *
 * Return: 0 or -ENOMEM.
 */
int topology_allowed_find(hwloc_topology_t machine, bool is_live, struct topology_allowed *allowed);
void topology_allowed_release(struct topology_allowed *allowed);

/*
 * Fill @topology from @machine. Return: 0, -EINVAL, -E2BIG or -ENOMEM; what was filled is released
 * by the caller.
 */
int topology_build(hwloc_topology_t machine, struct topology *topology, struct fault *fault);

/* The matrices of distance.h; @topology has its nodes. Return: 0 or -ENOMEM. */
int topology_build_distances(hwloc_topology_t machine, struct topology *topology);

#endif
