/* Cells that were measured side by side: what they did in the laps that all of them have. */
#ifndef RUNNERS_RESULTS_LAPS_H
#define RUNNERS_RESULTS_LAPS_H

#include "runners/results/results.h"
#include "runners/stats/contrast.h"

/* One row a lap of a session, one column a cell. */
struct laps {
	double *logs; /* of operations per second; logs[lap * cells + cell] */
	size_t count, cells;
};

/**
 * laps_find() - the laps in which every one of some cells has a valid trial.
 *
 * Trials of one lap of one session ran seconds apart on the same host; trials that name no session have no partner.
 *
 * Return: 0, also where there is no such lap, or -ENOMEM.
 */
int laps_find(const struct cell_summary *const *cells, size_t count, struct laps *laps);
void laps_free(struct laps *laps);

/**
 * laps_contrast() - one cell against another of the same folder, to be judged by contrasts_judge().
 *
 * Paired by lap where two laps or more have both, else unpaired.
 *
 * Return: 0, or -ENOMEM.
 */
int laps_contrast(const struct cell_summary *base, const struct cell_summary *new,
		  struct contrast *contrast);

/* The same from all valid trials of each, as if no two had met. */
int laps_contrast_apart(const struct cell_summary *base, const struct cell_summary *new,
			struct contrast *contrast);

#endif
