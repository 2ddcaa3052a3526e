/*
 * Next {operation, key}, and next value: one interface for every distribution.
 *
 * Everything a worker draws from lies in its own struct draw_source, and in a table on its own node if the
 * distribution has one. Operation, key and value come from streams of their own. draw_next() is inlined into the
 * measurement loop: no library mathematics, no allocation, no shared line.
 */
#ifndef WORKLOADS_DRAW_H
#define WORKLOADS_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topology/fault.h"
#include "workloads/mix.h"
#include "workloads/random.h"

enum dist_kind { DIST_UNIFORM, DIST_ZIPF, DIST_HOTSPOT, DIST_LATEST, DIST_SEQUENTIAL };

/* A key distribution, as parsed: uniform, zipf:0.99, hotspot:20:80, latest, sequential[:STRIDE]. */
struct dist {
	enum dist_kind kind;
	double theta;           /* zipf and latest: exponent >= 0 */
	double hot_keys;        /* hotspot: share of the keys, 0 to 1 */
	double hot_draws;       /* hotspot: share of the draws that go to them, 0 to 1 */
	uint64_t stride;        /* sequential: thread t's i-th key is (t x stride + i) mod range */
};

int dist_parse(const char *text, struct dist *dist, struct fault *fault);

struct draw_options {
	struct dist dist;
	uint64_t range;            /* keys are 0 to range - 1 */
	uint64_t seed;
	struct mix mix;            /* of this worker: roles differ in it alone */
	bool in_cycle;             /* op_order=cycle */
	unsigned worker, workers;
	int insert_operation;      /* latest: the operation that makes a key the newest, or -1 */
};

struct draw {
	uint64_t key;
	unsigned operation;
};

struct draw_source;

/* Bytes of table that a source of this distribution needs, 0 for none. */
size_t draw_table_bytes(const struct draw_options *options);

/**
 * draw_init() - make one worker's source.
 *
 * @table:  draw_table_bytes() of memory on the worker's node, aligned to 64; kept, not owned.
 *
 * Return: 0, or -EINVAL (range 0, a cycle too long) with the sentence in @fault.
 */
int draw_init(struct draw_source *source, const struct draw_options *options, void *table,
	      struct fault *fault);

static inline struct draw draw_next(struct draw_source *source);

/* 64 random bits for a value, from the value stream. */
static inline uint64_t draw_value(struct draw_source *source);

/* Measured skew of a distribution: share of draws that go to the most frequent keys. */
struct draw_skew {
	double top1, top10, top1_percent;
	uint64_t distinct;             /* distinct keys among the draws */
	double distinct_expected;      /* what the distribution's exact mass predicts */
	uint64_t draws;
};

/**
 * draw_measure_skew() - draw @draws keys with a fresh source and count.
 *
 * Memory: bounded, some 16 bytes for each distinct key, at most @draws of them.
 */
int draw_measure_skew(const struct draw_options *options, uint64_t draws, struct draw_skew *skew);

#endif
