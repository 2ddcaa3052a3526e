/*
 * Two sides, cell by cell: paired by lap where they are of one interleaved session, else unpaired,
 * by session and with the host taken out.
 */
#ifndef RUNNERS_RESULTS_COMPARISON_H
#define RUNNERS_RESULTS_COMPARISON_H

#include <stdbool.h>

#include "runners/results/side.h"
#include "runners/stats/contrast.h"

struct compared_cell {
	const json_t *base, *new; /* a trial of each side: the axes */
	bool is_paired;
	size_t base_count, new_count; /* trials that were compared; of pairs, the pairs */
	size_t base_sessions, new_sessions;
	double base_median, new_median; /* operations per second, as measured */
	double host_ratio; /* new / base by probe/null and probe/faa; NaN: not taken out */
	struct contrast contrast;
};

struct comparison {
	struct compared_cell *cells; /* by key */
	size_t count;
	size_t base_only, new_only; /* cells that one side alone has */
	double geometric_mean;      /* of all ratios */
};

/**
 * comparison_make() - compare two sides that sides_match() has sorted.
 *
 * Two trials are a pair if they have the session and the lap in common: then the host was the same,
 * give or take seconds. Where a cell has pairs, trials without partner are left out.
 *
 * Unpaired trials are divided by the mean of what probe/null and probe/faa reached in their session
 * with as many threads, lap by lap where the laps have them: a clock that is faster by some
 * percent, or lines that lie nearer, are no merit of a structure. Probes themselves are then not
 * compared, unless there is nothing else.
 *
 * @alpha:  the chance of any false difference, over all cells.
 *
 * Return: 0, -ENOENT (no cell in common), -ENOMEM, with the sentence in @fault.
 */
int comparison_make(const struct side *base, const struct side *new, double alpha,
		    struct comparison *comparison, struct fault *fault);
void comparison_free(struct comparison *comparison);

#endif
