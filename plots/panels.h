/*
 * Cells sorted into what a figure draws: a panel is one workload of one family, a series one variant (and whatever
 * other axis differs inside the panel), a point one number of threads.
 */
#ifndef PLOTS_PANELS_H
#define PLOTS_PANELS_H

#include <stddef.h>

#include "plots/figure.h"
#include "runners/results/results.h"

/* More curves than this in one frame cannot be told apart: such a panel is split. */
enum { PANEL_SERIES_MAX = 12, PANEL_MARKS_MAX = 16 };

struct point {
	unsigned threads;
	double median, low, high;    /* of the figure's number; 95 % bootstrap interval */
	const struct cell_summary *cell;
};

/*
 * What tells one series of a panel from another; the legend names those in which its series differ, and always the
 * variant, what its scans guarantee, and what is wrong with it by design.
 */
enum series_word {
	SERIES_VARIANT,
	SERIES_SCAN,    /* "(weak scans)"; empty where nothing scans */
	SERIES_FLAW,    /* "(incorrect by design...)"; empty where it is correct */
	SERIES_PLACE,
	SERIES_MEMORY,
	SERIES_PAGES,
	SERIES_ALLOC,
	SERIES_LABEL,
	SERIES_THREADS, /* only where threads are not the axis */
	SERIES_REST,    /* the words of `workload` that make no panel, such as shards */
	SERIES_WORDS
};

struct series {
	char *words[SERIES_WORDS];
	char *name;              /* what the legend says */
	struct point *points;    /* by threads, ascending */
	size_t count;
};

/* Where the next worker crosses into another NUMA node or onto an SMT sibling. */
struct mark {
	double threads;          /* between two numbers of threads */
	char text[32];
};

struct panel {
	char *family;
	char *workload;          /* the words of the mix, distribution, range..., for a title */
	char slug[96];           /* file name without folder and ending */
	unsigned part, parts;    /* of a split panel, from 1 */
	struct series *series;
	size_t count;
	struct mark marks[PANEL_MARKS_MAX];
	size_t mark_count;
	const struct series *null, *faa;    /* limits of the harness and of one shared word, NULL if not measured */
};

struct panels {
	struct panel *panels;
	size_t count;
	struct panel *probes;    /* panels of the probe family: limits, owned here */
	size_t probe_count;
};

/**
 * panels_build() - sort all valid cells of a folder into panels.
 *
 * Every figure has the same panels; a cell whose trials lack the figure's number has no point there.
 * Probes make no panel of their own unless there is nothing else. A figure of loads has all rates of a workload in
 * one panel, and tells its series apart by threads.
 *
 * @event:  which one a figure of events shows, else NULL.
 *
 * Return: 0, or -ENOMEM.
 */
int panels_build(const struct results *results, const struct summary_list *cells,
		 const struct figure *figure, const char *event, struct panels *panels);
void panels_free(struct panels *panels);

/* The series' point on so many threads; NULL: it has none. */
const struct point *series_point(const struct series *series, unsigned threads);

/* The highest number of threads, and the highest upper end of an interval, in one panel. */
unsigned panel_most_threads(const struct panel *panel);
double panel_highest(const struct panel *panel);

#endif
