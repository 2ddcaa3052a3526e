/*
 * A cell: one variant x place x memory x workload x threads..., every axis resolved to one value.
 *
 * The text of each axis is the identity of a cell and its only transport: presets, command lines,
 * the child process and records all carry `key=value` words, read by the one table of axes
 * (runners/plan/axes.c). The fields below are those words parsed.
 */
#ifndef RUNNERS_PLAN_CELL_H
#define RUNNERS_PLAN_CELL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "structures/variant.h"
#include "topology/memory.h"
#include "topology/placement.h"
#include "workloads/draw.h"
#include "workloads/mix.h"

/* In the order in which they are read: each may build on those before it. */
enum axis_key {
	AXIS_VARIANT,
	AXIS_SERVER,
	AXIS_TRANSPORT,
	AXIS_PERSISTENCE,
	AXIS_CONNECTIONS,
	AXIS_PIPELINE,
	AXIS_THREADS,
	AXIS_PLACE,
	AXIS_MEMORY,
	AXIS_PAGES,
	AXIS_ALLOC,
	AXIS_ROLES,
	AXIS_OP_ORDER,
	AXIS_MIX,
	AXIS_DIST,
	AXIS_RANGE,
	AXIS_VALUE_BYTES,
	AXIS_SCAN_LENGTH,
	AXIS_BATCH,
	AXIS_SHARDS,
	AXIS_CAPACITY,
	AXIS_PREFILL,
	AXIS_RATE,
	AXIS_SLO,
	AXIS_ARRIVALS,
	AXIS_THINK,
	AXIS_LATENCY,
	AXIS_COUNTERS,
	AXIS_STALL,
	AXIS_OVERSUBSCRIBE,
	AXIS_FREE,
	AXIS_DURATION,
	AXIS_WARMUP,
	AXIS_COUNT
};

/* rate=sweep: rates that one trial tries between the closed loop and the one that it measures. */
enum { CELL_SWEEP_PROBES = 9 };

enum { CELL_SERVER_BYTES = 32 };

/* A table that never grows is made for so many elements at most, unless the prefill has more. */
#define CELL_FILLED_MAX UINT64_C(4000000)

enum stall_who { STALL_READER, STALL_WRITER, STALL_ANY, STALL_THREAD };

struct cell {
	/* Canonical text by axis, owned by the cell; never NULL once resolved. */
	char *text[AXIS_COUNT];
	/*
	 * 16 hexadecimal digits: a hash of the resolved axes alone, not of host, build, label, seed
	 * or number of trials; nor of oversubscribe, which permits threads and measures nothing.
	 */
	char id[17];

	const struct variant *variant;
	char server_kind[CELL_SERVER_BYTES];    /* of a private server; "": none, or one that runs already */
	bool has_socket;               /* its kind has a Unix socket */
	struct endpoint endpoint;      /* server=HOST:PORT; of a private one only the campaign knows */
	bool uses_tcp, persists;
	unsigned connections;          /* of all workers together; 0: one each */
	unsigned pipeline;
	unsigned threads;
	struct placement *place;    /* owned; memory for list_length entries only */
	struct memory_policy memory;
	enum memory_pages pages;
	struct mix mix;
	bool in_cycle;    /* op_order=cycle */
	struct dist dist;
	uint64_t range;
	uint64_t prefill;    /* elements, `steady` and N% worked out */
	uint64_t filled;     /* elements that the mix leads to, up to CELL_FILLED_MAX, or prefill if more */
	bool is_steady;      /* the mix holds the size: above 2 % is `drift` */
	size_t value_bytes;
	uint64_t scan_length;    /* keys that a scan asks for; 0: the mix has none */
	unsigned batch;     /* operations fetched for together; 1: each by itself */
	unsigned shards;    /* 0: the structure's own choice */
	uint64_t capacity;    /* 0: the structure's own choice */
	unsigned producers, consumers;    /* roles split and P:C; both 0: mixed */
	double rate_ops_per_s;    /* all threads together; 0: max, closed loop, or to be swept */
	double trace_speedup;     /* rate=trace: arrivals by its timestamps, so much faster; else 0 */
	bool is_swept;    /* rate=sweep */
	double slo_quantile;    /* of latency */
	uint64_t slo_ns;    /* that it may be at most; 0: off */
	bool is_poisson;    /* arrivals */
	uint64_t think_ns;    /* outside the structure, before each operation; 0: none */
	uint64_t latency_every;    /* sample one operation in so many; 0: off, 1: all */
	uint64_t stall_every_ns, stall_for_ns;    /* 0: off */
	enum stall_who stall_who;
	unsigned stall_thread;    /* STALL_THREAD */
	double oversubscribe;     /* permits up to this x PUs threads; at least 1 */
	bool frees_in_batches;
	uint64_t duration_ns;     /* 0 where operations bound the trial */
	uint64_t duration_ops;    /* in all; 0 where time bounds it */
	bool is_once;             /* once through a trace: all of its requests, no warm-up */
	uint64_t warmup_ns;       /* 0: auto */
	bool warmup_auto;
};

/**
 * cell_resolve() - fill the parsed fields and the id from the texts.
 *
 * Axes without text take the family's or the general default. Refuses what the variant cannot do,
 * with the reason. Only variant and threads have no default here (threads=auto is a plan's word).
 *
 * @topology:  the machine the cell is for.
 *
 * Return: 0, or with the sentence in @fault: -EINVAL (no such value), -ENOENT (no such variant,
 * node or PU), -EOPNOTSUPP (not with this variant), -ERANGE (not with so many threads), -ENOMEM.
 */
int cell_resolve(struct cell *cell, const struct topology *topology, struct fault *fault);

void cell_free(struct cell *cell);

/* Do its operations arrive on a schedule (open loop)? */
static inline bool cell_is_paced(const struct cell *cell)
{
	return cell->is_swept || cell->rate_ops_per_s > 0;
}

/*
 * Does anything happen between two operations: is latency sampled, are arrivals paced, or do threads
 * think?
 */
static inline bool cell_is_timed(const struct cell *cell)
{
	return cell_is_paced(cell) || cell->latency_every || cell->think_ns;
}

/* How long it runs between warm-up and end; 0 where operations bound it. */
static inline uint64_t cell_running_ns(const struct cell *cell)
{
	return cell->is_swept ? cell->duration_ns * (CELL_SWEEP_PROBES + 2) : cell->duration_ns;
}

/* The axes as one JSON object, key to text; new reference. And back (not yet resolved). */
json_t *cell_to_json(const struct cell *cell);
int cell_from_json(const json_t *axes, struct cell *cell, struct fault *fault);

#endif
