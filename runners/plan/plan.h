/* From a preset and key=value words to the cells of a campaign. */
#ifndef RUNNERS_PLAN_PLAN_H
#define RUNNERS_PLAN_PLAN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "runners/plan/cell.h"

struct plan {
	char *title;             /* of the preset, or its name */
	struct cell *cells;      /* distinct, in the order of the preset */
	size_t count;
	unsigned trials;         /* laps: each runs every cell once */
	char id[17];             /* of the campaign: hash of the cells' ids and of trials */
};

struct plan_request {
	const char *preset;              /* name of a built-in preset, "sweep", or path of an INI file */
	const char *const *words;        /* key=value from the command line, NULL-terminated; they override the preset */
	const struct topology *topology;
};

/**
 * plan_make() - expand a preset into cells.
 *
 * Every section but [campaign] is a sweep: the cross product of its axes, lists separated by commas, a..b doubling,
 * globs for variants. A cell that two sections name appears once. Impossible combinations named one by one are
 * refused; combinations that a glob brings in and that cannot be (a stall in a probe) are left out and counted.
 *
 * Return: 0, or -EINVAL, -ENOENT, -E2BIG with the sentence (file and line for presets) in @fault.
 */
int plan_make(const struct plan_request *request, struct plan *plan, struct fault *fault);
void plan_free(struct plan *plan);

/* The campaign fully resolved, as an INI file that plans the same cells again. */
int plan_write_ini(const struct plan *plan, FILE *out);

/* The order of one lap: a permutation of 0 to count - 1, from the recorded seed; with two cells ABBA. */
void plan_shuffle(const struct plan *plan, uint64_t seed, unsigned lap, size_t *order);

/* Expected time of the whole campaign. */
uint64_t plan_expected_ns(const struct plan *plan);

#endif
