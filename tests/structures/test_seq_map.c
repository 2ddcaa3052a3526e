/* The sequential map under the locks: chains, growth, and keys that come in patterns. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NUMAMARK_LOCK_SPIN 1    /* sharded.h needs some lock */
#include "structures/map/seq_map.h"
#include "structures/map/sharded.h"

struct fixture {
	struct topology *topology;
	struct memory *memory;
	struct context context;
	struct seq_map map;
};

static int open_fixture(struct fixture *fixture, size_t limit_bytes)
{
	const unsigned pu = 0;
	struct memory_options options = { .worker_pus = &pu, .workers = 1 };
	struct fault fault;

	if (topology_load(NULL, &fixture->topology, &fault))
		return -1;
	options.topology = fixture->topology;
	options.limit_bytes = limit_bytes;
	if (memory_create(&options, &fixture->memory, &fault))
		return -1;
	fixture->context = (struct context){
		.arena = memory_arena(fixture->memory, 0), .value_bytes = 8
	};
	return 0;
}

static int setup(void **state)
{
	static struct fixture fixture;

	*state = &fixture;
	return open_fixture(&fixture, (size_t)1 << 26);
}

static int teardown(void **state)
{
	struct fixture *const fixture = *state;

	memory_destroy(fixture->memory);
	topology_free(fixture->topology);
	return 0;
}

static uint64_t chained_lines(const struct fixture *fixture)
{
	return memory_in_use_bytes(fixture->memory, MEMORY_NODES) / sizeof(struct seq_line);
}

static enum seq_map_put put(struct fixture *fixture, uint64_t key)
{
	uint64_t old;

	return seq_map_put(&fixture->map, &fixture->context, key, ~key, &old);
}

static bool take(struct fixture *fixture, uint64_t key)
{
	uint64_t stored;

	return seq_map_remove(&fixture->map, &fixture->context, key, &stored) && stored == ~key;
}

static void assert_holds(struct fixture *fixture, uint64_t keys)
{
	struct inspection inspection = { 0 };
	uint64_t stored;

	seq_map_inspect(&fixture->map, &inspection);
	if (inspection.broken)
		fail_msg("%s", inspection.broken);
	assert_int_equal(inspection.elements, keys);
	assert_int_equal(inspection.sum, keys * (keys - 1) / 2);
	for (uint64_t key = 0; key < keys; key++) {
		assert_true(seq_map_get(&fixture->map, key, &stored));
		assert_int_equal(stored, ~key);
	}
	assert_false(seq_map_get(&fixture->map, keys, &stored));
}

static void seq_map_with_long_chains_finds_every_key(void **state)
{
	struct fixture *const fixture = *state;
	const uint64_t keys = 100;

	assert_int_equal(seq_map_init(&fixture->map, fixture->memory, 0), 0);
	fixture->map.grow_at = UINT64_MAX;    /* 25 entries to a bucket */
	for (uint64_t key = 0; key < keys; key++)
		assert_int_equal(put(fixture, key), SEQ_MAP_ADDED);
	assert_holds(fixture, keys);
	seq_map_destroy(&fixture->map, 8);
}

static void seq_map_emptied_keeps_no_chained_line(void **state)
{
	struct fixture *const fixture = *state;

	assert_int_equal(seq_map_init(&fixture->map, fixture->memory, 0), 0);
	fixture->map.grow_at = UINT64_MAX;
	for (uint64_t key = 0; key < 100; key++)
		put(fixture, key);
	assert_true(chained_lines(fixture) > 0);
	/* Not in the order in which they came: the gaps are in the middle of chains. */
	for (uint64_t key = 0; key < 100; key++)
		assert_true(take(fixture, key * 37 % 100));
	assert_int_equal(chained_lines(fixture), 0);
	assert_holds(fixture, 0);
	seq_map_destroy(&fixture->map, 8);
}

static void seq_map_that_grows_keeps_every_key(void **state)
{
	struct fixture *const fixture = *state;
	const uint64_t keys = 50000;

	assert_int_equal(seq_map_init(&fixture->map, fixture->memory, 1), 0);
	for (uint64_t key = 0; key < keys; key++)
		assert_int_equal(put(fixture, key), SEQ_MAP_ADDED);
	assert_holds(fixture, keys);
	/* relaxed: one thread. */
	assert_true(load_relaxed(&fixture->map.buckets) * SEQ_MAP_FILL_MAX >= keys);
	seq_map_destroy(&fixture->map, 8);
	assert_int_equal(chained_lines(fixture), 0);
}

/* With the arena used up to the last object, growth must do with the lines that it has. */
static void seq_map_that_grows_allocates_no_line(void **state)
{
	struct fixture *const fixture = *state;
	uint64_t keys = 0;

	memory_destroy(fixture->memory);
	topology_free(fixture->topology);
	assert_int_equal(open_fixture(fixture, (size_t)1 << 18), 0);
	assert_int_equal(seq_map_init(&fixture->map, fixture->memory, 0), 0);
	fixture->map.grow_at = UINT64_MAX;
	while (put(fixture, keys) == SEQ_MAP_ADDED)
		keys++;
	assert_int_equal(fixture->context.exhausted, 1);
	for (unsigned doublings = 0; doublings < 10; doublings++)
		seq_map_grow(&fixture->map, &fixture->context);
	assert_int_equal(fixture->context.exhausted, 1);
	assert_holds(fixture, keys);
	seq_map_destroy(&fixture->map, 8);
}

static void seq_map_of_impossible_size_answers_no_memory(void **state)
{
	struct fixture *const fixture = *state;

	assert_int_equal(seq_map_init(&fixture->map, fixture->memory, UINT64_MAX), -ENOMEM);
	assert_int_equal(seq_map_init(&fixture->map, fixture->memory, (uint64_t)1 << 60), -ENOMEM);
}

/* Key patterns of programs: in order, and in strides of powers of two. */
static const unsigned strides_log2[] = { 0, 3, 6, 12, 20, 32, 40 };

enum { STRIDES = sizeof(strides_log2) / sizeof(*strides_log2), PATTERN_KEYS = 40000 };

/* Random keys would chain one line to every 18th bucket at the expected size. */
static void seq_map_keys_in_strides_share_buckets_no_more_than_random_ones(void **state)
{
	struct fixture *const fixture = *state;

	for (unsigned s = 0; s < STRIDES; s++) {
		assert_int_equal(seq_map_init(&fixture->map, fixture->memory, PATTERN_KEYS), 0);
		for (uint64_t i = 0; i < PATTERN_KEYS; i++)
			put(fixture, i << strides_log2[s]);
		/* relaxed: one thread. */
		assert_true(chained_lines(fixture) < load_relaxed(&fixture->map.buckets) / 15);
		seq_map_destroy(&fixture->map, 8);
	}
}

/* Of n keys in 64 shards each gets n / 64, give or take five standard deviations of a binomial. */
static void sharded_keys_in_strides_spread_over_the_shards(void **state)
{
	enum { SHARDS = 64, EVEN = PATTERN_KEYS / SHARDS, SLACK = 125 };
	static struct locked_map shards[SHARDS];
	const struct sharded map = { .shards = shards, .count = SHARDS };

	(void)state;
	for (unsigned s = 0; s < STRIDES; s++) {
		unsigned counts[SHARDS] = { 0 };

		for (uint64_t i = 0; i < PATTERN_KEYS; i++)
			counts[sharded_shard(&map, i << strides_log2[s]) - shards]++;
		for (unsigned i = 0; i < SHARDS; i++)
			assert_in_range(counts[i], EVEN - SLACK, EVEN + SLACK);
	}
}

/* The keys of one shard must still spread over its buckets: shard and bucket come of one hash. */
static void sharded_keys_of_one_shard_spread_over_its_buckets(void **state)
{
	enum { SHARDS = 64 };
	static struct locked_map shards[SHARDS];
	const struct sharded sharded = { .shards = shards, .count = SHARDS };
	struct fixture *const fixture = *state;

	for (unsigned s = 0; s < STRIDES; s++) {
		assert_int_equal(seq_map_init(&fixture->map, fixture->memory, PATTERN_KEYS), 0);
		for (uint64_t i = 0; fixture->map.entries < PATTERN_KEYS; i++)
			if (sharded_shard(&sharded, i << strides_log2[s]) == &shards[5])
				put(fixture, i << strides_log2[s]);
		/* relaxed: one thread. */
		assert_true(chained_lines(fixture) < load_relaxed(&fixture->map.buckets) / 15);
		seq_map_destroy(&fixture->map, 8);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(seq_map_with_long_chains_finds_every_key),
		TEST(seq_map_emptied_keeps_no_chained_line),
		TEST(seq_map_that_grows_keeps_every_key),
		TEST(seq_map_that_grows_allocates_no_line),
		TEST(seq_map_of_impossible_size_answers_no_memory),
		TEST(seq_map_keys_in_strides_share_buckets_no_more_than_random_ones),
		TEST(sharded_keys_in_strides_spread_over_the_shards),
		TEST(sharded_keys_of_one_shard_spread_over_its_buckets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
