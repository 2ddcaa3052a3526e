/* Flags of cells as one comma-separated text each: what all share is said once. */
#ifndef RUNNERS_CLI_RUN_FLAGS_H
#define RUNNERS_CLI_RUN_FLAGS_H

#include "runners/results/results.h"

enum { RUN_FLAGS_BYTES = 512 };

/* Flags that every cell has. Empty for fewer than two cells. */
void run_flags_shared(const struct summary_list *summaries, char shared[RUN_FLAGS_BYTES]);

/* @flags (NULL: none) without those in @shared. */
void run_flags_without(const char *flags, const char *shared, char rest[RUN_FLAGS_BYTES]);

#endif
