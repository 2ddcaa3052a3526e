/* The live machine as hwloc's XML, for a folder that describes it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "topology/topology_private.h"

int topology_export(const char *folder, const char *name, struct fault *fault)
{
	char path[PATH_MAX];
	hwloc_topology_t machine;
	int error;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", folder);
	error = topology_source_open(NULL, &machine, fault);
	if (error)
		return error;
	if (hwloc_topology_export_xml(machine, path, 0))
		error = fault_set(fault, errno ? -errno : -EIO, "%s: cannot be written: %s", path,
				  strerror(errno ? errno : EIO));
	hwloc_topology_destroy(machine);
	return error;
}
