/* numamark host describe: a folder of what a host is. */
#ifndef RUNNERS_CLI_HOST_DESCRIBE_H
#define RUNNERS_CLI_HOST_DESCRIBE_H

#include <stdbool.h>

#include "topology/fault.h"

/**
 * host_describe() - print the facts of this host, and write its folder.
 *
 * topology.xml (hwloc), facts.json (what a session record says of its host) and limits.json (the
 * probes limits, coherence and memory).
 *
 * @folder:  NULL: hosts/NAME in the current folder.
 *
 * Return: 0, or the errno of what could not be found out or written, with the sentence in @fault.
 */
int host_describe(const char *folder, bool as_json, struct fault *fault);

#endif
