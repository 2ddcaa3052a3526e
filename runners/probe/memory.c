/*
 * Latency and bandwidth of memory, from each node with PUs to each node with memory.
 *
 * Latency: a chain of lines in random order over a region several times as large as the caches,
 * followed by one PU, alone (idle) and while the node's other PUs read the same region as fast as
 * they can (loaded). Bandwidth: the same region read from end to end, by one PU and by all PUs of
 * the node. Huge pages where the kernel has them, so that it is memory that is measured and not the
 * walk through page tables; what was got is in each row.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "runners/probe/chain.h"
#include "runners/probe/crew.h"
#include "runners/probe/probe.h"
#include "structures/common/atomics.h"
#include "topology/clock.h"
#include "topology/memory.h"

enum {
	STEPS = 4096,     /* between two looks at the clock: some 0.4 ms */
	CACHES = 4,       /* the region is so many times the last-level caches behind a node */
	NODE_SHARE = 8,   /* and at most this part of its memory */
	MEASUREMENTS = 4, /* of a pair of nodes: idle, loaded, one PU's and all PUs' bandwidth */
	SHORTEST_NS = 10000000,
	LONGEST_NS = 200000000
};

static const uint64_t REGION_LEAST = UINT64_C(64) << 20, REGION_MOST = UINT64_C(1) << 30;

/* The region of one memory node, and one measurement in it. */
struct field {
	const struct topology *topology;
	struct memory *memory;
	struct chain_link *links;
	size_t count;
	enum memory_pages pages;
	double share; /* of its pages on the node */
	uint64_t huge_bytes;
};

struct crossing {
	const struct field *field;
	unsigned readers;  /* of the region, from end to end */
	bool has_follower; /* rank 0 follows the chain; the readers come after it */
	uint64_t duration_ns;
	double follower_ns; /* out: of one step */
	_Atomic uint64_t read_bytes;
	_Atomic bool is_over;
	uint64_t took_ns;
};

static void follow(struct crossing *crossing)
{
	struct chain_link *link = crossing->field->links;
	const uint64_t start_ns = clock_monotonic_ns();
	uint64_t steps = 0, took_ns;

	do {
		link = chain_follow(link, STEPS);
		/* What is followed must be followed: its end is looked at. */
		__asm__ volatile("" ::"r"(link));
		steps += STEPS;
		took_ns = clock_monotonic_ns() - start_ns;
	} while (took_ns < crossing->duration_ns);
	crossing->follower_ns = (double)took_ns / (double)steps;
	/* relaxed: an end, not a message; pairs with the relaxed load in read_on(). */
	store_relaxed(&crossing->is_over, true);
}

/* Several sums, so that no addition waits for the last one. */
static void read_lines(const struct chain_link *from, const struct chain_link *to)
{
	const uint64_t *word = (const uint64_t *)(const void *)from;
	const uint64_t *const end = (const uint64_t *)(const void *)to;
	uint64_t a = 0, b = 0, c = 0, d = 0;

	for (; word < end; word += 32) {
		a += word[0];
		b += word[8];
		c += word[16];
		d += word[24];
	}
	__asm__ volatile("" ::"r"(a + b + c + d));
}

static bool is_over(struct crossing *crossing, uint64_t start_ns)
{
	if (crossing->has_follower)
		/* relaxed: an end, not a message; pairs with the relaxed store in follow(). */
		return load_relaxed(&crossing->is_over);
	return clock_monotonic_ns() - start_ns >= crossing->duration_ns;
}

/* Each reader goes round the region, beginning at its own part of it. */
static void read_on(struct crossing *crossing, unsigned reader)
{
	const struct field *const field = crossing->field;
	const size_t parts = field->count / STEPS;
	size_t part = parts / crossing->readers * reader;
	const uint64_t start_ns = clock_monotonic_ns();
	uint64_t bytes = 0;

	do {
		const struct chain_link *const from = &field->links[part * STEPS];

		read_lines(from, from + STEPS);
		bytes += STEPS * sizeof(*from);
		part = (part + 1) % parts;
	} while (!is_over(crossing, start_ns));
	/* relaxed: a sum, read after the threads are joined. */
	fetch_add_relaxed(&crossing->read_bytes, bytes);
}

static void cross(void *context, unsigned rank)
{
	struct crossing *const crossing = context;

	if (crossing->has_follower && rank == 0)
		follow(crossing);
	else
		read_on(crossing, rank - crossing->has_follower);
}

/* PUs nearest to a node, first PUs of cores first: a sibling adds little to what a core can load. */
static unsigned pus_of_node(const struct topology *topology, unsigned node, unsigned *pus)
{
	unsigned count = 0;

	for (unsigned smt = 0, before = 0; !smt || count > before; smt++) {
		before = count;
		for (unsigned i = 0; i < topology_pu_count(topology); i++) {
			const struct topology_pu *const pu = topology_pu(topology, i);

			if (pu->node == (int)node && pu->smt == smt)
				pus[count++] = i;
		}
	}
	return count;
}

struct reach {
	const unsigned *pus; /* of the node that looks */
	unsigned count;
	uint64_t duration_ns;
};

/* Nanoseconds a step, or of the readers' bytes: null where nobody is there to do it. */
static int measure_latency(const struct field *field, const struct reach *reach, bool is_loaded,
			   json_t **ns, struct fault *fault)
{
	struct crossing crossing = { .field = field,
				     .readers = is_loaded ? reach->count - 1 : 0,
				     .has_follower = true,
				     .duration_ns = reach->duration_ns };
	int error = 0;

	*ns = NULL;
	if (is_loaded && !crossing.readers) {
		*ns = json_null();
		return 0;
	}
	error = crew_run(field->topology, reach->pus, 1 + crossing.readers, cross, &crossing,
			 fault);
	if (!error)
		*ns = json_real(crossing.follower_ns);
	return error;
}

static int measure_bandwidth(const struct field *field, const struct reach *reach, unsigned readers,
			     json_t **bytes_per_s, struct fault *fault)
{
	struct crossing crossing = { .field = field,
				     .readers = readers,
				     .duration_ns = reach->duration_ns };
	const int error = crew_run(field->topology, reach->pus, readers, cross, &crossing, fault);

	*bytes_per_s = NULL;
	if (!error)
		/* relaxed: the readers have been joined. */
		*bytes_per_s = json_real((double)load_relaxed(&crossing.read_bytes) * 1e9 /
					 (double)reach->duration_ns);
	return error;
}

static json_t *huge_share(const struct field *field)
{
	const size_t bytes = field->count * sizeof(*field->links);

	if (field->huge_bytes == UINT64_MAX)
		return json_null();
	return json_real(field->huge_bytes < bytes ? (double)field->huge_bytes / (double)bytes : 1);
}

static int measure_nodes(const struct field *field, unsigned from, unsigned to,
			 const struct reach *reach, json_t *rows, struct fault *fault)
{
	json_t *idle = NULL, *loaded = NULL, *one = NULL, *all = NULL;
	int error = measure_latency(field, reach, false, &idle, fault);

	if (!error)
		error = measure_latency(field, reach, true, &loaded, fault);
	if (!error)
		error = measure_bandwidth(field, reach, 1, &one, fault);
	if (!error)
		error = measure_bandwidth(field, reach, reach->count, &all, fault);
	if (!error)
		json_array_append_new(
			rows,
			json_pack("{s:s, s:i, s:i, s:O, s:O, s:O, s:O, s:i, s:I, s:f, s:o}", "kind",
				  "memory", "cpu_node",
				  (int)topology_node(field->topology, from)->os_index,
				  "memory_node", (int)topology_node(field->topology, to)->os_index,
				  "latency_ns", idle, "loaded_latency_ns", loaded,
				  "bandwidth_one_pu", one, "bandwidth", all, "pus",
				  (int)reach->count, "region_bytes",
				  (json_int_t)(field->count * sizeof(*field->links)), "resident",
				  field->share, "huge", huge_share(field)));
	json_decref(idle);
	json_decref(loaded);
	json_decref(one);
	json_decref(all);
	return error;
}

/* Several times what its PUs' last-level caches hold, and a part of its memory at most. */
static size_t region_bytes(const struct topology *topology, unsigned node)
{
	const uint64_t memory = topology_node(topology, node)->memory_bytes;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < topology_l3_count(topology); i++)
		bytes += CACHES * topology_l3(topology, i)->size_bytes;
	bytes /= topology_node_count(topology);
	bytes = bytes < REGION_LEAST ? REGION_LEAST : bytes > REGION_MOST ? REGION_MOST : bytes;
	if (memory && bytes > memory / NODE_SHARE)
		bytes = memory / NODE_SHARE;
	return bytes;
}

static int make_memory(struct field *field, unsigned node, struct fault *fault)
{
	const unsigned worker = 0;
	struct memory_options options = {
		.topology = field->topology,
		.policy = { .kind = MEMORY_NODE,
			    .node_os_index = topology_node(field->topology, node)->os_index },
		.pages = MEMORY_PAGES_THP,
		.worker_pus = &worker,
		.workers = 1
	};
	int error = memory_create(&options, &field->memory, fault);

	if (error == -ENOTSUP) {
		options.pages = MEMORY_PAGES_BASE;
		error = memory_create(&options, &field->memory, fault);
	}
	return error;
}

/* A region on a node, its chain, and the kernel's word for where it is. */
static int make_field(struct field *field, unsigned node, struct fault *fault)
{
	const size_t bytes = region_bytes(field->topology, node);
	struct residency parts[MEMORY_PARTS];
	int error = make_memory(field, node, fault);

	if (error)
		return error;
	field->count = bytes / sizeof(*field->links) / STEPS * STEPS;
	field->links = memory_shared(field->memory, field->count * sizeof(*field->links));
	if (!field->links || !field->count)
		return fault_set(fault, -ENOMEM, "no memory for a region of %zu MiB on node %u",
				 bytes >> 20, topology_node(field->topology, node)->os_index);
	chain_make(field->links, field->count, 1);
	memory_residency(field->memory, parts);
	if (parts[MEMORY_TABLE].unavailable)
		return fault_set(fault, -ENOTSUP, "where the region lies cannot be read back: %s",
				 parts[MEMORY_TABLE].unavailable);
	field->share = parts[MEMORY_TABLE].share;
	field->huge_bytes = parts[MEMORY_TABLE].huge_bytes;
	return 0;
}

static int probe_node(const struct topology *topology, unsigned to, uint64_t duration_ns,
		      json_t *rows, struct fault *fault)
{
	struct field field = { .topology = topology };
	unsigned *const pus = calloc(topology_pu_count(topology), sizeof(*pus));
	int error = pus ? make_field(&field, to, fault)
			: fault_set(fault, -ENOMEM, "no memory for a list of PUs");

	for (unsigned from = 0; from < topology_node_count(topology) && !error; from++) {
		const struct reach reach = { .pus = pus,
					     .count = pus_of_node(topology, from, pus),
					     .duration_ns = duration_ns };

		if (reach.count)
			error = measure_nodes(&field, from, to, &reach, rows, fault);
	}
	if (field.memory)
		memory_destroy(field.memory);
	free(pus);
	return error;
}

int probe_memory(const struct probe_options *options, json_t *rows, struct fault *fault)
{
	const struct topology *const topology = options->topology;
	const unsigned nodes = topology_node_count(topology);
	uint64_t duration_ns = options->budget_ns / ((uint64_t)nodes * nodes * MEASUREMENTS);
	int error = 0;

	if (duration_ns < SHORTEST_NS)
		duration_ns = SHORTEST_NS;
	if (duration_ns > LONGEST_NS)
		duration_ns = LONGEST_NS;
	for (unsigned to = 0; to < nodes && !error; to++) {
		char node[32];

		if (topology_node(topology, to)->is_allowed) {
			error = probe_node(topology, to, duration_ns, rows, fault);
			continue;
		}
		snprintf(node, sizeof(node), "node %u", topology_node(topology, to)->os_index);
		probe_unavailable(rows, node, "it has no memory that this process may use");
	}
	if (!error && nodes == 1)
		probe_note(rows, "One node: there is no remote memory here.");
	return error;
}
