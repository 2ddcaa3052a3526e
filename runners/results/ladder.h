/*
 * What a headline ratio is made of: a chain of cells from one end of it to the other, each rung changing one thing.
 *
 * The factor of a rung is its cell's rate over that of the rung before it. On logarithms the factors add up to the
 * headline exactly, whatever the noise, since each cell enters once above and once below the line. How much a rung
 * gives depends on what stands before it: one ratio may be taken apart in several orders, each a ladder of its own.
 */
#ifndef RUNNERS_RESULTS_LADDER_H
#define RUNNERS_RESULTS_LADDER_H

#include <stdbool.h>

#include "runners/results/results.h"

enum { LADDER_RUNGS_MAX = 24, LADDERS_MAX = 32, LADDER_WHY_BYTES = 64 };

/* A ratio with its 95 % interval; 0 to infinity: too few trials for one. */
struct ladder_factor {
	double ratio, low, high;
};

struct ladder_rung {
	char *name;     /* what changes; of the first rung, where it starts */
	char *words;    /* key=value of the records, separated by spaces; threads=most: the most that there are */
	const struct cell_summary *cell;    /* NULL: not measured, which @why says */
	char why[LADDER_WHY_BYTES];
	struct ladder_factor factor;    /* over the last rung before it that was measured */
};

struct ladder {
	char *title;
	struct ladder_rung rungs[LADDER_RUNGS_MAX];
	size_t count;
	size_t laps;    /* that all cells have; below 2 the factors are of unpaired trials */
	size_t first, last;    /* rungs that were measured; equal: no ladder */
	struct ladder_factor headline;
};

struct ladders {
	struct ladder ladders[LADDERS_MAX];
	size_t count;
};

/**
 * ladders_load() - read a file of ladders, behind those that are there.
 *
 * [title] begins a ladder; each line `what changes = words of the cell` is a rung; `;` begins a comment.
 *
 * Return: 0, or -ENOENT, -EINVAL with file and line in @fault, -ENOMEM; the ladders are to be freed in any case.
 */
int ladders_load(const char *path, struct ladders *ladders, struct fault *fault);

/**
 * ladders_climb() - load every *.ladder of a folder, and keep those whose start and some rung above were measured.
 *
 * Return: as ladders_load().
 */
int ladders_climb(const char *folder, const struct summary_list *cells, struct ladders *ladders,
		  struct fault *fault);
void ladders_free(struct ladders *ladders);

/**
 * ladder_measure() - find the cells of the rungs, and compute the factors.
 *
 * Paired by the laps that all measured cells have; with fewer than two such laps from all trials of each cell.
 *
 * Return: 0, -ENODATA (the start was not measured, or nothing above it), -ENOMEM.
 */
int ladder_measure(struct ladder *ladder, const struct summary_list *cells);

#endif
