#include "runners/measure/latency.h"

#include <math.h>

#include "runners/stats/stats.h"
#include "topology/clock.h"

enum { CLOCK_READINGS = 255 };

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->counts[i] += from->counts[i];
	into->samples += from->samples;
	into->sum += from->sum;
	if (from->maximum > into->maximum)
		into->maximum = from->maximum;
}

uint64_t histogram_quantile(const struct histogram *histogram, double q)
{
	const double rank = ceil(q * (double)histogram->samples);
	uint64_t seen = 0;

	if (!histogram->samples)
		return 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
		seen += histogram->counts[i];
		if (seen && (double)seen >= rank) {
			const uint64_t lowest = histogram_lowest(i);
			const uint64_t middle = lowest + (histogram_lowest(i + 1) - lowest) / 2;

			return middle < histogram->maximum ? middle : histogram->maximum;
		}
	}
	return histogram->maximum;
}

double histogram_mean(const struct histogram *histogram)
{
	return histogram->samples ? (double)histogram->sum / (double)histogram->samples : NAN;
}

static double gap(struct random *random)
{
	return random ? -log1p(-random_unit(random)) : 1;
}

/*
 * Two passes over the same numbers: the first finds the scale, so that no table of doubles is
 * needed.
 */
void arrivals_fill(uint64_t *gaps, size_t n, double mean_ticks, struct random *random)
{
	struct random again = random ? *random : (struct random){ 0 };
	double sum = 0, at = 0;
	uint64_t last = 0;

	for (size_t i = 0; i < n; i++)
		sum += gap(random);
	for (size_t i = 0; i < n; i++) {
		uint64_t now;

		at += gap(random ? &again : NULL) * mean_ticks * (double)n / sum;
		now = (uint64_t)(at + 0.5);
		gaps[i] = now - last;
		last = now;
	}
}

double latency_clock_cost_ns(bool is_counter, double ns_per_tick)
{
	double costs[CLOCK_READINGS];
	uint64_t last = clock_now(is_counter);

	for (unsigned i = 0; i < CLOCK_READINGS; i++) {
		const uint64_t now = clock_now(is_counter);

		costs[i] = (double)(now - last) * ns_per_tick;
		last = now;
	}
	return stats_median(costs, CLOCK_READINGS);
}
