#include <errno.h>
#include <numaif.h>
#include <sched.h>

#include "topology/topology_private.h"

enum { MASK_BITS_MAX = 1 << 18, NODE_MASK_BITS = 4096 };

/* Narrows @set to @mask unless nothing would be left: then the mask speaks of another machine. */
static void set_narrow(hwloc_bitmap_t set, hwloc_const_bitmap_t mask)
{
	if (hwloc_bitmap_intersects(set, mask))
		hwloc_bitmap_and(set, set, mask);
}

/*
 * The kernel refuses a mask shorter than its own with EINVAL, and does not say how long that is:
 * double until it fits.
 */
static void narrow_to_affinity(hwloc_bitmap_t pus, hwloc_bitmap_t mask)
{
	for (unsigned bits = CPU_SETSIZE; bits <= MASK_BITS_MAX; bits *= 2) {
		const size_t size_bytes = CPU_ALLOC_SIZE(bits);
		cpu_set_t *set = CPU_ALLOC(bits);

		if (!set)
			return;
		if (!sched_getaffinity(0, size_bytes, set)) {
			for (unsigned cpu = 0; cpu < bits; cpu++)
				if (CPU_ISSET_S(cpu, size_bytes, set))
					hwloc_bitmap_set(mask, cpu);
			set_narrow(pus, mask);
			CPU_FREE(set);
			return;
		}
		CPU_FREE(set);
		if (errno != EINVAL)
			return;
	}
}

/* Containers may forbid get_mempolicy(2); then what hwloc found stands. */
static void narrow_to_memory_mask(hwloc_bitmap_t nodes, hwloc_bitmap_t mask)
{
	unsigned long words[NODE_MASK_BITS / (8 * sizeof(unsigned long))] = { 0 };

	if (get_mempolicy(NULL, words, NODE_MASK_BITS, NULL, MPOL_F_MEMS_ALLOWED))
		return;
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i])
			hwloc_bitmap_set_ith_ulong(mask, i, words[i]);
	set_narrow(nodes, mask);
}

int topology_allowed_find(hwloc_topology_t machine, bool is_live, struct topology_allowed *allowed)
{
	struct topology_allowed found = {
		.pus = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(machine)),
		.nodes = hwloc_bitmap_dup(hwloc_topology_get_allowed_nodeset(machine)),
	};
	hwloc_bitmap_t pu_mask = hwloc_bitmap_alloc();
	hwloc_bitmap_t node_mask = hwloc_bitmap_alloc();
	int error = 0;

	if (!found.pus || !found.nodes || !pu_mask || !node_mask) {
		topology_allowed_release(&found);
		error = -ENOMEM;
	} else {
		if (is_live) {
			narrow_to_affinity(found.pus, pu_mask);
			narrow_to_memory_mask(found.nodes, node_mask);
		}
		*allowed = found;
	}
	hwloc_bitmap_free(pu_mask);
	hwloc_bitmap_free(node_mask);
	return error;
}

void topology_allowed_release(struct topology_allowed *allowed)
{
	hwloc_bitmap_free(allowed->pus);
	hwloc_bitmap_free(allowed->nodes);
}
