/*
 * What throughput is paid with, of a workload whose series differ in that: hits that do not come, memory that is on
 * another node, entries that are lost, reads that are torn.
 */
#ifndef PLOTS_TRADEOFFS_H
#define PLOTS_TRADEOFFS_H

#include "plots/panels.h"

/* Of a panel: are there policies of memory to compare, or losses that are counted? */
bool tradeoffs_has_policies(const struct panel *panel);
bool tradeoffs_has_losses(const struct panel *panel);

/* Medians over the valid trials of a cell that have the number; NaN where none has. */
double tradeoffs_hit_ratio(const struct cell_summary *cell);

/* In a million operations. */
double tradeoffs_lost(const struct cell_summary *cell);
double tradeoffs_torn(const struct cell_summary *cell);

/* Does the variant promise to keep every entry, untorn? What a short run did not lose is no promise. */
bool tradeoffs_is_lossless(const struct series *series);

/* Shares of what a cell's workers read that is on another node: of reads that memory answered, and of pages. */
double tradeoffs_remote_reads(const struct cell_summary *cell);
double tradeoffs_remote_pages(const struct cell_summary *cell);

#endif
