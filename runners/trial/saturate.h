/*
 * rate=sweep: the highest rate at which latency meets an objective, found within one trial.
 *
 * The structure is filled once. A closed loop tells how much it can do at all; then open loops,
 * each as long as a measurement, halve the rates between one that met the objective and one that
 * did not. The rate found is measured once more, as any other trial is: what the record says of
 * throughput and latency is of that.
 */
#ifndef RUNNERS_TRIAL_SATURATE_H
#define RUNNERS_TRIAL_SATURATE_H

#include <jansson.h>

#include "runners/trial/state.h"

/* Before the measurement: look for the rate, and set it. */
void saturate_search(struct trial *trial);

/*
 * After the measurement: did it meet the objective? A trial in which no rate did is `unmet`, one
 * whose rate does not meet it again is `unsteady`.
 */
void saturate_confirm(struct trial *trial);

/* All that was tried. New reference; null if the rate was not swept. */
json_t *saturate_to_json(const struct trial *trial);

#endif
