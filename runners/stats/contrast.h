/*
 * Two sets of rates set against each other, cell by cell: better, worse, no change, or too few
 * trials to decide.
 *
 * Everything is done on logarithms, where the noise of a rate is about the same at any rate and a
 * ratio is a difference. Two tests must agree. Student's gives the interval of each ratio, at the
 * level that Holm's correction leaves to its cell. A resampling test, which asks for no
 * distribution of the noise, guards it: noise with two humps, such as a line of memory that is near
 * or far, makes Student's test see differences where there are none.
 *
 * The percentile bootstrap is not used: with five to ten trials its intervals are too short (Hall,
 * The Bootstrap and Edgeworth Expansion, 1992, chapter 3).
 */
#ifndef RUNNERS_STATS_CONTRAST_H
#define RUNNERS_STATS_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum contrast_verdict { CONTRAST_BETTER, CONTRAST_WORSE, CONTRAST_SAME, CONTRAST_TOO_FEW };

/* What was found in one cell, and after contrasts_judge() what it amounts to. */
struct contrast {
	double log_ratio;   /* mean log of new / base */
	double error;       /* its standard error */
	double freedom;     /* degrees of freedom of the error; 0: the error is not known */
	double guard_p;     /* of the resampling test */
	double guard_floor; /* the least that guard_p can be with so many trials */
	bool is_guard_fine; /* it has enough arrangements to be corrected for many cells */
	bool may_be_better; /* false: one session a side */

	double p_adjusted;       /* both tests, Holm */
	double confidence;       /* of the interval, what Holm leaves to this cell */
	double ratio, low, high; /* new / base, and its interval; 0 and infinity: none */
	enum contrast_verdict verdict;
	const char *reason; /* of CONTRAST_TOO_FEW, else NULL */
};

/* Logs of rates: of one side, or the differences of pairs. */
struct logs {
	const double *values;
	size_t count;
};

/**
 * contrast_paired() - new against base within one interleaved campaign.
 *
 * Guard: signs of the differences flipped, all patterns for up to 16 pairs (Fisher, The Design of
 * Experiments, 1935, section 21): right for any noise that treats both sides alike, as laps in
 * random order make it. With n pairs the least p is 2 / 2^n, too coarse for Holm's levels: the
 * guard holds for each cell by itself, and Student's interval carries the correction.
 *
 * @differences:  log new - log base of each lap.
 */
struct contrast contrast_paired(struct logs differences, uint64_t seed);

/**
 * contrast_unpaired() - one session against another.
 *
 * What differs from session to session cannot be told from the change with one on a side: the
 * verdict is never `better`.
 *
 * Interval: Welch, Biometrika 34, 1947. Guard: trials exchanged between the sides, all arrangements
 * where they are few enough, else a random part of them (Phipson and Smyth, Permutation p-values
 * should never be zero, 2010); corrected by Holm as well, so that over more than some 600 cells no
 * number of trials decides.
 */
struct contrast contrast_unpaired(struct logs base, struct logs new, uint64_t seed);

/* The trials of one side in two sessions or more, one after the other in values[]. */
struct session_logs {
	const double *values;
	const size_t *counts; /* of each session, at least 1 */
	size_t sessions;      /* at least 2 */
};

/**
 * contrast_by_session() - campaigns of several sessions.
 *
 * The session is the unit: its trials share the host as it was. The error is the larger of what the
 * sessions' means and what the trials show, since two sessions may agree by chance.
 *
 * Guard: sessions resampled with replacement, then trials within them (Davison and Hinkley,
 * Bootstrap Methods and their Application, 1997, section 3.8).
 */
struct contrast contrast_by_session(const struct session_logs *base, const struct session_logs *new,
				    uint64_t seed);

/* An interval of a ratio that lies within so much of 1 says "no change". */
#define CONTRAST_MARGIN 0.05

/**
 * contrasts_judge() - correct for many cells, and say what each amounts to.
 *
 * The chance that any cell that did not change is called better or worse is at most @alpha. The
 * interval of the cell with the i-th least p has the level alpha / (count - i + 1), and all that
 * are not significant have the level of the first such: so it excludes 1 just where Holm rejects.
 *
 * Source: Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
 * Statistics 6, 1979.
 *
 * Return: 0 or -ENOMEM.
 */
int contrasts_judge(struct contrast *contrasts, size_t count, double alpha);

/*
 * How many trials a side, or pairs, it takes before any difference can be shown in so many cells.
 */
size_t contrast_trials_least(bool is_paired, size_t cells, double alpha);

/* "better", "worse", "no change", "too few trials to decide". */
const char *contrast_verdict_name(enum contrast_verdict verdict);

#endif
