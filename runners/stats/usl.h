/*
 * The Universal Scalability Law: what keeps a curve of throughput against threads from being a
 * straight line.
 *
 *   X(N) = rate N / (1 + contention (N - 1) + coherency N (N - 1))
 *
 * Contention is the share of work that has to wait its turn; coherency the price of every pair of
 * threads that must agree. Past the knee, sqrt((1 - contention) / coherency) threads, more threads
 * do less.
 *
 * Source: N. Gunther, Guerrilla Capacity Planning, 2007, chapters 4 and 5.
 */
#ifndef RUNNERS_STATS_USL_H
#define RUNNERS_STATS_USL_H

#include <stddef.h>

#include "runners/stats/stats.h"

/* One more than there are parameters: with fewer points nothing is left to judge the fit by. */
enum { USL_POINTS_LEAST = 4, USL_MISFIT_BYTES = 160 };

struct usl_point {
	double threads, rate; /* operations per second, all threads */
};

struct usl_estimate {
	double value;
	struct interval interval; /* 95 % */
};

struct usl_fit {
	struct usl_estimate rate; /* of one thread */
	struct usl_estimate contention, coherency;
	struct usl_estimate knee; /* threads; NaN where coherency is not told from zero */
	double residual;      /* relative, root of the mean square with its degrees of freedom */
	double worst;         /* the largest relative residual, measured / fitted - 1 */
	double worst_threads; /* where that is */
	char misfit[USL_MISFIT_BYTES]; /* why the law does not describe the curve; empty: it does */
};

/* Above this residual the curve has another shape than the law. */
#define USL_RESIDUAL_MAX 0.1

/**
 * usl_fit() - fit the law to a curve, by least squares of relative residuals (MINPACK's lmder).
 *
 * The parameters are not held above zero: a curve that scales better than a straight line shows by
 * a negative one, and is a misfit where its interval lies below zero.
 *
 * @points:  at least USL_POINTS_LEAST with different threads.
 *
 * Error: intervals from the linearised law and Student's distribution with count - 3 degrees of
 * freedom (Bates and Watts, Nonlinear Regression Analysis, 1988, section 2.3).
 *
 * Return: 0, also where the law does not fit; -ENODATA (too few points), -EDOM (no least squares
 * found), -ENOTSUP (built without cminpack), -ENOMEM.
 */
int usl_fit(const struct usl_point *points, size_t count, struct usl_fit *fit);

/* The law at so many threads. */
double usl_rate(const struct usl_fit *fit, double threads);

/* Is cminpack in this build? */
int usl_is_here(void);

#endif
