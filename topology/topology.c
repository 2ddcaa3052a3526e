#include "topology/topology.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "topology/distance.h"
#include "topology/topology_private.h"

int topology_load_here(const char *input, struct topology **topology, struct fault *fault)
{
	hwloc_topology_t machine;
	struct topology *loaded;
	int error = topology_source_open(input, &machine, fault);

	if (error)
		return error;
	loaded = calloc(1, sizeof(*loaded));
	if (!loaded) {
		error = fault_set(fault, -ENOMEM, "no memory to load the machine");
		goto fail;
	}
	loaded->is_live = !input && hwloc_topology_is_thissystem(machine);
	error = topology_build(machine, loaded, fault);
	if (error) {
		if (input)
			fault_prefix(fault, error, "%.200s: ", input);
		goto fail;
	}
	hwloc_topology_destroy(machine);
	*topology = loaded;
	return 0;
fail:
	topology_free(loaded);
	hwloc_topology_destroy(machine);
	return error;
}

int topology_load(const char *input, struct topology **topology, struct fault *fault)
{
	if (input && topology_source_is_file(input)) {
		const int error = topology_probe(input, fault);

		if (error)
			return error;
	}
	return topology_load_here(input, topology, fault);
}

void topology_free(struct topology *topology)
{
	if (!topology)
		return;
	free(topology->pus);
	free(topology->nodes);
	free(topology->l3s);
	free(topology->caches);
	free(topology->distances);
	free(topology->latencies_ns);
	free(topology->bandwidths_mib_per_s);
	free(topology);
}

bool topology_is_live(const struct topology *topology)
{
	return topology->is_live;
}

unsigned topology_pu_count(const struct topology *topology)
{
	return topology->pu_count;
}

unsigned topology_core_count(const struct topology *topology)
{
	return topology->core_count;
}

unsigned topology_package_count(const struct topology *topology)
{
	return topology->package_count;
}

unsigned topology_node_count(const struct topology *topology)
{
	return topology->node_count;
}

unsigned topology_l3_count(const struct topology *topology)
{
	return topology->l3_count;
}

unsigned topology_cache_count(const struct topology *topology)
{
	return topology->cache_count;
}

unsigned topology_forbidden_pu_count(const struct topology *topology)
{
	return topology->forbidden_pu_count;
}

const struct topology_pu *topology_pu(const struct topology *topology, unsigned index)
{
	assert(index < topology->pu_count);
	return &topology->pus[index];
}

const struct topology_node *topology_node(const struct topology *topology, unsigned index)
{
	assert(index < topology->node_count);
	return &topology->nodes[index];
}

const struct topology_l3 *topology_l3(const struct topology *topology, unsigned index)
{
	assert(index < topology->l3_count);
	return &topology->l3s[index];
}

const struct topology_cache *topology_cache(const struct topology *topology, unsigned index)
{
	assert(index < topology->cache_count);
	return &topology->caches[index];
}

int topology_find_pu(const struct topology *topology, unsigned os_index)
{
	for (unsigned i = 0; i < topology->pu_count; i++)
		if (topology->pus[i].os_index == os_index)
			return (int)i;
	return -ENOENT;
}

int topology_find_node(const struct topology *topology, unsigned os_index)
{
	for (unsigned i = 0; i < topology->node_count; i++)
		if (topology->nodes[i].os_index == os_index)
			return (int)i;
	return -ENOENT;
}

const char *topology_cpu_model(const struct topology *topology)
{
	return topology->cpu_model;
}

/* FNV-1a over the eight bytes of a number, low byte first on every host. */
static uint64_t hash_add(uint64_t hash, uint64_t number)
{
	for (unsigned shift = 0; shift < 64; shift += 8)
		hash = (hash ^ ((number >> shift) & 0xff)) * 0x100000001b3u;
	return hash;
}

static uint64_t hash_pus(const struct topology *topology, uint64_t hash)
{
	for (unsigned i = 0; i < topology->pu_count; i++) {
		const struct topology_pu *pu = &topology->pus[i];

		hash = hash_add(hash, pu->core);
		hash = hash_add(hash, pu->package);
		hash = hash_add(hash, pu->smt);
		hash = hash_add(hash, (uint64_t)pu->node);
		hash = hash_add(hash, (uint64_t)pu->l3);
	}
	return hash;
}

static uint64_t hash_nodes(const struct topology *topology, uint64_t hash)
{
	for (unsigned i = 0; i < topology->node_count; i++) {
		const struct topology_node *node = &topology->nodes[i];

		hash = hash_add(hash, node->pu_count);
		hash = hash_add(hash, (uint64_t)node->package);
		hash = hash_add(hash, node->is_allowed);
	}
	if (!distance_is_known(topology))
		return hash;
	for (unsigned from = 0; from < topology->node_count; from++)
		for (unsigned to = 0; to < topology->node_count; to++)
			hash = hash_add(hash, distance_between(topology, from, to));
	return hash;
}

static uint64_t hash_caches(const struct topology *topology, uint64_t hash)
{
	for (unsigned i = 0; i < topology->cache_count; i++) {
		const struct topology_cache *cache = &topology->caches[i];

		hash = hash_add(hash, cache->level);
		hash = hash_add(hash, cache->size_bytes);
		hash = hash_add(hash, cache->line_bytes);
		hash = hash_add(hash, cache->count);
		hash = hash_add(hash, cache->sharing_pus);
	}
	return hash;
}

/*
 * Left out: OS numbers, which the firmware deals out; the exact memory of a node, which varies by
 * some KiB between equal hosts; names; and what is forbidden to this process.
 */
uint64_t topology_hash(const struct topology *topology)
{
	uint64_t hash = 0xcbf29ce484222325u;

	hash = hash_add(hash, topology->pu_count);
	hash = hash_add(hash, topology->node_count);
	hash = hash_add(hash, topology->cache_count);
	hash = hash_pus(topology, hash);
	hash = hash_nodes(topology, hash);
	return hash_caches(topology, hash);
}
