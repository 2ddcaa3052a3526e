#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/workloads/statistics.h"
#include "workloads/random.h"
#include "workloads/scatter.h"

/* About the border between the two ways to a remainder, and up to the largest range. */
static const uint64_t large[] = { 1000000,	   1ull << 20,	      (1ull << 31) - 1, 1ull << 31,
				  (1ull << 31) + 1, (1ull << 32) + 15, 1ull << 40,
				  998244353000000007, (1ull << 61) - 1,  1ull << 62 };

enum { LARGE = sizeof(large) / sizeof(*large) };

static void scatter_is_a_bijection_on_every_small_range(void **state)
{
	static uint8_t seen[2000];

	(void)state;
	for (uint64_t range = 1; range <= sizeof(seen); range++) {
		const struct scatter scatter = scatter_init(range, range);

		memset(seen, 0, sizeof(seen));
		for (uint64_t rank = 0; rank < range; rank++) {
			const uint64_t key = scatter_key(&scatter, rank);

			assert_true(key < range);
			assert_int_equal(seen[key]++, 0);
		}
	}
}

static void scatter_reciprocal_gives_the_remainder_of_a_division(void **state)
{
	struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);

	(void)state;
	for (unsigned i = 0; i < LARGE; i++) {
		const struct scatter scatter = scatter_init(large[i], test_seed());

		for (unsigned n = 0; n < 100000; n++) {
			const uint64_t rank = n < 1000 ? large[i] - 1 - n :
							 random_below(&random, large[i]);
			const unsigned __int128 product =
				(unsigned __int128)(rank + scatter.shift) * scatter.multiplier;

			assert_int_equal(scatter_key(&scatter, rank),
					 (uint64_t)(product % large[i]));
		}
	}
}

/* With no common divisor, an affine map of a ring is a bijection. */
static void scatter_multiplier_shares_no_divisor_with_the_range(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LARGE; i++) {
		uint64_t a = large[i], b = scatter_init(large[i], 1).multiplier;

		while (b) {
			const uint64_t rest = a % b;

			a = b;
			b = rest;
		}
		assert_int_equal(a, 1);
	}
}

static int ascending(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The smallest gap between the first @hot keys, round the range. */
static uint64_t smallest_gap(const struct scatter *scatter, size_t hot)
{
	uint64_t *const keys = malloc(hot * sizeof(*keys));
	uint64_t gap;

	assert_non_null(keys);
	for (size_t rank = 0; rank < hot; rank++)
		keys[rank] = scatter_key(scatter, rank);
	qsort(keys, hot, sizeof(*keys), ascending);
	gap = keys[0] + scatter->range - keys[hot - 1];
	for (size_t i = 1; i < hot; i++)
		if (keys[i] - keys[i - 1] < gap)
			gap = keys[i] - keys[i - 1];
	free(keys);
	return gap;
}

static void scatter_keeps_hot_keys_apart(void **state)
{
	const size_t sets[] = { 2, 10, 100, 1000, 10000, 100000 };

	(void)state;
	for (unsigned i = 0; i < LARGE; i++) {
		const struct scatter scatter = scatter_init(large[i], test_seed());

		assert_true(scatter.quotient_max <= 16);
		for (size_t s = 0; s < sizeof(sets) / sizeof(*sets); s++)
			assert_true(smallest_gap(&scatter, sets[s]) >=
				    large[i] / sets[s] / (scatter.quotient_max + 2));
	}
}

static void scatter_of_another_seed_has_other_hot_keys(void **state)
{
	const struct scatter one = scatter_init(1000000, 1), other = scatter_init(1000000, 2);

	(void)state;
	assert_int_not_equal(scatter_key(&one, 0), scatter_key(&other, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scatter_is_a_bijection_on_every_small_range),
		cmocka_unit_test(scatter_reciprocal_gives_the_remainder_of_a_division),
		cmocka_unit_test(scatter_multiplier_shares_no_divisor_with_the_range),
		cmocka_unit_test(scatter_keeps_hot_keys_apart),
		cmocka_unit_test(scatter_of_another_seed_has_other_hot_keys),
	};

	test_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
