/* A pin keeps its prefix, whatever others want; a release gives it back: each policy by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define VARIANT_SYMBOL    variant_of_the_pins
#define VARIANT_NAME      "kvblock/clock+ebr"
#define VARIANT_FAMILY    kvblock_family
#define VARIANT_STRUCTURE "clock"
#define VARIANT_RECLAIM   "ebr"
#define VARIANT_LOCK      ""

#include "structures/kvblock/clock.c"
#include "tests/structures/harness.h"

enum { CAPACITY = 4 };

static struct topology *topology;

static struct kvblock_request request_of(const uint64_t *blocks, unsigned count)
{
	return (struct kvblock_request){ .blocks = blocks, .count = count };
}

/* Requests 1-2-3 holds its pin while @action's thread works on. */
static void while_pinned(struct harness *harness, struct worker *worker, void *argument)
{
	struct clock *const cache = harness_instance(harness);
	struct context *const context = &worker->context;
	const uint64_t kept[] = { 1, 2, 3 }, other[] = { 7, 8 }, third[] = { 9 };
	struct kvblock_request first = request_of(kept, 3), second = request_of(other, 2);
	struct kvblock_request again = request_of(kept, 3), last = request_of(third, 1);
	unsigned *const seen = argument;

	clock_online(cache, context);
	clock_acquire(cache, context, &first);
	clock_commit(cache, context, &first);
	seen[0] = first.cached;
	clock_acquire(cache, context, &second);
	clock_commit(cache, context, &second);
	seen[1] = second.cached; /* one is all the room there is */
	clock_release(cache, context, &second);
	clock_acquire(cache, context, &again);
	seen[2] = again.cached;
	clock_release(cache, context, &again);
	clock_release(cache, context, &first);
	for (unsigned i = 0; i < 4; i++) {
		const uint64_t fresh[] = { 20 + 2 * i, 21 + 2 * i };
		struct kvblock_request next = request_of(fresh, 2);

		clock_acquire(cache, context, &next);
		clock_commit(cache, context, &next);
		seen[3] = next.cached;
		clock_release(cache, context, &next);
	}
	clock_acquire(cache, context, &last);
	seen[4] = last.cached;
	again = request_of(kept, 3);
	clock_acquire(cache, context, &again);
	seen[5] = again.cached;
	clock_release(cache, context, &again);
	clock_offline(cache, context);
}

static void clock_keeps_what_is_pinned_and_no_longer(void **state)
{
	const struct harness_options options = {
		.topology = topology,
		.variant = &variant_of_the_pins,
		.workers = 1,
		.range = 1,
		.capacity = CAPACITY,
		.value_bytes = 8,
		.seed = 1,
	};
	struct inspection inspection;
	struct harness *harness;
	struct fault fault = { "" };
	unsigned seen[6];

	(void)state;
	if (harness_open(&options, &harness, &fault))
		fail_msg("%s", fault.text);
	assert_int_equal(harness_attach(harness), 0);
	harness_perform(harness, while_pinned, seen);
	assert_int_equal(seen[0], 3);
	assert_int_equal(seen[1], 1);
	assert_int_equal(seen[2], 3);
	assert_int_equal(seen[3], 2);
	assert_int_equal(seen[4], 0);
	assert_int_equal(seen[5], 0);
	variant_of_the_pins.inspect(harness_instance(harness), &inspection);
	assert_null(inspection.broken);
	assert_true(inspection.elements <= CAPACITY);
	harness_close(harness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_keeps_what_is_pinned_and_no_longer),
	};
	struct fault fault;
	int failed;

	if (topology_load(NULL, &topology, &fault))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	topology_free(topology);
	return failed;
}
