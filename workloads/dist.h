/* Key distributions as users write them: uniform, zipf:0.99, hotspot:20:80, latest, sequential. */
#ifndef WORKLOADS_DIST_H
#define WORKLOADS_DIST_H

#include <stdbool.h>
#include <stdint.h>

#include "topology/fault.h"

enum dist_kind { DIST_UNIFORM, DIST_ZIPF, DIST_HOTSPOT, DIST_LATEST, DIST_SEQUENTIAL };

struct dist {
	enum dist_kind kind;
	double theta;           /* zipf and latest: exponent >= 0 */
	double hot_keys;        /* hotspot: share of the keys, 0 to 1 */
	double hot_draws;       /* hotspot: share of the draws that go to them, 0 to 1 */
	uint64_t stride;        /* sequential: worker t's i-th key is (t x stride + i) mod range */
	bool has_stride;        /* sequential: else the stride is range / workers */
};

/**
 * dist_parse() - read a distribution.
 *
 * Return: 0, or -EINVAL with the sentence in @fault.
 */
int dist_parse(const char *text, struct dist *dist, struct fault *fault);

#endif
