#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "topology/available.h"
#include "topology/distance.h"
#include "topology/memory_private.h"

const char *const memory_part_names[MEMORY_PARTS] = { "table", "nodes", "payloads", "thread",
						     "homed" };

int memory_policy_parse(const char *text, struct memory_policy *policy, struct fault *fault)
{
	static const char *const names[] = {
		[MEMORY_LOCAL] = "local",
		[MEMORY_FIRST_TOUCH] = "first-touch",
		[MEMORY_INTERLEAVE] = "interleave",
		[MEMORY_REMOTE] = "remote",
	};
	char *end;

	for (unsigned kind = 0; kind < sizeof(names) / sizeof(*names); kind++) {
		if (names[kind] && !strcmp(text, names[kind])) {
			*policy = (struct memory_policy){ .kind = (enum memory_policy_kind)kind };
			return 0;
		}
	}
	if (!strncmp(text, "node:", 5) && text[5] >= '0' && text[5] <= '9') {
		const unsigned long number = strtoul(text + 5, &end, 10);

		if (!*end && number < NODE_SET_NODES) {
			*policy = (struct memory_policy){ .kind = MEMORY_NODE,
							  .node_os_index = (unsigned)number };
			return 0;
		}
	}
	return fault_set(fault, -EINVAL,
			 "memory=%s: allowed are local, first-touch, interleave, remote and node:N "
			 "with N from 0 to %d",
			 text, NODE_SET_NODES - 1);
}

int memory_pages_parse(const char *text, enum memory_pages *pages, struct fault *fault)
{
	static const char *const names[] = { "base", "thp", "huge2m", "huge1g" };

	for (unsigned kind = 0; kind < sizeof(names) / sizeof(*names); kind++) {
		if (!strcmp(text, names[kind])) {
			*pages = (enum memory_pages)kind;
			return 0;
		}
	}
	return fault_set(fault, -EINVAL, "pages=%s: allowed are base, thp, huge2m and huge1g",
			 text);
}

static struct home memory_home_on(unsigned node)
{
	return (struct home){ .kind = HOME_NODE, .node = node };
}

static struct home memory_home_spread(const struct memory *memory)
{
	return (struct home){ .kind = HOME_SPREAD, .spread = &memory->spread };
}

struct home memory_home(const struct memory *memory, enum memory_part part, unsigned worker)
{
	const bool is_table = part == MEMORY_TABLE;
	const unsigned own = memory->worker_nodes[worker];

	if (!topology_is_live(memory->topology))
		return (struct home){ .kind = HOME_NOWHERE };
	if (part == MEMORY_THREAD)
		return memory_home_on(own);
	switch (memory->policy.kind) {
	case MEMORY_LOCAL: break;
	case MEMORY_FIRST_TOUCH:
		return (struct home){ .kind = is_table ? HOME_TURNS : HOME_TOUCHER, .node = own };
	case MEMORY_INTERLEAVE: return memory_home_spread(memory);
	case MEMORY_NODE:
		return memory_home_on((unsigned)topology_find_node(memory->topology,
								   memory->policy.node_os_index));
	case MEMORY_REMOTE:
		return memory_home_on(distance_farthest(memory->topology,
							is_table ? memory->worker_nodes[0] : own));
	}
	return is_table ? memory_home_spread(memory) : memory_home_on(own);
}

unsigned memory_worker_on(const struct memory *memory, unsigned node)
{
	unsigned worker = 0;

	while (worker < memory->workers && memory->worker_nodes[worker] != node)
		worker++;
	return worker;
}

/* Each worker's PU and node, and whether this process may have memory there. */
static int memory_plan_workers(struct memory *memory, const struct memory_options *options,
			       struct fault *fault)
{
	const struct topology *const topology = options->topology;

	for (unsigned i = 0; i < options->workers; i++) {
		const struct topology_pu *const pu = topology_pu(topology, options->worker_pus[i]);
		const struct topology_node *node;

		if (pu->node < 0)
			return fault_set(fault, -ENOENT, "PU %u has no NUMA node with memory",
					 pu->os_index);
		node = topology_node(topology, (unsigned)pu->node);
		if (!node->is_allowed || node->os_index >= NODE_SET_NODES)
			return fault_set(
				fault, -ENOENT,
				"PU %u sits on node %u, whose memory this process may not use",
				pu->os_index, node->os_index);
		memory->worker_pus[i] = options->worker_pus[i];
		memory->worker_nodes[i] = (unsigned)pu->node;
	}
	return 0;
}

static int memory_plan_node(const struct memory *memory, struct fault *fault)
{
	const unsigned wanted = memory->policy.node_os_index;
	const int index = topology_find_node(memory->topology, wanted);
	const struct topology_node *node;

	if (index < 0)
		return fault_set(fault, -ENOENT, "memory=node:%u: this machine has no node %u",
				 wanted, wanted);
	node = topology_node(memory->topology, (unsigned)index);
	if (!node->is_allowed || !node->memory_bytes)
		return fault_set(fault, -ENOENT, "memory=node:%u: node %u %s", wanted, wanted,
				 node->is_allowed ? "has no memory"
						  : "is closed to this process (cpuset)");
	return 0;
}

/* `remote` on a machine of one node would be `local` under a false name. */
static int memory_plan_remote(const struct memory *memory, struct fault *fault)
{
	for (unsigned i = 0; i < memory->workers; i++) {
		const unsigned own = memory->worker_nodes[i];

		if (distance_farthest(memory->topology, own) == own)
			return fault_set(
				fault, -ENOENT,
				"memory=remote needs a second NUMA node with memory open to "
				"this process; there is only node %u",
				topology_node(memory->topology, own)->os_index);
	}
	return 0;
}

/* Tables of `local` lie on the workers' nodes; `interleave` means all nodes that have PUs. */
static void memory_plan_spread(struct memory *memory)
{
	for (unsigned i = 0; i < memory->workers; i++)
		node_set_add(&memory->spread,
			     topology_node(memory->topology, memory->worker_nodes[i])->os_index);
	for (unsigned i = 0; i < topology_node_count(memory->topology); i++) {
		const struct topology_node *const node = topology_node(memory->topology, i);

		if (memory->policy.kind == MEMORY_INTERLEAVE && node->is_allowed &&
		    node->memory_bytes && node->pu_count && node->os_index < NODE_SET_NODES)
			node_set_add(&memory->spread, node->os_index);
	}
}

int memory_plan(struct memory *memory, const struct memory_options *options, struct fault *fault)
{
	int error = memory_plan_workers(memory, options, fault);

	if (!error && memory->policy.kind == MEMORY_NODE)
		error = memory_plan_node(memory, fault);
	if (!error && memory->policy.kind == MEMORY_REMOTE)
		error = memory_plan_remote(memory, fault);
	if (!error)
		memory_plan_spread(memory);
	return error;
}

static void memory_add_nodes(const struct memory *memory, const struct home *home,
			     struct node_set *nodes)
{
	if (home->kind == HOME_SPREAD)
		*nodes = *home->spread;
	else if (home->kind == HOME_TURNS)
		*nodes = memory->spread;
	else if (home->kind != HOME_NOWHERE)
		node_set_add(nodes, topology_node(memory->topology, home->node)->os_index);
}

static unsigned memory_list_nodes(const struct node_set *nodes, unsigned *os_indexes)
{
	unsigned count = 0;

	for (unsigned node = 0; node < NODE_SET_NODES; node++) {
		if (node_set_has(nodes, node))
			os_indexes[count++] = node;
	}
	return count;
}

size_t memory_room(const struct memory *memory, const struct home *home)
{
	struct node_set nodes = { .count = 0 };
	unsigned os_indexes[NODE_SET_NODES], count;

	memory_add_nodes(memory, home, &nodes);
	count = memory_list_nodes(&nodes, os_indexes);
	/* Without a node named (not live), the machine as a whole decides. */
	return (size_t)available_bytes(os_indexes, count);
}

size_t memory_default_limit(const struct memory *memory)
{
	struct node_set nodes = { .count = 0 };
	unsigned os_indexes[NODE_SET_NODES], count;
	struct rlimit addresses;
	size_t limit_bytes;

	for (unsigned i = 0; i < memory->workers; i++) {
		const struct home home = memory_home(memory, MEMORY_NODES, i);

		memory_add_nodes(memory, &home, &nodes);
	}
	count = memory_list_nodes(&nodes, os_indexes);
	if (page_kind_is_reserved(&memory->kind))
		limit_bytes = available_huge_bytes(os_indexes, count, memory->kind.unit_bytes);
	else
		limit_bytes = available_bytes(os_indexes, count) / 2;
	/* Addresses are reserved for several times the limit: see space_create(). */
	if (!getrlimit(RLIMIT_AS, &addresses) && addresses.rlim_cur / 8 < limit_bytes)
		limit_bytes = addresses.rlim_cur / 8;
	return limit_bytes;
}

struct budget *memory_budget(struct memory *memory, const struct home *home)
{
	struct budget *budget;

	if (home->kind != HOME_NODE && home->kind != HOME_TOUCHER)
		return NULL;
	budget = &memory->budgets[home->node];
	if (!budget->limit_bytes)
		budget->limit_bytes = memory_room(memory, home) / 4 * 3;
	return budget;
}
