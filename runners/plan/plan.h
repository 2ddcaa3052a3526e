/* From a preset and key=value words to the cells of a campaign. */
#ifndef RUNNERS_PLAN_PLAN_H
#define RUNNERS_PLAN_PLAN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "runners/plan/cell.h"

enum { PLAN_CELLS_MAX = 1000000, PLAN_TRIALS_MAX = 100000, PLAN_TRIALS_DEFAULT = 5 };

/* host=: look at the host and say what is amiss, refuse an unfit one, or do not look. */
enum plan_host { PLAN_HOST_CHECK, PLAN_HOST_STRICT, PLAN_HOST_OFF };

const char *plan_host_name(enum plan_host host);

struct plan {
	char *title;           /* of the preset, or its name */
	struct cell *cells;    /* distinct, in the order of the preset */
	size_t count;
	unsigned trials;    /* laps: each runs every cell once */
	enum plan_host host;
	char id[17];    /* of the campaign: hash of the cells' ids and of trials */
	size_t left_out;    /* combinations that a glob or `auto` brought in and that cannot be */
	char *left_out_reason;    /* of the first of them, or NULL */
};

struct plan_request {
	const char *preset;          /* built-in name, "sweep", or path of an INI file */
	const char *const *words;    /* key=value, NULL-terminated; they override the preset */
	const struct topology *topology;
};

/**
 * plan_make() - expand a preset into cells.
 *
 * Every section but [campaign] is a sweep: the cross product of its axes, lists separated by
 * commas, a..b doubling, globs for variants; threads turn fastest. A cell that two sections name
 * appears once. A combination that cannot be is refused if it was named; if a glob or
 * `threads=auto` brought it in, or the command line did over a preset, it is left out and counted.
 * A value that no cell takes is refused.
 *
 * Return: 0, or with the sentence (file and line for presets) in @fault: -EINVAL, -ENOENT,
 * -EOPNOTSUPP, -ERANGE (the user's mistakes), -E2BIG (above PLAN_CELLS_MAX, nothing was allocated
 * for them), -ENOMEM, or the errno with which the preset could not be read.
 */
int plan_make(const struct plan_request *request, struct plan *plan, struct fault *fault);
void plan_free(struct plan *plan);

/*
 * The campaign fully resolved, as an INI file that plans the same cells again. Return: 0 or -EIO.
 */
int plan_write_ini(const struct plan *plan, FILE *out);

/*
 * The order of one lap: a permutation of 0 to count - 1, from the recorded seed. Two cells go ABBA,
 * so that a drift of the host weighs on both alike.
 */
void plan_shuffle(const struct plan *plan, uint64_t seed, unsigned lap, size_t *order);

/* Expected time of one trial of a cell, with what surrounds the measurement. */
uint64_t plan_trial_ns(const struct cell *cell);

/* Expected time of the whole campaign. */
uint64_t plan_expected_ns(const struct plan *plan);

#endif
