/* The parts of numamark run around the campaign itself. */
#ifndef RUNNERS_CLI_RUN_PARTS_H
#define RUNNERS_CLI_RUN_PARTS_H

#include "runners/trial/campaign.h"

/* --dry-run: print cells and expected time. Return: exit status. */
int run_dry(const struct plan *plan);

/* Say which combinations a plan leaves out, if any. */
void run_tell_left_out(const struct plan *plan);

/* Say what makes a host unfit, and what follows. Return: whether it is. */
bool run_tell_unfit(const struct preflight *preflight, bool is_refused);

struct run_end {
	const struct plan *plan;
	const char *directory;
	const char *label;    /* NULL: none */
	const struct campaign_outcome *outcome;
	int error;    /* of campaign_run(), and its sentence */
	const struct fault *fault;
};

/**
 * run_finish() - say what became of a campaign: the table, figures, the report, how to go on.
 *
 * Return: exit status.
 */
int run_finish(const struct run_end *end);

/**
 * run_summary_print() - print the cells of a plan with what was measured, and the notes below.
 *
 * Beside variant and threads it has a column for every axis without which two rows would read
 * alike.
 *
 * Return: 0, or -ENOMEM.
 */
int run_summary_print(const struct plan *plan, const struct results *results,
		      const struct summary_list *summaries);

/**
 * run_latency_print() - print percentiles of the cells that have latencies, if any, each the median
 * of its trials with its interval.
 *
 * Return: 0, or -ENOMEM.
 */
int run_latency_print(const struct plan *plan, const struct results *results);

/**
 * run_published_print() - print what others have published of the load of the campaign's preset, beside
 * the medians of this run, as far as it was measured; nothing where nobody has.
 *
 * Return: as published_find().
 */
int run_published_print(const struct results *results, const struct summary_list *summaries,
			struct fault *fault);

/**
 * run_scaling_print() - print the scaling law of each curve that has enough numbers of threads.
 *
 * Return: 0, or -ENOMEM.
 */
int run_scaling_print(const struct results *results, const struct summary_list *summaries);

#endif
