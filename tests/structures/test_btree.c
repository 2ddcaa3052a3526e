/*
 * The B+trees with nodes of few keys, so that those of the conformance cases split and merge at all
 * heights, and with snapshots that always step the time and read the past: with nodes of the usual
 * size hardly a scan of theirs gets there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/structures/conformance.h"

enum { SEEDS = 3 };

extern const struct variant btree_small, btree_small_snapshot;

static void btree_of_small_nodes_conforms(void **state)
{
	struct conformance conformance = { .variant = *state, .divisor = 4 };
	struct topology *topology;
	struct fault fault = { "" };

	if (topology_load(NULL, &topology, &fault))
		fail_msg("%s", fault.text);
	conformance.topology = topology;
	for (conformance.seed = 1; conformance.seed <= SEEDS; conformance.seed++) {
		if (conformance_check(&conformance, &fault))
			fail_msg("%s", fault.text);
	}
	topology_free(topology);
}

#define TEST(variant)                                                            \
	{                                                                        \
#		variant "_conforms", btree_of_small_nodes_conforms, NULL, NULL, \
			(void *)(uintptr_t)&variant                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(btree_small),
		TEST(btree_small_snapshot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
