#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/workloads/statistics.h"
#include "workloads/prefill.h"

enum { BINS = 64 };

static void prefill_is_a_bijection_on_any_range(void **state)
{
	const uint64_t ranges[] = { 1, 2, 3, 4, 5, 7, 10, 100, 1000, 4096, 4097, 65536, 99991 };

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		const struct prefill prefill = prefill_init(ranges[i], ranges[i], test_seed());
		uint8_t *const seen = calloc(ranges[i], 1);

		assert_non_null(seen);
		for (uint64_t index = 0; index < ranges[i]; index++) {
			const uint64_t key = prefill_key(&prefill, index);

			assert_true(key < ranges[i]);
			assert_int_equal(seen[key]++, 0);
		}
		free(seen);
	}
}

/* The first half of the keys is a sample without replacement: as even as a draw, or more. */
static void prefill_first_half_is_even_over_the_range(void **state)
{
	const uint64_t ranges[] = { 1000, 4097, 65536, 1000000, 1ull << 40, 1ull << 62 };

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		const struct prefill prefill = prefill_init(ranges[i], ranges[i], test_seed());
		const uint64_t half = ranges[i] / 2 < 200000 ? ranges[i] / 2 : 200000;
		uint64_t counts[BINS] = { 0 };

		for (uint64_t index = 0; index < half; index++)
			counts[(__uint128_t)prefill_key(&prefill, index) * BINS / ranges[i]]++;
		assert_chance(half >= 20 * BINS ? chance_of_even_counts(counts, BINS) : 1,
			      "first half of %" PRIu64, ranges[i]);
	}
}

/* A pattern of the index (its low bits, its place in the order) must not show in the key. */
static void prefill_key_is_independent_of_its_index(void **state)
{
	enum { RANGE = 1 << 20, SIDE = 16 };
	const struct prefill prefill = prefill_init(RANGE, RANGE, test_seed());
	uint64_t lows[SIDE * SIDE] = { 0 }, highs[SIDE * SIDE] = { 0 }, steps[SIDE * SIDE] = { 0 };

	(void)state;
	for (uint64_t index = 0; index + 1 < RANGE / 4; index++) {
		const uint64_t key = prefill_key(&prefill, index);
		const uint64_t next = prefill_key(&prefill, index + 1);

		lows[index % SIDE * SIDE + key % SIDE]++;
		highs[index * SIDE / (RANGE / 4) * SIDE + key * SIDE / RANGE]++;
		steps[key * SIDE / RANGE * SIDE + next * SIDE / RANGE]++;
	}
	assert_chance(chance_of_even_counts(lows, SIDE * SIDE), "low bits of index and key");
	assert_chance(chance_of_even_counts(highs, SIDE * SIDE), "high bits of index and key");
	assert_chance(chance_of_even_counts(steps, SIDE * SIDE), "successive keys");
}

/* Over many seeds, all first keys, last keys, and pairs of first two keys come alike often. */
static void prefill_orders_of_ten_keys_come_alike_often(void **state)
{
	enum { RANGE = 10, SEEDS = 50000 };
	uint64_t first[RANGE] = { 0 }, last[RANGE] = { 0 }, pairs[RANGE * RANGE] = { 0 };
	double shares[RANGE * RANGE];

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		const struct prefill prefill = prefill_init(RANGE, RANGE, test_seed() + seed);
		const uint64_t a = prefill_key(&prefill, 0), b = prefill_key(&prefill, 1);

		first[a]++;
		last[prefill_key(&prefill, RANGE - 1)]++;
		pairs[a * RANGE + b]++;
	}
	for (unsigned i = 0; i < RANGE * RANGE; i++)
		shares[i] = i / RANGE == i % RANGE ? 0 : 1.0 / (RANGE * (RANGE - 1));
	assert_chance(chance_of_even_counts(first, RANGE), "first key");
	assert_chance(chance_of_even_counts(last, RANGE), "last key");
	assert_chance(chance_of_counts(pairs, shares, RANGE * RANGE), "first two keys");
}

static void prefill_of_another_seed_has_another_order(void **state)
{
	const struct prefill one = prefill_init(1000, 1000, 1), other = prefill_init(1000, 1000, 2);
	unsigned equal = 0;

	(void)state;
	for (uint64_t index = 0; index < 1000; index++)
		equal += prefill_key(&one, index) == prefill_key(&other, index);
	assert_true(equal < 30);    /* one is expected */
}

static void prefill_in_order_leaves_each_key_at_its_place(void **state)
{
	const struct prefill prefill = prefill_in_order(1000);

	(void)state;
	assert_int_equal(prefill.count, 1000);
	for (uint64_t index = 0; index < 1000; index++)
		assert_int_equal(prefill_key(&prefill, index), index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefill_is_a_bijection_on_any_range),
		cmocka_unit_test(prefill_first_half_is_even_over_the_range),
		cmocka_unit_test(prefill_key_is_independent_of_its_index),
		cmocka_unit_test(prefill_orders_of_ten_keys_come_alike_often),
		cmocka_unit_test(prefill_of_another_seed_has_another_order),
		cmocka_unit_test(prefill_in_order_leaves_each_key_at_its_place),
	};

	test_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
