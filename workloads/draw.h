/*
 * Next {operation, key}, and next value: one interface for every distribution.
 *
 * Everything a worker draws from lies in its own struct draw_source, and in a table on its own node
 * if the distribution has one. Operation, key and value come from streams of their own. Draws are
 * made a batch at a time: no library mathematics, no allocation, no shared line.
 */
#ifndef WORKLOADS_DRAW_H
#define WORKLOADS_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topology/fault.h"
#include "workloads/chain.h"
#include "workloads/dist.h"
#include "workloads/hotspot.h"
#include "workloads/latest.h"
#include "workloads/mix.h"
#include "workloads/random.h"
#include "workloads/scatter.h"
#include "workloads/sequential.h"
#include "workloads/zipf.h"

/* A longer cycle would take the cache from the structure. get:99.9,put:0.1 has 1000 operations. */
enum { DRAW_CYCLE_MAX = 1024 };

/* Largest range: leaves room for the sum of two keys in 64 bits. */
#define DRAW_RANGE_MAX (UINT64_C(1) << 62)

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
	uint64_t key;    /* or the number of a request, for chain_fill() */
	unsigned operation;
};

struct draw_source {
	struct random keys, operations, values;
	uint64_t range;
	enum dist_kind kind;
	bool in_cycle;
	int insert_operation;
	/* Random order: the operation is how many bounds a 63-bit number has reached. */
	uint64_t bounds[MIX_OPERATIONS_MAX - 1];
	unsigned bound_count;    /* of them that an operation with a share lies behind */
	const uint8_t *cycle;
	unsigned cycle_length, cycle_next;
	struct sequential sequential;
	uint64_t next_request, request_step;    /* trace: round-robin over the workers, lap by lap */
	struct chain_source chains;
	struct zipf zipf;
	struct hotspot hotspot;
	struct latest latest;
	struct scatter scatter;
};

/* Bytes of table that a source of these options needs, 0 for none. */
size_t draw_table_bytes(const struct draw_options *options);

/**
 * draw_init() - make one worker's source.
 *
 * @table:  draw_table_bytes() of memory on the worker's node, aligned to 64; kept, not owned.
 *
 * Return: 0, or -EINVAL (range 0 or above 2^62, a cycle too long) with the sentence in @fault.
 */
int draw_init(struct draw_source *source, const struct draw_options *options, void *table,
	      struct fault *fault);

/**
 * draw_batch() - the next @n draws, in order.
 *
 * One call per batch of operations, not one inlined draw per operation: each distribution then has
 * a loop of its own with its state in registers, and the structure's loop keeps them for itself.
 */
void draw_batch(struct draw_source *source, struct draw *draws, unsigned n);

/* The same for families without keys: operations alone, draws[].key untouched. */
void draw_operation_batch(struct draw_source *source, struct draw *draws, unsigned n);

static inline struct draw draw_next(struct draw_source *source)
{
	struct draw draw;

	draw_batch(source, &draw, 1);
	return draw;
}

/* 64 random bits for a value, from the value stream. */
static inline uint64_t draw_value(struct draw_source *source)
{
	return random_next(&source->values);
}

/* Measured skew of a distribution: share of draws that go to the most frequent keys. */
struct draw_skew {
	double top1, top10, top1_percent;
	uint64_t distinct;             /* distinct keys among the draws */
	double distinct_expected;      /* by the exact mass; NaN for latest with a moving cursor */
	uint64_t draws;
};

/**
 * draw_measure_skew() - draw keys with a fresh source and count.
 *
 * @draws:  at least 1; the memory needed is 20 to 64 bytes for each distinct key among them.
 *
 * Return: 0, -ENOMEM, or -EINVAL as draw_init().
 */
int draw_measure_skew(const struct draw_options *options, uint64_t draws, struct draw_skew *skew);

#endif
