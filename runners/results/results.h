/* Reading result folders: what figures, tables and reports are made of. */
#ifndef RUNNERS_RESULTS_RESULTS_H
#define RUNNERS_RESULTS_RESULTS_H

#include <jansson.h>
#include <stddef.h>

#include "topology/fault.h"

/* Every line of one folder. Records of kind `trial` and `session` as they stand. */
struct results {
	json_t **sessions;
	size_t session_count;
	json_t **trials;
	size_t trial_count;
	size_t torn;         /* 1 if the last line was cut short and left out */
};

/**
 * results_load() - read results.jsonl.
 *
 * Return: 0, or -ENOENT (no such folder, no results in it), -EINVAL (a line that is not JSON, holds a NUL byte, lacks
 * what every record has, or is of a newer schema) with file and line in @fault.
 */
int results_load(const char *directory, struct results *results, struct fault *fault);
void results_free(struct results *results);

/* All valid trials of one cell, summarised. */
struct cell_summary {
	const char *cell;            /* id; borrowed from the results, as is every string below */
	const char *variant, *family, *place, *label;
	const json_t *first;         /* the first trial of the cell: its axes */
	const json_t *const *trials; /* all of the cell; borrowed from the list */
	size_t trial_count;
	unsigned threads;
	unsigned valid, invalid, skipped;
	double median, low, high;    /* operations per second, all threads; 95 % bootstrap interval of the median */
	double spread;               /* (maximum - minimum) / median of the valid trials */
	double hit_ratio, lost, torn; /* medians of `effective`; NaN unless the family counts losses */
	char *flags;                 /* comma-separated, each flag seen once, NULL if none; owned by the list */
	const char *reason;          /* of the first invalid or skipped trial, or NULL */
};

struct summary_list {
	struct cell_summary *cells;    /* by family, workload, variant, place, memory, then threads */
	size_t count;
	const json_t **trials;    /* of all cells, those of one together */
};

/* The preset of ours that the first session names; NULL where it is none, or a file. Borrowed from @results. */
const char *results_preset(const struct results *results);

/* Whether a trial counts: it was valid, and says a rate. */
int results_is_valid(const json_t *trial);

int results_summarise(const struct results *results, struct summary_list *list);
void summary_list_free(struct summary_list *list);

#endif
