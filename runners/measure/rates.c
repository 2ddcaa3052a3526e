#include "runners/measure/rates.h"

#include "runners/stats/stats.h"

double span_seconds(const struct span *span)
{
	return (double)(span->stop_ns - span->start_ns) / 1e9;
}

double span_rate(uint64_t operations, const struct span *span)
{
	return span->stop_ns > span->start_ns ? (double)operations / span_seconds(span) : 0;
}

double span_overlap(const struct span *spans, size_t n)
{
	struct span together, any;

	if (!n)
		return 0;
	together = any = spans[0];
	for (size_t i = 1; i < n; i++) {
		const struct span *span = &spans[i];

		if (span->start_ns > together.start_ns)
			together.start_ns = span->start_ns;
		if (span->stop_ns < together.stop_ns)
			together.stop_ns = span->stop_ns;
		if (span->start_ns < any.start_ns)
			any.start_ns = span->start_ns;
		if (span->stop_ns > any.stop_ns)
			any.stop_ns = span->stop_ns;
	}
	if (together.stop_ns <= together.start_ns)
		return 0;
	return span_seconds(&together) / span_seconds(&any);
}

struct fairness fairness_of(const double *rates, size_t n)
{
	return (struct fairness){ .jain = stats_jain(rates, n),
				  .minimum = stats_quantile(rates, n, 0),
				  .median = stats_median(rates, n),
				  .maximum = stats_quantile(rates, n, 1) };
}
