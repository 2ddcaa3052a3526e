/* Progress of a campaign on standard error: a bar on a terminal, a line a minute otherwise. */
#ifndef RUNNERS_CLI_RUN_PROGRESS_H
#define RUNNERS_CLI_RUN_PROGRESS_H

#include <stdbool.h>

#include "runners/trial/campaign.h"

struct run_progress {
	bool is_quiet;
	bool is_terminal;
	uint64_t told_ns;    /* when the last line was written */
	bool has_bar;        /* one stands on the terminal's last line */
};

struct run_progress run_progress_begin(bool is_quiet);

/* struct campaign_hands' progress; @context is a struct run_progress. */
void run_progress_tell(struct run_progress *progress, const struct campaign_progress *now);

/* Clears the bar, so that what follows begins on a line of its own. */
void run_progress_end(struct run_progress *progress);

/* Of the import of a trace, for trace_tell(): a bar on a terminal, else a line a minute. */
void run_progress_import(const char *path, uint64_t done_bytes, uint64_t all_bytes);

#endif
