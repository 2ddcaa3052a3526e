/* Inside of the report: what limits the fastest of a workload. */
#ifndef PLOTS_PAGE_LIMITS_H
#define PLOTS_PAGE_LIMITS_H

#include "plots/page.h"
#include "plots/standings.h"

enum { PAGE_LIMITS = 2 };

/* The limits that a cell is held against: the measuring loop alone, and one word that all write. */
extern const char *const page_limits[PAGE_LIMITS];

/* The limit as it was measured with as many threads in the same places; NULL if it was not. */
const struct cell_summary *page_find_limit(const struct page *page,
					   const struct cell_summary *cell, const char *limit);

/* Events are counted in turns, so that one trial has not all of them: the names of all trials, to be released. */
json_t *page_counter_names(const struct cell_summary *cell);

/* An event per operation, median of the valid trials that counted it; NaN: none did. */
double page_counter(const struct cell_summary *cell, const char *name);

/* What limits the fastest of a standing: how it scales, its ceilings, its threads' shares, its events. */
void page_write_limits(const struct page *page, const struct standing *standing);

#endif
