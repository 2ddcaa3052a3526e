/* What one needs to repeat a run: build, libraries, kernel, CPU, topology, host settings. */
#ifndef RUNNERS_RESULTS_PROVENANCE_H
#define RUNNERS_RESULTS_PROVENANCE_H

#include <jansson.h>

#include "topology/topology.h"

/**
 * provenance_collect() - the facts of a session.
 *
 * Return: a new object with `host` (name, kernel, command line, CPU model, microcode, memory, PUs, cores, packages,
 * NUMA nodes), `machine` (one [PU OS index, core, SMT rank, NUMA node OS index, package] per usable PU, from which
 * figures draw node and SMT boundaries; -1 for no node), `topology_hash`, `build` (version, commit, compiler, flags, type, sanitize) and `libraries` (name ->
 * version). What the system does not say is "unknown".
 */
json_t *provenance_collect(const struct topology *topology);

/* "0.1.0 (commit)": what --version prints. */
const char *provenance_version(void);

#endif
