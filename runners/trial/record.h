/*
 * The measured part of a trial line: what each side of a trial writes of it. Internal to
 * runners/trial.
 */
#ifndef RUNNERS_TRIAL_RECORD_H
#define RUNNERS_TRIAL_RECORD_H

#include <jansson.h>

#include "runners/trial/state.h"

/**
 * record_begin() - parent: what the cell alone says, and null for all that is measured.
 *
 * Return: new reference, or NULL without memory.
 */
json_t *record_begin(const struct cell *cell);

/**
 * record_accept() - parent: take over what a child measured.
 *
 * Only known fields of the right type are taken, and none that the cell says. A child whose record
 * lacks something or contradicts itself is not believed at all.
 *
 * @record:  of record_begin(); untouched on failure.
 *
 * Return: 0, -ENOMEM, or -EINVAL with the sentence in @fault.
 */
int record_accept(json_t *record, const json_t *child, const struct cell *cell,
		  struct fault *fault);

/*
 * Child: all that was found. New reference, or NULL without memory. Members and instance are still
 * there.
 */
json_t *record_of_trial(const struct trial *trial);

/* A number, or null for what is not one. New reference. */
json_t *record_number(double value);

/* record_latency.c, record_memory.c, record_consistency.c, remote.c: parts of it. New references. */
json_t *record_latency(const struct trial *trial);
json_t *record_consistency(const struct trial *trial);
json_t *record_server(const struct trial *trial);
json_t *record_memory(const struct trial *trial);
json_t *record_residency(const struct trial *trial);
json_t *record_helpers(const struct trial *trial);
json_t *record_series(const struct trial *trial);

#endif
