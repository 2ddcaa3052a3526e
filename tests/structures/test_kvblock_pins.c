/*
 * A pin keeps its prefix, whatever others want; a release gives it back: each policy by itself.
 * Compiled once for each of them, with POLICY, its name, and POLICY_SOURCE, its file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define VARIANT_SYMBOL    variant_of_the_pins
#define VARIANT_NAME      "kvblock/policy"
#define VARIANT_FAMILY    kvblock_family
#define VARIANT_STRUCTURE "policy"
#define VARIANT_RECLAIM   ""
#define VARIANT_LOCK      ""

#include POLICY_SOURCE
#include "tests/structures/harness.h"

#define CACHE(verb) VARIANT_PASTE(POLICY, verb)

enum { CAPACITY = 4 };

static struct kvblock_request request_of(const uint64_t *blocks, unsigned count)
{
	return (struct kvblock_request){ .blocks = blocks, .count = count };
}

/* Requests 1-2-3 holds its pin while @action's thread works on. */
static void while_pinned(struct harness *harness, struct worker *worker, void *argument)
{
	struct POLICY *const cache = harness_instance(harness);
	struct context *const context = &worker->context;
	const uint64_t kept[] = { 1, 2, 3 }, other[] = { 7, 8 }, third[] = { 9 };
	struct kvblock_request first = request_of(kept, 3), second = request_of(other, 2);
	struct kvblock_request again = request_of(kept, 3), last = request_of(third, 1);
	unsigned *const seen = argument;

	CACHE(online)(cache, context);
	CACHE(acquire)(cache, context, &first);
	CACHE(commit)(cache, context, &first);
	seen[0] = first.cached;
	CACHE(acquire)(cache, context, &second);
	CACHE(commit)(cache, context, &second);
	seen[1] = second.cached; /* one is all the room there is */
	CACHE(release)(cache, context, &second);
	CACHE(acquire)(cache, context, &again);
	seen[2] = again.cached;
	CACHE(release)(cache, context, &again);
	CACHE(release)(cache, context, &first);
	for (unsigned i = 0; i < 4; i++) {
		const uint64_t fresh[] = { 20 + 2 * i, 21 + 2 * i };
		struct kvblock_request next = request_of(fresh, 2);

		CACHE(acquire)(cache, context, &next);
		CACHE(commit)(cache, context, &next);
		seen[3] = next.cached;
		CACHE(release)(cache, context, &next);
	}
	CACHE(acquire)(cache, context, &last);
	seen[4] = last.cached;
	again = request_of(kept, 3);
	CACHE(acquire)(cache, context, &again);
	seen[5] = again.cached;
	CACHE(release)(cache, context, &again);
	CACHE(offline)(cache, context);
}

/* A request by itself. Return: how much of it is cached while its pin is there. */
static unsigned serve(struct POLICY *cache, struct context *context, const uint64_t *blocks,
		      unsigned count)
{
	struct kvblock_request request = request_of(blocks, count);

	CACHE(acquire)(cache, context, &request);
	CACHE(commit)(cache, context, &request);
	CACHE(release)(cache, context, &request);
	return request.cached;
}

/* Inner blocks, which the hand passes, become leaves one by one, each in another request. */
static void tail_after_tail(struct harness *harness, struct worker *worker, void *argument)
{
	struct POLICY *const cache = harness_instance(harness);
	const uint64_t chain[] = { 1, 2, 3, 4 };
	unsigned *const seen = argument;

	CACHE(online)(cache, &worker->context);
	*seen = serve(cache, &worker->context, chain, CAPACITY);
	for (uint64_t id = 10; id < 10 + CAPACITY; id++)
		*seen += serve(cache, &worker->context, &id, 1);
	CACHE(offline)(cache, &worker->context);
}

/* A block that was to get a child, for which there was no room. */
static void left_without_room(struct harness *harness, struct worker *worker, void *argument)
{
	struct POLICY *const cache = harness_instance(harness);
	struct context *const context = &worker->context;
	const uint64_t kept[] = { 1, 2 }, longer[] = { 5, 6, 7 }, others[] = { 20, 21, 22, 23 };
	struct kvblock_request holder = request_of(kept, 2);
	unsigned *const seen = argument;

	CACHE(online)(cache, context);
	CACHE(acquire)(cache, context, &holder);
	CACHE(commit)(cache, context, &holder);
	*seen = serve(cache, context, longer, 3);
	CACHE(release)(cache, context, &holder);
	*seen += serve(cache, context, others, CAPACITY);
	CACHE(offline)(cache, context);
}

/* Return: how much of a chain is cached; as a look-up, which pins it no longer. */
static unsigned look_up(struct POLICY *cache, struct context *context, const uint64_t *blocks,
			unsigned count)
{
	struct kvblock_request request = request_of(blocks, count);

	CACHE(acquire)(cache, context, &request);
	CACHE(release)(cache, context, &request);
	return request.cached;
}

/* One of two chains was hit, and nobody wants it any more: a second chance is all it has. */
static void hit_and_then_over(struct harness *harness, struct worker *worker, void *argument)
{
	struct POLICY *const cache = harness_instance(harness);
	struct context *const context = &worker->context;
	const uint64_t over[] = { 1, 2 }, other[] = { 5, 6 }, third[] = { 10, 11 };
	const uint64_t last[] = { 12, 13 };
	unsigned *const seen = argument;

	CACHE(online)(cache, context);
	serve(cache, context, over, 2);
	serve(cache, context, other, 2);
	look_up(cache, context, over, 2);
	serve(cache, context, third, 2);
	serve(cache, context, last, 2);
	*seen = look_up(cache, context, over, 2);
	*seen += 10 * look_up(cache, context, third, 2);
	CACHE(offline)(cache, context);
}

#if POLICY_HAS_LOCK
/* Commits of operations that are timed: more than any clock overlooks. */
static void timed_commits(struct harness *harness, struct worker *worker, void *argument)
{
	struct context *const context = &worker->context;
	struct held held = { .is_counter = false };
	unsigned *const seen = argument;

	CACHE(online)(harness_instance(harness), context);
	context->held = &held;
	for (uint64_t id = 0; id < 1000; id++)
		serve(harness_instance(harness), context, &id, 1);
	context->held = NULL;
	CACHE(offline)(harness_instance(harness), context);
	*seen = held.ticks > 0;
}
#endif

/* Room for a block that never comes. */
static void room_left_empty(struct harness *harness, struct worker *worker, void *argument)
{
	const uint64_t block = 1;
	struct kvblock_request request = request_of(&block, 1);

	(void)argument;
	CACHE(online)(harness_instance(harness), &worker->context);
	CACHE(claim)(harness_instance(harness), &worker->context, &request);
	CACHE(offline)(harness_instance(harness), &worker->context);
}

#if POLICY_HAS_SLOTS
static void leaf_left_passed(struct harness *harness, struct worker *worker, void *argument)
{
	struct POLICY *const cache = harness_instance(harness);
	const uint64_t id = 1;
	struct block *block;

	(void)argument;
	CACHE(online)(cache, &worker->context);
	serve(cache, &worker->context, &id, 1);
	CACHE(offline)(cache, &worker->context);
	block = block_table_find(&cache->table, id);
	/* relaxed: alone. */
	store_relaxed(&cache->slots[block->slot], (uintptr_t)block | CLOCK_PASS);
}
#endif

static struct harness_options options_of(unsigned workers, uint64_t capacity)
{
	return (struct harness_options){
		.variant = &variant_of_the_pins,
		.workers = workers,
		.range = 1,
		.capacity = capacity,
		.value_bytes = 8,
		.seed = 1,
	};
}

/* What @action sees, in a cache of its own. Return: the state that it leaves. */
static struct inspection inspect_after(const struct harness_options *options,
				       harness_action *action, unsigned *seen)
{
	struct inspection inspection;
	struct fault fault = { "" };

	if (harness_once(options, action, seen, &inspection, &fault))
		fail_msg("%s", fault.text);
	return inspection;
}

/* The same, where the invariants hold after it. */
static void perform(const struct harness_options *options, harness_action *action, unsigned *seen)
{
	const struct inspection inspection = inspect_after(options, action, seen);

	assert_null(inspection.broken);
	assert_true(inspection.elements <= options->capacity);
}

static unsigned seen_by(harness_action *action)
{
	const struct harness_options options = options_of(1, CAPACITY);
	unsigned seen = 0;

	perform(&options, action, &seen);
	return seen;
}

#if POLICY_CLAIMS_AHEAD
/* --- what others do while a commit waits for the lock of a bucket ------------------------------- */

enum { ROOMY = 32 }; /* blocks, of which each of two workers takes two rooms ahead */

static struct harness *waiting; /* NULL: nobody waits, or the others have had their turn */
static unsigned found_meanwhile;

void explore_point(void);
void explore_wait(void);

void explore_point(void)
{
}

static _Atomic uintptr_t *bucket_of(struct harness *harness, uint64_t id)
{
	const struct POLICY *const cache = harness_instance(harness);

	return block_table_bucket(&cache->table, id);
}

/* A block that has left comes again, and its child, which is about to leave, is met. */
void explore_wait(void)
{
	const uint64_t chain[] = { 1, 2, 3 };
	struct harness *const harness = waiting;
	struct context *context;

	if (!harness)
		return;
	waiting = NULL;
	context = &harness_worker(harness, 1)->context;
	CACHE(online)(harness_instance(harness), context);
	found_meanwhile = 10 * serve(harness_instance(harness), context, chain, 2);
	found_meanwhile += look_up(harness_instance(harness), context, chain, 3);
	CACHE(offline)(harness_instance(harness), context);
	/* relaxed: nobody else has changed it, as it is locked. */
	bucket_unlock(bucket_of(harness, 3), load_relaxed(bucket_of(harness, 3)) & ~BUCKET_LOCKED);
}

/* A full cache whose oldest chain, 1-2-3, goes from its end on: 3 is dead, then 2, and both are
 * there still. */
static void tail_that_is_leaving(struct harness *harness, struct worker *worker, void *argument)
{
	const uint64_t chain[] = { 1, 2, 3 }, fresh[] = { 10, 11 };
	struct POLICY *const cache = harness_instance(harness);
	unsigned *const seen = argument;

	if (worker->context.worker != 0)
		return; /* the first plays both */
	CACHE(online)(cache, &worker->context);
	serve(cache, &worker->context, chain, 3);
	for (uint64_t id = 100; id < 100 + ROOMY - 3; id++)
		serve(cache, &worker->context, &id, 1);
	bucket_lock(bucket_of(harness, 3));
	waiting = harness;
	serve(cache, &worker->context, fresh, 2);
	CACHE(offline)(cache, &worker->context);
	*seen = found_meanwhile;
}

static void acquire_past_a_block_that_is_leaving_finds_the_one_that_came_for_it(void **state)
{
	const struct harness_options options = options_of(2, ROOMY);
	unsigned seen = 0;

	(void)state;
	perform(&options, tail_that_is_leaving, &seen);
	assert_int_equal(seen, 22);
}
#endif

static void policy_evicts_inner_blocks_once_they_are_leaves(void **state)
{
	(void)state;
	assert_int_equal(seen_by(tail_after_tail), 2 * CAPACITY);
}

static void policy_evicts_a_block_whose_child_found_no_room(void **state)
{
	(void)state;
	assert_int_equal(seen_by(left_without_room), 2 + CAPACITY);
}

static void policy_gives_a_chain_that_was_hit_one_more_turn_as_a_whole(void **state)
{
	(void)state;
	assert_int_equal(seen_by(hit_and_then_over), 20);
}

#if POLICY_HAS_LOCK
static void policy_with_a_lock_tells_how_long_it_holds_it(void **state)
{
	(void)state;
	assert_true(variant_of_the_pins.tells_held);
	assert_true(seen_by(timed_commits));
}
#endif

static void inspection_tells_of_a_room_that_was_never_filled(void **state)
{
	const struct harness_options options = options_of(1, CAPACITY);

	(void)state;
	assert_non_null(inspect_after(&options, room_left_empty, NULL).broken);
}

#if POLICY_HAS_SLOTS
static void inspection_tells_of_a_leaf_that_the_hand_passes(void **state)
{
	const struct harness_options options = options_of(1, CAPACITY);

	(void)state;
	assert_non_null(inspect_after(&options, leaf_left_passed, NULL).broken);
}

static void clock_of_more_slots_than_have_numbers_is_not_made(void **state)
{
	const struct harness_options options = options_of(1, UINT64_C(1) << 32);
	struct harness *harness;
	struct fault fault = { "" };

	(void)state;
	assert_int_equal(harness_open(&options, &harness, &fault), -EOVERFLOW);
}
#endif

static void policy_keeps_what_is_pinned_and_no_longer(void **state)
{
	const struct harness_options options = options_of(1, CAPACITY);
	unsigned seen[6];

	(void)state;
	perform(&options, while_pinned, seen);
	assert_int_equal(seen[0], 3);
	assert_int_equal(seen[1], 1);
	assert_int_equal(seen[2], 3);
	assert_int_equal(seen[3], 2);
	assert_int_equal(seen[4], 0);
	assert_true(seen[5] < 3); /* some of it: what was hit may have a second chance */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy_keeps_what_is_pinned_and_no_longer),
#if POLICY_HAS_LOCK
		cmocka_unit_test(policy_with_a_lock_tells_how_long_it_holds_it),
#endif
		cmocka_unit_test(inspection_tells_of_a_room_that_was_never_filled),
#if POLICY_HAS_SLOTS
		cmocka_unit_test(inspection_tells_of_a_leaf_that_the_hand_passes),
		cmocka_unit_test(clock_of_more_slots_than_have_numbers_is_not_made),
#endif
#if POLICY_CLAIMS_AHEAD
		cmocka_unit_test(
			acquire_past_a_block_that_is_leaving_finds_the_one_that_came_for_it),
#endif
		cmocka_unit_test(policy_evicts_inner_blocks_once_they_are_leaves),
		cmocka_unit_test(policy_evicts_a_block_whose_child_found_no_room),
		cmocka_unit_test(policy_gives_a_chain_that_was_hit_one_more_turn_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
