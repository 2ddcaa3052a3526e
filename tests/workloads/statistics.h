/* What the tests of randomness share: a seed that is printed, and exact tail probabilities. */
#ifndef TESTS_WORKLOADS_STATISTICS_H
#define TESTS_WORKLOADS_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/*
 * A test fails below this probability of so much deviation by chance. There are under two hundred
 * such checks in this room: one false alarm in ten million runs of all of them.
 */
#define CHANCE_MIN 5e-10

/* The seed of this run: NUMAMARK_TEST_SEED if it is set, else the clock's. Prints it once. */
uint64_t test_seed(void);

/* The probability that a chi-square variable of @freedom degrees exceeds @statistic. */
double chi_square_tail(double statistic, double freedom);

/*
 * The probability of counts that deviate as much as these from their expectation, by chi-square.
 *
 * @shares:  of each bin, of 1; bins with less than 20 counts expected are taken together.
 */
double chance_of_counts(const uint64_t *counts, const double *shares, size_t bins);

/* The same for even shares. */
double chance_of_even_counts(const uint64_t *counts, size_t bins);

/* The probability that a binomial count of @draws with share @share is as far off as @count. */
double chance_of_share(uint64_t count, uint64_t draws, double share);

/* Fails with what was looked at, the probability and the seed. */
#define assert_chance(chance, ...) assert_chance_at((chance), __FILE__, __LINE__, __VA_ARGS__)

__attribute__((format(printf, 4, 5))) void assert_chance_at(double chance, const char *file,
							     int line, const char *format, ...);

#endif
