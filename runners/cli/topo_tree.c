#include "runners/cli/topo_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS_MAX = 4 };

/* Which groupings the machine has, from outside in; every tree ends in cores. */
struct levels {
	enum topo_kind kinds[LEVELS_MAX];
	unsigned count;
};

static bool pu_is_borrowing(const struct topology *topology, const struct topology_pu *pu)
{
	const int package = topology_node(topology, (unsigned)pu->node)->package;

	return package != TOPOLOGY_NONE && package != (int)pu->package;
}

static bool node_spans_packages(const struct topology *topology)
{
	for (unsigned i = 0; i < topology_node_count(topology); i++)
		if (topology_node(topology, i)->package == TOPOLOGY_NONE &&
		    topology_node(topology, i)->pu_count)
			return true;
	return false;
}

static bool l3_spans_nodes(const struct topology *topology)
{
	for (unsigned i = 1; i < topology_pu_count(topology); i++) {
		const struct topology_pu *pu = topology_pu(topology, i);
		const struct topology_pu *before = topology_pu(topology, i - 1);

		if (pu->l3 != TOPOLOGY_NONE && pu->l3 == before->l3 && pu->node != before->node)
			return true;
	}
	return false;
}

/* A cache that no two cores share groups nothing. */
static bool l3_spans_cores(const struct topology *topology)
{
	for (unsigned i = 1; i < topology_pu_count(topology); i++) {
		const struct topology_pu *pu = topology_pu(topology, i);
		const struct topology_pu *before = topology_pu(topology, i - 1);

		if (pu->l3 != TOPOLOGY_NONE && pu->l3 == before->l3 && pu->core != before->core)
			return true;
	}
	return false;
}

static struct levels levels_find(const struct topology *topology)
{
	const bool has_l3 = l3_spans_cores(topology);
	const bool l3_outside = has_l3 && l3_spans_nodes(topology);
	struct levels levels = { .count = 0 };

	if (node_spans_packages(topology)) {
		levels.kinds[levels.count++] = TOPO_NODE;
		levels.kinds[levels.count++] = TOPO_PACKAGE;
	} else {
		levels.kinds[levels.count++] = TOPO_PACKAGE;
		if (l3_outside)
			levels.kinds[levels.count++] = TOPO_L3;
		levels.kinds[levels.count++] = TOPO_NODE;
	}
	if (has_l3 && levels.kinds[1] != TOPO_L3)
		levels.kinds[levels.count++] = TOPO_L3;
	levels.kinds[levels.count++] = TOPO_CORE;
	return levels;
}

/*
 * What PUs in one box have in common. For nodes twice the index, plus one where the PUs only borrow
 * it.
 */
static int key_of(const struct topology *topology, unsigned pu, enum topo_kind kind)
{
	const struct topology_pu *at = topology_pu(topology, pu);

	switch (kind) {
	case TOPO_PACKAGE: return (int)at->package;
	case TOPO_NODE: return 2 * at->node + pu_is_borrowing(topology, at);
	case TOPO_L3: return at->l3;
	default: return (int)at->core;
	}
}

static struct topo_box box_of(enum topo_kind kind, int key, unsigned first_pu, unsigned pu_count)
{
	struct topo_box box = { .kind = kind, .first_pu = first_pu, .pu_count = pu_count };

	if (kind == TOPO_NODE) {
		box.kind = key % 2 ? TOPO_BORROWED : TOPO_NODE;
		box.index = (unsigned)key / 2;
	} else if (key == TOPOLOGY_NONE) {
		box.kind = TOPO_LOOSE;
	} else {
		box.index = (unsigned)key;
	}
	return box;
}

/* Length of the run of PUs from @first that are in one box of @kind, at most to @end. */
static unsigned run_length(const struct topology *topology, enum topo_kind kind, unsigned first,
			   unsigned end)
{
	const int key = key_of(topology, first, kind);
	unsigned at = first + 1;

	while (at < end && key_of(topology, at, kind) == key)
		at++;
	return at - first;
}

/* Fills @box with the boxes of @level, and those with what is inside them. */
static int box_split(const struct topology *topology, const struct levels *levels, unsigned level,
		     struct topo_box *box)
{
	const enum topo_kind kind = levels->kinds[level];
	const unsigned end = box->first_pu + box->pu_count;
	unsigned runs = 0, length;

	for (unsigned at = box->first_pu; at < end; at += length, runs++)
		length = run_length(topology, kind, at, end);
	box->boxes = calloc(runs, sizeof(*box->boxes));
	if (!box->boxes)
		return -ENOMEM;
	for (unsigned at = box->first_pu; at < end; at += length) {
		struct topo_box *inner = &box->boxes[box->box_count++];

		length = run_length(topology, kind, at, end);
		*inner = box_of(kind, key_of(topology, at, kind), at, length);
		if (level + 1 < levels->count && box_split(topology, levels, level + 1, inner))
			return -ENOMEM;
	}
	return 0;
}

/* Whether some PU stands inside the node, so that the node has a box. */
static bool node_is_drawn(const struct topology *topology, unsigned node)
{
	for (unsigned i = 0; i < topology_pu_count(topology); i++) {
		const struct topology_pu *pu = topology_pu(topology, i);

		if (pu->node == (int)node && !pu_is_borrowing(topology, pu))
			return true;
	}
	return false;
}

/* The box of the node's package, else the machine itself. */
static struct topo_box *box_around(const struct topology *topology, struct topo_box *machine,
				   unsigned node)
{
	const int package = topology_node(topology, node)->package;

	for (unsigned i = 0; i < machine->box_count; i++)
		if (machine->boxes[i].kind == TOPO_PACKAGE &&
		    (int)machine->boxes[i].index == package)
			return &machine->boxes[i];
	return machine;
}

static int nodes_append(const struct topology *topology, struct topo_box *machine)
{
	for (unsigned node = 0; node < topology_node_count(topology); node++) {
		struct topo_box *around, *boxes;

		if (node_is_drawn(topology, node))
			continue;
		around = box_around(topology, machine, node);
		boxes = realloc(around->boxes, (around->box_count + 1) * sizeof(*boxes));
		if (!boxes)
			return -ENOMEM;
		around->boxes = boxes;
		boxes[around->box_count++] = (struct topo_box){ .kind = TOPO_NODE, .index = node };
	}
	return 0;
}

void topo_counts_format(const struct topology *topology, char *text, size_t size_bytes)
{
	const unsigned packages = topology_package_count(topology);
	const unsigned nodes = topology_node_count(topology);
	const unsigned cores = topology_core_count(topology);
	const unsigned pus = topology_pu_count(topology);

	snprintf(text, size_bytes, "%u package%s, %u NUMA node%s, %u core%s, %u PU%s", packages,
		 packages == 1 ? "" : "s", nodes, nodes == 1 ? "" : "s", cores,
		 cores == 1 ? "" : "s", pus, pus == 1 ? "" : "s");
}

void topo_size_format(uint64_t size_bytes, char *text, size_t text_bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double size = (double)size_bytes;
	size_t unit = 0;
	char *end;

	while (size >= 1024 && unit + 1 < sizeof(units) / sizeof(*units)) {
		size /= 1024;
		unit++;
	}
	snprintf(text, text_bytes, "%.1f", size);
	/* A cache is round, "32 MiB"; the memory of a host never is, "127.4 GiB". */
	end = strstr(text, ".0");
	if (end)
		*end = '\0';
	snprintf(text + strlen(text), text_bytes - strlen(text), " %s", units[unit]);
}

static void node_label(const struct topology *topology, unsigned index, char *text,
		       size_t size_bytes)
{
	const struct topology_node *node = topology_node(topology, index);
	char memory[32] = "memory unknown";

	if (node->memory_bytes)
		topo_size_format(node->memory_bytes, memory, sizeof(memory));
	else if (!node->is_allowed)
		snprintf(memory, sizeof(memory), "no memory");
	snprintf(text, size_bytes, "NUMA node %u, %s%s", node->os_index, memory,
		 node->memory_bytes && !node->is_allowed ? ", forbidden"
		 : node->pu_count                        ? ""
							 : ", no usable PUs");
}

/* "package 0", "NUMA node 3, 16 GiB", "L3 0, 32 MiB"... */
static void box_label(const struct topology *topology, const struct topo_box *box, char *text,
		      size_t size_bytes)
{
	char size[32];

	switch (box->kind) {
	case TOPO_MACHINE: snprintf(text, size_bytes, "%s", topology_cpu_model(topology)); break;
	case TOPO_PACKAGE: snprintf(text, size_bytes, "package %u", box->index); break;
	case TOPO_NODE: node_label(topology, box->index, text, size_bytes); break;
	case TOPO_BORROWED:
		snprintf(text, size_bytes, "memory elsewhere, nearest: NUMA node %u",
			 topology_node(topology, box->index)->os_index);
		break;
	case TOPO_L3:
		topo_size_format(topology_l3(topology, box->index)->size_bytes, size, sizeof(size));
		snprintf(text, size_bytes, "L%u %u, %s", topology_l3(topology, box->index)->level,
			 box->index, size);
		break;
	case TOPO_LOOSE: snprintf(text, size_bytes, "no shared cache"); break;
	case TOPO_CORE: snprintf(text, size_bytes, "core %u", box->index); break;
	}
}

static void label_all(const struct topology *topology, struct topo_box *box)
{
	box_label(topology, box, box->label, sizeof(box->label));
	for (unsigned i = 0; i < box->box_count; i++)
		label_all(topology, &box->boxes[i]);
}

int topo_tree_make(const struct topology *topology, struct topo_box *machine)
{
	const struct levels levels = levels_find(topology);
	struct topo_box made = { .kind = TOPO_MACHINE, .pu_count = topology_pu_count(topology) };

	if (box_split(topology, &levels, 0, &made) || nodes_append(topology, &made)) {
		topo_tree_free(&made);
		return -ENOMEM;
	}
	label_all(topology, &made);
	*machine = made;
	return 0;
}
