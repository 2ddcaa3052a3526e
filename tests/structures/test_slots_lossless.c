/* A table of two lines takes thousands of keys: it grows where they are, and evenly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define VARIANT_SYMBOL    variant_that_grows
#define VARIANT_NAME      "kvslot/slots_lossless+ebr"
#define VARIANT_FAMILY    kvslot_family
#define VARIANT_STRUCTURE "slots_lossless"
#define VARIANT_RECLAIM   "ebr"
#define VARIANT_LOCK      ""

#include "structures/kvslot/slots_lossless.c"
#include "tests/structures/harness.h"

enum {
	KEYS = 6000,
	/* Three keys a line, four lines below each, from two: full ones of 6 levels hold more. */
	DEPTH_EVEN = 6,
	DEPTH_MOST = DEPTH_EVEN + 4
};

static struct topology *topology;

struct seen {
	unsigned added, found, absent;
	unsigned depth; /* levels, the table's own included */
};

static unsigned depth_below(struct lossless_line *line)
{
	/* relaxed: alone. */
	struct lossless_line *const below = load_relaxed(&line->below);
	unsigned deepest = 0;

	for (unsigned i = 0; below && i < LOSSLESS_BELOW; i++) {
		const unsigned depth = depth_below(&below[i]);

		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

static void put_and_get_all(struct harness *harness, struct worker *worker, void *argument)
{
	struct slots_lossless *const cache = harness_instance(harness);
	struct context *const context = &worker->context;
	struct seen *const seen = argument;
	uint64_t value = 0;

	*seen = (struct seen){ 0 };
	slots_lossless_online(cache, context);
	for (uint64_t key = 0; key < KEYS; key++)
		seen->added += slots_lossless_put(cache, context, key, kvslot_value(key, 0));
	for (uint64_t key = 0; key < KEYS; key++)
		seen->found += slots_lossless_get(cache, context, key, &value) &&
			       value == kvslot_value(key, 0);
	for (uint64_t key = KEYS; key < 2 * KEYS; key++)
		seen->absent += !slots_lossless_get(cache, context, key, &value);
	slots_lossless_offline(cache, context);
	for (uint64_t i = 0; i < UINT64_C(1) << cache->roots_log2; i++) {
		const unsigned depth = depth_below(&cache->roots[i]);

		seen->depth = depth > seen->depth ? depth : seen->depth;
	}
}

static void table_of_two_lines_keeps_thousands_and_grows_evenly(void **state)
{
	const struct harness_options options = {
		.topology = topology,
		.variant = &variant_that_grows,
		.workers = 1,
		.range = KVSLOT_SEQUENCE_KEYS,
		.expected = 1,
		.value_bytes = 8,
		.seed = 1,
	};
	struct inspection inspection;
	struct harness *harness;
	struct fault fault = { "" };
	struct seen seen;

	(void)state;
	if (harness_open(&options, &harness, &fault))
		fail_msg("%s", fault.text);
	assert_int_equal(harness_attach(harness), 0);
	harness_perform(harness, put_and_get_all, &seen);
	variant_that_grows.inspect(harness_instance(harness), &inspection);
	harness_close(harness);
	assert_int_equal(seen.added, KEYS);
	assert_int_equal(seen.found, KEYS);
	assert_int_equal(seen.absent, KEYS);
	assert_int_equal(inspection.elements, KEYS);
	assert_null(inspection.broken);
	assert_in_range(seen.depth, DEPTH_EVEN, DEPTH_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_of_two_lines_keeps_thousands_and_grows_evenly),
	};
	struct fault fault;
	int failed;

	if (topology_load(NULL, &topology, &fault))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	topology_free(topology);
	return failed;
}
