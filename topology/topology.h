/*
 * The machine: packages, NUMA nodes, cores, PUs and caches, from the live host, an hwloc XML file
 * or a synthetic string. Immutable once loaded, so that it may be read from any thread.
 *
 * Words are hwloc's. An "index" without a qualifier is numamark's own: a position in the arrays
 * below, dense from 0 in hwloc's logical order. "os_index" is the operating system's number, which
 * may have gaps.
 */
#ifndef TOPOLOGY_TOPOLOGY_H
#define TOPOLOGY_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topology/fault.h"

enum { TOPOLOGY_NONE = -1, TOPOLOGY_CACHE_LEVELS = 5 };

struct topology;

/* A processing unit that this process may use: online, inside its cpuset and affinity mask. */
struct topology_pu {
	unsigned os_index;
	unsigned core;       /* index of the core; a PU outside every core is a core of its own */
	unsigned package;    /* index of the package; PUs outside all packages share one */
	unsigned smt;        /* rank among the usable PUs of its core: 0 is the first */
	int node;            /* index of the nearest allowed NUMA node, in topology_node() */
	int l3;              /* index in topology_l3(), TOPOLOGY_NONE if it has no such cache */
};

struct topology_node {
	unsigned os_index;
	unsigned pu_count;        /* usable PUs nearest to it; 0 for a node of memory alone */
	uint64_t memory_bytes;    /* local memory; 0 on all nodes where the machine does not say */
	int package;              /* index, TOPOLOGY_NONE where the node is in no single package */
	bool is_allowed;          /* it has memory, and this process may allocate there */
};

/* A group of PUs behind one last-level cache; on machines without a level 3 that is a level 2. */
struct topology_l3 {
	unsigned level;
	uint64_t size_bytes;
	unsigned pu_count;    /* usable PUs behind it */
};

/* All data or unified caches of one level and size, lowest level first; some CPUs mix two sizes. */
struct topology_cache {
	unsigned level;
	uint64_t size_bytes;
	unsigned line_bytes;    /* 0 where the machine does not say */
	unsigned count;         /* how many such caches serve usable PUs */
	unsigned sharing_pus;   /* usable PUs behind the most shared of them */
};

/**
 * topology_load() - load a machine.
 *
 * A text that names an existing file, holds a slash or ends in ".xml" is taken as a file; a child
 * process loads it first, because hwloc may crash of a damaged one. The live machine is cut down to
 * the affinity mask of the calling thread: load before binding.
 *
 * @input:  NULL for the live machine, the path of an hwloc XML file (at most 64 MiB), or an hwloc
 *          synthetic string.
 * @topology:  out; released with topology_free().
 *
 * Return: 0, or -EINVAL, -ENOENT, -E2BIG, -EIO, -ENOMEM with the sentence in @fault.
 * Threads: one at a time, before others read the environment (it quiets hwloc by a variable there).
 */
int topology_load(const char *input, struct topology **topology, struct fault *fault);
void topology_free(struct topology *topology);

/**
 * topology_export() - write the live machine as an hwloc XML file.
 *
 * Return: 0, or the errno of reading the machine or writing the file, with the sentence in @fault.
 */
int topology_export(const char *folder, const char *name, struct fault *fault);

/* Loaded from this very host: only then may threads be bound and pages be placed by it. */
bool topology_is_live(const struct topology *topology);

unsigned topology_pu_count(const struct topology *topology);
unsigned topology_core_count(const struct topology *topology);    /* with at least one usable PU */
unsigned topology_package_count(const struct topology *topology);
unsigned topology_node_count(const struct topology *topology);
unsigned topology_l3_count(const struct topology *topology);
unsigned topology_cache_count(const struct topology *topology);

/* PUs the machine has that this process may not use: offline, or outside its cpuset. */
unsigned topology_forbidden_pu_count(const struct topology *topology);

/* @index: 0 to count - 1. The result lives as long as the topology. */
const struct topology_pu *topology_pu(const struct topology *topology, unsigned index);
const struct topology_node *topology_node(const struct topology *topology, unsigned index);
const struct topology_l3 *topology_l3(const struct topology *topology, unsigned index);
const struct topology_cache *topology_cache(const struct topology *topology, unsigned index);

/* Find by the operating system's number. Return: the index, or -ENOENT. */
int topology_find_pu(const struct topology *topology, unsigned os_index);
int topology_find_node(const struct topology *topology, unsigned os_index);

/**
 * topology_hash() - 64-bit fingerprint of the shape: equal shapes hash alike on every host.
 *
 * Usable PUs with their cores, packages, nodes and caches, and the SLIT distances; no names, OS
 * numbers or exact memory sizes.
 */
uint64_t topology_hash(const struct topology *topology);

/* CPU model as the machine names it, or "unknown". */
const char *topology_cpu_model(const struct topology *topology);

#endif
