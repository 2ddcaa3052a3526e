#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "topology/topology_private.h"

static unsigned distance_default(unsigned from, unsigned to)
{
	return from == to ? 10 : 20;
}

/* hwloc's matrix may leave nodes out, and holds 64-bit values. */
static void copy_slit(struct topology *topology, const struct hwloc_distances_s *given)
{
	const unsigned n = topology->node_count;

	for (unsigned from = 0; from < n; from++)
		for (unsigned to = 0; to < n; to++)
			topology->distances[from * n + to] = distance_default(from, to);
	for (unsigned i = 0; i < given->nbobjs; i++) {
		for (unsigned j = 0; j < given->nbobjs; j++) {
			const hwloc_uint64_t value = given->values[i * given->nbobjs + j];

			if (!given->objs[i] || !given->objs[j] || !value)
				continue;
			topology->distances[given->objs[i]->logical_index * n +
					    given->objs[j]->logical_index] =
				value > UINT_MAX ? UINT_MAX : (unsigned)value;
		}
	}
}

static int build_slit(hwloc_topology_t machine, struct topology *topology)
{
	struct hwloc_distances_s *given = NULL;
	unsigned found = 1;
	int error = 0;

	/* Only what the operating system reports is on the scale where 10 is local. */
	if (hwloc_distances_get_by_type(
		    machine, HWLOC_OBJ_NUMANODE, &found, &given,
		    HWLOC_DISTANCES_KIND_FROM_OS | HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0) ||
	    !found || !given)
		return 0;
	topology->distances = calloc((size_t)topology->node_count * topology->node_count,
				     sizeof(*topology->distances));
	if (topology->distances)
		copy_slit(topology, given);
	else
		error = -ENOMEM;
	hwloc_distances_release(machine, given);
	return error;
}

/* @values: out, NULL unless there is at least one value. */
static int build_attribute(hwloc_topology_t machine, const struct topology *topology,
			   hwloc_memattr_id_t attribute, uint64_t **values)
{
	const unsigned n = topology->node_count;
	uint64_t *read = calloc((size_t)n * n, sizeof(*read));
	bool is_known = false;

	if (!read)
		return -ENOMEM;
	for (unsigned from = 0; from < n; from++) {
		hwloc_obj_t source = hwloc_get_obj_by_type(machine, HWLOC_OBJ_NUMANODE, from);
		struct hwloc_location initiator = {
			.type = HWLOC_LOCATION_TYPE_CPUSET,
			.location.cpuset = source->cpuset,
		};

		if (hwloc_bitmap_iszero(source->cpuset))
			continue;
		for (unsigned to = 0; to < n; to++) {
			hwloc_obj_t target = hwloc_get_obj_by_type(machine, HWLOC_OBJ_NUMANODE, to);
			hwloc_uint64_t value;

			if (hwloc_memattr_get_value(machine, attribute, target, &initiator, 0,
						    &value))
				continue;
			read[from * n + to] = value;
			is_known |= value != 0;
		}
	}
	if (is_known)
		*values = read;
	else
		free(read);
	return 0;
}

int topology_build_distances(hwloc_topology_t machine, struct topology *topology)
{
	const int error = build_slit(machine, topology);

	if (error)
		return error;
	if (build_attribute(machine, topology, HWLOC_MEMATTR_ID_LATENCY, &topology->latencies_ns))
		return -ENOMEM;
	return build_attribute(machine, topology, HWLOC_MEMATTR_ID_BANDWIDTH,
			       &topology->bandwidths_mib_per_s);
}
