/* What a source really draws: counted, and held against the exact mass. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "workloads/draw.h"

enum { TABLE_ALIGNMENT = 64, KEYS_BELOW_FULL = 3, OF_SLOTS = 4 };

/* Open addressing; a slot without draws is free. */
struct count {
	uint64_t key;
	uint64_t draws;
};

struct counts {
	struct count *slots;
	uint64_t mask;
	uint64_t distinct;
};

static int counts_make(struct counts *counts, uint64_t slots)
{
	counts->slots = calloc(slots, sizeof(*counts->slots));
	counts->mask = slots - 1;
	counts->distinct = 0;
	return counts->slots ? 0 : -ENOMEM;
}

static struct count *counts_find(const struct counts *counts, uint64_t key)
{
	uint64_t at = random_mix(key) & counts->mask;

	while (counts->slots[at].draws && counts->slots[at].key != key)
		at = (at + 1) & counts->mask;
	return &counts->slots[at];
}

/* Twice the slots: memory follows the keys met, not the draws asked for. */
static int counts_grow(struct counts *counts)
{
	struct counts grown;

	if (counts_make(&grown, (counts->mask + 1) * 2))
		return -ENOMEM;
	for (uint64_t i = 0; i <= counts->mask; i++)
		if (counts->slots[i].draws)
			*counts_find(&grown, counts->slots[i].key) = counts->slots[i];
	grown.distinct = counts->distinct;
	free(counts->slots);
	*counts = grown;
	return 0;
}

static int counts_add(struct counts *counts, uint64_t key)
{
	struct count *slot = counts_find(counts, key);

	if (!slot->draws) {
		slot->key = key;
		counts->distinct++;
	}
	slot->draws++;
	if (counts->distinct * OF_SLOTS > counts->mask * KEYS_BELOW_FULL)
		return counts_grow(counts);
	return 0;
}

/* How many keys were drawn so many times: a sort of the counts that looks at each of them once. */
struct ranking {
	uint64_t *keys;    /* [most + 1], by number of draws */
	uint64_t most;
};

static int rank_counts(const struct counts *counts, struct ranking *ranking)
{
	ranking->most = 0;
	for (uint64_t i = 0; i <= counts->mask; i++)
		if (counts->slots[i].draws > ranking->most)
			ranking->most = counts->slots[i].draws;
	ranking->keys = calloc(ranking->most + 1, sizeof(*ranking->keys));
	if (!ranking->keys)
		return -ENOMEM;
	for (uint64_t i = 0; i <= counts->mask; i++)
		ranking->keys[counts->slots[i].draws]++;
	return 0;
}

/* Share of the draws that fell on the @keys most frequent ones. */
static double top_share(const struct ranking *ranking, uint64_t keys, uint64_t draws)
{
	uint64_t sum = 0;

	for (uint64_t times = ranking->most; times && keys; times--) {
		const uint64_t there = ranking->keys[times];
		const uint64_t taken = there < keys ? there : keys;

		sum += taken * times;
		keys -= taken;
	}
	return (double)sum / (double)draws;
}

/* The chance that a key of probability @p is met at least once. */
static double met(double p, double draws)
{
	return p < 1 ? -expm1(draws * log1p(-p)) : 1;
}

/*
 * Sum of met() over all ranks. Behind the first ranks it is smooth, and Simpson's rule on intervals
 * that grow with the rank is exact to a few in a million.
 */
static double zipf_distinct(uint64_t n, double theta, double draws)
{
	const double total = zipf_mass(1, n, theta), leading = fmin((double)n, 4096);
	double k = 1, sum = 0;

	for (; k <= leading; k++)
		sum += met(pow(k, -theta) / total, draws);
	for (double a = k - 0.5, end = (double)n + 0.5; a < end;) {
		const double b = fmin(a * 1.0625, end), middle = (a + b) / 2;

		sum += (b - a) / 6 *
		       (met(pow(a, -theta) / total, draws) +
			4 * met(pow(middle, -theta) / total, draws) +
			met(pow(b, -theta) / total, draws));
		a = b;
	}
	return sum;
}

static double hotspot_distinct(const struct draw_source *source, double draws, double hot_draws)
{
	const double hot = (double)source->hotspot.hot, cold = (double)source->hotspot.cold;

	if (cold == 0)
		return hot * met(1 / hot, draws);
	return hot * met(hot_draws / hot, draws) + cold * met((1 - hot_draws) / cold, draws);
}

static double expect_distinct(const struct draw_options *options, const struct draw_source *source,
			      double draws)
{
	const double range = (double)options->range;
	const int insert = options->insert_operation;

	switch (options->dist.kind) {
	case DIST_UNIFORM: return range * met(1 / range, draws);
	case DIST_TRACE: return draws;    /* no request comes twice */
	case DIST_PREFIX:
	case DIST_ZIPF: return zipf_distinct(options->range, options->dist.theta, draws);
	case DIST_HOTSPOT: return hotspot_distinct(source, draws, options->dist.hot_draws);
	case DIST_SEQUENTIAL: return fmin(draws, range);
	case DIST_LATEST: break;
	}
	if (insert >= 0 && options->mix.share[insert])
		return NAN;    /* the hot keys move: no fixed mass to expect from */
	return zipf_distinct(options->range, options->dist.theta, draws);
}

static int count_draws(struct draw_source *source, uint64_t draws, struct counts *counts)
{
	int error = 0;

	for (uint64_t i = 0; i < draws && !error; i++)
		error = counts_add(counts, draw_next(source).key);
	return error;
}

static int summarise(const struct counts *counts, uint64_t range, uint64_t draws,
		     struct draw_skew *skew)
{
	const uint64_t percent = range / 100 ? range / 100 : 1;
	struct ranking ranking;

	if (rank_counts(counts, &ranking))
		return -ENOMEM;
	skew->draws = draws;
	skew->distinct = counts->distinct;
	skew->top1 = top_share(&ranking, 1, draws);
	skew->top10 = top_share(&ranking, 10, draws);
	skew->top1_percent = top_share(&ranking, percent, draws);
	free(ranking.keys);
	return 0;
}

int draw_measure_skew(const struct draw_options *options, uint64_t draws, struct draw_skew *skew)
{
	const size_t bytes = (draw_table_bytes(options) / TABLE_ALIGNMENT + 1) * TABLE_ALIGNMENT;
	void *const table = aligned_alloc(TABLE_ALIGNMENT, bytes);
	struct draw_source source;
	struct counts counts = { .slots = NULL };
	int error = table ? counts_make(&counts, 1024) : -ENOMEM;

	if (!error)
		error = draw_init(&source, options, table, NULL);
	if (!error)
		error = count_draws(&source, draws, &counts);
	if (!error)
		error = summarise(&counts, options->range, draws, skew);
	if (!error)
		skew->distinct_expected = expect_distinct(options, &source, (double)draws);
	free(counts.slots);
	free(table);
	return error;
}
