/*
 * What a scan of ordered/btree_snapshot finds of the past, in one thread: the tree as of each step
 * of the clock, however it has split, merged and changed since. Nodes of few keys, and the scheme
 * that frees nothing, so that every past stays within reach.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "structures/ordered/btree.c"
#include "workloads/random.h"

enum { RANGE = 300, STEPS = 60, WRITES = 40, SEEDS = 20 };

/* The tree, and what it held at each step: the value of each key, 0 for none. */
struct fixture {
	struct topology *topology;
	struct memory *memory;
	struct context context;
	struct btree *tree;
	uint64_t now[RANGE];
	uint64_t held[STEPS][RANGE];
	uint64_t times[STEPS];
	struct scan *scan;
};

static struct fixture *open_fixture(void)
{
	struct fixture *const fixture = calloc(1, sizeof(*fixture));
	const unsigned pu = 0;
	struct memory_options options = { .worker_pus = &pu, .workers = 1 };
	struct setup setup = { .workers = 1, .range = RANGE, .value_bytes = 8 };
	struct fault fault = { "" };
	void *instance;

	assert_non_null(fixture);
	fixture->scan = malloc(scan_bytes(RANGE));
	assert_non_null(fixture->scan);
	if (topology_load(NULL, &fixture->topology, &fault))
		fail_msg("%s", fault.text);
	options.topology = fixture->topology;
	if (memory_create(&options, &fixture->memory, &fault))
		fail_msg("%s", fault.text);
	setup.memory = fixture->memory;
	fixture->context =
		(struct context){ .arena = memory_arena(fixture->memory, 0), .value_bytes = 8 };
	assert_int_equal(btree_create(&setup, &instance), 0);
	assert_int_equal(btree_attach(instance, &fixture->context), 0);
	fixture->tree = instance;
	return fixture;
}

static void close_fixture(struct fixture *fixture)
{
	btree_detach(fixture->tree, &fixture->context);
	btree_destroy(fixture->tree);
	memory_destroy(fixture->memory);
	topology_free(fixture->topology);
	free(fixture->scan);
	free(fixture);
}

/* Phases of growth and of decline, so that nodes split and merge between two steps. */
static void write_some(struct fixture *fixture, struct random *random, bool grows)
{
	for (unsigned i = 0; i < WRITES; i++) {
		const uint64_t key = random_below(random, RANGE);
		const bool puts = random_below(random, 10) < (grows ? 9u : 1u);
		const uint64_t value = 1 + random_below(random, 1000000);

		if (puts)
			btree_put(fixture->tree, &fixture->context, key, value);
		else
			btree_remove(fixture->tree, &fixture->context, key);
		fixture->now[key] = puts ? value : 0;
	}
}

static void assert_holds(struct fixture *fixture, const uint64_t *held, uint64_t from)
{
	uint64_t at = 0;

	for (uint64_t key = from; key < RANGE; key++) {
		if (!held[key])
			continue;
		assert_true(at < fixture->scan->count);
		assert_int_equal(fixture->scan->entries[at].key, key);
		assert_int_equal(fixture->scan->entries[at].value, held[key]);
		at++;
	}
	assert_int_equal(fixture->scan->count, at);
}

static void scan_of_the_past_finds_what_was_there(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct fixture *const fixture = open_fixture();
		struct random random = random_seed(seed, 0, RANDOM_SCHEDULE);

		fixture->scan->length = RANGE;
		for (unsigned step = 0; step < STEPS; step++) {
			write_some(fixture, &random, step / 10 % 2 == 0);
			for (unsigned key = 0; key < RANGE; key++)
				fixture->held[step][key] = fixture->now[key];
			fixture->times[step] = btree_step_time(fixture->tree);
		}
		for (unsigned step = 0; step < STEPS; step++) {
			const uint64_t from = random_below(&random, RANGE);

			btree_scan_at(fixture->tree, from, fixture->times[step], fixture->scan);
			assert_holds(fixture, fixture->held[step], from);
		}
		close_fixture(fixture);
	}
}

static void scan_of_the_present_steps_the_clock_only_if_it_is_long(void **state)
{
	struct fixture *const fixture = open_fixture();
	struct random random = random_seed(1, 0, RANDOM_SCHEDULE);
	const uint64_t length = BTREE_LEAF_KEYS;
	uint64_t time;

	(void)state;
	write_some(fixture, &random, true);
	/* relaxed: one thread, here and below. */
	time = load_relaxed(&fixture->tree->time);
	fixture->scan->length = length;
	btree_scan(fixture->tree, &fixture->context, 0, fixture->scan);
	/* relaxed: as above. */
	assert_int_equal(load_relaxed(&fixture->tree->time), time);
	fixture->scan->length = RANGE;
	btree_scan(fixture->tree, &fixture->context, 0, fixture->scan);
	/* relaxed: as above. */
	assert_int_equal(load_relaxed(&fixture->tree->time), time + 1);
	assert_holds(fixture, fixture->now, 0);
	close_fixture(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan_of_the_past_finds_what_was_there),
		cmocka_unit_test(scan_of_the_present_steps_the_clock_only_if_it_is_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
