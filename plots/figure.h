/*
 * The figures there are. Each shows one number of a trial against the number of threads, a curve a series.
 */
#ifndef PLOTS_FIGURE_H
#define PLOTS_FIGURE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* What a number is divided by before it is drawn. */
enum figure_unit {
	FIGURE_AS_MEASURED,
	FIGURE_PER_ONE_THREAD,            /* by the same series' median on one thread */
	FIGURE_PER_ONE_THREAD_AND_THREADS /* by that, and by the number of threads */
};

/* What a figure puts on its axes. */
enum figure_kind {
	FIGURE_THREADS, /* a number of a trial against threads, a curve a series */
	FIGURE_LAW,     /* throughput against threads, and the scaling law through it */
	FIGURE_VECTOR,  /* many numbers of each trial, with the most threads, a curve a series */
	FIGURE_LOAD,    /* a number of a trial against the rate at which operations arrive: rates of an open loop in one frame */
	FIGURE_HEAT,    /* series by threads, as colours */
	FIGURE_PLACES,  /* which worker sat on which PU */
	FIGURE_TRADEOFFS, /* throughput of each series and what it is paid with, on the most threads: of the campaign */
	FIGURE_LADDER   /* what a headline is made of: of the campaign, not of a panel */
};

struct figure {
	const char *name;   /* of the .gp file, and of what is written */
	const char *shows;  /* for `list figures` and captions */
	const char *column; /* heads the data */
	enum figure_kind kind;
	/* The number, of a valid trial; NaN where it has none. NULL: operations per second. */
	double (*of_trial)(const json_t *trial);
	/* Instead, of events that are counted: one figure for each name that the trials have. */
	double (*of_event)(const json_t *trial, const char *name);
	/* Of FIGURE_VECTOR: abscissae and numbers, at most @room, those of one index alike in all trials. */
	size_t (*of_vector)(const json_t *trial, double *x, double *y, size_t room);
	enum figure_unit unit;
	bool x_is_log;   /* the axis of abscissae, where they are not threads */
	bool is_log;     /* the axis of numbers */
	bool has_limits; /* probe/null and probe/faa bound it */
	bool is_usual;   /* drawn where nobody names figures */
};

extern const struct figure plot_figures[];
extern const size_t plot_figures_count;

/* What reports speak of; before it stands what answers a campaign as a whole. */
#define FIGURE_THROUGHPUT (&plot_figures[1])

#endif
