/* What a record says of replicas that agree only in the end: how far apart they were, how long. */
#include <stdlib.h>

#include "runners/measure/latency.h"
#include "runners/trial/record.h"

static json_t *quantile(const struct histogram *ages, double q)
{
	return ages->samples ? json_integer((json_int_t)histogram_quantile(ages, q)) : json_null();
}

json_t *record_consistency(const struct trial *trial)
{
	const struct convergence *const convergence = trial->cell.variant->convergence;
	struct histogram *ages;
	json_t *consistency;

	if (!convergence)
		return json_null();
	ages = calloc(1, sizeof(*ages));
	if (!ages)
		return NULL;
	for (unsigned i = 0; i < trial->cell.threads; i++)
		histogram_merge(ages, convergence->staleness(trial->instance, i));
	consistency =
		json_pack("{s:I, s:I, s:{s:I, s:o, s:o, s:o, s:o}}", "replicas",
			  (json_int_t)convergence->replicas(trial->instance), "convergence_ns",
			  (json_int_t)trial->convergence_ns, "staleness_ns", "samples",
			  (json_int_t)ages->samples, "p50", quantile(ages, 0.5), "p90",
			  quantile(ages, 0.9), "p99", quantile(ages, 0.99), "max",
			  ages->samples ? json_integer((json_int_t)ages->maximum) : json_null());
	free(ages);
	return consistency;
}
