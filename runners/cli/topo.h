/* numamark topo: the machine as numamark sees it, and what it would do with it. */
#ifndef RUNNERS_CLI_TOPO_H
#define RUNNERS_CLI_TOPO_H

#include <stdbool.h>
#include <stdio.h>

#include "topology/fault.h"

struct topo_options {
	const char *input; /* as topology_load(): NULL is this machine */
	bool json;
	const char *svg_path; /* also draw the machine into this file; NULL: no drawing */
};

/**
 * topo_run() - print the machine as a tree, or as JSON, and draw it if asked.
 *
 * The tree gives packages, nodes with their memory, last-level cache groups, cores and PUs by OS
 * number; then caches, the distance matrix, HMAT attributes where there are any, and the order of
 * PUs and the stops of threads=auto under every placement policy.
 *
 * JSON is one array of objects. Each has "kind" and then, always, what its kind has:
 *
 *   machine    cpu_model, hash (16 hexadecimal digits), live, packages, nodes, l3_groups, cores,
 *              pus, forbidden_pus, distances_known
 *   node       index, os_index, package (null: in no single one), pus (OS numbers of those nearest
 *              to it), memory_bytes, allowed
 *   cache      level, size_bytes, line_bytes, count, sharing_pus
 *   l3         index, level, size_bytes, pus (OS numbers)
 *   pu         index, os_index, core, package, smt, node (OS number), l3 (null: behind none)
 *   distance   from, to (OS numbers of nodes), distance, latency_ns, bandwidth_mib_per_s (null: not
 *              told)
 *   placement  place, pus (OS numbers in order), auto_threads
 *
 * "index", "core", "package" and "l3" count from 0 in hwloc's logical order.
 *
 * @out:  where the tree or the JSON goes.
 *
 * Return: 0, or a negative errno with the sentence in @fault: as topology_load(), or -EIO where the
 * drawing or @out cannot be written.
 */
int topo_run(const struct topo_options *options, FILE *out, struct fault *fault);

#endif
