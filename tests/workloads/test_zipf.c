#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/workloads/statistics.h"
#include "workloads/zipf.h"

enum { DRAWS = 1 << 17, BINS_MAX = 1024 };

static const double thetas[] = { 0, 0.2, 0.5, 0.99, 1, 1.01, 1.2, 2, 5, 14, 40 };

enum { THETAS = sizeof(thetas) / sizeof(*thetas) };

static struct zipf made(uint64_t n, double theta)
{
	const size_t bytes = (zipf_table_bytes(n, theta) + 63) / 64 * 64;
	void *const table = aligned_alloc(64, bytes);

	assert_non_null(table);
	return zipf_init(n, theta, table);
}

static void discard(struct zipf zipf)
{
	free((void *)(uintptr_t)zipf.cells);
}

static void assert_close(double value, double expected, double relative)
{
	if (!(fabs(value - expected) <= relative * fabs(expected)))
		fail_msg("%.17g is not %.17g", value, expected);
}

static void mass_of_the_first_ranks_is_the_harmonic_number(void **state)
{
	(void)state;
	assert_close(zipf_mass(1, 1, 0.99), 1, 1e-15);
	assert_close(zipf_mass(1, 1000000, 0), 1e6, 1e-15);
	/* The harmonic numbers of a million and of 10^18: ln n + Euler's constant + 1 / 2n. */
	assert_close(zipf_mass(1, 1000000, 1), 14.392726722865723631, 1e-13);
	assert_close(zipf_mass(1, 1000000000000000000, 1), 42.023747338794355, 1e-13);
	/* zeta(2), less the tail 1 / n. */
	assert_close(zipf_mass(1, 1ull << 60, 2), 1.6449340668482264365, 1e-13);
	assert_close(zipf_mass(1, 1ull << 60, 5), 1.0369277551433699263, 1e-13);
}

static void mass_is_the_direct_sum_at_any_exponent(void **state)
{
	(void)state;
	for (unsigned t = 0; t < THETAS; t++) {
		long double sum = 0;

		for (unsigned k = 200000; k > 500; k--)
			sum += powl(k, -(long double)thetas[t]);
		assert_close(zipf_mass(501, 199500, thetas[t]), (double)sum, 1e-12);
	}
}

static void mass_of_parts_adds_up_at_huge_ranks(void **state)
{
	const uint64_t first = 1ull << 50, part = 1ull << 46;

	(void)state;
	for (unsigned t = 0; t < THETAS; t++) {
		double sum = 0;

		for (unsigned i = 0; i < 64; i++)
			sum += zipf_mass(first + i * part, part, thetas[t]);
		assert_close(sum, zipf_mass(first, 64 * part, thetas[t]), 1e-12);
	}
}

/*
 * Bins that no cell's edge meets but by chance: ranks one by one up to 40, then intervals that grow
 * by a seventh, so that the tail is looked at as closely as the head.
 */
static size_t make_bins(uint64_t n, uint64_t *ends)
{
	size_t bins = 0;

	for (uint64_t end = 1; end < n && bins < BINS_MAX - 1; end += end < 40 ? 1 : end / 7)
		ends[bins++] = end;
	ends[bins++] = n;
	return bins;
}

static size_t find_bin(const uint64_t *ends, size_t bins, uint64_t rank)
{
	size_t low = 0, high = bins - 1;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (rank < ends[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void assert_exact(uint64_t n, double theta)
{
	struct zipf zipf = made(n, theta);
	struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);
	const double total = zipf_mass(1, n, theta);
	uint64_t ends[BINS_MAX], counts[BINS_MAX] = { 0 }, first = 0;
	const size_t bins = make_bins(n, ends);
	double shares[BINS_MAX];

	for (size_t bin = 0; bin < bins; first = ends[bin++])
		shares[bin] = zipf_mass(first + 1, ends[bin] - first, theta) / total;
	for (unsigned i = 0; i < DRAWS; i++) {
		const uint64_t rank = zipf_next(&zipf, &random);

		assert_true(rank < n);
		counts[find_bin(ends, bins, rank)]++;
	}
	discard(zipf);
	if (shares[0] > 1 - 1e-3)
		assert_true(DRAWS - counts[0] < DRAWS / 500);
	else
		assert_chance(chance_of_counts(counts, shares, bins), "zipf:%g over %" PRIu64,
			      theta, n);
}

static void zipf_ranks_have_their_exact_mass(void **state)
{
	const uint64_t ranges[] = { 1, 2, 100, 129, 1000, 4097, 1000000, 1ull << 33, 1ull << 40,
				    1ull << 62 };

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		for (unsigned t = 0; t < THETAS; t++)
			assert_exact(ranges[i], thetas[t]);
}

/* Rank by rank inside the cells, where rejection decides: theta 2 falls by an eighth within one. */
static void zipf_ranks_within_cells_have_their_exact_mass(void **state)
{
	enum { N = 1000, MANY = 1 << 22 };
	struct zipf zipf = made(N, 0.99);
	struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);
	const double total = zipf_mass(1, N, 0.99);
	uint64_t counts[N] = { 0 };
	double shares[N];

	(void)state;
	for (unsigned rank = 0; rank < N; rank++)
		shares[rank] = pow(rank + 1, -0.99) / total;
	for (unsigned i = 0; i < MANY; i++)
		counts[zipf_next(&zipf, &random)]++;
	discard(zipf);
	assert_chance(chance_of_counts(counts, shares, N), "zipf:0.99 over 1000, rank by rank");
}

/* The draws that the tangent leaves open are a few in a thousand: too few for a test by draws. */
static void zipf_accepts_up_to_the_power_and_no_further(void **state)
{
	(void)state;
	for (unsigned t = 1; t < THETAS; t++) {
		struct zipf zipf = made(1ull << 40, thetas[t]);

		for (uint64_t i = 0; i < zipf.count; i++) {
			const struct zipf_cell *const cell = &zipf.cells[i];
			const uint64_t step = cell->width / 3;
			const double power = exp(
				-thetas[t] * log1p((double)step / (double)(cell->first + 1)));

			if (step == 0)
				continue;
			assert_true(zipf_accepts(cell, step, (uint64_t)((power - 1e-9) * 0x1p64),
						 thetas[t]));
			assert_false(zipf_accepts(cell, step, (uint64_t)((power + 1e-9) * 0x1p64),
						  thetas[t]));
		}
		discard(zipf);
	}
}

/*
 * Where in their cell draws fall, all wide cells taken together. One number gives place and height;
 * with cells of up to 2^58 ranks only some 64 heights are left for each place.
 */
static void zipf_places_in_wide_cells_follow_the_power(void **state)
{
	enum { PLACES = 16, MANY = 1 << 22 };
	const uint64_t n = 1ull << 62, wide = 1ull << 50;
	struct zipf zipf = made(n, 0.9);
	struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);
	uint64_t counts[PLACES] = { 0 };
	double shares[PLACES], total = 0;

	(void)state;
	for (unsigned place = 0; place < PLACES; place++) {
		/* Integral of (1 + x / 16)^-0.9, in units that cancel out. */
		shares[place] = pow(1 + (place + 1.0) / 16 / PLACES, 0.1) -
				pow(1 + (double)place / 16 / PLACES, 0.1);
		total += shares[place];
	}
	for (unsigned place = 0; place < PLACES; place++)
		shares[place] /= total;
	for (unsigned i = 0; i < MANY; i++) {
		const uint64_t rank = zipf_next(&zipf, &random);
		const struct zipf_cell *cell = zipf.cells;

		for (size_t step = 1024; step; step /= 2)
			if ((size_t)(cell - zipf.cells) + step < zipf.count &&
			    cell[step].first <= rank)
				cell += step;
		/* The last cell is cut off by the range. */
		if (cell->width >= wide && cell != zipf.cells + zipf.count - 1)
			counts[(__uint128_t)(rank - cell->first) * PLACES / cell->width]++;
	}
	discard(zipf);
	assert_chance(chance_of_counts(counts, shares, PLACES), "places in wide cells");
}

/* Cells of 2^58 ranks take all bits of the number that gives the place. */
static void zipf_ranks_of_wide_cells_are_even_in_their_low_bits(void **state)
{
	const uint64_t n = 1ull << 62;
	struct zipf zipf = made(n, 0.5);
	struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);
	uint64_t counts[256] = { 0 };

	(void)state;
	for (unsigned i = 0; i < DRAWS; i++)
		counts[zipf_next(&zipf, &random) % 256]++;
	discard(zipf);
	assert_chance(chance_of_even_counts(counts, 256), "low bits of ranks");
}

static void zipf_top_share_is_that_of_its_own_exponent(void **state)
{
	(void)state;
	for (double theta = 0.5; theta < 3; theta += 0.25) {
		struct zipf zipf = made(1000000, theta);
		struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);
		const double own = 1 / zipf_mass(1, 1000000, theta);
		const double next = 1 / zipf_mass(1, 1000000, theta + 0.25);
		const double noise = 6.5 * sqrt(own * (1 - own) / DRAWS);
		uint64_t top = 0;

		for (unsigned i = 0; i < DRAWS; i++)
			top += zipf_next(&zipf, &random) == 0;
		discard(zipf);
		assert_true(fabs((double)top / DRAWS - own) <= noise);
		/* The check above can tell: it would fail for the next exponent. */
		assert_true(next - own > 2 * noise);
	}
}

/* Below its tangent a draw is taken at once; that must never be more than the power allows. */
static void zipf_tangent_and_chord_enclose_the_power(void **state)
{
	(void)state;
	for (unsigned t = 0; t < THETAS; t++) {
		struct zipf zipf = made(1ull << 40, thetas[t]);

		for (uint64_t i = 0; i < zipf.count; i++) {
			const struct zipf_cell *const cell = &zipf.cells[i];

			for (unsigned part = 0; part <= 8; part++) {
				const uint64_t step = (cell->width - 1) / 8 * part;
				const double power =
					exp(-thetas[t] * log1p((double)step /
							       (double)(cell->first + 1)));
				const double low =
					(double)(UINT64_MAX - step * cell->slope) * 0x1p-64;

				assert_true(low <= power + 1e-15);
				assert_true(1 - (double)step * cell->chord >= power - 1e-15);
				/* No wrap: the tangent stays above 0. */
				assert_true(step == 0 || cell->slope <= UINT64_MAX / step);
			}
		}
		discard(zipf);
	}
}

static void zipf_cells_cover_all_ranks_without_a_gap(void **state)
{
	const uint64_t ranges[] = { 1, 127, 128, 129, 136, 1000000, 1ull << 40, 1ull << 62 };

	(void)state;
	for (size_t r = 0; r < sizeof(ranges) / sizeof(*ranges); r++) {
		struct zipf zipf = made(ranges[r], 0.99);
		uint64_t next = 0;

		for (uint64_t i = 0; i < zipf.count; i++) {
			assert_int_equal(zipf.cells[i].first, next);
			next += zipf.cells[i].width;
		}
		assert_int_equal(next, ranges[r]);
		discard(zipf);
	}
}

static void zipf_table_of_a_million_keys_fits_a_first_level_cache(void **state)
{
	(void)state;
	assert_true(zipf_table_bytes(1000000, 0.99) <= 16 * 1024);
	assert_true(zipf_table_bytes(1ull << 62, 0.99) <= 48 * 1024);
}

static void zipf_absurd_exponents_draw_the_first_rank(void **state)
{
	const double absurd[] = { 1000, 1e6, 999999999999999 };

	(void)state;
	for (size_t i = 0; i < sizeof(absurd) / sizeof(*absurd); i++) {
		struct zipf zipf = made(1ull << 40, absurd[i]);
		struct random random = random_seed(test_seed(), 0, RANDOM_KEYS);

		for (unsigned n = 0; n < 100000; n++)
			assert_int_equal(zipf_next(&zipf, &random), 0);
		discard(zipf);
		assert_close(zipf_mass(1, 1ull << 40, absurd[i]), 1, 1e-15);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mass_of_the_first_ranks_is_the_harmonic_number),
		cmocka_unit_test(mass_is_the_direct_sum_at_any_exponent),
		cmocka_unit_test(mass_of_parts_adds_up_at_huge_ranks),
		cmocka_unit_test(zipf_ranks_have_their_exact_mass),
		cmocka_unit_test(zipf_ranks_within_cells_have_their_exact_mass),
		cmocka_unit_test(zipf_accepts_up_to_the_power_and_no_further),
		cmocka_unit_test(zipf_places_in_wide_cells_follow_the_power),
		cmocka_unit_test(zipf_ranks_of_wide_cells_are_even_in_their_low_bits),
		cmocka_unit_test(zipf_top_share_is_that_of_its_own_exponent),
		cmocka_unit_test(zipf_tangent_and_chord_enclose_the_power),
		cmocka_unit_test(zipf_cells_cover_all_ranks_without_a_gap),
		cmocka_unit_test(zipf_table_of_a_million_keys_fits_a_first_level_cache),
		cmocka_unit_test(zipf_absurd_exponents_draw_the_first_rank),
	};

	test_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
