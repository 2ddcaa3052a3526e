/*
 * How a scheme gives memory back, and what it does when the machine refuses it memory or a fence:
 * compiled once for each scheme, as test_reclaim.c is.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/structures/reclaim_fixture.h"

/* --- free=amortised and free=batch
 * ---------------------------------------------------------------- */

static uint64_t freed(void)
{
	const struct garbage garbage = reclaim_garbage(bench.domain);

	return garbage.retired - garbage.outstanding;
}

/* The most objects freed between two looks, one after each retire. */
static uint64_t largest_step(void)
{
	uint64_t before = freed(), largest = 0;

	for (unsigned i = 0; i < MANY; i++) {
		bench_churn(mine, 1);
		if (i % (MANY / 50) == 0)
			bench_sleep_ms(1);    /* a helper may need the time */
		const uint64_t now = freed();

		largest = now - before > largest ? now - before : largest;
		before = now;
	}
	return largest;
}

static void reclaim_amortised_frees_a_few_with_each_retire(void **state)
{
	const uint64_t largest = largest_step();

	(void)state;
	assert_in_range(largest, BENCH_IS_LEAK ? 0 : 1, LIMBO_FREES_PER_RETIRE);
}

static void reclaim_in_batches_frees_many_at_once(void **state)
{
	const uint64_t largest = largest_step();

	(void)state;
	if (BENCH_IS_LEAK)
		assert_int_equal(largest, 0);
	else
		assert_in_range(largest, 200, UINT64_MAX);
	expect_all_freed();
}

/* --- what the machine refuses
 * --------------------------------------------------------------------- */

static void reclaim_create_without_memory_says_so(void **state)
{
	int error = 0;

	(void)state;
	for (unsigned calls = 0; !calls || error; calls++) {
		memory_calls_left = calls;
		error = reclaim_create(&bench.setup, &bench.domain);
		if (!calls || error)
			assert_int_equal(error, -ENOMEM);
		assert_in_range(calls, 0, 100);
	}
	memory_calls_left = CALLS_WITHOUT_END;
	reclaim_destroy(bench.domain);
}

/* All that the bound allows is allocated, and then retired. Return: how many objects. */
static unsigned retire_all_there_is(void)
{
	static void *objects[SCANT_BYTES / BENCH_OBJECT_BYTES];
	unsigned count = 0;

	while ((objects[count] = arena_alloc(mine->arena, MEMORY_NODES, BENCH_OBJECT_BYTES)))
		count++;
	assert_in_range(count, SCANT_BYTES / BENCH_OBJECT_BYTES / 2, UINT64_MAX);
	for (unsigned i = 0; i < count; i++)
		bench_retire(mine, objects[i]);
	return count;
}

/* While a reader stalls. */
static void reclaim_when_objects_have_taken_all_notes_each_and_frees_each(void **state)
{
	struct puppet *const puppet = start();
	unsigned count;

	(void)state;
	puppet_do(puppet, puppet_online);
	publish(0);
	puppet_do(puppet, puppet_hold);
	count = retire_all_there_is();
	assert_int_equal(mine->exhausted, 0);
	assert_int_equal(reclaim_garbage(bench.domain).retired, count);
	puppet_do(puppet, puppet_let_go);
	puppet_do(puppet, puppet_offline);
	unlink_and_retire();
	expect_all_freed();
	puppet_end(puppet);
}

/* Nothing is allocated then, so nothing retired: operations fail, batch after batch. */
static void reclaim_when_all_memory_is_garbage_frees_it_without_a_retire(void **state)
{
	struct puppet *const puppet = start();
	uint64_t left;

	(void)state;
	puppet_do(puppet, puppet_online);
	publish(0);
	puppet_do(puppet, puppet_hold);
	left = retire_all_there_is();
	puppet_do(puppet, puppet_let_go);
	puppet_do(puppet, puppet_offline);
	for (long waited_ms = 0; outstanding() && waited_ms < BENCH_PATIENCE_MS; waited_ms++) {
		mine->exhausted += RECLAIM_RELIEF;
		reclaim_end_batch(mine);
		if (BENCH_IS_LEAK)
			break;
		bench_sleep_ms(1);
	}
	assert_int_equal(outstanding(), BENCH_IS_LEAK ? left : 0);
	unlink_and_retire();
	puppet_end(puppet);
}

/* Sections keep everything, intervals enough; then bags run out, and what cannot be noted is never freed. */
static void reclaim_without_memory_for_garbage_counts_what_it_drops(void **state)
{
	struct puppet *const puppet = start();

	(void)state;
	puppet_do(puppet, puppet_online);
	publish(0);
	puppet_do(puppet, puppet_hold);
	memory_calls_left = 2;
	bench_churn(mine, MANY);
	if (BENCH_IS_LEAK || BENCH_IS_HP)
		assert_int_equal(mine->exhausted, 0);
	else
		assert_in_range(mine->exhausted, MANY / 2, MANY);
	puppet_do(puppet, puppet_let_go);
	puppet_do(puppet, puppet_offline);
	unlink_and_retire();
	memory_calls_left = CALLS_WITHOUT_END;
	for (long waited_ms = 0; !BENCH_IS_LEAK && waited_ms < BENCH_PATIENCE_MS; waited_ms++)
		if (bench_drain(&bench, mine, 1) == mine->exhausted)
			break;
	assert_int_equal(outstanding(), BENCH_IS_LEAK ? MANY + 1 : mine->exhausted);
	puppet_end(puppet);
}

static void reclaim_create_where_the_kernel_has_no_membarrier_refuses_if_it_needs_it(void **state)
{
	int error;

	(void)state;
	kernel_knows_membarrier = false;
	error = reclaim_create(&bench.setup, &bench.domain);
	if (BENCH_NEEDS_MEMBARRIER) {
		assert_int_equal(error, -ENOTSUP);
	} else {
		assert_int_equal(error, 0);
		reclaim_destroy(bench.domain);
	}
}

static void reclaim_whose_fence_is_refused_frees_nothing(void **state)
{
	(void)state;
	if (!RECLAIM_ASYMMETRIC) {
		print_message("skipped: this scheme does not call membarrier by itself\n");
		skip();
	}
	kernel_fences = false;
	bench_churn(mine, MANY);
	assert_int_equal(bench_drain(&bench, mine, 10), MANY);
	kernel_fences = true;
	assert_int_equal(bench_drain(&bench, mine, 10), mine->exhausted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONLINE(reclaim_amortised_frees_a_few_with_each_retire),
		BATCHES(reclaim_in_batches_frees_many_at_once),
		MEMORY(reclaim_create_without_memory_says_so),
		SCANT(reclaim_when_objects_have_taken_all_notes_each_and_frees_each),
		SCANT(reclaim_when_all_memory_is_garbage_frees_it_without_a_retire),
		ONLINE(reclaim_without_memory_for_garbage_counts_what_it_drops),
		MEMORY(reclaim_create_where_the_kernel_has_no_membarrier_refuses_if_it_needs_it),
		ONLINE(reclaim_whose_fence_is_refused_frees_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
