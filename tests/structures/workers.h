/*
 * The memory and contexts of WORKERS workers, for a test that plays them on its own threads. Included
 * by one source of a program, after the structure.
 */
#ifndef TESTS_STRUCTURES_WORKERS_H
#define TESTS_STRUCTURES_WORKERS_H

#include "structures/variant.h"

static struct topology *topology;
static struct memory *memory;
static struct context contexts[WORKERS];

/* @setup: with the size of values; gets the rest of what a structure is made from. Return: 0 or -1. */
static int workers_open(struct setup *setup)
{
	static const unsigned pus[WORKERS];
	struct fault fault;

	if (topology_load(NULL, &topology, &fault))
		return -1;
	const struct memory_options options = {
		.topology = topology,
		.policy = { .kind = MEMORY_LOCAL },
		.worker_pus = pus,
		.workers = WORKERS,
		.limit_bytes = (size_t)1 << 26,
	};
	if (memory_create(&options, &memory, &fault))
		return -1;
	setup->memory = memory;
	setup->workers = WORKERS;
	for (unsigned i = 0; i < WORKERS; i++)
		contexts[i] = (struct context){ .arena = memory_arena(memory, i),
						.value_bytes = setup->value_bytes,
						.worker = i };
	return 0;
}

static void workers_close(void)
{
	memory_destroy(memory);
	topology_free(topology);
}

#endif
