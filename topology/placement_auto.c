#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "topology/placement.h"

enum { STOPS_MAX = 40 }; /* every power of two that fits into a number, and the five others */

/* How many workers the order puts on its first node before it leaves that. */
static unsigned first_node_length(const struct topology *topology, const unsigned *pus, unsigned n)
{
	const int node = topology_pu(topology, pus[0])->node;
	unsigned length = 1;

	while (length < n && topology_pu(topology, pus[length])->node == node)
		length++;
	return length;
}

static unsigned distinct_cores(const struct topology *topology, const unsigned *pus, unsigned n,
			       bool *is_seen)
{
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++) {
		bool *seen = &is_seen[topology_pu(topology, pus[i])->core];

		count += !*seen;
		*seen = true;
	}
	return count;
}

/* Keeps @stops ascending and each number once. */
static unsigned stop_add(unsigned *stops, unsigned count, unsigned stop)
{
	unsigned at = 0;

	while (at < count && stops[at] < stop)
		at++;
	if (at < count && stops[at] == stop)
		return count;
	memmove(stops + at + 1, stops + at, (count - at) * sizeof(*stops));
	stops[at] = stop;
	return count + 1;
}

/* @pus: all that the policy can use, in its order. */
static unsigned stops_find(const struct topology *topology, const unsigned *pus, unsigned capacity,
			   unsigned cores, unsigned *stops)
{
	const unsigned near = first_node_length(topology, pus, capacity);
	unsigned count = 0;

	for (uint64_t stop = 1; stop <= capacity; stop *= 2)
		count = stop_add(stops, count, (unsigned)stop);
	if (near < capacity) {
		count = stop_add(stops, count, near);
		count = stop_add(stops, count, near + 1);
	}
	count = stop_add(stops, count, cores);
	return stop_add(stops, count, capacity);
}

int placement_auto_threads(const struct topology *topology, const struct placement *placement,
			   unsigned *stops, unsigned room, struct fault *fault)
{
	const int capacity = placement_capacity(topology, placement, fault);
	unsigned found[STOPS_MAX], count;
	int result;

	if (capacity < 0)
		return capacity;

	const unsigned n = (unsigned)capacity;
	unsigned *pus = calloc(n, sizeof(*pus));
	bool *is_seen = calloc(topology_core_count(topology), sizeof(*is_seen));

	if (!pus || !is_seen) {
		result = fault_set(fault, -ENOMEM, "no memory to order %u PUs", n);
		goto done;
	}
	result = placement_plan(topology, placement, n, pus, fault);
	if (result)
		goto done;
	count = stops_find(topology, pus, n, distinct_cores(topology, pus, n, is_seen), found);
	if (count > room) {
		result = fault_set(fault, -E2BIG,
				   "threads=auto has %u stops here; there is room for "
				   "%u",
				   count, room);
		goto done;
	}
	memcpy(stops, found, count * sizeof(*stops));
	result = (int)count;
done:
	free(pus);
	free(is_seen);
	return result;
}
