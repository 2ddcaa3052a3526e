/* Verdicts on synthetic rates whose truth is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "runners/stats/contrast.h"
#include "runners/stats/resample.h"
#include "runners/stats/student.h"
#include "workloads/random.h"

enum { SEEDS = 100, TRIALS_MAX = 20, CELLS = 100 };

#define ALPHA 0.01
#define NOISE 0.02

/* Sum of twelve uniforms: close to a standard normal. */
static double normal(struct random *random)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += random_unit(random);
	return sum;
}

/* Noise with two humps, as where a line is near or far. */
static double two_humps(struct random *random)
{
	return (random_next(random) & 1 ? 3 : -3) + 0.1 * normal(random);
}

/* Rarely, a neighbour takes half of the machine. */
static double neighbours(struct random *random)
{
	return random_below(random, 8) ? normal(random) : -35;
}

typedef double draw_noise(struct random *random);

static void fill(double *logs, size_t n, double change, draw_noise *noise, struct random *random)
{
	for (size_t i = 0; i < n; i++)
		logs[i] = log1p(change) + NOISE * noise(random);
}

/* One comparison of so many trials a side, of which the new side is slower or faster by @change. */
static struct contrast paired(size_t n, double change, draw_noise *noise, struct random *random)
{
	double base[TRIALS_MAX], new[TRIALS_MAX];

	fill(base, n, 0, noise, random);
	fill(new, n, change, noise, random);
	for (size_t i = 0; i < n; i++)
		new[i] -= base[i];
	return contrast_paired((struct logs){ new, n }, random_next(random));
}

static struct contrast unpaired(size_t n, double change, draw_noise *noise, struct random *random)
{
	double base[TRIALS_MAX], new[TRIALS_MAX];

	fill(base, n, 0, noise, random);
	fill(new, n, change, noise, random);
	return contrast_unpaired((struct logs){ base, n }, (struct logs){ new, n },
				 random_next(random));
}

typedef struct contrast compare_once(size_t n, double change, draw_noise *noise,
				     struct random *random);

/* In how many of 100 seeds one cell by itself gets this verdict. */
static unsigned count_verdicts(enum contrast_verdict verdict, compare_once *compared, size_t n,
			       double change, draw_noise *noise)
{
	unsigned count = 0;

	for (unsigned seed = 0; seed < SEEDS; seed++) {
		struct random random = random_seed(seed, 3, RANDOM_VALUES);
		struct contrast contrast = compared(n, change, noise, &random);

		assert_int_equal(contrasts_judge(&contrast, 1, ALPHA), 0);
		count += contrast.verdict == verdict;
	}
	return count;
}

static unsigned count_differences(compare_once *compared, size_t n, draw_noise *noise)
{
	const unsigned worse = count_verdicts(CONTRAST_WORSE, compared, n, 0, noise);
	const unsigned better = count_verdicts(CONTRAST_BETTER, compared, n, 0, noise);

	print_message("%zu trials a side: %u worse, %u better of %d\n", n, worse, better, SEEDS);
	return worse + better;
}

static void same_against_same_differs_in_at_most_3_of_100(void **state)
{
	static draw_noise *const noises[] = { normal, two_humps, neighbours };
	static const size_t trials[] = { 5, 8, 10 };

	(void)state;
	for (size_t n = 0; n < sizeof(trials) / sizeof(*trials); n++) {
		for (size_t i = 0; i < sizeof(noises) / sizeof(*noises); i++) {
			assert_in_range(count_differences(paired, trials[n], noises[i]), 0, 3);
			assert_in_range(count_differences(unpaired, trials[n], noises[i]), 0, 3);
		}
	}
}

static void slow_down_of_5_per_cent_is_found_with_10_trials(void **state)
{
	const unsigned by_lap = count_verdicts(CONTRAST_WORSE, paired, 10, -0.05, normal);
	const unsigned apart = count_verdicts(CONTRAST_WORSE, unpaired, 10, -0.05, normal);

	(void)state;
	print_message("found %u paired, %u unpaired of %d\n", by_lap, apart, SEEDS);
	assert_in_range(by_lap, 90, SEEDS);
	assert_in_range(apart, 90, SEEDS);
}

static void gain_of_5_per_cent_is_found_with_10_pairs(void **state)
{
	(void)state;
	assert_in_range(count_verdicts(CONTRAST_BETTER, paired, 10, 0.05, normal), 90, SEEDS);
}

static void same_against_same_with_10_pairs_is_no_change(void **state)
{
	(void)state;
	assert_in_range(count_verdicts(CONTRAST_SAME, paired, 10, 0, normal), 90, SEEDS);
}

static void one_session_a_side_is_never_better(void **state)
{
	(void)state;
	assert_int_equal(count_verdicts(CONTRAST_BETTER, unpaired, 20, 0.5, normal), 0);
}

/* So many cells, all changed alike; how many get the verdict. */
static unsigned count_cells(enum contrast_verdict verdict, compare_once *compared, size_t n,
			    double change)
{
	struct random random = random_seed(5, 3, RANDOM_VALUES);
	struct contrast contrasts[CELLS];
	unsigned count = 0;

	for (unsigned i = 0; i < CELLS; i++)
		contrasts[i] = compared(n, change, normal, &random);
	assert_int_equal(contrasts_judge(contrasts, CELLS, ALPHA), 0);
	for (unsigned i = 0; i < CELLS; i++)
		count += contrasts[i].verdict == verdict;
	return count;
}

static void five_trials_over_100_cells_are_too_few(void **state)
{
	(void)state;
	assert_int_equal(count_cells(CONTRAST_TOO_FEW, paired, 5, -0.05), CELLS);
	assert_int_equal(count_cells(CONTRAST_TOO_FEW, unpaired, 5, -0.05), CELLS);
	assert_int_equal(count_cells(CONTRAST_TOO_FEW, unpaired, 5, -0.5), CELLS);
}

static void many_cells_make_false_alarms_no_more_frequent(void **state)
{
	(void)state;
	assert_in_range(count_cells(CONTRAST_WORSE, paired, 10, 0), 0, 1);
	assert_in_range(count_cells(CONTRAST_WORSE, unpaired, 10, 0), 0, 1);
}

static void a_change_of_half_is_found_in_all_of_100_cells(void **state)
{
	(void)state;
	assert_int_equal(count_cells(CONTRAST_WORSE, paired, 10, -0.5), CELLS);
	assert_int_equal(count_cells(CONTRAST_WORSE, unpaired, 10, -0.5), CELLS);
}

enum { SESSIONS = 3, SESSION_TRIALS = 5 };

/* Sessions that each shift all of their trials by some 2 %, the host being another every time. */
static struct contrast by_session(size_t sessions, double change, struct random *random)
{
	double values[2][SESSIONS * SESSION_TRIALS];
	size_t counts[SESSIONS] = { SESSION_TRIALS, SESSION_TRIALS, SESSION_TRIALS };

	for (unsigned side = 0; side < 2; side++) {
		for (size_t i = 0; i < sessions; i++) {
			double *const session = values[side] + i * SESSION_TRIALS;
			const double shift = NOISE * normal(random);

			fill(session, SESSION_TRIALS, side ? change : 0, normal, random);
			for (size_t t = 0; t < SESSION_TRIALS; t++)
				session[t] += shift;
		}
	}
	return contrast_by_session(&(struct session_logs){ values[0], counts, sessions },
				   &(struct session_logs){ values[1], counts, sessions },
				   random_next(random));
}

static void shifts_between_sessions_are_no_difference(void **state)
{
	unsigned differences = 0;

	(void)state;
	for (unsigned seed = 0; seed < SEEDS; seed++) {
		struct random random = random_seed(seed, 4, RANDOM_VALUES);
		struct contrast contrast = by_session(2 + seed % 2, 0, &random);

		assert_int_equal(contrasts_judge(&contrast, 1, ALPHA), 0);
		differences +=
			contrast.verdict == CONTRAST_WORSE || contrast.verdict == CONTRAST_BETTER;
	}
	assert_in_range(differences, 0, 3);
}

static void several_sessions_a_side_can_be_better(void **state)
{
	struct random random = random_seed(1, 4, RANDOM_VALUES);
	struct contrast contrast = by_session(SESSIONS, 0.5, &random);

	(void)state;
	assert_int_equal(contrasts_judge(&contrast, 1, ALPHA), 0);
	assert_int_equal(contrast.verdict, CONTRAST_BETTER);
}

static void interval_excludes_one_just_where_the_ratio_differs(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < SEEDS; seed++) {
		struct random random = random_seed(seed, 6, RANDOM_VALUES);
		struct contrast contrasts[8];

		for (unsigned i = 0; i < 8; i++)
			contrasts[i] = paired(10, i % 2 ? -0.05 : 0, normal, &random);
		assert_int_equal(contrasts_judge(contrasts, 8, ALPHA), 0);
		for (unsigned i = 0; i < 8; i++) {
			const struct contrast *const contrast = &contrasts[i];

			assert_true(contrast->low <= contrast->ratio &&
				    contrast->ratio <= contrast->high);
			if (contrast->verdict == CONTRAST_WORSE)
				assert_true(contrast->high < 1);
			if (contrast->verdict == CONTRAST_SAME)
				assert_true(contrast->low <= 1 && contrast->high >= 1);
		}
	}
}

static void equal_rates_are_no_change(void **state)
{
	const double zeros[10] = { 0 };
	struct contrast contrast = contrast_paired((struct logs){ zeros, 10 }, 1);

	(void)state;
	assert_int_equal(contrasts_judge(&contrast, 1, ALPHA), 0);
	assert_int_equal(contrast.verdict, CONTRAST_SAME);
	assert_true(contrast.p_adjusted == 1 && contrast.ratio == 1);
}

static void one_trial_has_no_interval(void **state)
{
	const double one = -0.5;
	struct contrast contrast = contrast_paired((struct logs){ &one, 1 }, 1);

	(void)state;
	assert_int_equal(contrasts_judge(&contrast, 1, ALPHA), 0);
	assert_int_equal(contrast.verdict, CONTRAST_TOO_FEW);
	assert_true(contrast.low == 0 && isinf(contrast.high));
}

static void signs_of_five_equal_differences_give_two_in_32(void **state)
{
	const double values[] = { 1, 1, 1, 1, 1 };

	(void)state;
	assert_true(fabs(resample_signs(values, 5, 1) - 2.0 / 32) < 1e-12);
	assert_true(fabs(resample_signs_floor(5) - 2.0 / 32) < 1e-12);
}

static void exchanges_of_five_apart_from_five_give_two_in_252(void **state)
{
	const double a[] = { 1, 2, 3, 4, 5 }, b[] = { 11, 12, 13, 14, 15 };

	(void)state;
	assert_true(fabs(resample_exchanges(a, 5, b, 5, 1) - 2.0 / 252) < 1e-12);
	assert_true(fabs(resample_exchanges_floor(5, 5) - 2.0 / 252) < 1e-12);
}

static void least_numbers_of_trials_are_those_that_the_guard_needs(void **state)
{
	(void)state;
	assert_int_equal(contrast_trials_least(true, 1, ALPHA), 8);       /* 2 / 2^8 */
	assert_int_equal(contrast_trials_least(true, 100, ALPHA), 8);
	assert_int_equal(contrast_trials_least(false, 1, ALPHA), 5);      /* 2 of 252 */
	assert_int_equal(contrast_trials_least(false, 100, ALPHA), 9);    /* 2 of 48620 */
}

static void critical_values_are_those_of_the_tables(void **state)
{
	(void)state;
	/* Two-sided 5 % and 1 %: any table of Student's distribution. */
	assert_true(fabs(student_critical(0.05, 1) - 12.7062) < 1e-4);
	assert_true(fabs(student_critical(0.05, 4) - 2.7764) < 1e-4);
	assert_true(fabs(student_critical(0.01, 9) - 3.2498) < 1e-4);
	assert_true(fabs(student_critical(0.01, 1e6) - 2.5758) < 1e-4);
	assert_true(fabs(student_p(student_critical(1e-6, 7), 7) - 1e-6) < 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_against_same_differs_in_at_most_3_of_100),
		cmocka_unit_test(slow_down_of_5_per_cent_is_found_with_10_trials),
		cmocka_unit_test(gain_of_5_per_cent_is_found_with_10_pairs),
		cmocka_unit_test(same_against_same_with_10_pairs_is_no_change),
		cmocka_unit_test(one_session_a_side_is_never_better),
		cmocka_unit_test(five_trials_over_100_cells_are_too_few),
		cmocka_unit_test(many_cells_make_false_alarms_no_more_frequent),
		cmocka_unit_test(a_change_of_half_is_found_in_all_of_100_cells),
		cmocka_unit_test(shifts_between_sessions_are_no_difference),
		cmocka_unit_test(several_sessions_a_side_can_be_better),
		cmocka_unit_test(interval_excludes_one_just_where_the_ratio_differs),
		cmocka_unit_test(equal_rates_are_no_change),
		cmocka_unit_test(one_trial_has_no_interval),
		cmocka_unit_test(signs_of_five_equal_differences_give_two_in_32),
		cmocka_unit_test(exchanges_of_five_apart_from_five_give_two_in_252),
		cmocka_unit_test(least_numbers_of_trials_are_those_that_the_guard_needs),
		cmocka_unit_test(critical_values_are_those_of_the_tables),
	};

	return cmocka_run_group_tests_name("contrast", tests, NULL, NULL);
}
