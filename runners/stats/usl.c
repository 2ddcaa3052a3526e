#include "runners/stats/usl.h"

#include <cminpack.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runners/stats/student.h"

/* In the order of the vector that MINPACK varies. */
enum { LOG_RATE, CONTENTION, COHERENCY, PARAMETERS };

#define TOLERANCE   1e-10
#define SIGNIFICANT 0.05

/* The law's denominator is positive wherever it means anything. */
#define DENOMINATOR_LEAST 1e-6

struct curve {
	const struct usl_point *points;
};

static double denominator(const double *x, double n)
{
	return fmax(DENOMINATOR_LEAST, 1 + x[CONTENTION] * (n - 1) + x[COHERENCY] * n * (n - 1));
}

/* MINPACK asks for residuals, logs of measured over fitted, or for their derivatives by column. */
static int evaluate(void *context, int m, int n, const double *x, double *residuals,
		    double *jacobian, int rows, int what)
{
	const struct curve *const curve = context;

	(void)n;
	for (int i = 0; i < m; i++) {
		const double threads = curve->points[i].threads;
		const double below = denominator(x, threads);

		if (what == 1) {
			residuals[i] = log(curve->points[i].rate / threads * below) - x[LOG_RATE];
			continue;
		}
		jacobian[i + rows * LOG_RATE] = -1;
		jacobian[i + rows * CONTENTION] = (threads - 1) / below;
		jacobian[i + rows * COHERENCY] = threads * (threads - 1) / below;
	}
	return 0;
}

static struct usl_estimate estimate(double value, double variance, size_t freedom)
{
	const double reach = student_critical(SIGNIFICANT, (double)freedom) * sqrt(variance);

	return (struct usl_estimate){ value, { value - reach, value + reach } };
}

/* Symmetric on a log scale, as the knee is a root of a quotient. */
static struct usl_estimate exponential(struct usl_estimate log)
{
	return (struct usl_estimate){ exp(log.value),
				      { exp(log.interval.low), exp(log.interval.high) } };
}

/* @covariance: of the parameters, by row. By the delta method. */
static struct usl_estimate find_knee(const double *x, const double covariance[][PARAMETERS],
				     size_t freedom)
{
	const double by_contention = -0.5 / (1 - x[CONTENTION]);
	const double by_coherency = -0.5 / x[COHERENCY];
	const double variance =
		by_contention * by_contention * covariance[CONTENTION][CONTENTION] +
		by_coherency * by_coherency * covariance[COHERENCY][COHERENCY] +
		2 * by_contention * by_coherency * covariance[CONTENTION][COHERENCY];

	return exponential(estimate(0.5 * log((1 - x[CONTENTION]) / x[COHERENCY]),
				    fmax(0, variance), freedom));
}

static void find_residuals(const struct usl_point *points, size_t count, struct usl_fit *fit)
{
	double squares = 0;

	fit->worst = 0;
	for (size_t i = 0; i < count; i++) {
		const double ratio = points[i].rate / usl_rate(fit, points[i].threads);

		squares += log(ratio) * log(ratio);
		if (fabs(log(ratio)) >= fabs(log1p(fit->worst))) {
			fit->worst = ratio - 1;
			fit->worst_threads = points[i].threads;
		}
	}
	fit->residual = sqrt(squares / (double)(count - PARAMETERS));
}

static void judge(struct usl_fit *fit)
{
	fit->misfit[0] = '\0';
	if (fit->residual > USL_RESIDUAL_MAX)
		snprintf(fit->misfit, sizeof(fit->misfit),
			 "points lie %.0f %% off the law, the worst %+.0f %% at %g threads",
			 fit->residual * 100, fit->worst * 100, fit->worst_threads);
	else if (fit->contention.interval.high < 0 || fit->coherency.interval.high < 0)
		snprintf(fit->misfit, sizeof(fit->misfit),
			 "it scales better than a straight line, which the law does not allow");
}

static void describe(const struct usl_point *points, size_t count, const double *x,
		     const double covariance[][PARAMETERS], struct usl_fit *fit)
{
	const size_t freedom = count - PARAMETERS;

	fit->rate = exponential(estimate(x[LOG_RATE], covariance[LOG_RATE][LOG_RATE], freedom));
	fit->contention = estimate(x[CONTENTION], covariance[CONTENTION][CONTENTION], freedom);
	fit->coherency = estimate(x[COHERENCY], covariance[COHERENCY][COHERENCY], freedom);
	fit->knee = (struct usl_estimate){ NAN, { NAN, NAN } };
	if (fit->coherency.interval.low > 0 && x[CONTENTION] < 1)
		fit->knee = find_knee(x, covariance, freedom);
	find_residuals(points, count, fit);
	judge(fit);
}

/* Room that MINPACK works in: residuals, their derivatives, and 5 n + m more. */
static int minimise(const struct usl_point *points, size_t count, double *x,
		    double covariance[][PARAMETERS])
{
	const int m = (int)count, lwa = 5 * PARAMETERS + m;
	struct curve curve = { points };
	double *const room = calloc(count * (1 + PARAMETERS) + (size_t)lwa, sizeof(*room));
	double *const jacobian = room + count, *const work = jacobian + count * PARAMETERS;
	int order[PARAMETERS], found;

	if (!room)
		return -ENOMEM;
	found = lmder1(evaluate, &curve, m, PARAMETERS, x, room, jacobian, m, TOLERANCE, order,
		       work, lwa);
	if (found >= 1 && found <= 3) {
		const double norm = enorm(m, room);

		covar1(m, PARAMETERS, norm * norm, jacobian, m, order, TOLERANCE, work);
		for (int i = 0; i < PARAMETERS; i++)
			for (int j = 0; j < PARAMETERS; j++)
				covariance[i][j] = jacobian[i + m * j];
	}
	free(room);
	return found >= 1 && found <= 3 ? 0 : -EDOM;
}

static size_t count_different(const struct usl_point *points, size_t count)
{
	size_t different = 0;

	for (size_t i = 0; i < count; i++) {
		size_t j = 0;

		while (j < i && points[j].threads != points[i].threads)
			j++;
		different += j == i;
	}
	return different;
}

int usl_fit(const struct usl_point *points, size_t count, struct usl_fit *fit)
{
	double x[PARAMETERS] = { [CONTENTION] = 0.01, [COHERENCY] = 1e-4 };
	double covariance[PARAMETERS][PARAMETERS];
	int error;

	if (count_different(points, count) < USL_POINTS_LEAST)
		return -ENODATA;
	x[LOG_RATE] = log(points[0].rate / points[0].threads);
	error = minimise(points, count, x, covariance);
	if (!error)
		describe(points, count, x, covariance, fit);
	return error;
}

double usl_rate(const struct usl_fit *fit, double threads)
{
	const double x[PARAMETERS] = {
		[CONTENTION] = fit->contention.value, [COHERENCY] = fit->coherency.value
	};

	return fit->rate.value * threads / denominator(x, threads);
}

int usl_is_here(void)
{
	return 1;
}
