#include "runners/stats/resample.h"

#include <math.h>
#include <stdlib.h>

#include "runners/stats/contrast.h"
#include "runners/stats/stats.h"
#include "workloads/random.h"

enum { SIGNS_EXACT_MAX = 16, EXCHANGES_EXACT_MAX = 200000, DRAWS = 65535, SESSION_DRAWS = 9999 };

/* A sum that is equal but for rounding counts as equal. */
#define ROUNDING 1e-9

/* The share of draws that reach what was seen, which is one of them itself: never 0. */
static double share_of_draws(unsigned reached)
{
	return (1.0 + reached) / (1.0 + DRAWS);
}

static double signed_sum(const double *values, size_t n, uint64_t pattern)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += pattern >> (i % 64) & 1 ? -values[i] : values[i];
	return sum;
}

/* Beyond 64 values neighbours 64 apart would share a bit: each block takes a pattern of its own. */
static double random_signed_sum(const double *values, size_t n, struct random *random)
{
	double sum = 0;

	for (size_t at = 0; at < n; at += 64)
		sum += signed_sum(values + at, n - at < 64 ? n - at : 64, random_next(random));
	return sum;
}

double resample_signs(const double *differences, size_t n, uint64_t seed)
{
	const double seen = fabs(signed_sum(differences, n, 0)) * (1 - ROUNDING);
	struct random random = random_seed(seed, 0, RANDOM_SCHEDULE);
	/* The last sign stays: a pattern and its opposite give the same distance from zero. */
	const uint64_t patterns = n && n <= SIGNS_EXACT_MAX ? UINT64_C(1) << (n - 1) : 1;
	unsigned reached = 0;

	if (n > SIGNS_EXACT_MAX) {
		for (unsigned i = 0; i < DRAWS; i++)
			reached += fabs(random_signed_sum(differences, n, &random)) >= seen;
		return share_of_draws(reached);
	}
	for (uint64_t pattern = 0; pattern < patterns; pattern++)
		reached += fabs(signed_sum(differences, n, pattern)) >= seen;
	return reached / (double)patterns;
}

double resample_signs_floor(size_t n)
{
	if (!n)
		return 1;
	return n > SIGNS_EXACT_MAX ? share_of_draws(0) : ldexp(1, 1 - (int)n);
}

/* How many ways there are to choose @k of @n; infinity where that is too much for a double. */
static double choices(size_t n, size_t k)
{
	double count = 1;

	for (size_t i = 1; i <= k; i++)
		count *= (double)(n - k + i) / (double)i;
	return count;
}

/* All values of both samples less their mean, and how far from zero the smaller one's sum lay. */
struct pool {
	double *values;
	size_t count, chosen;
	double seen;
	unsigned reached;
};

static void visit_choices(struct pool *pool, size_t from, size_t left, double sum)
{
	if (!left) {
		pool->reached += fabs(sum) >= pool->seen;
		return;
	}
	for (size_t i = from; i + left <= pool->count; i++)
		visit_choices(pool, i + 1, left - 1, sum + pool->values[i]);
}

/* The first steps of a shuffle. */
static double random_choice(struct pool *pool, struct random *random)
{
	double sum = 0;

	for (size_t i = 0; i < pool->chosen; i++) {
		const size_t other = i + (size_t)random_below(random, pool->count - i);
		const double value = pool->values[other];

		pool->values[other] = pool->values[i];
		pool->values[i] = value;
		sum += value;
	}
	return sum;
}

static double exchange(struct pool *pool, uint64_t seed)
{
	const double all = choices(pool->count, pool->chosen);
	struct random random = random_seed(seed, 0, RANDOM_SCHEDULE);

	if (all <= EXCHANGES_EXACT_MAX) {
		visit_choices(pool, 0, pool->chosen, 0);
		return pool->reached / all;
	}
	for (unsigned i = 0; i < DRAWS; i++)
		pool->reached += fabs(random_choice(pool, &random)) >= pool->seen;
	return share_of_draws(pool->reached);
}

/* Where the sum of the smaller sample lies, about the mean of all, decides the difference. */
double resample_exchanges(const double *a, size_t n, const double *b, size_t m, uint64_t seed)
{
	struct pool pool = { .count = n + m, .chosen = n < m ? n : m };
	double mean, p, sum = 0;

	pool.values = malloc((pool.count + 1) * sizeof(*pool.values));
	if (!pool.values || !pool.chosen) {
		free(pool.values);
		return 1;
	}
	for (size_t i = 0; i < pool.chosen; i++)
		pool.values[i] = n < m ? a[i] : b[i];
	for (size_t i = 0; i < pool.count - pool.chosen; i++)
		pool.values[pool.chosen + i] = n < m ? b[i] : a[i];
	mean = stats_mean(pool.values, pool.count);
	for (size_t i = 0; i < pool.count; i++) {
		pool.values[i] -= mean;
		sum += i < pool.chosen ? pool.values[i] : 0;
	}
	pool.seen = fabs(sum) * (1 - ROUNDING);
	p = exchange(&pool, seed);
	free(pool.values);
	return p;
}

double resample_exchanges_floor(size_t n, size_t m)
{
	const double all = choices(n + m, n < m ? n : m);

	/* Of equal sizes, each arrangement has an opposite that is as far from zero. */
	return all <= EXCHANGES_EXACT_MAX ? (n == m && n ? 2 : 1) / all : share_of_draws(0);
}

static double resampled_mean(const double *values, size_t n, struct random *random)
{
	double mean = 0;

	for (size_t i = 0; i < n; i++)
		mean += values[random_below(random, n)] / (double)n;
	return mean;
}

/* Where the values of session number @session begin. */
static const double *session_values(const struct session_logs *side, size_t session)
{
	const double *values = side->values;

	for (size_t s = 0; s < session; s++)
		values += side->counts[s];
	return values;
}

static double resampled_side(const struct session_logs *side, struct random *random)
{
	double mean = 0;

	for (size_t i = 0; i < side->sessions; i++) {
		const size_t s = (size_t)random_below(random, side->sessions);

		mean += resampled_mean(session_values(side, s), side->counts[s], random) /
			(double)side->sessions;
	}
	return mean;
}

double resample_sessions(const struct session_logs *base, const struct session_logs *new,
			 uint64_t seed)
{
	struct random random = random_seed(seed, 0, RANDOM_SCHEDULE);
	unsigned above = 0, below = 0;

	for (unsigned i = 0; i < SESSION_DRAWS; i++) {
		const double difference =
			resampled_side(new, &random) - resampled_side(base, &random);

		above += difference >= 0;
		below += difference <= 0;
	}
	return fmin(1, 2 * (1.0 + (above < below ? above : below)) / (1.0 + SESSION_DRAWS));
}
