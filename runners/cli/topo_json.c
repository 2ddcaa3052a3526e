#include <errno.h>
#include <inttypes.h>
#include <jansson.h>

#include "runners/cli/topo_views.h"
#include "topology/distance.h"

typedef int group_of(const struct topology_pu *pu);

static int node_of(const struct topology_pu *pu)
{
	return pu->node;
}

static int l3_of(const struct topology_pu *pu)
{
	return pu->l3;
}

/* What is absent is null, never a magic number. */
static json_t *index_or_null(int index)
{
	return index == TOPOLOGY_NONE ? json_null() : json_integer(index);
}

static json_t *value_or_null(int error, uint64_t value)
{
	return error ? json_null() : json_integer((json_int_t)value);
}

/* NULL, as from jansson itself, when memory runs out; json_pack() and append() hand that on. */
static json_t *numbers(const unsigned *values, unsigned count)
{
	json_t *array = json_array();

	for (unsigned i = 0; array && i < count; i++) {
		if (json_array_append_new(array, json_integer(values[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* OS numbers of the PUs that @group puts into @index. */
static json_t *members(const struct topology *topology, group_of *group, unsigned index)
{
	json_t *array = json_array();

	for (unsigned i = 0; array && i < topology_pu_count(topology); i++) {
		const struct topology_pu *pu = topology_pu(topology, i);

		if (group(pu) == (int)index &&
		    json_array_append_new(array, json_integer(pu->os_index))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* Takes @item over. Return: 0 or -ENOMEM. */
static int append(json_t *array, json_t *item)
{
	return item && !json_array_append_new(array, item) ? 0 : -ENOMEM;
}

static int add_machine(const struct topology *topology, json_t *array)
{
	char hash[17];

	snprintf(hash, sizeof(hash), "%016" PRIx64, topology_hash(topology));
	return append(array,
		      json_pack("{s:s, s:s, s:s, s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:b}", "kind",
				"machine", "cpu_model", topology_cpu_model(topology), "hash", hash,
				"live", topology_is_live(topology), "packages",
				topology_package_count(topology), "nodes",
				topology_node_count(topology), "l3_groups",
				topology_l3_count(topology), "cores", topology_core_count(topology),
				"pus", topology_pu_count(topology), "forbidden_pus",
				topology_forbidden_pu_count(topology), "distances_known",
				distance_is_known(topology)));
}

static int add_nodes(const struct topology *topology, json_t *array)
{
	int error = 0;

	for (unsigned i = 0; !error && i < topology_node_count(topology); i++) {
		const struct topology_node *node = topology_node(topology, i);

		error = append(array, json_pack("{s:s, s:i, s:i, s:o, s:o, s:I, s:b}", "kind",
						"node", "index", i, "os_index", node->os_index,
						"package", index_or_null(node->package), "pus",
						members(topology, node_of, i), "memory_bytes",
						(json_int_t)node->memory_bytes, "allowed",
						node->is_allowed));
	}
	return error;
}

static int add_caches(const struct topology *topology, json_t *array)
{
	int error = 0;

	for (unsigned i = 0; !error && i < topology_cache_count(topology); i++) {
		const struct topology_cache *cache = topology_cache(topology, i);

		error = append(array,
			       json_pack("{s:s, s:i, s:I, s:i, s:i, s:i}", "kind", "cache", "level",
					 cache->level, "size_bytes", (json_int_t)cache->size_bytes,
					 "line_bytes", cache->line_bytes, "count", cache->count,
					 "sharing_pus", cache->sharing_pus));
	}
	for (unsigned i = 0; !error && i < topology_l3_count(topology); i++) {
		const struct topology_l3 *l3 = topology_l3(topology, i);

		error = append(array, json_pack("{s:s, s:i, s:i, s:I, s:o}", "kind", "l3", "index",
						i, "level", l3->level, "size_bytes",
						(json_int_t)l3->size_bytes, "pus",
						members(topology, l3_of, i)));
	}
	return error;
}

static int add_pus(const struct topology *topology, json_t *array)
{
	int error = 0;

	for (unsigned i = 0; !error && i < topology_pu_count(topology); i++) {
		const struct topology_pu *pu = topology_pu(topology, i);

		error = append(array,
			       json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:o}", "kind", "pu",
					 "index", i, "os_index", pu->os_index, "core", pu->core,
					 "package", pu->package, "smt", pu->smt, "node",
					 topology_node(topology, (unsigned)pu->node)->os_index,
					 "l3", index_or_null(pu->l3)));
	}
	return error;
}

static json_t *distance_object(const struct topology *topology, unsigned from, unsigned to)
{
	uint64_t latency_ns = 0, bandwidth = 0;
	const int no_latency = distance_latency_ns(topology, from, to, &latency_ns);
	const int no_bandwidth = distance_bandwidth_mib_per_s(topology, from, to, &bandwidth);

	return json_pack("{s:s, s:i, s:i, s:I, s:o, s:o}", "kind", "distance", "from",
			 topology_node(topology, from)->os_index, "to",
			 topology_node(topology, to)->os_index, "distance",
			 (json_int_t)distance_between(topology, from, to), "latency_ns",
			 value_or_null(no_latency, latency_ns), "bandwidth_mib_per_s",
			 value_or_null(no_bandwidth, bandwidth));
}

static int add_distances(const struct topology *topology, json_t *array)
{
	const unsigned nodes = topology_node_count(topology);
	int error = 0;

	for (unsigned from = 0; !error && from < nodes; from++)
		for (unsigned to = 0; !error && to < nodes; to++)
			error = append(array, distance_object(topology, from, to));
	return error;
}

static int add_placements(const struct topology *topology, json_t *array)
{
	int error = 0;

	for (unsigned i = 0; !error && i < topo_order_count(topology); i++) {
		struct topo_order order;

		error = topo_order_make(topology, i, &order, NULL);
		if (error)
			break;
		error = append(array,
			       json_pack("{s:s, s:s, s:o, s:o}", "kind", "placement", "place",
					 order.place, "pus", numbers(order.os_indexes, order.count),
					 "auto_threads", numbers(order.stops, order.stop_count)));
		topo_order_free(&order);
	}
	return error;
}

/* One object a line: fit for a person, and for a comparison of two machines by lines. */
static void print(const json_t *array, FILE *out)
{
	const char *between = "[\n";
	json_t *object;
	size_t i;

	json_array_foreach(array, i, object)
	{
		fputs(between, out);
		json_dumpf(object, out, 0);
		between = ",\n";
	}
	fputs("\n]\n", out);
}

int topo_print_json(const struct topology *topology, FILE *out, struct fault *fault)
{
	json_t *array = json_array();
	int error = array ? add_machine(topology, array) : -ENOMEM;

	if (!error)
		error = add_nodes(topology, array);
	if (!error)
		error = add_caches(topology, array);
	if (!error)
		error = add_pus(topology, array);
	if (!error)
		error = add_distances(topology, array);
	if (!error)
		error = add_placements(topology, array);
	if (error)
		fault_set(fault, error, "no memory to write the machine as JSON");
	else
		print(array, out);
	json_decref(array);
	return error;
}
