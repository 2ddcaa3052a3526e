/* What the rows of the table of axes (axes.c) point to. See struct axis. */
#ifndef RUNNERS_PLAN_AXES_ROWS_H
#define RUNNERS_PLAN_AXES_ROWS_H

#include "runners/plan/axes.h"

/* axes_where.c: the variant, and where it runs. */
int axis_parse_variant(struct cell *cell, struct fault *fault);
int axis_parse_threads(struct cell *cell, struct fault *fault);
int axis_parse_place(struct cell *cell, struct fault *fault);
int axis_parse_memory(struct cell *cell, struct fault *fault);
int axis_parse_pages(struct cell *cell, struct fault *fault);
int axis_parse_alloc(struct cell *cell, struct fault *fault);
int axis_parse_oversubscribe(struct cell *cell, struct fault *fault);
int axis_check_threads(const struct cell *cell, const struct topology *topology,
		       struct fault *fault);
int axis_check_place(const struct cell *cell, const struct topology *topology, struct fault *fault);
int axis_check_memory(const struct cell *cell, const struct topology *topology,
		      struct fault *fault);

/* axes_server.c: what variants talk to that are not in this process, and how. */
int axis_parse_server(struct cell *cell, struct fault *fault);
int axis_parse_transport(struct cell *cell, struct fault *fault);
int axis_parse_persistence(struct cell *cell, struct fault *fault);
int axis_parse_connections(struct cell *cell, struct fault *fault);
int axis_parse_pipeline(struct cell *cell, struct fault *fault);
int axis_check_connections(const struct cell *cell, const struct topology *topology,
			   struct fault *fault);
int axis_check_pipeline(const struct cell *cell, const struct topology *topology,
			struct fault *fault);
const char *axis_default_transport(const struct cell *cell);
const char *axis_pointless_server(const struct cell *cell);
const char *axis_pointless_transport(const struct cell *cell);
const char *axis_pointless_persistence(const struct cell *cell);
const char *axis_pointless_connections(const struct cell *cell);
const char *axis_pointless_pipeline(const struct cell *cell);

/* axes_load.c: which operations, on what. */
int axis_parse_mix(struct cell *cell, struct fault *fault);
int axis_parse_op_order(struct cell *cell, struct fault *fault);
int axis_parse_dist(struct cell *cell, struct fault *fault);
int axis_parse_range(struct cell *cell, struct fault *fault);
int axis_parse_prefill(struct cell *cell, struct fault *fault);
int axis_parse_value_bytes(struct cell *cell, struct fault *fault);
int axis_parse_scan_length(struct cell *cell, struct fault *fault);
int axis_parse_batch(struct cell *cell, struct fault *fault);
int axis_parse_shards(struct cell *cell, struct fault *fault);
int axis_parse_capacity(struct cell *cell, struct fault *fault);
int axis_parse_roles(struct cell *cell, struct fault *fault);
int axis_check_op_order(const struct cell *cell, const struct topology *topology,
			struct fault *fault);
int axis_check_prefill(const struct cell *cell, const struct topology *topology,
		       struct fault *fault);
int axis_check_dist(const struct cell *cell, const struct topology *topology, struct fault *fault);
int axis_check_capacity(const struct cell *cell, const struct topology *topology,
			struct fault *fault);
int axis_check_roles(const struct cell *cell, const struct topology *topology, struct fault *fault);
int axis_check_batch(const struct cell *cell, const struct topology *topology, struct fault *fault);
const char *axis_pointless_mix(const struct cell *cell);
const char *axis_pointless_prefill(const struct cell *cell);
const char *axis_pointless_scan_length(const struct cell *cell);
const char *axis_pointless_batch(const struct cell *cell);
const char *axis_pointless_shards(const struct cell *cell);
const char *axis_pointless_capacity(const struct cell *cell);
const char *axis_pointless_free(const struct cell *cell);

/* axes_time.c: how fast, how long, and what is timed. */
int axis_parse_rate(struct cell *cell, struct fault *fault);
int axis_parse_slo(struct cell *cell, struct fault *fault);
int axis_parse_arrivals(struct cell *cell, struct fault *fault);
int axis_parse_think(struct cell *cell, struct fault *fault);
int axis_parse_latency(struct cell *cell, struct fault *fault);
int axis_parse_counters(struct cell *cell, struct fault *fault);
int axis_parse_stall(struct cell *cell, struct fault *fault);
int axis_parse_free(struct cell *cell, struct fault *fault);
int axis_parse_duration(struct cell *cell, struct fault *fault);
int axis_parse_warmup(struct cell *cell, struct fault *fault);
int axis_check_latency(const struct cell *cell, const struct topology *topology,
		       struct fault *fault);
int axis_check_duration(const struct cell *cell, const struct topology *topology,
			struct fault *fault);
int axis_check_rate(const struct cell *cell, const struct topology *topology, struct fault *fault);
int axis_check_think(const struct cell *cell, const struct topology *topology, struct fault *fault);
int axis_check_stall(const struct cell *cell, const struct topology *topology, struct fault *fault);
const char *axis_pointless_slo(const struct cell *cell);
const char *axis_pointless_think(const struct cell *cell);
const char *axis_pointless_arrivals(const struct cell *cell);
const char *axis_pointless_warmup(const struct cell *cell);

#endif
