/* Who leads each workload at each number of threads, and whether the lead is certain. */
#ifndef PLOTS_STANDINGS_H
#define PLOTS_STANDINGS_H

#include "plots/panels.h"
#include "runners/results/laps.h"

/* The fastest, and so many behind it that it is compared with. */
enum { STANDING_MAX = 8 };

/* The chance that any lead of a page is called certain and is none. */
#define STANDINGS_ALPHA 0.05

struct rival {
	const struct series *series;
	const struct point *point;
	struct contrast lead;    /* the fastest over this one; of the fastest itself nothing */
};

struct standing {
	const struct panel *panel;    /* the first part of the workload */
	unsigned threads;
	struct rival rivals[STANDING_MAX];    /* by median, the fastest first */
	size_t count;
	size_t more;    /* further variants whose 95 % interval reaches into the fastest one's */
};

struct standings {
	struct standing *standings;    /* by workload as the panels are, then threads */
	size_t count;
};

/* Does a panel hold the same workload as another: are they parts of one? */
int standings_same_workload(const struct panel *a, const struct panel *b);

/**
 * standings_build() - rank the series of each workload at each number of threads.
 *
 * Leads are paired by lap where cells were interleaved, and corrected for all of them together (Holm).
 *
 * Return: 0, or -ENOMEM.
 */
int standings_build(const struct panels *panels, struct standings *standings);
void standings_free(struct standings *standings);

/* The first rival that the fastest certainly leads; 0: there is none. */
size_t standing_first_led(const struct standing *standing);

#endif
