#include "topology/distance.h"

#include <errno.h>

#include "topology/topology_private.h"

unsigned distance_between(const struct topology *topology, unsigned from, unsigned to)
{
	if (!topology->distances)
		return from == to ? 10 : 20;
	return topology->distances[from * topology->node_count + to];
}

bool distance_is_known(const struct topology *topology)
{
	return topology->distances != NULL;
}

unsigned distance_farthest(const struct topology *topology, unsigned from)
{
	unsigned farthest = from;

	for (unsigned to = 0; to < topology->node_count; to++) {
		const struct topology_node *const node = &topology->nodes[to];

		if (to == from || !node->is_allowed || !node->memory_bytes)
			continue;
		if (farthest == from || distance_between(topology, from, to) >
						distance_between(topology, from, farthest))
			farthest = to;
	}
	return farthest;
}

static int attribute_between(const uint64_t *values, unsigned pair, uint64_t *value)
{
	if (!values || !values[pair])
		return -ENODATA;
	*value = values[pair];
	return 0;
}

int distance_latency_ns(const struct topology *topology, unsigned from, unsigned to,
			uint64_t *latency_ns)
{
	return attribute_between(topology->latencies_ns, from * topology->node_count + to,
				 latency_ns);
}

int distance_bandwidth_mib_per_s(const struct topology *topology, unsigned from, unsigned to,
				 uint64_t *bandwidth_mib_per_s)
{
	return attribute_between(topology->bandwidths_mib_per_s, from * topology->node_count + to,
				 bandwidth_mib_per_s);
}
