/* map/replicated, on a drawn machine: who waits for whom. One thread plays the worker of each node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "structures/map/replicated.h"
#include "tests/structures/harness.h"

enum { NODES = 3, BEFORE = 200, RANGE = 1000, SECONDS_MAX = 20 };

static struct topology *topology;
static struct harness *harness;

static struct context *context_of(unsigned worker)
{
	return &harness_worker(harness, worker)->context;
}

static void put(struct replicated *map, unsigned worker, uint64_t key)
{
	assert_true(replicated_put(map, context_of(worker), key, map_value(key, 0)));
}

/* The last node has seen what there was; of the one between them nobody has asked anything. */
static void reader_stalled_on_one_node_leaves_others_the_whole_log(void **state)
{
	struct replicated *const map = harness_instance(harness);
	struct replica *const last = map->replicas[NODES - 1];
	uint64_t value, key = 0;

	(void)state;
	while (key < BEFORE)
		put(map, 0, key++);
	assert_true(replicated_get(map, context_of(NODES - 1), 0, &value));
	replicated_begin_reading(last, map->slots[NODES - 1]);
	/* A wait for the reader would have no end. */
	alarm(SECONDS_MAX);
	while (key < BEFORE + map->size)
		put(map, 0, key++);
	alarm(0);
	replicated_end_reading(map->slots[NODES - 1]);
	put(map, 0, key);
	assert_true(replicated_get(map, context_of(NODES - 1), key, &value));
}

static int set_up(void **state)
{
	struct harness_options options = {
		.workers = NODES, .range = RANGE, .expected = RANGE, .value_bytes = 8, .seed = 1
	};
	struct fault fault;

	(void)state;
	options.variant = catalogue_find("map/replicated");
	if (!options.variant || topology_load("node:3 core:1 pu:1", &topology, &fault))
		return -1;
	options.topology = topology;
	return harness_open(&options, &harness, &fault);
}

static int tear_down(void **state)
{
	(void)state;
	harness_close(harness);
	topology_free(topology);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_stalled_on_one_node_leaves_others_the_whole_log),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
