/* The generator: even at both ends of the word, independent of its past and of other streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/workloads/statistics.h"
#include "workloads/random.h"

enum { DRAWS = 1 << 20, SIDE = 16 };

struct joint {
	uint64_t counts[SIDE * SIDE];
};

static void joint_add(struct joint *joint, uint64_t a, uint64_t b)
{
	joint->counts[(a % SIDE) * SIDE + b % SIDE]++;
}

static uint64_t high(uint64_t number)
{
	return number >> 60;
}

static void random_every_bit_is_even(void **state)
{
	struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);
	uint64_t ones[64] = { 0 };

	(void)state;
	for (unsigned i = 0; i < DRAWS; i++) {
		const uint64_t number = random_next(&random);

		for (unsigned bit = 0; bit < 64; bit++)
			ones[bit] += number >> bit & 1;
	}
	for (unsigned bit = 0; bit < 64; bit++)
		assert_chance(chance_of_share(ones[bit], DRAWS, 0.5), "bit %u", bit);
}

static void random_below_is_even_over_bins_at_any_range(void **state)
{
	const uint64_t ranges[] = { 10, 1000, 4097, 1u << 20, 3u << 30, (1ull << 40) + 9,
				    1ull << 62 };

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		const uint64_t bins = ranges[i] < 1000 ? ranges[i] : 1000;
		struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);
		uint64_t counts[1000] = { 0 };
		double shares[1000];

		for (uint64_t bin = 0; bin < bins; bin++) {
			/* Keys k with floor(k x bins / range) == bin, of all. */
			const unsigned __int128 from = (unsigned __int128)bin * ranges[i];
			const uint64_t first = (uint64_t)((from + bins - 1) / bins);
			const uint64_t end = (uint64_t)((from + ranges[i] + bins - 1) / bins);

			shares[bin] = (double)(end - first) / (double)ranges[i];
		}
		for (unsigned n = 0; n < DRAWS; n++) {
			const uint64_t key = random_below(&random, ranges[i]);

			assert_true(key < ranges[i]);
			counts[(unsigned __int128)key * bins / ranges[i]]++;
		}
		assert_chance(chance_of_counts(counts, shares, bins), "range %llu",
			      (unsigned long long)ranges[i]);
	}
}

static void random_successive_numbers_are_independent(void **state)
{
	struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);
	struct joint highs = { { 0 } }, lows = { { 0 } }, crossed = { { 0 } };
	uint64_t last = random_next(&random);

	(void)state;
	for (unsigned i = 0; i < DRAWS; i++) {
		const uint64_t number = random_next(&random);

		joint_add(&highs, high(last), high(number));
		joint_add(&lows, last, number);
		joint_add(&crossed, last, high(number));
		last = number;
	}
	assert_chance(chance_of_even_counts(highs.counts, SIDE * SIDE), "high bits");
	assert_chance(chance_of_even_counts(lows.counts, SIDE * SIDE), "low bits");
	assert_chance(chance_of_even_counts(crossed.counts, SIDE * SIDE), "low and high bits");
}

static void assert_streams_independent(struct random a, struct random b, const char *which)
{
	struct joint highs = { { 0 } }, lows = { { 0 } }, crossed = { { 0 } };

	for (unsigned i = 0; i < DRAWS / 4; i++) {
		const uint64_t x = random_next(&a), y = random_next(&b);

		joint_add(&highs, high(x), high(y));
		joint_add(&lows, x, y);
		joint_add(&crossed, high(x), y);
	}
	assert_chance(chance_of_even_counts(highs.counts, SIDE * SIDE), "%s, high bits", which);
	assert_chance(chance_of_even_counts(lows.counts, SIDE * SIDE), "%s, low bits", which);
	assert_chance(chance_of_even_counts(crossed.counts, SIDE * SIDE), "%s, crossed", which);
}

static void random_streams_of_one_worker_are_independent(void **state)
{
	const uint64_t seed = test_seed();

	(void)state;
	assert_streams_independent(random_seed(seed, 0, RANDOM_KEYS),
				   random_seed(seed, 0, RANDOM_OPERATIONS), "key and operation");
	assert_streams_independent(random_seed(seed, 0, RANDOM_KEYS),
				   random_seed(seed, 0, RANDOM_VALUES), "key and value");
	assert_streams_independent(random_seed(seed, 0, RANDOM_OPERATIONS),
				   random_seed(seed, 0, RANDOM_VALUES), "operation and value");
}

static void random_streams_of_workers_are_independent(void **state)
{
	const uint64_t seed = test_seed();

	(void)state;
	assert_streams_independent(random_seed(seed, 0, RANDOM_KEYS),
				   random_seed(seed, 1, RANDOM_KEYS), "workers 0 and 1");
	assert_streams_independent(random_seed(seed, 0, RANDOM_KEYS),
				   random_seed(seed, 256, RANDOM_KEYS), "workers 0 and 256");
}

static void random_neighbouring_seeds_are_independent(void **state)
{
	const uint64_t seed = test_seed();

	(void)state;
	assert_streams_independent(random_seed(seed, 0, RANDOM_KEYS),
				   random_seed(seed + 1, 0, RANDOM_KEYS), "seeds s and s + 1");
	assert_streams_independent(random_seed(0, 0, RANDOM_KEYS), random_seed(1, 0, RANDOM_KEYS),
				   "seeds 0 and 1");
}

/* Birthdays: a sequence that is too even has too few equal pairs, one that repeats too many. */
static void random_numbers_repeat_as_often_as_chance_has_it(void **state)
{
	enum { PEOPLE = 1 << 14, DAYS_LOG2 = 26, ROUNDS = 64 };
	static uint8_t seen[1 << DAYS_LOG2];
	struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);
	const double expected = 2.0 * ROUNDS;    /* PEOPLE^2 / 2 / DAYS in each round */
	uint64_t pairs = 0;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		memset(seen, 0, sizeof(seen));
		for (unsigned i = 0; i < PEOPLE; i++) {
			/* Low bits: the high ones are looked at by the tests of evenness. */
			const uint64_t day = random_next(&random) % sizeof(seen);

			pairs += seen[day];
			seen[day] = 1;
		}
	}
	/* Poisson: 6.3 standard deviations either way. */
	assert_in_range(pairs, (uint64_t)(expected - 72), (uint64_t)(expected + 85));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_every_bit_is_even),
		cmocka_unit_test(random_below_is_even_over_bins_at_any_range),
		cmocka_unit_test(random_successive_numbers_are_independent),
		cmocka_unit_test(random_streams_of_one_worker_are_independent),
		cmocka_unit_test(random_streams_of_workers_are_independent),
		cmocka_unit_test(random_neighbouring_seeds_are_independent),
		cmocka_unit_test(random_numbers_repeat_as_often_as_chance_has_it),
	};

	test_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
