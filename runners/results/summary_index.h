/* Summaries by the id of their cell. */
#ifndef RUNNERS_RESULTS_SUMMARY_INDEX_H
#define RUNNERS_RESULTS_SUMMARY_INDEX_H

#include "runners/results/results.h"

struct summary_index {
	const struct cell_summary **sorted;
	size_t count;
};

/* @summaries outlives the index. Return: 0, or -ENOMEM; released with summary_index_free(). */
int summary_index_make(const struct summary_list *summaries, struct summary_index *index);

/* Return: the summary of a cell, or NULL. */
const struct cell_summary *summary_index_find(const struct summary_index *index, const char *cell);

void summary_index_free(struct summary_index *index);

#endif
