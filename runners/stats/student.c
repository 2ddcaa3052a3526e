#include "runners/stats/student.h"

#include <float.h>
#include <math.h>

enum { FRACTION_TERMS_MAX = 10000, HALVINGS = 200 };

#define FRACTION_TOLERANCE 1e-15

/* Lentz: a denominator that vanishes is replaced by the least that does not. */
static double apart_from_zero(double value)
{
	return fabs(value) < DBL_MIN ? DBL_MIN : value;
}

/* Coefficient number @term, from 1, of the continued fraction: DLMF 8.17.23. */
static double coefficient(unsigned term, double a, double b, double x)
{
	const double m = floor((double)term / 2);

	if (term % 2)
		return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
	return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
}

/* 1 + d1 / (1 + d2 / (1 + ...)), which converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
	double value = 1, above = 1, below = 0;

	for (unsigned term = 1; term < FRACTION_TERMS_MAX; term++) {
		const double d = coefficient(term, a, b, x);

		below = 1 / apart_from_zero(1 + d * below);
		above = apart_from_zero(1 + d / above);
		value *= above * below;
		if (fabs(above * below - 1) < FRACTION_TOLERANCE)
			break;
	}
	return value;
}

/* I_x(a, b), the regularised incomplete beta function. */
static double beta_share(double a, double b, double x)
{
	const double front =
		exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));

	if (x <= 0 || x >= 1)
		return x <= 0 ? 0 : 1;
	if (x < (a + 1) / (a + b + 2))
		return front / a / beta_fraction(a, b, x);
	return 1 - front / b / beta_fraction(b, a, 1 - x);
}

double student_p(double t, double freedom)
{
	return beta_share(freedom / 2, 0.5, freedom / (freedom + t * t));
}

double student_critical(double p, double freedom)
{
	double low = 0, high = 1;

	while (student_p(high, freedom) > p && high < DBL_MAX / 2)
		high *= 2;
	for (unsigned i = 0; i < HALVINGS && high - low > high * DBL_EPSILON; i++) {
		const double middle = low + (high - low) / 2;

		if (student_p(middle, freedom) > p)
			low = middle;
		else
			high = middle;
	}
	return high;
}
