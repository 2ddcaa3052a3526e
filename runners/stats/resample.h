/* Resampling tests: how likely a difference is as large as the one seen, by the values alone. */
#ifndef RUNNERS_STATS_RESAMPLE_H
#define RUNNERS_STATS_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

struct session_logs;

/**
 * resample_signs() - is the mean of differences zero? Two-sided, by flipping signs.
 *
 * Error: exact up to 16 values; above that by 65535 random patterns.
 *
 * @seed:  of random patterns, so that the same records give the same answer.
 */
double resample_signs(const double *differences, size_t n, uint64_t seed);

/* The least p that resample_signs() can give. */
double resample_signs_floor(size_t n);

/**
 * resample_exchanges() - do two samples have the same mean? Two-sided, by exchanging their values.
 *
 * Error: exact up to 200000 arrangements (ten values against ten); above that by 65535 random ones.
 */
double resample_exchanges(const double *a, size_t n, const double *b, size_t m, uint64_t seed);
double resample_exchanges_floor(size_t n, size_t m);

/**
 * resample_sessions() - bootstrap of the difference of two sides, by session, then by trial.
 *
 * Return: twice the share of resamples whose difference lies on the other side of zero, at most 1.
 */
double resample_sessions(const struct session_logs *base, const struct session_logs *new,
			 uint64_t seed);

#endif
