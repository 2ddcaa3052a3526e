/* Statistics of results. Every function says its error or its source. */
#ifndef RUNNERS_STATS_STATS_H
#define RUNNERS_STATS_STATS_H

#include <stddef.h>
#include <stdint.h>

struct interval {
	double low, high;
};

/* Middle of n >= 1 values (mean of the two middle ones where n is even). @values is not changed. NaN for n = 0. */
double stats_median(const double *values, size_t n);

/* Arithmetic mean, and the variance about it with n - 1 in the denominator; NaN for n = 0, and n < 2. */
double stats_mean(const double *values, size_t n);
double stats_variance(const double *values, size_t n);

/* n-th root of the product of n positive values: what a grid of ratios comes to. NaN for n = 0. */
double stats_geometric_mean(const double *values, size_t n);

/* Quantile q in [0, 1] by linear interpolation of order statistics (type 7 of Hyndman and Fan, 1996). */
double stats_quantile(const double *values, size_t n, double q);

/**
 * stats_bootstrap_median() - percentile bootstrap interval of the median.
 *
 * Error: the coverage is close to @confidence from about 10 values on; with n values fewer than 6 no percentile
 * interval of a median reaches 95 %, and the range of the values is what it returns.
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
 *
 * @seed:  of the resampling, so that the same records give the same interval.
 */
struct interval stats_bootstrap_median(const double *values, size_t n, double confidence,
				       uint64_t seed);

/* Jain's fairness index, 1/n to 1. Source: Jain, Chiu, Hawe, DEC TR-301, 1984. NaN if all values are 0. */
double stats_jain(const double *values, size_t n);

/* Least-squares slope of equally spaced values, per step, relative to their mean; 0 for n < 2. */
double stats_relative_slope(const double *values, size_t n);

/**
 * stats_is_steady() - has a series of rates settled?
 *
 * Steady when over the last @window values the fitted line changes by less than @tolerance of their mean.
 */
int stats_is_steady(const double *values, size_t n, size_t window, double tolerance);

/*
 * How n >= 2 values that follow each other moved, by their median: from quartile to quartile, and along the fitted line from
 * the first to the last. Not numbers where the median is 0.
 */
struct movement {
	double quartiles, line;
};

struct movement stats_movement(const double *values, size_t n);

#endif
