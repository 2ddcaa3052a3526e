/*
 * Distributions as users write them. Of keys: uniform, zipf:0.99, hotspot:20:80, latest, sequential.
 * Of requests, which are chains of blocks: trace:FILE, prefix:BRANCHING:DEPTH:THETA:SHARED.
 */
#ifndef WORKLOADS_DIST_H
#define WORKLOADS_DIST_H

#include <stdbool.h>
#include <stdint.h>

#include "topology/fault.h"

enum dist_kind {
	DIST_UNIFORM,
	DIST_ZIPF,
	DIST_HOTSPOT,
	DIST_LATEST,
	DIST_SEQUENTIAL,
	DIST_TRACE,
	DIST_PREFIX
};

struct trace;    /* workloads/trace.h */

struct dist {
	enum dist_kind kind;
	double theta;           /* zipf, latest and prefix: exponent >= 0 */
	double hot_keys;        /* hotspot: share of the keys, 0 to 1 */
	double hot_draws;       /* hotspot: share of the draws that go to them, 0 to 1 */
	uint64_t stride;        /* sequential: worker t's i-th key is (t x stride + i) mod range */
	bool has_stride;        /* sequential: else the stride is range / workers */
	const struct trace *trace;    /* of trace_find() */
	unsigned branching;     /* prefix: workloads/prefix_tree.h */
	unsigned depth, shared; /* prefix: blocks of a chain; of them, of the tree */
};

/**
 * dist_parse() - read a distribution.
 *
 * Opens a trace, and imports it if that has not been done before.
 *
 * Return: 0, or -EINVAL with the sentence in @fault; of a trace also what trace_open() returns.
 */
int dist_parse(const char *text, struct dist *dist, struct fault *fault);

/* Draws requests, not keys. */
static inline bool dist_has_chains(const struct dist *dist)
{
	return dist->kind == DIST_TRACE || dist->kind == DIST_PREFIX;
}

#endif
