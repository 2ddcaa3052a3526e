/*
 * The checker of histories, on histories made by hand: what has an order, what has none, and what
 * stays of the latter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runners/verify/promise.h"
#include "runners/verify/reduce.h"
#include "runners/verify/timeline.h"
#include "structures/kvslot/kvslot.h"
#include "structures/map/map.h"
#include "structures/ordered/ordered.h"
#include "structures/queue/queue.h"
#include "workloads/random.h"

enum { A = 1, B, C, D };

static struct memo *memo;

static const struct variant map_variant = { .family = &map_family, .is_linearizable = true };
static const struct variant blind_map = { .family = &map_family,
					  .is_linearizable = true,
					  .is_blind = true };
static const struct variant queue_variant = { .family = &queue_family, .is_linearizable = true };
static const struct variant loose_queue = { .family = &queue_family, .is_linearizable = false };

static const struct convergence exchange;
static const struct variant replicas = { .family = &map_family, .convergence = &exchange };

static const struct variant snapshots = { .family = &ordered_family,
					  .is_linearizable = true,
					  .scan = SCAN_SNAPSHOT };
static const struct variant weak_scans = { .family = &ordered_family,
					   .is_linearizable = true,
					   .scan = SCAN_WEAK };

static const struct variant keeping_slots = { .family = &kvslot_family, .is_linearizable = true };
static const struct variant losing_slots = { .family = &kvslot_family, .flaw = FLAW_LOSES };
static const struct variant racing_slots = { .family = &kvslot_family, .flaw = FLAW_RACES };

static bool is_kept(const struct variant *variant, const struct events *events)
{
	const char *reason = NULL;

	return promise_of(variant, &reason)
		->is_kept(events, (UINT64_C(1) << events->count) - 1, memo);
}

static void map_overlapping_puts_may_take_either_order(void **state)
{
	struct events events = {
		.count = 3,
		.of = { { 1, 4, MAP_PUT, 0, 0, A, true, 0, { 0 } },
			{ 2, 5, MAP_PUT, 1, 0, B, false, 0, { 0 } },
			{ 6, 7, MAP_GET, 0, 0, B, true, 0, { 0 } } },
	};

	(void)state;
	assert_true(is_kept(&map_variant, &events));
	/* The one that added came first: its value cannot be the last one. */
	events.of[2].value = A;
	assert_false(is_kept(&map_variant, &events));
}

static void map_get_after_a_put_that_ended_must_see_it(void **state)
{
	struct events events = {
		.count = 2,
		.of = { { 1, 2, MAP_PUT, 0, 0, A, true, 0, { 0 } },
			{ 3, 4, MAP_GET, 1, 0, EVENT_NO_VALUE, false, 0, { 0 } } },
	};

	(void)state;
	assert_false(is_kept(&map_variant, &events));
	/* While the put goes on, both answers are right. */
	events.of[0].returned = 5;
	assert_true(is_kept(&map_variant, &events));
}

static void map_removes_of_one_element_cannot_both_succeed(void **state)
{
	struct events events = {
		.initial = { .items = { A } },
		.count = 2,
		.of = { { 1, 3, MAP_REMOVE, 0, 0, EVENT_NO_VALUE, true, 0, { 0 } },
			{ 2, 4, MAP_REMOVE, 1, 0, EVENT_NO_VALUE, true, 0, { 0 } } },
	};

	(void)state;
	assert_false(is_kept(&map_variant, &events));
	events.of[1].key = 1;
	events.initial.items[1] = B;
	assert_true(is_kept(&map_variant, &events));
}

static void map_value_from_nowhere_has_no_order(void **state)
{
	const struct events events = {
		.initial = { .items = { A } },
		.count = 1,
		.of = { { 1, 2, MAP_GET, 0, 0, B, true, 0, { 0 } } },
	};

	(void)state;
	assert_false(is_kept(&map_variant, &events));
}

static void map_whose_puts_tell_nothing_is_checked_for_all_else(void **state)
{
	struct events events = {
		.initial = { .items = { A } },
		.count = 3,
		.of = { { 1, 2, MAP_PUT, 0, 0, B, true, 0, { 0 } },
			{ 3, 4, MAP_GET, 1, 0, B, true, 0, { 0 } },
			{ 5, 6, MAP_REMOVE, 0, 0, EVENT_NO_VALUE, true, 0, { 0 } } },
	};

	(void)state;
	assert_true(is_kept(&blind_map, &events));
	assert_false(is_kept(&map_variant, &events));
	events.of[1].value = A;
	assert_false(is_kept(&blind_map, &events));
	events.of[1].value = B;
	events.of[2].took_effect = false;
	assert_false(is_kept(&blind_map, &events));
}

static void queue_values_come_in_the_order_they_went(void **state)
{
	struct events events = {
		.count = 4,
		.of = { { 1, 2, QUEUE_ENQUEUE, 0, 0, A, true, 0, { 0 } },
			{ 3, 4, QUEUE_ENQUEUE, 1, 0, B, true, 0, { 0 } },
			{ 5, 6, QUEUE_DEQUEUE, 0, 0, B, true, 0, { 0 } },
			{ 7, 8, QUEUE_DEQUEUE, 0, 0, A, true, 0, { 0 } } },
	};

	(void)state;
	assert_false(is_kept(&queue_variant, &events));
	events.of[0].returned = 4;
	assert_true(is_kept(&queue_variant, &events));
}

static void queue_that_says_empty_must_have_been(void **state)
{
	struct events events = {
		.count = 3,
		.of = { { 1, 2, QUEUE_ENQUEUE, 0, 0, A, true, 0, { 0 } },
			{ 3, 5, QUEUE_DEQUEUE, 1, 0, EVENT_NO_VALUE, false, 0, { 0 } },
			{ 4, 6, QUEUE_DEQUEUE, 0, 0, A, true, 0, { 0 } } },
	};

	(void)state;
	assert_true(is_kept(&queue_variant, &events));
	events.of[1].returned = 4;
	events.of[2].invoked = 5;
	assert_false(is_kept(&queue_variant, &events));
	assert_true(is_kept(&loose_queue, &events));
}

static void queue_may_refuse_only_when_it_is_full(void **state)
{
	struct events events = {
		.capacity = 1,
		.count = 2,
		.of = { { 1, 2, QUEUE_ENQUEUE, 0, 0, A, true, 0, { 0 } },
			{ 3, 4, QUEUE_ENQUEUE, 0, 0, B, false, 0, { 0 } } },
	};

	(void)state;
	assert_true(is_kept(&queue_variant, &events));
	events.capacity = 2;
	assert_false(is_kept(&queue_variant, &events));
}

static void loose_queue_neither_loses_nor_repeats_nor_reorders(void **state)
{
	const struct events kept = {
		.count = 4,
		.of = { { 1, 2, QUEUE_ENQUEUE, 0, 0, A, true, 0, { 0 } },
			{ 3, 4, QUEUE_ENQUEUE, 0, 0, B, true, 0, { 0 } },
			{ 5, 6, QUEUE_DEQUEUE, 1, 0, A, true, 0, { 0 } },
			{ 7, 8, QUEUE_DEQUEUE, 1, 0, B, true, 0, { 0 } } },
	};
	struct events events = kept;

	(void)state;
	assert_true(is_kept(&loose_queue, &events));
	events.of[3].value = A;
	assert_false(is_kept(&loose_queue, &events));
	events = kept;
	events.count = 3;
	assert_false(is_kept(&loose_queue, &events));
	events = kept;
	events.of[2].value = B;
	events.of[3].value = A;
	assert_false(is_kept(&loose_queue, &events));
	/* Of two producers, no order is promised. */
	events.of[1].worker = 1;
	assert_true(is_kept(&loose_queue, &events));
}

/* A sequential run stretched at random has an order; what it says of itself is true. */
static void map_runs_with_stretched_calls_always_have_an_order(void **state)
{
	struct random random = random_seed(7, 0, RANDOM_OPERATIONS);

	(void)state;
	for (unsigned run = 0; run < 2000; run++) {
		struct events events = { .count = 20 };
		uint8_t item = EVENT_NO_VALUE;

		for (unsigned i = 0; i < events.count; i++) {
			const uint64_t stretch = random_below(&random, 50);
			struct event *const event = &events.of[i];

			event->operation = (uint16_t)random_below(&random, 3);
			event->invoked = 10 * i + 1;
			event->returned = 10 * i + 5 + stretch;
			event->took_effect =
				(item != EVENT_NO_VALUE) != (event->operation == MAP_PUT);
			event->value = event->operation == MAP_PUT ? (uint8_t)(i + 1) : item;
			if (event->operation == MAP_PUT)
				item = event->value;
			else if (event->operation == MAP_REMOVE)
				item = EVENT_NO_VALUE;
		}
		assert_true(is_kept(&map_variant, &events));
	}
}

/* Two puts one after the other, and a scan meanwhile that sees the second one alone. */
static void ordered_scan_of_two_moments_is_no_snapshot(void **state)
{
	struct events events = {
		.count = 3,
		.of = { { 1, 6, ORDERED_SCAN, 0, 0, 0, true, 2, { EVENT_NO_VALUE, B } },
			{ 2, 3, ORDERED_PUT, 1, 0, A, true, 0, { 0 } },
			{ 4, 5, ORDERED_PUT, 1, 1, B, true, 0, { 0 } } },
	};

	(void)state;
	assert_false(is_kept(&snapshots, &events));
	assert_true(is_kept(&weak_scans, &events));
	/* What was there throughout is missed by neither. */
	events.initial.items[0] = A;
	events.of[1].took_effect = false;
	assert_false(is_kept(&weak_scans, &events));
	events.of[0].seen[0] = A;
	assert_true(is_kept(&weak_scans, &events));
	assert_true(is_kept(&snapshots, &events));
}

/* A put on one replica, and a get on another before and after all was exchanged. */
static struct events late_news(void)
{
	return (struct events){
		.settled = 5,
		.count = 4,
		.of = { { 1, 2, MAP_PUT, 0, 0, A, true, 0, { 0 } },
			{ 3, 4, MAP_GET, 1, 0, EVENT_NO_VALUE, false, 0, { 0 } },
			{ 6, 7, MAP_GET, 0, 0, A, true, 0, { 0 } },
			{ 8, 9, MAP_GET, 1, 0, A, true, 0, { 0 } } },
	};
}

static void replicas_may_differ_until_all_is_exchanged(void **state)
{
	struct events events = late_news();

	(void)state;
	assert_true(is_kept(&replicas, &events));
	assert_false(is_kept(&map_variant, &events));
	events.of[3] = (struct event){ 8, 9, MAP_GET, 1, 0, EVENT_NO_VALUE, false, 0, { 0 } };
	assert_false(is_kept(&replicas, &events));
}

static void replicas_that_agree_on_what_was_overwritten_lose_an_update(void **state)
{
	struct events events = {
		.initial = { .items = { B } },
		.settled = 3,
		.count = 2,
		.of = { { 1, 2, MAP_PUT, 0, 0, A, false, 0, { 0 } },
			{ 4, 5, MAP_GET, 1, 0, B, true, 0, { 0 } } },
	};

	(void)state;
	assert_false(is_kept(&replicas, &events));
	events.of[1].value = A;
	assert_true(is_kept(&replicas, &events));
}

static void worker_of_a_replica_reads_what_it_wrote_or_newer(void **state)
{
	struct events events = {
		.settled = 20,
		.count = 3,
		.of = { { 1, 2, MAP_PUT, 0, 0, A, true, 0, { 0 } },
			{ 3, 4, MAP_PUT, 1, 0, B, true, 0, { 0 } },
			{ 5, 6, MAP_GET, 0, 0, B, true, 0, { 0 } } },
	};

	(void)state;
	assert_true(is_kept(&replicas, &events));
	events.of[2] = (struct event){ 5, 6, MAP_GET, 0, 0, EVENT_NO_VALUE, false, 0, { 0 } };
	assert_false(is_kept(&replicas, &events));
}

static void worker_of_a_replica_never_goes_back(void **state)
{
	struct events events = {
		.initial = { .items = { B } },
		.settled = 20,
		.count = 3,
		.of = { { 1, 2, MAP_PUT, 0, 0, A, false, 0, { 0 } },
			{ 3, 4, MAP_GET, 1, 0, B, true, 0, { 0 } },
			{ 5, 6, MAP_GET, 1, 0, A, true, 0, { 0 } } },
	};

	(void)state;
	assert_true(is_kept(&replicas, &events));
	events.of[1].value = A;
	events.of[2].value = B;
	assert_false(is_kept(&replicas, &events));
}

static void workers_of_replicas_see_versions_in_one_order(void **state)
{
	struct events events = {
		.settled = 20,
		.count = 6,
		.of = { { 1, 2, MAP_PUT, 0, 0, A, true, 0, { 0 } },
			{ 3, 4, MAP_PUT, 1, 0, B, true, 0, { 0 } },
			{ 5, 6, MAP_GET, 2, 0, A, true, 0, { 0 } },
			{ 7, 8, MAP_GET, 2, 0, B, true, 0, { 0 } },
			{ 9, 10, MAP_GET, 3, 0, B, true, 0, { 0 } },
			{ 11, 12, MAP_GET, 3, 0, A, true, 0, { 0 } } },
	};

	(void)state;
	assert_false(is_kept(&replicas, &events));
	events.of[5].value = B;
	assert_true(is_kept(&replicas, &events));
}

static void history_of_replicas_is_reduced_to_what_proves_it_wrong(void **state)
{
	const char *reason = NULL;
	struct events events = late_news();

	(void)state;
	events.of[3] = (struct event){ 8, 9, MAP_GET, 1, 0, EVENT_NO_VALUE, false, 0, { 0 } };
	reduce(&events, promise_of(&replicas, &reason), memo);
	assert_int_equal(events.count, 2);
	assert_int_equal(events.of[0].operation, MAP_PUT);
	assert_int_equal(events.of[1].worker, 1);
}

static struct events lost_update(void)
{
	return (struct events){
		.initial = { .items = { A, B } },
		.count = 6,
		.of = { { 1, 2, MAP_GET, 0, 0, A, true, 0, { 0 } },
			{ 3, 4, MAP_REMOVE, 0, 0, EVENT_NO_VALUE, true, 0, { 0 } },
			{ 5, 8, MAP_PUT, 0, 0, C, true, 0, { 0 } },
			{ 6, 7, MAP_GET, 1, 1, B, true, 0, { 0 } },
			{ 9, 10, MAP_GET, 2, 0, EVENT_NO_VALUE, false, 0, { 0 } },
			{ 11, 12, MAP_GET, 0, 1, B, true, 0, { 0 } } },
	};
}

static void slots_that_lose_an_entry_may_miss_it_but_not_find_it_again(void **state)
{
	struct events events = {
		.count = 3,
		.of = { { 1, 2, KVSLOT_PUT, 0, 0, A, true, 0, { 0 } },
			{ 3, 4, KVSLOT_GET, 0, 0, A, true, 0, { 0 } },
			{ 5, 6, KVSLOT_GET, 0, 0, EVENT_NO_VALUE, false, 0, { 0 } } },
	};

	(void)state;
	assert_true(is_kept(&losing_slots, &events));
	assert_false(is_kept(&keeping_slots, &events));
	/* The miss first: what is lost stays lost. */
	events.of[1] = events.of[2];
	events.of[2] = (struct event){ 7, 8, KVSLOT_GET, 0, 0, A, true, 0, { 0 } };
	assert_false(is_kept(&losing_slots, &events));
}

static void slots_that_lose_entries_never_find_what_was_overwritten(void **state)
{
	const struct events events = {
		.count = 3,
		.of = { { 1, 2, KVSLOT_PUT, 0, 0, A, true, 0, { 0 } },
			{ 3, 4, KVSLOT_PUT, 0, 0, B, false, 0, { 0 } },
			{ 5, 6, KVSLOT_GET, 0, 0, A, true, 0, { 0 } } },
	};

	(void)state;
	assert_false(is_kept(&losing_slots, &events));
}

static void slots_that_race_promise_nothing_and_say_why(void **state)
{
	const char *reason = NULL;

	(void)state;
	assert_null(promise_of(&racing_slots, &reason));
	assert_non_null(strstr(reason, "incorrect by design"));
}

static void history_is_reduced_to_what_proves_it_wrong(void **state)
{
	const char *reason = NULL;
	struct events events = lost_update();

	(void)state;
	reduce(&events, promise_of(&map_variant, &reason), memo);
	assert_int_equal(events.count, 2);
	assert_int_equal(events.of[0].operation, MAP_PUT);
	assert_int_equal(events.of[1].operation, MAP_GET);
	assert_int_equal(events.initial.items[0], EVENT_NO_VALUE);
}

static void history_is_shown_call_by_call(void **state)
{
	const char *const expected = "  before: 70 absent\n"
				     "  worker 0                worker 2                \n"
				     "  , put 70 = c                                    \n"
				     "  '-> added                                       \n"
				     "                          , get 70                \n"
				     "                          '-> absent              \n";
	const char *reason = NULL;
	struct events events = lost_update();
	char text[1024] = "";
	FILE *const out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(out);
	reduce(&events, promise_of(&map_variant, &reason), memo);
	timeline_print(out, &map_family, &events, 70);
	fclose(out);
	assert_string_equal(text, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_overlapping_puts_may_take_either_order),
		cmocka_unit_test(map_get_after_a_put_that_ended_must_see_it),
		cmocka_unit_test(map_removes_of_one_element_cannot_both_succeed),
		cmocka_unit_test(map_value_from_nowhere_has_no_order),
		cmocka_unit_test(map_runs_with_stretched_calls_always_have_an_order),
		cmocka_unit_test(map_whose_puts_tell_nothing_is_checked_for_all_else),
		cmocka_unit_test(queue_values_come_in_the_order_they_went),
		cmocka_unit_test(queue_that_says_empty_must_have_been),
		cmocka_unit_test(queue_may_refuse_only_when_it_is_full),
		cmocka_unit_test(loose_queue_neither_loses_nor_repeats_nor_reorders),
		cmocka_unit_test(ordered_scan_of_two_moments_is_no_snapshot),
		cmocka_unit_test(replicas_may_differ_until_all_is_exchanged),
		cmocka_unit_test(replicas_that_agree_on_what_was_overwritten_lose_an_update),
		cmocka_unit_test(worker_of_a_replica_reads_what_it_wrote_or_newer),
		cmocka_unit_test(worker_of_a_replica_never_goes_back),
		cmocka_unit_test(workers_of_replicas_see_versions_in_one_order),
		cmocka_unit_test(history_of_replicas_is_reduced_to_what_proves_it_wrong),
		cmocka_unit_test(slots_that_lose_an_entry_may_miss_it_but_not_find_it_again),
		cmocka_unit_test(slots_that_lose_entries_never_find_what_was_overwritten),
		cmocka_unit_test(slots_that_race_promise_nothing_and_say_why),
		cmocka_unit_test(history_is_reduced_to_what_proves_it_wrong),
		cmocka_unit_test(history_is_shown_call_by_call),
	};
	int failed;

	memo = memo_create();
	if (!memo)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	memo_destroy(memo);
	return failed;
}
