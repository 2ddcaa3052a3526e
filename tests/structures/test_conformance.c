/*
 * The conformance cases on every variant of the catalogue, one test each.
 *
 *     test_conformance [in-turn|others]
 *
 * in-turn: only under locks that serve their threads in an order, which takes many times as long
 * where another program keeps one of them from its processor. others: only the rest. Without a
 * word, all.
 *
 * NUMAMARK_TEST_VARIANTS   only the variants that this glob matches
 * NUMAMARK_TEST_COVER      a covering set (each structure, scheme and lock at least once) and a
 *                          quarter of the others, which the seed chooses; fewer operations
 * NUMAMARK_TEST_SEED       of all that is random; the time without it
 */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "runners/server/pool.h"
#include "structures/http/http.h"
#include "structures/resp/resp.h"
#include "tests/structures/conformance.h"
#include "workloads/random.h"

static struct topology *topology;
static struct server_pool servers;
static uint64_t seed;
static bool in_cover;

/* A private server, if the variant talks to one; skips where it is not installed. */
static void find_server(const struct variant *variant, struct endpoint *endpoint)
{
	struct server *server;
	struct fault fault;
	int error;

	if (in_cover && strcmp(variant->server, "redis") && strcmp(variant->server, "memcached")) {
		print_message("a slow server, which the release stage starts\n");
		skip();
	}
	if (variant->family == &resp_family || variant->family == &http_family) {
		print_message("a load, without operations to call: server/run has its tests\n");
		skip();
	}
	error = server_pool_get(&servers, variant->server, false, &server, &fault);
	if (error == -ENOENT) {
		print_message("%s\n", fault.text);
		skip();
	}
	if (error)
		fail_msg("%s", fault.text);
	server_endpoint(server, false, endpoint);
}

static void variant_in_the_catalogue_conforms(void **state)
{
	struct endpoint endpoint;
	const struct conformance conformance = {
		.topology = topology,
		.variant = *state,
		.endpoint = &endpoint,
		.seed = seed,
		.divisor = conformance_divisor(),
	};
	struct fault fault = { "" };
	int error;

	if (conformance.variant->server)
		find_server(conformance.variant, &endpoint);
	error = conformance_check(&conformance, &fault);
	if (error == -ENOTSUP) {
		print_message("%s\n", fault.text);
		skip();
	}
	if (error)
		fail_msg("%s", fault.text);
}

/* Something about @variant that none of the chosen ones has. */
static bool adds_to_cover(const struct variant *variant, const bool *is_chosen)
{
	bool has_structure = false, has_reclaim = false, has_lock = false;

	for (size_t i = 0; i < catalogue_count; i++) {
		const struct variant *const other = catalogue[i];

		if (!is_chosen[i])
			continue;
		has_structure |= other->family == variant->family &&
				 !strcmp(other->structure, variant->structure);
		has_reclaim |= !strcmp(other->reclaim, variant->reclaim);
		has_lock |= !strcmp(other->lock, variant->lock);
	}
	return !has_structure || !has_reclaim || !has_lock;
}

/* The seed chooses where the search for a cover begins, and who comes on top of it. */
static void choose_cover(bool *is_chosen)
{
	struct random random = random_seed(seed, 0, RANDOM_SCHEDULE);
	const size_t first = (size_t)random_below(&random, catalogue_count);

	for (size_t i = 0; i < catalogue_count; i++) {
		const size_t at = (first + i) % catalogue_count;

		is_chosen[at] = adds_to_cover(catalogue[at], is_chosen);
	}
	for (size_t i = 0; i < catalogue_count; i++)
		is_chosen[i] |= random_below(&random, 4) == 0;
}

static bool serves_in_turn(const struct variant *variant)
{
	static const char *const locks[] = { "ticket", "mcs", "clh", "cohort", "cna" };

	for (size_t i = 0; i < sizeof(locks) / sizeof(*locks); i++)
		if (!strcmp(variant->lock, locks[i]))
			return true;
	return false;
}

/* Of what is asked for, the variants that @half names; @matching is how many are of either half. */
static size_t choose_tests(struct CMUnitTest *tests, const char *half, size_t *matching)
{
	const char *const glob = getenv("NUMAMARK_TEST_VARIANTS");
	bool *const is_chosen = calloc(catalogue_count, sizeof(*is_chosen));
	size_t count = 0;

	if (!is_chosen)
		abort();
	if (in_cover)
		choose_cover(is_chosen);
	for (size_t i = 0; i < catalogue_count; i++) {
		if (glob ? fnmatch(glob, catalogue[i]->name, 0) : in_cover && !is_chosen[i])
			continue;
		++*matching;
		if (half && serves_in_turn(catalogue[i]) != !strcmp(half, "in-turn"))
			continue;
		tests[count++] = (struct CMUnitTest){
			.name = catalogue[i]->name,
			.test_func = variant_in_the_catalogue_conforms,
			.initial_state = (void *)(uintptr_t)catalogue[i],
		};
	}
	free(is_chosen);
	return count;
}

int main(int words_count, char **words)
{
	const char *const half = words_count > 1 ? words[1] : NULL;
	const char *const given = getenv("NUMAMARK_TEST_SEED");
	struct CMUnitTest *const tests = calloc(catalogue_count, sizeof(*tests));
	struct fault fault;
	size_t count, matching = 0;
	int failed;

	if (!tests || topology_load(NULL, &topology, &fault))
		return 1;
	servers.topology = topology;
	in_cover = getenv("NUMAMARK_TEST_COVER") != NULL;
	seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	count = choose_tests(tests, half, &matching);
	print_message("%zu of %zu variants; NUMAMARK_TEST_SEED=%" PRIu64 "\n", count,
		      catalogue_count, seed);
	/* A glob that matches nothing tests nothing: that is no success. */
	failed = !matching;
	if (count)
		failed = _cmocka_run_group_tests("conformance", tests, count, NULL, NULL);
	server_pool_stop(&servers);
	topology_free(topology);
	free(tests);
	return failed;
}
