/*
 * For the tests of one scheme: a domain with the test's own thread, and what stands between the
 * scheme and the machine, wrapped (-Wl,--wrap) so that it can refuse. Included by one source of a
 * program, after cmocka.h.
 */
#ifndef TESTS_STRUCTURES_RECLAIM_FIXTURE_H
#define TESTS_STRUCTURES_RECLAIM_FIXTURE_H

#include <errno.h>

#include "structures/reclaim/membarrier.h"
#include "tests/structures/reclaim_bench.h"

enum {
	CANARY = 0x5eed,
	MANY = 20000,             /* objects: many bags, many looks */
	SCANT_BYTES = 1 << 20,    /* a bound that objects reach soon, and whose bags are many */
	CALLS_WITHOUT_END = 1 << 30
};

/* --- what stands between the scheme and the machine ------------------------------------------- */

static unsigned memory_calls_left;        /* of memory_thread() that succeed */
static bool kernel_knows_membarrier;
static bool kernel_fences;

void *__real_memory_thread(struct memory *memory, unsigned worker, size_t size_bytes);
void *__wrap_memory_thread(struct memory *memory, unsigned worker, size_t size_bytes);
void *__wrap_memory_thread(struct memory *memory, unsigned worker, size_t size_bytes)
{
	if (!memory_calls_left)
		return NULL;
	memory_calls_left--;
	return __real_memory_thread(memory, worker, size_bytes);
}

int __real_membarrier_register(void);
int __wrap_membarrier_register(void);
int __wrap_membarrier_register(void)
{
	return kernel_knows_membarrier ? __real_membarrier_register() : -ENOTSUP;
}

bool __real_membarrier_fence(void);
bool __wrap_membarrier_fence(void);
bool __wrap_membarrier_fence(void)
{
	return kernel_fences && __real_membarrier_fence();
}

/* --- a domain with the test's own thread, worker 0, online
 * ------------------------------------- */

static struct bench bench;
static struct context *const mine = &bench.contexts[0];

static inline void open_bench(bool in_batches, size_t limit_bytes)
{
	memory_calls_left = CALLS_WITHOUT_END;
	kernel_knows_membarrier = kernel_fences = true;
	bench_open_memory(&bench, in_batches, limit_bytes);
}

static inline void open_domain(bool in_batches, size_t limit_bytes)
{
	open_bench(in_batches, limit_bytes);
	assert_int_equal(reclaim_create(&bench.setup, &bench.domain), 0);
	assert_int_equal(reclaim_attach(bench.domain, mine), 0);
	reclaim_online(mine->reclaim);
}

static inline int set_up(void **state)
{
	(void)state;
	open_domain(false, BENCH_AMPLE_BYTES);
	return 0;
}

static inline int set_up_batches(void **state)
{
	(void)state;
	open_domain(true, BENCH_AMPLE_BYTES);
	return 0;
}

static inline int set_up_scant(void **state)
{
	(void)state;
	open_domain(false, SCANT_BYTES);
	return 0;
}

static inline int set_up_memory_alone(void **state)
{
	(void)state;
	open_bench(false, BENCH_AMPLE_BYTES);
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	reclaim_offline(mine->reclaim);
	reclaim_detach(mine);
	reclaim_destroy(bench.domain);
	bench_close_memory(&bench);
	return 0;
}

static inline int tear_down_memory_alone(void **state)
{
	(void)state;
	bench_close_memory(&bench);
	return 0;
}

static inline uint64_t outstanding(void)
{
	return reclaim_garbage(bench.domain).outstanding;
}

/* Attaching may wait for a grace period, so this thread goes offline, as any that waits must. */
static inline struct puppet *start(void)
{
	struct puppet *puppet;

	reclaim_offline(mine->reclaim);
	puppet = puppet_start(&bench, 1);
	reclaim_online(mine->reclaim);
	return puppet;
}

/* Put a new object in the cell. */
static inline void publish(uintptr_t tags)
{
	/* release: the object is filled; pairs with the acquire of whoever holds it. */
	store_release(&bench.cell, (uintptr_t)bench_make_object(mine, CANARY) | tags);
}

/* Take it out again and retire it. */
static inline void unlink_and_retire(void)
{
	/* acq_rel: as any structure unlinks. */
	const uintptr_t word = exchange_acq_rel(&bench.cell, 0);

	bench_retire(mine, (void *)(word & ~(uintptr_t)RECLAIM_TAGS));
}

/* Give the scheme every occasion to free what it may; longer than a grace period of liburcu. */
static inline void tempt(void)
{
	bench_churn(mine, MANY / 10);
	bench_drain(&bench, mine, 60);
}

static inline void expect_all_freed(void)
{
	const uint64_t left = bench_drain(&bench, mine, BENCH_IS_LEAK ? 0 : BENCH_PATIENCE_MS);

	if (BENCH_IS_LEAK)
		assert_int_equal(left, reclaim_garbage(bench.domain).retired);
	else
		assert_int_equal(left, 0);
}

#define ONLINE(test)  cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define BATCHES(test) cmocka_unit_test_setup_teardown(test, set_up_batches, tear_down)
#define SCANT(test)   cmocka_unit_test_setup_teardown(test, set_up_scant, tear_down)
#define LEAVES(test)  cmocka_unit_test_setup_teardown(test, set_up, tear_down_memory_alone)
#define MEMORY(test)                                                                               \
	cmocka_unit_test_setup_teardown(test, set_up_memory_alone, tear_down_memory_alone)

#endif
