/* Whether a rate has settled, from a series of looks at it. Internal to runners/trial. */
#ifndef RUNNERS_TRIAL_STEADY_H
#define RUNNERS_TRIAL_STEADY_H

#include "runners/trial/state.h"

/* While it warms up: are the last windows level? */
bool steady_now(const struct series *series);

/**
 * steady_judge() - did the rate stay where it was while it was measured?
 *
 * Where it did not the trial is flagged `unsteady`, however its warm-up was bounded: half of the windows lie further
 * apart than half of their median, or the fitted line changes by more than a quarter of it, chance apart. Not judged are
 * loads that end with their operations, which may fill or drain, those with stalls, which move by design, and those too
 * short for eight windows.
 */
void steady_judge(struct trial *trial);

#endif
