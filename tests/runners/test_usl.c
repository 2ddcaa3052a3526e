/* Scaling laws recovered from curves that were made by one, and from curves that were not. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "runners/stats/usl.h"
#include "workloads/random.h"

enum { SEEDS = 100, POINTS = 9 };

#define RATE       8e6
#define CONTENTION 0.04
#define COHERENCY  3e-4
#define NOISE      0.02

static const double threads[POINTS] = { 1, 2, 4, 8, 16, 32, 48, 64, 128 };

static double law(double n)
{
	return RATE * n / (1 + CONTENTION * (n - 1) + COHERENCY * n * (n - 1));
}

/* Sum of twelve uniforms: close to a standard normal. */
static double normal(struct random *random)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += random_unit(random);
	return sum;
}

static bool holds(const struct usl_estimate *estimate, double truth)
{
	return estimate->interval.low <= truth && truth <= estimate->interval.high;
}

/* Skips the case where there is no cminpack. */
static int fit(const struct usl_point *points, size_t count, struct usl_fit *fit)
{
	if (!usl_is_here()) {
		print_message("built without cminpack\n");
		skip();
	}
	return usl_fit(points, count, fit);
}

static void parameters_are_within_their_interval_in_90_of_100(void **state)
{
	const double knee = sqrt((1 - CONTENTION) / COHERENCY);
	unsigned held[4] = { 0 };

	(void)state;
	for (unsigned seed = 0; seed < SEEDS; seed++) {
		struct random random = random_seed(seed, 7, RANDOM_VALUES);
		struct usl_point points[POINTS];
		struct usl_fit found;

		for (unsigned i = 0; i < POINTS; i++)
			points[i] = (struct usl_point){
				threads[i], law(threads[i]) * exp(NOISE * normal(&random))
			};
		assert_int_equal(fit(points, POINTS, &found), 0);
		assert_string_equal(found.misfit, "");
		held[0] += holds(&found.rate, RATE);
		held[1] += holds(&found.contention, CONTENTION);
		held[2] += holds(&found.coherency, COHERENCY);
		held[3] += holds(&found.knee, knee);
	}
	print_message("rate %u, contention %u, coherency %u, knee %u of %d\n", held[0], held[1],
		      held[2], held[3], SEEDS);
	for (unsigned i = 0; i < 4; i++)
		assert_in_range(held[i], 90, SEEDS);
}

static void curve_without_noise_is_recovered_exactly(void **state)
{
	struct usl_point points[POINTS];
	struct usl_fit found;

	(void)state;
	for (unsigned i = 0; i < POINTS; i++)
		points[i] = (struct usl_point){ threads[i], law(threads[i]) };
	assert_int_equal(fit(points, POINTS, &found), 0);
	assert_true(fabs(found.contention.value - CONTENTION) < 1e-6);
	assert_true(fabs(found.coherency.value - COHERENCY) < 1e-8);
	assert_true(fabs(usl_rate(&found, 10) / law(10) - 1) < 1e-5);
	assert_true(found.residual < 1e-6);
}

static void straight_line_has_no_knee(void **state)
{
	struct random random = random_seed(2, 7, RANDOM_VALUES);
	struct usl_point points[POINTS];
	struct usl_fit found;

	(void)state;
	for (unsigned i = 0; i < POINTS; i++)
		points[i] = (struct usl_point){ threads[i],
						RATE * threads[i] * exp(NOISE * normal(&random)) };
	assert_int_equal(fit(points, POINTS, &found), 0);
	assert_string_equal(found.misfit, "");
	assert_true(isnan(found.knee.value));
}

/* A cliff, as where the second node begins. */
static void cliff_does_not_fit(void **state)
{
	struct usl_point points[POINTS];
	struct usl_fit found;

	(void)state;
	for (unsigned i = 0; i < POINTS; i++)
		points[i] = (struct usl_point){ threads[i],
						threads[i] <= 32 ? RATE * threads[i] : RATE };
	assert_int_equal(fit(points, POINTS, &found), 0);
	assert_true(strlen(found.misfit) > 0);
	assert_true(found.residual > USL_RESIDUAL_MAX);
}

static void better_than_a_straight_line_does_not_fit(void **state)
{
	struct usl_point points[POINTS];
	struct usl_fit found;

	(void)state;
	for (unsigned i = 0; i < POINTS; i++)
		points[i] =
			(struct usl_point){ threads[i],
					    RATE * threads[i] / (1 - 0.003 * (threads[i] - 1)) };
	assert_int_equal(fit(points, POINTS, &found), 0);
	assert_non_null(strstr(found.misfit, "better than a straight line"));
}

static void three_points_are_too_few(void **state)
{
	const struct usl_point points[] = { { 1, 1e6 }, { 2, 2e6 }, { 4, 3e6 }, { 4, 3.1e6 } };
	struct usl_fit found;

	(void)state;
	assert_int_equal(fit(points, 4, &found), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_within_their_interval_in_90_of_100),
		cmocka_unit_test(curve_without_noise_is_recovered_exactly),
		cmocka_unit_test(straight_line_has_no_knee),
		cmocka_unit_test(cliff_does_not_fit),
		cmocka_unit_test(better_than_a_straight_line_does_not_fit),
		cmocka_unit_test(three_points_are_too_few),
	};

	return cmocka_run_group_tests_name("usl", tests, NULL, NULL);
}
