/*
 * Probes: what this machine itself costs, beside what structures make of it. Each fills an array of
 * flat objects, told apart by `kind`; what cannot be had here is one of kind `unavailable` with its
 * reason. The last one may be of kind `note`: what a reader of the others must know.
 *
 * Threads are bound and read back, memory is placed and read back; a refusal ends the probe.
 */
#ifndef RUNNERS_PROBE_PROBE_H
#define RUNNERS_PROBE_PROBE_H

#include <jansson.h>
#include <stdint.h>

#include "topology/topology.h"

struct probe_options {
	const struct topology *topology; /* live */
	uint64_t budget_ns;              /* about how long it may take */
};

/*
 * Return: 0, -EINTR, -ENOMEM, or the errno of what was refused with the sentence in @fault.
 * Threads: the caller's affinity is not changed by any of them.
 */
typedef int probe_run(const struct probe_options *options, json_t *rows, struct fault *fault);

/*
 * Kind `limit`: operations on no word, a private word and one shared word by number of threads and
 * by place, draws, a reading of the clock. Takes what its trials take, whatever the budget.
 */
probe_run probe_limits;

/* Kinds `pair` (round trip of a line between two PUs) and `group` (its summary). */
probe_run probe_coherence;

/* Kind `memory`: latency and bandwidth from each node with PUs to each node with memory. */
probe_run probe_memory;

/* Kinds `pu` (fixed work against a deadline) and `miss` (the worst that each PU missed it by). */
probe_run probe_jitter;

/* Kind `clock`: rate, cost, drift, and the agreement of each PU with the first. */
probe_run probe_clock;

/* Append {kind: unavailable, what, reason} or {kind: note, text}. */
void probe_unavailable(json_t *rows, const char *what, const char *reason);
void probe_note(json_t *rows, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
