/* Cells from key=value words, on a machine of 2 nodes x 4 cores x 2 PUs. */
#ifndef TESTS_RUNNERS_CELLS_H
#define TESTS_RUNNERS_CELLS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/axes.h"

#define CELLS_MACHINE "pack:2 [numa] core:4 pu:2"

static struct topology *cells_topology;
static struct fault cells_fault;

static inline int cells_set_up(void **state)
{
	(void)state;
	return topology_load(CELLS_MACHINE, &cells_topology, NULL);
}

static inline int cells_tear_down(void **state)
{
	(void)state;
	topology_free(cells_topology);
	return 0;
}

/*
 * Resolve "variant=map/chained@mutex threads=2..." (blanks between words). Answers what
 * cell_resolve() does; the sentence is in cells_fault.
 */
static inline int cells_resolve(const char *words, struct cell *cell)
{
	char copy[2048], *rest = copy, *word;

	memset(cell, 0, sizeof(*cell));
	memset(&cells_fault, 0, sizeof(cells_fault));
	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " "))) {
		char *const text = strchr(word, '=');
		int key;

		*text = '\0';
		key = axis_find(word);
		if (key < 0)
			abort();
		axis_set_text(cell, (enum axis_key)key, "%s", text + 1);
	}
	return cell_resolve(cell, cells_topology, &cells_fault);
}

/* Resolves two cells; true if both can be and their ids are equal. */
static inline bool cells_same(const char *one, const char *other)
{
	struct cell a, b;
	const bool both = cells_resolve(one, &a) == 0 && cells_resolve(other, &b) == 0;
	const bool same = both && !strcmp(a.id, b.id);

	cell_free(&a);
	if (both)
		cell_free(&b);
	return same;
}

#endif
