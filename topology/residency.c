#include <errno.h>
#include <math.h>
#include <numaif.h>
#include <stdlib.h>
#include <unistd.h>

#include "topology/mappings.h"
#include "topology/memory_private.h"

/* One page, and the node where it should be. */
struct sampled_page {
	void *address;
	unsigned node; /* OS index; of no account for interleaved parts */
};

struct sample {
	struct sampled_page pages[MEMORY_SAMPLED_PAGES];
	void *addresses[MEMORY_SAMPLED_PAGES]; /* as the kernel wants them */
	int found[MEMORY_SAMPLED_PAGES];       /* node, or a negative errno for a page not there */
	unsigned counts[NODE_SET_NODES];
	unsigned length;
};

/* Scatters consecutive numbers over 32 bits: pages must not be sampled at a period of the nodes. */
static uint64_t residency_scatter(uint64_t number)
{
	number = (number + 1) * 0x9e3779b97f4a7c15u;
	return (number ^ number >> 29) * 0xbf58476d1ce4e5b9u >> 32;
}

static size_t residency_units(const struct region *region)
{
	return (region->used_bytes + region->kind.unit_bytes - 1) / region->kind.unit_bytes;
}

static unsigned residency_node(const struct memory *memory, const struct region *region,
			       size_t unit)
{
	unsigned node = region->home.node;

	if (region->home.kind == HOME_TURNS)
		node = memory->worker_nodes[(region->first_toucher + unit) % memory->workers];
	return topology_node(memory->topology, node)->os_index;
}

/*
 * One page out of each of as many equal stretches as the sample has room for: spread evenly, but
 * within a stretch by chance.
 */
static void residency_sample_region(const struct memory *memory, const struct region *region,
				    size_t units_of_part, struct sample *sample)
{
	const size_t page = memory->base_kind.unit_bytes, units = residency_units(region);
	size_t quota = units;

	if (units_of_part > MEMORY_SAMPLED_PAGES)
		quota = units * MEMORY_SAMPLED_PAGES / units_of_part;
	quota += !quota;
	for (size_t i = 0; i < quota && sample->length < MEMORY_SAMPLED_PAGES; i++) {
		const size_t first = units * i / quota, end = units * (i + 1) / quota;
		const uint64_t chance = residency_scatter(first);
		const size_t unit = first + chance % (end - first);
		const size_t start = unit * region->kind.unit_bytes;
		size_t length = region->used_bytes - start;

		if (length > region->kind.unit_bytes)
			length = region->kind.unit_bytes;
		const size_t pages = (length + page - 1) / page;

		sample->pages[sample->length++] = (struct sampled_page){
			.address = region->base + start + chance / 7 % pages * page,
			.node = residency_node(memory, region, unit),
		};
	}
}

static bool residency_is_malloc(const struct memory *memory, enum memory_part part)
{
	return memory->use_malloc && (part == MEMORY_NODES || part == MEMORY_PAYLOADS);
}

static void residency_sample_malloc(const struct memory *memory, enum memory_part part,
				    struct sample *sample)
{
	const size_t page = memory->base_kind.unit_bytes;
	const size_t room = (size_t)memory->workers * MEMORY_SAMPLED_OBJECTS;
	const size_t step = (room + MEMORY_SAMPLED_PAGES - 1) / MEMORY_SAMPLED_PAGES;

	for (size_t i = 0; i < room; i += step) {
		const unsigned worker = (unsigned)(i / MEMORY_SAMPLED_OBJECTS);
		void *const object =
			memory->arenas[worker]->parts[part].sampled[i % MEMORY_SAMPLED_OBJECTS];
		const struct home home = memory_home(memory, part, worker);

		/* The kernel wants the start of a page. */
		if (object)
			sample->pages[sample->length++] = (struct sampled_page){
				.address = (char *)object - (uintptr_t)object % page,
				.node = topology_node(memory->topology, home.node)->os_index,
			};
	}
}

/* Regions of one part lie in two lists: of the pools, and of blocks of their own. */
static const struct region *residency_next(const struct memory *memory, enum memory_part part,
					   const struct region *region)
{
	const bool in_pools = !region || region->is_reserved;

	region = region ? region->next : memory->space.regions;
	while (region && region->part != part)
		region = region->next;
	if (region || !in_pools)
		return region;
	region = memory->tables;
	while (region && region->part != part)
		region = region->next;
	return region;
}

static void residency_sample(const struct memory *memory, enum memory_part part,
			     struct sample *sample)
{
	const struct region *region = NULL;
	size_t units = 0;

	sample->length = 0;
	if (residency_is_malloc(memory, part)) {
		residency_sample_malloc(memory, part, sample);
		return;
	}
	while ((region = residency_next(memory, part, region)))
		units += residency_units(region);
	while ((region = residency_next(memory, part, region)))
		residency_sample_region(memory, region, units, sample);
}

/* Interleaved: what a node holds beyond its even share, and beyond chance, is amiss. */
static double residency_even_pages(const struct node_set *spread, const unsigned *counts,
				   uint64_t pages)
{
	const double even = (double)pages / spread->count;
	const double allowed = even + 2 * sqrt(even);
	double good = 0;

	for (unsigned node = 0; node < NODE_SET_NODES; node++) {
		if (node_set_has(spread, node))
			good += fmin(counts[node], allowed);
	}
	return good;
}

static double residency_remote(const struct memory *memory, const unsigned *counts, uint64_t pages)
{
	double own = 0;

	for (unsigned worker = 0; worker < memory->workers; worker++) {
		const unsigned node = memory->worker_nodes[worker];

		own += counts[topology_node(memory->topology, node)->os_index];
	}
	return 1 - own / ((double)pages * memory->workers);
}

static void residency_judge(const struct memory *memory, enum memory_part part,
			    struct sample *sample, struct residency *result)
{
	const bool is_spread = memory_home(memory, part, 0).kind == HOME_SPREAD;
	double good = 0;

	for (unsigned i = 0; i < NODE_SET_NODES; i++)
		sample->counts[i] = 0;
	for (unsigned i = 0; i < sample->length; i++) {
		/* Not there: never touched, or no more than the page of zeros. */
		if (sample->found[i] < 0 || sample->found[i] >= NODE_SET_NODES)
			continue;
		result->pages++;
		sample->counts[sample->found[i]]++;
		good += (unsigned)sample->found[i] == sample->pages[i].node;
	}
	if (is_spread)
		good = residency_even_pages(&memory->spread, sample->counts, result->pages);
	if (!result->pages)
		return;
	result->share = good / (double)result->pages;
	result->remote = residency_remote(memory, sample->counts, result->pages);
}

static void residency_look_up(const struct memory *memory, enum memory_part part,
			      struct sample *sample, struct residency *result)
{
	residency_sample(memory, part, sample);
	for (unsigned i = 0; i < sample->length; i++)
		sample->addresses[i] = sample->pages[i].address;
	if (sample->length &&
	    move_pages(0, sample->length, sample->addresses, NULL, sample->found, 0) < 0) {
		result->unavailable = "move_pages refused";
		return;
	}
	residency_judge(memory, part, sample, result);
}

struct residency_huge {
	const struct memory *memory;
	struct residency *parts;
};

static bool residency_holds_malloc(const struct memory *memory, enum memory_part part,
				   const struct mapping *mapping)
{
	for (unsigned worker = 0; worker < memory->workers; worker++) {
		void *const *const sampled = memory->arenas[worker]->parts[part].sampled;

		for (unsigned i = 0; i < MEMORY_SAMPLED_OBJECTS; i++) {
			if ((uintptr_t)sampled[i] >= mapping->start &&
			    (uintptr_t)sampled[i] < mapping->end)
				return true;
		}
	}
	return false;
}

static void residency_add_mapping(const struct mapping *mapping, void *cookie)
{
	const struct residency_huge *const huge = cookie;

	for (enum memory_part part = 0; part < MEMORY_PARTS; part++) {
		struct residency *const result = &huge->parts[part];
		const struct region *region = NULL;

		if (residency_is_malloc(huge->memory, part)) {
			if (residency_holds_malloc(huge->memory, part, mapping)) {
				result->mapped_bytes += mapping->end - mapping->start;
				result->huge_bytes += mapping->huge_bytes;
			}
			continue;
		}
		while ((region = residency_next(huge->memory, part, region))) {
			/* Regions end with a page of no access: no mapping has parts of two. */
			if (mapping->start < (uintptr_t)region->base + region->bytes &&
			    (uintptr_t)region->base < mapping->end) {
				result->huge_bytes += mapping->huge_bytes;
				break;
			}
		}
	}
}

static void residency_measure_huge(const struct memory *memory, struct residency *parts)
{
	struct residency_huge huge = { .memory = memory, .parts = parts };

	for (enum memory_part part = 0; part < MEMORY_PARTS; part++) {
		const struct region *region = NULL;

		while (!residency_is_malloc(memory, part) &&
		       (region = residency_next(memory, part, region)))
			parts[part].mapped_bytes += region->bytes;
	}
	if (!mappings_visit(residency_add_mapping, &huge))
		return;
	for (enum memory_part part = 0; part < MEMORY_PARTS; part++)
		parts[part].huge_bytes = UINT64_MAX;
}

static const char *residency_refusal(const struct memory *memory, enum memory_part part)
{
	const struct region *region = NULL;

	if (residency_is_malloc(memory, part))
		return memory->malloc_refusal[0] ? memory->malloc_refusal : NULL;
	while ((region = residency_next(memory, part, region))) {
		if (region->refused)
			return memory->refusal;
	}
	return NULL;
}

void memory_residency(const struct memory *memory, struct residency *parts)
{
	struct sample *const sample = malloc(sizeof(*sample));

	for (enum memory_part part = 0; part < MEMORY_PARTS; part++) {
		parts[part] = (struct residency){ .refused = residency_refusal(memory, part) };
		if (memory->lookup_refusal[0])
			parts[part].unavailable = memory->lookup_refusal;
		else if (!sample)
			parts[part].unavailable = "no memory for a sample of pages";
		else
			residency_look_up(memory, part, sample, &parts[part]);
	}
	free(sample);
	residency_measure_huge(memory, parts);
}
