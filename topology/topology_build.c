#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topology/distance.h"
#include "topology/topology_private.h"

/*
 * What the walk over the PUs remembers of the PU before: hwloc's logical order keeps siblings
 * together.
 */
struct pu_walk {
	hwloc_obj_t core;
	hwloc_obj_t l3;
	bool is_started;
	bool has_orphan; /* a PU outside every package: all such form one package more */
};

static hwloc_obj_t node_object(hwloc_topology_t machine, unsigned node)
{
	return hwloc_get_obj_by_type(machine, HWLOC_OBJ_NUMANODE, node);
}

/* The cache that most PUs share on the way up. A level-1 cache groups nothing but one core. */
static hwloc_obj_t last_level_cache(hwloc_obj_t pu)
{
	hwloc_obj_t found = NULL;

	for (hwloc_obj_t at = pu->parent; at; at = at->parent)
		if (hwloc_obj_type_is_dcache(at->type) && at->attr->cache.depth >= 2)
			found = at;
	return found;
}

static void pu_set_core(struct topology *topology, struct topology_pu *pu, hwloc_obj_t core,
			struct pu_walk *walk)
{
	const bool is_sibling = walk->is_started && core && core == walk->core;

	if (is_sibling) {
		pu->smt = pu[-1].smt + 1;
	} else {
		pu->smt = 0;
		topology->core_count++;
	}
	pu->core = topology->core_count - 1;
	walk->core = core;
}

static void pu_set_l3(struct topology *topology, struct topology_pu *pu, hwloc_obj_t l3,
		      struct pu_walk *walk)
{
	if (!l3) {
		pu->l3 = TOPOLOGY_NONE;
	} else {
		if (!walk->is_started || l3 != walk->l3)
			topology->l3s[topology->l3_count++] = (struct topology_l3){
				.level = l3->attr->cache.depth,
				.size_bytes = l3->attr->cache.size,
			};
		pu->l3 = (int)topology->l3_count - 1;
		topology->l3s[pu->l3].pu_count++;
	}
	walk->l3 = l3;
}

static void build_pu(hwloc_topology_t machine, struct topology *topology, hwloc_obj_t object,
		     struct pu_walk *walk)
{
	struct topology_pu *pu = &topology->pus[topology->pu_count++];
	hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(machine, HWLOC_OBJ_PACKAGE, object);
	hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(machine, HWLOC_OBJ_CORE, object);

	pu->os_index = object->os_index;
	pu->package = package ? package->logical_index : topology->package_count;
	walk->has_orphan |= !package;
	pu_set_core(topology, pu, core, walk);
	pu_set_l3(topology, pu, last_level_cache(object), walk);
	walk->is_started = true;
}

static int build_pus(hwloc_topology_t machine, struct topology *topology,
		     const struct topology_allowed *allowed, struct fault *fault)
{
	const int present = hwloc_get_nbobjs_by_type(machine, HWLOC_OBJ_PU);
	const int packages = hwloc_get_nbobjs_by_type(machine, HWLOC_OBJ_PACKAGE);
	const int known = hwloc_bitmap_weight(hwloc_topology_get_complete_cpuset(machine));
	struct pu_walk walk = { 0 };

	if (present > TOPOLOGY_PU_LIMIT)
		return fault_set(fault, -E2BIG, "the machine has %d PUs; at most %d are supported",
				 present, TOPOLOGY_PU_LIMIT);
	topology->pus = calloc((size_t)present + 1, sizeof(*topology->pus));
	topology->l3s = calloc((size_t)present + 1, sizeof(*topology->l3s));
	if (!topology->pus || !topology->l3s)
		return fault_set(fault, -ENOMEM, "no memory for a machine of %d PUs", present);
	topology->package_count = packages > 0 ? (unsigned)packages : 0;
	for (unsigned i = 0; i < (unsigned)present; i++) {
		hwloc_obj_t object = hwloc_get_obj_by_type(machine, HWLOC_OBJ_PU, i);

		if (hwloc_bitmap_isset(allowed->pus, object->os_index))
			build_pu(machine, topology, object, &walk);
	}
	topology->package_count += walk.has_orphan;
	if (!topology->pu_count)
		return fault_set(fault, -EINVAL, "the machine has no PU that may be used");
	if (known > 0 && (unsigned)known > topology->pu_count)
		topology->forbidden_pu_count = (unsigned)known - topology->pu_count;
	return 0;
}

/* Package of a node: the one around it, or the only one among its PUs, or the only one there is. */
static int node_package(hwloc_topology_t machine, const struct topology *topology, hwloc_obj_t node)
{
	hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(machine, HWLOC_OBJ_PACKAGE, node);
	hwloc_obj_t met = NULL, other = NULL;

	if (package)
		return (int)package->logical_index;
	if (topology->package_count == 1)
		return 0;
	while ((other = hwloc_get_next_obj_by_type(machine, HWLOC_OBJ_PACKAGE, other))) {
		if (!hwloc_bitmap_intersects(other->cpuset, node->cpuset))
			continue;
		if (met)
			return TOPOLOGY_NONE;
		met = other;
	}
	return met ? (int)met->logical_index : TOPOLOGY_NONE;
}

/*
 * Nothing can be allocated on a node without memory. Where no node tells its size, all are taken to
 * have some.
 */
static void forbid_empty_nodes(struct topology *topology)
{
	uint64_t total_bytes = 0;

	for (unsigned i = 0; i < topology->node_count; i++)
		total_bytes += topology->nodes[i].memory_bytes;
	for (unsigned i = 0; total_bytes && i < topology->node_count; i++)
		topology->nodes[i].is_allowed &= topology->nodes[i].memory_bytes > 0;
}

static int build_nodes(hwloc_topology_t machine, struct topology *topology,
		       const struct topology_allowed *allowed, struct fault *fault)
{
	const int count = hwloc_get_nbobjs_by_type(machine, HWLOC_OBJ_NUMANODE);

	if (count < 1)
		return fault_set(fault, -EINVAL, "the machine has no NUMA node");
	if (count > TOPOLOGY_NODE_LIMIT)
		return fault_set(fault, -E2BIG,
				 "the machine has %d NUMA nodes; at most %d are "
				 "supported",
				 count, TOPOLOGY_NODE_LIMIT);
	topology->nodes = calloc((size_t)count, sizeof(*topology->nodes));
	if (!topology->nodes)
		return fault_set(fault, -ENOMEM, "no memory for a machine of %d nodes", count);
	topology->node_count = (unsigned)count;
	for (unsigned i = 0; i < topology->node_count; i++) {
		hwloc_obj_t object = node_object(machine, i);

		topology->nodes[i] = (struct topology_node){
			.os_index = object->os_index,
			.memory_bytes = object->attr->numanode.local_memory,
			.package = node_package(machine, topology, object),
			.is_allowed = hwloc_bitmap_isset(allowed->nodes, object->os_index),
		};
	}
	forbid_empty_nodes(topology);
	return 0;
}

/* The allowed node nearest to @from, lowest index first among equals; node 0 if none is allowed. */
static unsigned nearest_allowed(const struct topology *topology, unsigned from)
{
	unsigned nearest = topology->node_count;

	for (unsigned to = 0; to < topology->node_count; to++) {
		if (!topology->nodes[to].is_allowed)
			continue;
		if (nearest == topology->node_count ||
		    distance_between(topology, from, to) <
			    distance_between(topology, from, nearest))
			nearest = to;
	}
	return nearest == topology->node_count ? 0 : nearest;
}

/*
 * A node attached to the innermost object around the PU that has memory, else the one nearest to
 * that.
 */
static unsigned pu_home(const struct topology *topology, hwloc_obj_t pu)
{
	hwloc_obj_t at = pu;

	while (at && !at->memory_arity)
		at = at->parent;
	if (!at)
		return nearest_allowed(topology, 0);
	for (hwloc_obj_t node = at->memory_first_child; node; node = node->next_sibling)
		if (node->type == HWLOC_OBJ_NUMANODE &&
		    topology->nodes[node->logical_index].is_allowed)
			return node->logical_index;
	return nearest_allowed(topology, at->memory_first_child->logical_index);
}

static void build_homes(hwloc_topology_t machine, struct topology *topology)
{
	for (unsigned i = 0; i < topology->pu_count; i++) {
		struct topology_pu *pu = &topology->pus[i];
		const unsigned node =
			pu_home(topology, hwloc_get_pu_obj_by_os_index(machine, pu->os_index));

		pu->node = (int)node;
		topology->nodes[node].pu_count++;
	}
}

static unsigned usable_under(hwloc_obj_t object, const struct topology_allowed *allowed,
			     hwloc_bitmap_t scratch)
{
	hwloc_bitmap_and(scratch, object->cpuset, allowed->pus);

	const int weight = hwloc_bitmap_weight(scratch);

	return weight > 0 ? (unsigned)weight : 0;
}

/*
 * Counts @object among the caches of its level and size; performance and efficiency cores differ in
 * size.
 */
static void cache_add(struct topology *topology, hwloc_obj_t object, unsigned sharing_pus)
{
	const struct hwloc_cache_attr_s *attributes = &object->attr->cache;
	struct topology_cache *cache = topology->caches;
	const struct topology_cache *end = cache + topology->cache_count;

	while (cache < end &&
	       (cache->level != attributes->depth || cache->size_bytes != attributes->size))
		cache++;
	if (cache == end) {
		topology->cache_count++;
		*cache = (struct topology_cache){
			.level = attributes->depth,
			.size_bytes = attributes->size,
			.line_bytes = attributes->linesize,
		};
	}
	cache->count++;
	if (sharing_pus > cache->sharing_pus)
		cache->sharing_pus = sharing_pus;
}

static int build_caches(hwloc_topology_t machine, struct topology *topology,
			const struct topology_allowed *allowed, struct fault *fault)
{
	hwloc_bitmap_t scratch = hwloc_bitmap_alloc();
	size_t room = 1;

	for (int type = HWLOC_OBJ_L1CACHE; type <= HWLOC_OBJ_L5CACHE; type++) {
		const int count = hwloc_get_nbobjs_by_type(machine, (hwloc_obj_type_t)type);

		room += count > 0 ? (size_t)count : 0;
	}
	topology->caches = calloc(room, sizeof(*topology->caches));
	if (!scratch || !topology->caches) {
		hwloc_bitmap_free(scratch);
		return fault_set(fault, -ENOMEM, "no memory for the machine's caches");
	}
	for (int type = HWLOC_OBJ_L1CACHE; type <= HWLOC_OBJ_L5CACHE; type++) {
		hwloc_obj_t object = NULL;

		while ((object = hwloc_get_next_obj_by_type(machine, (hwloc_obj_type_t)type,
							    object))) {
			const unsigned sharing = usable_under(object, allowed, scratch);

			if (sharing)
				cache_add(topology, object, sharing);
		}
	}
	hwloc_bitmap_free(scratch);
	return 0;
}

/*
 * Firmware pads the name with blanks, and a file may say anything: what remains is printable ASCII.
 */
static void model_copy(struct topology *topology, const char *name)
{
	size_t length;

	name += strspn(name, " \t");
	snprintf(topology->cpu_model, sizeof(topology->cpu_model), "%s", name);
	length = strlen(topology->cpu_model);
	while (length && strchr(" \t\r\n", topology->cpu_model[length - 1]))
		topology->cpu_model[--length] = '\0';
	for (char *at = topology->cpu_model; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
}

static const char *info_of(hwloc_topology_t machine, const char *name)
{
	hwloc_obj_t package = hwloc_get_obj_by_type(machine, HWLOC_OBJ_PACKAGE, 0);
	const char *value = package ? hwloc_obj_get_info_by_name(package, name) : NULL;

	return value ? value : hwloc_obj_get_info_by_name(hwloc_get_root_obj(machine), name);
}

/* arm64 has no name for its CPUs, only numbers: kept as the kernel gives them. */
static void build_model(hwloc_topology_t machine, struct topology *topology)
{
	const char *model = info_of(machine, "CPUModel");
	const char *implementer = info_of(machine, "CPUImplementer");
	const char *part = info_of(machine, "CPUPart");
	char numbers[TOPOLOGY_MODEL_BYTES];

	if (model) {
		model_copy(topology, model);
	} else if (implementer && part) {
		snprintf(numbers, sizeof(numbers), "arm64 implementer %.32s part %.32s",
			 implementer, part);
		model_copy(topology, numbers);
	}
	if (!topology->cpu_model[0])
		model_copy(topology, "unknown");
}

int topology_build(hwloc_topology_t machine, struct topology *topology, struct fault *fault)
{
	struct topology_allowed allowed;
	int error;

	if (topology_allowed_find(machine, topology->is_live, &allowed))
		return fault_set(fault, -ENOMEM, "no memory to load the machine");
	error = build_pus(machine, topology, &allowed, fault);
	if (!error)
		error = build_nodes(machine, topology, &allowed, fault);
	if (!error && topology_build_distances(machine, topology))
		error = fault_set(fault, -ENOMEM, "no memory for the distances of %u nodes",
				  topology->node_count);
	if (!error)
		error = build_caches(machine, topology, &allowed, fault);
	if (!error) {
		build_homes(machine, topology);
		build_model(machine, topology);
	}
	topology_allowed_release(&allowed);
	return error;
}
