/*
 * The conformance cases on machines of two and four nodes, for structures that do something for
 * each node. The machines are drawn, not there: workers are told of nodes and run where they can.
 *
 * NUMAMARK_TEST_VARIANTS and NUMAMARK_TEST_SEED as in test_conformance.c.
 */
#include <fnmatch.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/structures/conformance.h"

static const char *const structures[] = { "node_sharded", "replicated", "delegated", "gossip" };

static const char *const shapes[] = { "node:2 core:2 pu:1", "node:4 core:1 pu:1" };

enum {
	SHAPES = sizeof(shapes) / sizeof(*shapes),
	TESTS_MAX = 128,
	DIVISOR = 4                  /* of operations: the same code on one node has had them all */
};

static struct topology *machines[SHAPES];
static uint64_t seed;

struct drawn {
	const struct topology *topology;
	const struct variant *variant;
	char name[96];
};

static void variant_on_several_nodes_conforms(void **state)
{
	const struct drawn *const drawn = *state;
	const struct conformance conformance = {
		.topology = drawn->topology,
		.variant = drawn->variant,
		.seed = seed,
		.divisor = DIVISOR * conformance_divisor(),
	};
	struct fault fault = { "" };

	if (conformance_check(&conformance, &fault))
		fail_msg("%s", fault.text);
}

static bool is_of_nodes(const struct variant *variant)
{
	const char *const glob = getenv("NUMAMARK_TEST_VARIANTS");

	for (size_t i = 0; i < sizeof(structures) / sizeof(*structures); i++)
		if (!strcmp(variant->structure, structures[i]))
			return !glob || !fnmatch(glob, variant->name, 0);
	return false;
}

static size_t choose_tests(struct CMUnitTest *tests, struct drawn *drawn)
{
	size_t count = 0;

	for (size_t i = 0; i < SHAPES * catalogue_count && count < TESTS_MAX; i++) {
		const struct variant *const variant = catalogue[i / SHAPES];

		if (!is_of_nodes(variant))
			continue;
		drawn[count].topology = machines[i % SHAPES];
		drawn[count].variant = variant;
		snprintf(drawn[count].name, sizeof(drawn[count].name), "%s on %s", variant->name,
			 shapes[i % SHAPES]);
		tests[count] = (struct CMUnitTest){
			.name = drawn[count].name,
			.test_func = variant_on_several_nodes_conforms,
			.initial_state = &drawn[count],
		};
		count++;
	}
	return count;
}

int main(void)
{
	static struct CMUnitTest tests[TESTS_MAX];
	static struct drawn drawn[TESTS_MAX];
	const char *const given = getenv("NUMAMARK_TEST_SEED");
	struct fault fault;
	size_t count;
	int failed;

	for (unsigned i = 0; i < SHAPES; i++)
		if (topology_load(shapes[i], &machines[i], &fault))
			return 1;
	seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	count = choose_tests(tests, drawn);
	print_message("NUMAMARK_TEST_SEED=%" PRIu64 "\n", seed);
	failed = _cmocka_run_group_tests("nodes", tests, count, NULL, NULL);
	for (unsigned i = 0; i < SHAPES; i++)
		topology_free(machines[i]);
	return failed;
}
