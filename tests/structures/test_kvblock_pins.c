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

/* A request by itself. Return: how much of it is cached while its pin is there. */
static unsigned serve(struct clock *cache, struct context *context, const uint64_t *blocks,
		      unsigned count)
{
	struct kvblock_request request = request_of(blocks, count);

	clock_acquire(cache, context, &request);
	clock_commit(cache, context, &request);
	clock_release(cache, context, &request);
	return request.cached;
}

/* Inner blocks, which the hand passes, become leaves one by one, each in another request. */
static void tail_after_tail(struct harness *harness, struct worker *worker, void *argument)
{
	struct clock *const cache = harness_instance(harness);
	const uint64_t chain[] = { 1, 2, 3, 4 };
	unsigned *const seen = argument;

	clock_online(cache, &worker->context);
	*seen = serve(cache, &worker->context, chain, CAPACITY);
	for (uint64_t id = 10; id < 10 + CAPACITY; id++)
		*seen += serve(cache, &worker->context, &id, 1);
	clock_offline(cache, &worker->context);
}

/* A block that was to get a child, for which there was no room. */
static void left_without_room(struct harness *harness, struct worker *worker, void *argument)
{
	struct clock *const cache = harness_instance(harness);
	struct context *const context = &worker->context;
	const uint64_t kept[] = { 1, 2 }, longer[] = { 5, 6, 7 }, others[] = { 20, 21, 22, 23 };
	struct kvblock_request holder = request_of(kept, 2);
	unsigned *const seen = argument;

	clock_online(cache, context);
	clock_acquire(cache, context, &holder);
	clock_commit(cache, context, &holder);
	*seen = serve(cache, context, longer, 3);
	clock_release(cache, context, &holder);
	*seen += serve(cache, context, others, CAPACITY);
	clock_offline(cache, context);
}

/* Return: what @action has seen, in a cache of its own, whose invariants hold after it. */
static unsigned seen_by(void (*action)(struct harness *, struct worker *, void *))
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
	unsigned seen = 0;

	if (harness_open(&options, &harness, &fault))
		fail_msg("%s", fault.text);
	assert_int_equal(harness_attach(harness), 0);
	harness_perform(harness, action, &seen);
	variant_of_the_pins.inspect(harness_instance(harness), &inspection);
	assert_null(inspection.broken);
	harness_close(harness);
	return seen;
}

static void clock_evicts_inner_blocks_once_they_are_leaves(void **state)
{
	(void)state;
	assert_int_equal(seen_by(tail_after_tail), 2 * CAPACITY);
}

static void clock_evicts_a_block_whose_child_found_no_room(void **state)
{
	(void)state;
	assert_int_equal(seen_by(left_without_room), 2 + CAPACITY);
}

static void clock_of_more_slots_than_have_numbers_is_not_made(void **state)
{
	const struct harness_options options = {
		.topology = topology,
		.variant = &variant_of_the_pins,
		.workers = 1,
		.range = 1,
		.capacity = UINT64_C(1) << 32,
		.value_bytes = 8,
		.seed = 1,
	};
	struct harness *harness;
	struct fault fault = { "" };

	(void)state;
	assert_int_equal(harness_open(&options, &harness, &fault), -EOVERFLOW);
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
		cmocka_unit_test(clock_of_more_slots_than_have_numbers_is_not_made),
		cmocka_unit_test(clock_evicts_inner_blocks_once_they_are_leaves),
		cmocka_unit_test(clock_evicts_a_block_whose_child_found_no_room),
	};
	struct fault fault;
	int failed;

	if (topology_load(NULL, &topology, &fault))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	topology_free(topology);
	return failed;
}
