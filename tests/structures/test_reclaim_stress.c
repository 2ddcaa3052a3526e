/*
 * Readers and writers at full speed on a few cells, for each reclamation scheme: a reader must
 * never see an object that is not whole. Run under sanitizers, which see a reader of freed memory
 * too.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/structures/reclaim_bench.h"
#include "workloads/random.h"

enum { CELLS = 4, OPERATIONS = 60000, TOUCHED_PER_SECTION = 3 };

static struct bench bench;
static _Atomic uintptr_t cells[CELLS];

struct stress_thread {
	struct context *context;
	struct random random;
	uint64_t broken, retired;
	pthread_t thread;
};

/* Look at several objects within one section, each in a slot of its own. */
static void read_some(struct stress_thread *own)
{
	struct reclaim_thread *const thread = own->context->reclaim;
	const uint64_t *seen[TOUCHED_PER_SECTION];

	reclaim_enter(thread);
	for (unsigned i = 0; i < TOUCHED_PER_SECTION; i++) {
		const uint64_t at = random_below(&own->random, CELLS);

		seen[i] = (const uint64_t *)reclaim_protect(thread, i, &cells[at]);
	}
	for (unsigned i = 0; i < TOUCHED_PER_SECTION; i++)
		own->broken += seen[i] && !bench_is_whole(seen[i], seen[i][0]);
	reclaim_exit(thread);
}

static void replace_one(struct stress_thread *own)
{
	_Atomic uintptr_t *const cell = &cells[random_below(&own->random, CELLS)];
	uint64_t *const fresh = bench_make_object(own->context, random_next(&own->random));
	/* acq_rel: publishes the new object to reclaim_protect(), acquires the old one to retire
	 * it. */
	const uintptr_t old = exchange_acq_rel(cell, (uintptr_t)fresh);

	if (old) {
		bench_retire(own->context, (void *)old);
		own->retired++;
	}
}

static void *run(void *argument)
{
	struct stress_thread *const own = argument;

	if (reclaim_attach(bench.domain, own->context))
		abort();
	reclaim_online(own->context->reclaim);
	for (unsigned i = 0; i < OPERATIONS; i++) {
		if (random_below(&own->random, 4))
			read_some(own);
		else
			replace_one(own);
		if (i % 64 == 0)
			reclaim_quiesce(own->context->reclaim);
		if (i % (OPERATIONS / 4) == 0) {
			reclaim_offline(own->context->reclaim);
			reclaim_online(own->context->reclaim);
		}
	}
	reclaim_offline(own->context->reclaim);
	reclaim_detach(own->context);
	return NULL;
}

static void stress(bool in_batches)
{
	const char *const given = getenv("NUMAMARK_TEST_SEED");
	const uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	struct stress_thread threads[BENCH_WORKERS];
	uint64_t retired = 0;

	print_message("NUMAMARK_TEST_SEED=%" PRIu64 "\n", seed);
	memset(cells, 0, sizeof(cells));
	bench_open_memory(&bench, in_batches, BENCH_AMPLE_BYTES);
	assert_int_equal(reclaim_create(&bench.setup, &bench.domain), 0);
	for (unsigned i = 0; i < BENCH_WORKERS; i++) {
		threads[i] = (struct stress_thread){
			.context = &bench.contexts[i],
			.random = random_seed(seed, i, RANDOM_KEYS),
		};
		assert_int_equal(pthread_create(&threads[i].thread, NULL, run, &threads[i]), 0);
	}
	for (unsigned i = 0; i < BENCH_WORKERS; i++) {
		pthread_join(threads[i].thread, NULL);
		retired += threads[i].retired;
	}
	for (unsigned i = 0; i < BENCH_WORKERS; i++)
		assert_int_equal(threads[i].broken, 0);
	assert_int_equal(reclaim_garbage(bench.domain).retired, retired);
	reclaim_destroy(bench.domain);
	if (!BENCH_IS_LEAK)
		assert_int_equal(memory_in_use_bytes(bench.memory, MEMORY_NODES),
				 CELLS * BENCH_OBJECT_BYTES);
	bench_close_memory(&bench);
}

static void reclaim_under_stress_keeps_what_is_read(void **state)
{
	(void)state;
	stress(false);
}

static void reclaim_in_batches_under_stress_keeps_what_is_read(void **state)
{
	(void)state;
	stress(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reclaim_under_stress_keeps_what_is_read),
		cmocka_unit_test(reclaim_in_batches_under_stress_keeps_what_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
