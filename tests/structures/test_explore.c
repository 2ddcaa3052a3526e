/*
 * Every structure of the catalogue, under a lock and schemes that an interleaving scheduler can
 * follow, keeps its promise in all interleavings that it is led through.
 *
 * NUMAMARK_TEST_VARIANTS   only the variants that this glob matches
 * NUMAMARK_TEST_HISTORIES  of each variant; 4096 without it
 * NUMAMARK_TEST_SEED       of scripts and interleavings; the time without it
 */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "tests/structures/explore.h"

enum { HISTORIES = 4096 };

static struct topology *topology;
static uint64_t seed;
static unsigned histories;

static void variant_in_all_interleavings_keeps_its_promise(void **state)
{
	const struct exploration exploration = {
		.topology = topology,
		.variant = *state,
		.seed = seed,
		.histories = histories,
	};
	char text[EXPLORE_TEXT_BYTES];
	const int error = explore_variant(&exploration, text);

	if (error == -ENOTSUP) {
		print_message("%s\n", text);
		skip();
	}
	if (error)
		fail_msg("%s", text);
}

int main(void)
{
	const char *const glob = getenv("NUMAMARK_TEST_VARIANTS");
	const char *const given = getenv("NUMAMARK_TEST_SEED");
	const char *const more = getenv("NUMAMARK_TEST_HISTORIES");
	struct CMUnitTest *const tests = calloc(catalogue_count, sizeof(*tests));
	size_t count = 0;
	int failed;

	if (!tests || topology_load("node:2 core:1 pu:1", &topology, NULL))
		return 1;
	histories = more ? (unsigned)strtoul(more, NULL, 10) : HISTORIES;
	seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	for (size_t i = 0; i < catalogue_count; i++)
		if (!glob || !fnmatch(glob, catalogue[i]->name, 0))
			tests[count++] = (struct CMUnitTest){
				.name = catalogue[i]->name,
				.test_func = variant_in_all_interleavings_keeps_its_promise,
				.initial_state = (void *)(uintptr_t)catalogue[i],
			};
	print_message("%zu variants; NUMAMARK_TEST_SEED=%" PRIu64 "\n", count, seed);
	failed = count ? _cmocka_run_group_tests("explore", tests, count, NULL, NULL) : 1;
	topology_free(topology);
	free(tests);
	return failed;
}
