#include "topology/placement.h"

#include <errno.h>
#include <stdlib.h>

#include "topology/ranges.h"
#include "topology/topology_private.h"

enum { ANY_NODE = -1, SENTENCE_LIST_BYTES = 160 };

static unsigned smt_ranks(const struct topology *topology)
{
	unsigned ranks = 1;

	for (unsigned i = 0; i < topology->pu_count; i++)
		if (topology->pus[i].smt >= ranks)
			ranks = topology->pus[i].smt + 1;
	return ranks;
}

/*
 * hwloc's logical order goes through a core, then its package, then the next node: compact as it
 * is.
 */
static void order_compact(unsigned n, unsigned *pus)
{
	for (unsigned i = 0; i < n; i++)
		pus[i] = i;
}

static void order_cores_first(const struct topology *topology, int node, unsigned n, unsigned *pus)
{
	const unsigned ranks = smt_ranks(topology);
	unsigned placed = 0;

	for (unsigned rank = 0; rank < ranks; rank++) {
		for (unsigned i = 0; i < topology->pu_count && placed < n; i++) {
			const struct topology_pu *pu = &topology->pus[i];

			if (pu->smt == rank && (node == ANY_NODE || pu->node == node))
				pus[placed++] = i;
		}
	}
}

/* What the scatter order has taken of each node. */
struct scatter {
	unsigned placed[TOPOLOGY_NODE_LIMIT];
	unsigned next[TOPOLOGY_NODE_LIMIT]; /* where to look for the node's next PU of this rank */
};

static void scatter_skip(const struct topology *topology, struct scatter *scatter, unsigned node,
			 unsigned rank)
{
	unsigned *next = &scatter->next[node];

	while (*next < topology->pu_count &&
	       (topology->pus[*next].node != (int)node || topology->pus[*next].smt != rank))
		(*next)++;
}

/*
 * The node with the fewest workers among those that still have a PU of this rank, or the number of
 * nodes.
 */
static unsigned scatter_choose(const struct topology *topology, const struct scatter *scatter)
{
	unsigned chosen = topology->node_count;

	for (unsigned node = 0; node < topology->node_count; node++)
		if (scatter->next[node] < topology->pu_count &&
		    (chosen == topology->node_count ||
		     scatter->placed[node] < scatter->placed[chosen]))
			chosen = node;
	return chosen;
}

/*
 * Rank by rank, so that cores come before siblings even where a node with few cores runs out;
 * within a rank always the node with the fewest workers, which is round-robin on an even machine.
 */
static void order_scatter(const struct topology *topology, unsigned n, unsigned *pus)
{
	const unsigned ranks = smt_ranks(topology);
	struct scatter scatter = { 0 };
	unsigned placed = 0;

	for (unsigned rank = 0; rank < ranks; rank++) {
		for (unsigned node = 0; node < topology->node_count; node++) {
			scatter.next[node] = 0;
			scatter_skip(topology, &scatter, node, rank);
		}
		while (placed < n) {
			const unsigned node = scatter_choose(topology, &scatter);

			if (node == topology->node_count)
				break;
			pus[placed++] = scatter.next[node]++;
			scatter.placed[node]++;
			scatter_skip(topology, &scatter, node, rank);
		}
	}
}

static void order_list(const struct topology *topology, const struct placement *placement,
		       unsigned n, unsigned *pus)
{
	for (unsigned i = 0; i < n; i++)
		pus[i] = (unsigned)topology_find_pu(topology, placement->list[i]);
}

static int refuse_node(const struct topology *topology, unsigned os_index, struct fault *fault)
{
	unsigned nodes[TOPOLOGY_NODE_LIMIT], count = 0;
	char list[SENTENCE_LIST_BYTES];

	for (unsigned i = 0; i < topology->node_count; i++)
		if (topology->nodes[i].pu_count)
			nodes[count++] = topology->nodes[i].os_index;
	ranges_format(nodes, count, 0, list, sizeof(list));
	return fault_set(fault, -ENOENT, "place=node:%u: %s; nodes with usable PUs are %s",
			 os_index,
			 topology_find_node(topology, os_index) < 0
				 ? "this machine has no such NUMA node"
				 : "no usable PU has its memory on this NUMA node",
			 list);
}

static int compare_numbers(const void *a, const void *b)
{
	const unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static int refuse_pu(const struct topology *topology, unsigned os_index, struct fault *fault)
{
	unsigned *usable = calloc(topology->pu_count, sizeof(*usable));
	char list[SENTENCE_LIST_BYTES] = "...";

	for (unsigned i = 0; usable && i < topology->pu_count; i++)
		usable[i] = topology->pus[i].os_index;
	if (usable) {
		qsort(usable, topology->pu_count, sizeof(*usable), compare_numbers);
		ranges_format(usable, topology->pu_count, 0, list, sizeof(list));
	}
	free(usable);
	return fault_set(fault, -ENOENT,
			 "place=list: PU %u is absent, offline or forbidden here; "
			 "usable PUs are %s",
			 os_index, list);
}

/* How many PUs the policy's order has, those of a server among them. */
static int order_length(const struct topology *topology, const struct placement *placement,
			struct fault *fault)
{
	if (placement->kind == PLACEMENT_NODE) {
		const int node = topology_find_node(topology, placement->node_os_index);

		if (node < 0 || !topology->nodes[node].pu_count)
			return refuse_node(topology, placement->node_os_index, fault);
		return (int)topology->nodes[node].pu_count;
	}
	if (placement->kind != PLACEMENT_LIST)
		return (int)topology->pu_count;
	for (unsigned i = 0; i < placement->list_length; i++)
		if (topology_find_pu(topology, placement->list[i]) < 0)
			return refuse_pu(topology, placement->list[i], fault);
	return (int)placement->list_length;
}

/* The first @n of a policy's order; @n is at most its capacity. */
static void order(const struct topology *topology, const struct placement *placement, unsigned n,
		  unsigned *pus)
{
	switch (placement->kind) {
	case PLACEMENT_COMPACT: order_compact(n, pus); break;
	case PLACEMENT_SCATTER: order_scatter(topology, n, pus); break;
	case PLACEMENT_CORES_FIRST: order_cores_first(topology, ANY_NODE, n, pus); break;
	case PLACEMENT_NODE:
		order_cores_first(topology, topology_find_node(topology, placement->node_os_index),
				  n, pus);
		break;
	case PLACEMENT_LIST: order_list(topology, placement, n, pus); break;
	}
}

unsigned placement_server_pus(const struct topology *topology, unsigned *first)
{
	const unsigned quarter = topology->pu_count / 4;
	const unsigned count = quarter ? quarter : 1;

	*first = topology->pu_count - count;
	return count;
}

/* PUs from this index on are not for workers. */
static unsigned workers_end(const struct topology *topology, const struct placement *placement)
{
	unsigned first;

	placement_server_pus(topology, &first);
	return placement->spares_server && first ? first : topology->pu_count;
}

/*
 * The policy's whole order, without the PUs of a server.
 *
 * @pus:  out, to be freed by the caller; untouched on failure.
 *
 * Return: how many they are, or as placement_capacity(), or -ENOMEM.
 */
static int order_workers(const struct topology *topology, const struct placement *placement,
			 unsigned **pus, struct fault *fault)
{
	const unsigned end = workers_end(topology, placement);
	const int length = order_length(topology, placement, fault);
	unsigned *const all = length > 0 ? calloc((size_t)length, sizeof(*all)) : NULL;
	int kept = 0;

	if (length < 0)
		return length;
	if (!all)
		return fault_set(fault, -ENOMEM, "no memory to order %d PUs", length);
	order(topology, placement, (unsigned)length, all);
	for (int i = 0; i < length; i++)
		if (all[i] < end)
			all[kept++] = all[i];
	if (kept && (placement->kind != PLACEMENT_LIST || kept == length)) {
		*pus = all;
		return kept;
	}
	free(all);
	return fault_set(fault, -ENOENT,
			 "this placement takes the PUs from %u on, which a private server has for "
			 "itself; allowed are those before, or server=HOST:PORT",
			 topology->pus[end].os_index);
}

int placement_capacity(const struct topology *topology, const struct placement *placement,
		       struct fault *fault)
{
	unsigned *pus;
	int capacity;

	if (!placement->spares_server)
		return order_length(topology, placement, fault);
	capacity = order_workers(topology, placement, &pus, fault);
	if (capacity > 0)
		free(pus);
	return capacity;
}

int placement_plan(const struct topology *topology, const struct placement *placement, unsigned n,
		   unsigned *pus, struct fault *fault)
{
	unsigned *all;
	int capacity;

	if (n == 0)
		return fault_set(fault, -EINVAL,
				 "0 workers cannot be placed; at least 1 is wanted");
	capacity = order_workers(topology, placement, &all, fault);
	if (capacity < 0)
		return capacity;
	for (unsigned i = 0; i < n; i++)
		pus[i] = all[i % (unsigned)capacity];
	free(all);
	return 0;
}
