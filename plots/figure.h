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

struct figure {
	const char *name;   /* of the .gp file, and of what is written */
	const char *shows;  /* for `list figures` and captions */
	const char *column; /* heads the data */
	/* The number, of a valid trial; NaN where it has none. NULL: operations per second. */
	double (*of_trial)(const json_t *trial);
	enum figure_unit unit;
	bool is_log;     /* the axis of numbers */
	bool has_limits; /* probe/null and probe/faa bound it */
	bool is_usual;   /* drawn where nobody names figures */
};

extern const struct figure plot_figures[];
extern const size_t plot_figures_count;

/* The first: what reports speak of. */
#define FIGURE_THROUGHPUT (&plot_figures[0])

#endif
