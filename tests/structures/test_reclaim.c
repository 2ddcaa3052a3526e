/*
 * What every reclamation scheme owes, and what is particular to each: compiled once for each of
 * them. Two threads in steps that the test dictates, so that nothing depends on the schedule.
 */
#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/structures/reclaim_fixture.h"

/* --- protection
 * --------------------------------------------------------------------------------- */

/* @hold: how the second thread takes hold of the object, whose link carries @tags. */
static void hold_unlink_tempt(void (*hold)(struct puppet *), uintptr_t tags)
{
	struct puppet *const puppet = start();

	puppet_do(puppet, puppet_online);
	publish(tags);
	puppet_do(puppet, hold);
	unlink_and_retire();
	tempt();
	assert_true(bench_is_whole(puppet->held, CANARY));
	puppet_do(puppet, puppet_let_go);
	puppet_do(puppet, puppet_offline);
	expect_all_freed();
	puppet_end(puppet);
}

static void reclaim_protected_object_lives_until_the_reader_leaves(void **state)
{
	(void)state;
	hold_unlink_tempt(puppet_hold, 0);
}

static void reclaim_protected_object_behind_tags_lives_until_the_reader_leaves(void **state)
{
	(void)state;
	hold_unlink_tempt(puppet_hold, RECLAIM_TAGS);
}

static void reclaim_announced_object_lives_until_the_reader_leaves(void **state)
{
	(void)state;
	hold_unlink_tempt(puppet_hold_by_announcing, 0);
}

static void reclaim_protect_answers_the_word_with_its_tags(void **state)
{
	(void)state;
	publish(5);
	reclaim_enter(mine->reclaim);
	/* acquire: as in publish(). */
	assert_int_equal(reclaim_protect(mine->reclaim, 1, &bench.cell), load_acquire(&bench.cell));
	reclaim_exit(mine->reclaim);
	unlink_and_retire();
}

static void reclaim_retiring_thread_inside_a_section_keeps_what_it_holds(void **state)
{
	const uint64_t *held;

	(void)state;
	publish(0);
	reclaim_enter(mine->reclaim);
	held = (uint64_t *)reclaim_protect(mine->reclaim, 0, &bench.cell);
	unlink_and_retire();
	for (unsigned i = 0; i < MANY; i++)
		bench_retire(mine, bench_make_object(mine, i));
	assert_true(bench_is_whole(held, CANARY));
	reclaim_exit(mine->reclaim);
	expect_all_freed();
}

/* --- who holds up freeing, and how much
 * ----------------------------------------------------------- */

static void reclaim_without_readers_frees_all(void **state)
{
	(void)state;
	bench_churn(mine, MANY);
	expect_all_freed();
}

static void reclaim_offline_thread_holds_up_nothing(void **state)
{
	struct puppet *const puppet = start();

	(void)state;
	puppet_do(puppet, puppet_online);
	publish(0);
	puppet_do(puppet, puppet_hold);
	puppet_do(puppet, puppet_let_go);
	puppet_do(puppet, puppet_offline);
	unlink_and_retire();
	bench_churn(mine, MANY);
	expect_all_freed();
	puppet_end(puppet);
}

static void reclaim_online_thread_outside_of_sections_holds_up_only_quiescence(void **state)
{
	struct puppet *const puppet = start();

	(void)state;
	puppet_do(puppet, puppet_online);
	publish(0);
	puppet_do(puppet, puppet_hold);
	puppet_do(puppet, puppet_let_go);
	unlink_and_retire();
	tempt();
	if (BENCH_IS_QUIET) {
		assert_int_not_equal(outstanding(), 0);
		puppet_do(puppet, puppet_quiesce);
		bench_drain(&bench, mine, 60);
		puppet_do(puppet, puppet_quiesce);
	}
	expect_all_freed();
	puppet_do(puppet, puppet_offline);
	puppet_end(puppet);
}

#if NUMAMARK_RECLAIM_IBR
/* Objects of the one block that is there when the reader stalls: one is published, from it. */
enum { HELD_MAX = (1 << ARENA_BLOCK_LOG2) / BENCH_OBJECT_BYTES };
#endif

/* Hazard pointers and intervals: bounded. Sections: all of it stays, and all of it goes afterwards. */
static void reclaim_stalled_reader_costs_what_the_scheme_says(void **state)
{
	struct puppet *const puppet = start();
	uint64_t most = 0;

	(void)state;
	puppet_do(puppet, puppet_online);
	publish(0);
	puppet_do(puppet, puppet_hold);
	for (unsigned i = 0; i < MANY; i++) {
		bench_churn(mine, 1);
		most = outstanding() > most ? outstanding() : most;
	}
	bench_drain(&bench, mine, 60);
#if NUMAMARK_RECLAIM_IBR
	assert_in_range(most, HELD_MAX / 2,
			2 * HELD_MAX + 2 * ibr_look_min(BENCH_WORKERS) + LIMBO_BAG_ENTRIES);
	assert_in_range(outstanding(), HELD_MAX / 2, HELD_MAX);
#elif !RECLAIM_BY_SECTION
	assert_in_range(most, 1, BENCH_WORKERS * 2 * hp_threshold(BENCH_WORKERS));
	assert_int_equal(outstanding(), 0);
#else
	assert_int_equal(most, MANY);
	assert_int_equal(outstanding(), MANY);
#endif
	puppet_do(puppet, puppet_let_go);
	puppet_do(puppet, puppet_offline);
	unlink_and_retire();
	expect_all_freed();
	puppet_end(puppet);
}

/* --- counting, and leaving
 * ------------------------------------------------------------------------ */

static void reclaim_garbage_counts_every_retired_object(void **state)
{
	(void)state;
	bench_churn(mine, 1000);
	assert_int_equal(reclaim_garbage(bench.domain).retired, 1000);
}

static void reclaim_detached_worker_leaves_its_garbage_to_destroy(void **state)
{
	(void)state;
	bench_churn(mine, MANY + 10);
	reclaim_offline(mine->reclaim);
	reclaim_detach(mine);
	reclaim_destroy(bench.domain);
	if (BENCH_IS_LEAK)
		assert_int_equal(memory_in_use_bytes(bench.memory, MEMORY_NODES),
				 (uint64_t)(MANY + 10) * BENCH_OBJECT_BYTES);
	else
		assert_int_equal(memory_in_use_bytes(bench.memory, MEMORY_NODES), 0);
}

static void reclaim_worker_that_attaches_again_takes_over_its_garbage(void **state)
{
	(void)state;
	bench_churn(mine, 1000);
	reclaim_offline(mine->reclaim);
	reclaim_detach(mine);
	assert_int_equal(reclaim_attach(bench.domain, mine), 0);
	reclaim_online(mine->reclaim);
	expect_all_freed();
	assert_int_equal(reclaim_garbage(bench.domain).retired, 1000);
}

static void reclaim_thread_of_two_domains_frees_in_both(void **state)
{
	struct reclaim *other;
	struct context twin = *mine;

	(void)state;
	assert_int_equal(reclaim_create(&bench.setup, &other), 0);
	assert_int_equal(reclaim_attach(other, &twin), 0);
	reclaim_online(twin.reclaim);
	bench_churn(&twin, 1000);
	reclaim_offline(twin.reclaim);
	reclaim_detach(&twin);
	reclaim_destroy(other);
	reclaim_online(mine->reclaim);    /* a flavour of liburcu has one state for both */
	bench_churn(mine, 1000);
	expect_all_freed();
}

/* --- threads of the scheme's own
 * ------------------------------------------------------------------- */

#if RECLAIM_HAS_HELPERS
static bool is_thread(int id)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d", id);
	return !access(path, F_OK);
}

static void reclaim_helpers_are_bound_and_end_with_the_domain(void **state)
{
	static struct helper helpers[HELPERS_MAX];
	const unsigned count = reclaim_helpers(bench.domain, helpers);
	const int id = helpers[0].thread_id;
	cpu_set_t set;

	(void)state;
	assert_int_equal(count, 1);
	assert_true(is_thread(id));
	assert_string_equal(helpers[0].what, "call_rcu");
	assert_int_equal(sched_getaffinity(id, sizeof(set), &set), 0);
	assert_int_equal(CPU_COUNT(&set), 1);
	reclaim_offline(mine->reclaim);
	reclaim_detach(mine);
	reclaim_destroy(bench.domain);
	assert_false(is_thread(id));
}
#endif

#if RECLAIM_HAS_TICKETS
/* --- tickets
 * ------------------------------------------------------------------------------------ */

/* As often as any scheme needs, with nobody in the way. */
static void nudge(void)
{
	for (unsigned i = 0; i < 8; i++) {
		reclaim_quiesce(mine->reclaim);
		reclaim_nudge(mine->reclaim);
	}
}

static void reclaim_ticket_is_past_only_after_the_sections_before_it(void **state)
{
	struct puppet *const puppet = start();
	uint64_t ticket;

	(void)state;
	puppet_do(puppet, puppet_online);
	publish(0);
	puppet_do(puppet, puppet_hold);
	ticket = reclaim_ticket(mine->reclaim);
	nudge();
	assert_false(reclaim_is_past(mine->reclaim, ticket));
	puppet_do(puppet, puppet_let_go);
	puppet_do(puppet, puppet_offline);
	nudge();
	assert_true(reclaim_is_past(mine->reclaim, ticket));
	unlink_and_retire();
	puppet_end(puppet);
}

static void reclaim_ticket_is_past_across_the_end_of_its_bits(void **state)
{
	uint64_t ticket;

	(void)state;
	/* relaxed: nobody else is there. */
	store_relaxed(&bench.domain->epoch, (UINT64_C(1) << RECLAIM_TICKET_BITS) - 1);
	ticket = reclaim_ticket(mine->reclaim);
	assert_false(reclaim_is_past(mine->reclaim, ticket));
	nudge();
	assert_true(reclaim_is_past(mine->reclaim, ticket));
	assert_false(reclaim_is_past(mine->reclaim, reclaim_ticket(mine->reclaim)));
}

static void reclaim_count_is_part_of_the_garbage(void **state)
{
	const struct garbage before = reclaim_garbage(bench.domain);

	(void)state;
	reclaim_count(mine->reclaim, 3, 0);
	reclaim_count(mine->reclaim, 0, 1);
	assert_int_equal(reclaim_garbage(bench.domain).retired, before.retired + 3);
	assert_int_equal(outstanding(), before.outstanding + 2);
	reclaim_count(mine->reclaim, 0, 2);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONLINE(reclaim_protected_object_lives_until_the_reader_leaves),
		ONLINE(reclaim_protected_object_behind_tags_lives_until_the_reader_leaves),
		ONLINE(reclaim_announced_object_lives_until_the_reader_leaves),
		ONLINE(reclaim_protect_answers_the_word_with_its_tags),
		ONLINE(reclaim_retiring_thread_inside_a_section_keeps_what_it_holds),
		ONLINE(reclaim_without_readers_frees_all),
		ONLINE(reclaim_offline_thread_holds_up_nothing),
		ONLINE(reclaim_online_thread_outside_of_sections_holds_up_only_quiescence),
		ONLINE(reclaim_stalled_reader_costs_what_the_scheme_says),
		ONLINE(reclaim_garbage_counts_every_retired_object),
		LEAVES(reclaim_detached_worker_leaves_its_garbage_to_destroy),
		ONLINE(reclaim_worker_that_attaches_again_takes_over_its_garbage),
		ONLINE(reclaim_thread_of_two_domains_frees_in_both),
#if RECLAIM_HAS_TICKETS
		ONLINE(reclaim_ticket_is_past_only_after_the_sections_before_it),
		ONLINE(reclaim_ticket_is_past_across_the_end_of_its_bits),
		ONLINE(reclaim_count_is_part_of_the_garbage),
#endif
#if RECLAIM_HAS_HELPERS
		LEAVES(reclaim_helpers_are_bound_and_end_with_the_domain),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
