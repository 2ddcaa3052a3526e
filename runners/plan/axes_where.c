/* Axes of place: the variant, its threads, and the PUs and memory they get. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/axes_rows.h"
#include "runners/plan/units.h"
#include "topology/nearest.h"
#include "topology/ranges.h"
#include "workloads/decimal.h"

enum { THREADS_MAX = 4096, OVERSUBSCRIBE_MAX = 64, SENTENCE_NODES_MAX = 64 };

static const char *nearest_variant(const char *given)
{
	const char **const names = calloc(catalogue_count + 1, sizeof(*names));
	const char *nearest = NULL;

	if (!names)
		return NULL;
	for (size_t i = 0; i < catalogue_count; i++)
		names[i] = catalogue[i]->name;
	nearest = nearest_name(given, names);
	free(names);
	return nearest;
}

int axis_parse_variant(struct cell *cell, struct fault *fault)
{
	const char *const text = cell->text[AXIS_VARIANT];
	const char *nearest;

	cell->variant = catalogue_find(text);
	if (cell->variant)
		return 0;
	nearest = nearest_variant(text);
	return fault_set(fault, -ENOENT,
			 "variant=%.100s: there is no such variant%s%s%s; "
			 "`numamark list variants` names all",
			 text, nearest ? "; did you mean " : "", nearest ? nearest : "",
			 nearest ? "?" : "");
}

int axis_parse_threads(struct cell *cell, struct fault *fault)
{
	uint64_t threads;

	if (units_parse_count(cell->text[AXIS_THREADS], 1000, &threads) || threads == 0 ||
	    threads > THREADS_MAX)
		return axis_refuse(cell, AXIS_THREADS, fault);
	cell->threads = (unsigned)threads;
	return axis_set_text(cell, AXIS_THREADS, "%u", cell->threads);
}

/* The text of a list placement as topology/ranges.h writes it; "0,1,2" and "0-2" are one cell. */
static int set_list_text(struct cell *cell, const struct placement *placement)
{
	const size_t size = sizeof("list:") + (size_t)placement->list_length * 11;
	char *const text = malloc(size);
	int error;

	if (!text)
		return -ENOMEM;
	ranges_format(placement->list, placement->list_length, 0, text, size);
	error = axis_set_text(cell, AXIS_PLACE, "list:%s", text);
	free(text);
	return error;
}

static int set_place_text(struct cell *cell, const struct placement *placement)
{
	if (placement->kind == PLACEMENT_NODE)
		return axis_set_text(cell, AXIS_PLACE, "node:%u", placement->node_os_index);
	if (placement->kind == PLACEMENT_LIST)
		return set_list_text(cell, placement);
	return 0;    /* the bare words have one spelling */
}

int axis_parse_place(struct cell *cell, struct fault *fault)
{
	struct placement placement = { 0 };
	const int error = placement_parse(cell->text[AXIS_PLACE], &placement, fault);
	size_t size;

	if (error)
		return error;
	/* Only as long as its list: a plan has a placement per cell, and a full one is 16 KiB. */
	size = offsetof(struct placement, list) + placement.list_length * sizeof(*placement.list);
	free(cell->place);
	cell->place = malloc(size);
	if (!cell->place)
		return -ENOMEM;
	placement.spares_server = cell->server_kind[0];
	memcpy(cell->place, &placement, size);
	return set_place_text(cell, &placement);
}

int axis_parse_memory(struct cell *cell, struct fault *fault)
{
	const int error = memory_policy_parse(cell->text[AXIS_MEMORY], &cell->memory, fault);

	if (error || cell->memory.kind != MEMORY_NODE)
		return error;
	return axis_set_text(cell, AXIS_MEMORY, "node:%u", cell->memory.node_os_index);
}

int axis_parse_pages(struct cell *cell, struct fault *fault)
{
	return memory_pages_parse(cell->text[AXIS_PAGES], &cell->pages, fault);
}

int axis_parse_alloc(struct cell *cell, struct fault *fault)
{
	static const char *const words[] = { "arena",    "glibc",    "jemalloc",
					     "mimalloc", "tcmalloc", NULL };
	const int chosen = axis_choose(cell, AXIS_ALLOC, words, fault);

	if (chosen > 0 && cell->variant->needs_arena)
		return fault_set(fault, -EOPNOTSUPP,
				 "alloc=%s: %s tells how old an object is by the arena's block it "
				 "lies in; allowed is alloc=arena",
				 words[chosen], cell->variant->name);
	return chosen < 0 ? chosen : 0;
}

int axis_parse_oversubscribe(struct cell *cell, struct fault *fault)
{
	struct decimal factor;
	const char *end;

	if (decimal_parse(cell->text[AXIS_OVERSUBSCRIBE], &factor, &end) || *end)
		return axis_refuse(cell, AXIS_OVERSUBSCRIBE, fault);
	cell->oversubscribe = decimal_value(factor);
	if (cell->oversubscribe < 1 || cell->oversubscribe > OVERSUBSCRIBE_MAX)
		return axis_refuse(cell, AXIS_OVERSUBSCRIBE, fault);
	return axis_set_text(cell, AXIS_OVERSUBSCRIBE, "%.15g", cell->oversubscribe);
}

/*
 * Says what would be allowed; a tenth above what is needed, since a factor is written with few
 * digits.
 */
static int refuse_threads(const struct cell *cell, unsigned pus, struct fault *fault)
{
	const unsigned tenths = (cell->threads * 10 + pus - 1) / pus;
	char permit[64] = "";

	if (tenths <= OVERSUBSCRIBE_MAX * 10)
		snprintf(permit, sizeof(permit), "; oversubscribe=%u.%u would permit it",
			 tenths / 10, tenths % 10);
	return fault_set(
		fault, -EINVAL,
		"threads=%u: with place=%.60s at most %u are allowed here, one for each PU%s",
		cell->threads, cell->text[AXIS_PLACE], (unsigned)(pus * cell->oversubscribe),
		permit);
}

int axis_check_threads(const struct cell *cell, const struct topology *topology,
		       struct fault *fault)
{
	const int pus = placement_capacity(topology, cell->place, fault);

	if (pus < 0)
		return pus;
	if (cell->threads <= pus * cell->oversubscribe)
		return 0;
	return refuse_threads(cell, (unsigned)pus, fault);
}

int axis_check_place(const struct cell *cell, const struct topology *topology, struct fault *fault)
{
	const int pus = placement_capacity(topology, cell->place, fault);

	return pus < 0 ? pus : 0;
}

static int refuse_node(const struct cell *cell, const struct topology *topology,
		       struct fault *fault)
{
	unsigned nodes[SENTENCE_NODES_MAX], count = 0;
	char allowed[200];

	for (unsigned i = 0; i < topology_node_count(topology) && count < SENTENCE_NODES_MAX; i++)
		if (topology_node(topology, i)->is_allowed)
			nodes[count++] = topology_node(topology, i)->os_index;
	ranges_format(nodes, count, 0, allowed, sizeof(allowed));
	return fault_set(fault, -ENOENT,
			 "memory=node:%u: this machine has no such node for us; allowed is %s",
			 cell->memory.node_os_index, allowed);
}

int axis_check_memory(const struct cell *cell, const struct topology *topology, struct fault *fault)
{
	int node;

	if (cell->memory.kind != MEMORY_NODE)
		return 0;
	node = topology_find_node(topology, cell->memory.node_os_index);
	if (node < 0 || !topology_node(topology, (unsigned)node)->is_allowed)
		return refuse_node(cell, topology, fault);
	return 0;
}
