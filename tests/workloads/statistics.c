#include "tests/workloads/statistics.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { BIN_MIN = 20 };    /* counts expected: with fewer, chi-square's tail is too light */

uint64_t test_seed(void)
{
	static uint64_t seed;
	const char *const given = getenv("NUMAMARK_TEST_SEED");
	struct timespec now;

	if (seed)
		return seed;
	clock_gettime(CLOCK_REALTIME, &now);
	seed = (uint64_t)now.tv_sec ^ (uint64_t)now.tv_nsec << 20;
	if (given)
		seed = strtoull(given, NULL, 0);
	printf("seed %" PRIu64 " (NUMAMARK_TEST_SEED repeats it)\n", seed);
	return seed;
}

/* Upper regularised incomplete gamma function: series below the peak, Lentz's fraction above. */
static double gamma_tail(double a, double x)
{
	const double scale = exp(-x + a * log(x) - lgamma(a));

	if (x < a + 1) {
		double term = 1 / a, sum = term;

		for (double n = a + 1; term > sum * 1e-17; n++)
			sum += term *= x / n;
		return 1 - sum * scale;
	}
	double b = x + 1 - a, c = 1e300, d = 1 / b, fraction = d;

	for (double i = 1; i < 100000; i++) {
		const double numerator = -i * (i - a);

		b += 2;
		d = 1 / (numerator * d + b);
		c = b + numerator / c;
		fraction *= d * c;
		if (fabs(d * c - 1) < 1e-15)
			break;
	}
	return fraction * scale;
}

double chi_square_tail(double statistic, double freedom)
{
	return statistic <= 0 ? 1 : gamma_tail(freedom / 2, statistic / 2);
}

static double deviation(double count, double expected)
{
	return (count - expected) * (count - expected) / expected;
}

double chance_of_counts(const uint64_t *counts, const double *shares, size_t bins)
{
	double draws = 0, statistic = 0, freedom = -1, rare_count = 0, rare_expected = 0;

	for (size_t i = 0; i < bins; i++)
		draws += (double)counts[i];
	for (size_t i = 0; i < bins; i++) {
		const double expected = shares[i] * draws;

		if (expected < BIN_MIN) {
			rare_count += (double)counts[i];
			rare_expected += expected;
		} else {
			statistic += deviation((double)counts[i], expected);
			freedom++;
		}
	}
	if (rare_expected >= BIN_MIN) {
		statistic += deviation(rare_count, rare_expected);
		freedom++;
	} else if (rare_count > rare_expected + 50) {
		return 0;    /* beyond any chance where so few are expected */
	}
	assert_true(freedom >= 1);
	return chi_square_tail(statistic, freedom);
}

double chance_of_even_counts(const uint64_t *counts, size_t bins)
{
	double *const shares = malloc(bins * sizeof(*shares));
	double chance;

	assert_non_null(shares);
	for (size_t i = 0; i < bins; i++)
		shares[i] = 1 / (double)bins;
	chance = chance_of_counts(counts, shares, bins);
	free(shares);
	return chance;
}

double chance_of_share(uint64_t count, uint64_t draws, double share)
{
	const uint64_t counts[] = { count, draws - count };
	const double shares[] = { share, 1 - share };

	return chance_of_counts(counts, shares, 2);
}

void assert_chance_at(double chance, const char *file, int line, const char *format, ...)
{
	va_list arguments;

	if (chance >= CHANCE_MIN)
		return;
	va_start(arguments, format);
	vprint_error(format, arguments);
	va_end(arguments);
	print_error(": by chance only with probability %.3g, seed %" PRIu64 "\n", chance,
		    test_seed());
	_fail(file, line);
}
