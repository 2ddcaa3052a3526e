/* Student's t distribution, by the regularised incomplete beta function. */
#ifndef RUNNERS_STATS_STUDENT_H
#define RUNNERS_STATS_STUDENT_H

/**
 * student_p() - how likely |T| >= |t| is.
 *
 * @freedom:  degrees of freedom, above 0, need not be whole.
 *
 * Error: below 1e-10 absolute.
 * Source: DLMF 8.17.22 (continued fraction, evaluated by Lentz's method); Abramowitz and Stegun
 * 26.7.1.
 */
double student_p(double t, double freedom);

/**
 * student_critical() - the t that |T| exceeds with probability @p, 0 < p < 1: the inverse of
 * student_p().
 *
 * Error: below 1e-9 relative, by bisection.
 */
double student_critical(double p, double freedom);

#endif
