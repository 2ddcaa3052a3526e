#include "runners/results/summary_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct cell_summary *const *const one = a, *const *const other = b;

	return strcmp((*one)->cell, (*other)->cell);
}

static int compare_with_cell(const void *cell, const void *summary)
{
	const struct cell_summary *const *const other = summary;

	return strcmp(cell, (*other)->cell);
}

int summary_index_make(const struct summary_list *summaries, struct summary_index *index)
{
	const struct cell_summary **const sorted = calloc(summaries->count + 1, sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < summaries->count; i++)
		sorted[i] = &summaries->cells[i];
	qsort(sorted, summaries->count, sizeof(*sorted), compare);
	*index = (struct summary_index){ .sorted = sorted, .count = summaries->count };
	return 0;
}

const struct cell_summary *summary_index_find(const struct summary_index *index, const char *cell)
{
	const struct cell_summary *const *const found = bsearch(
		cell, index->sorted, index->count, sizeof(*index->sorted), compare_with_cell);

	return found ? *found : NULL;
}

void summary_index_free(struct summary_index *index)
{
	free(index->sorted);
}
