/*
 * A campaign: laps over the cells of a plan, each lap in its own random order, every finished trial
 * in the result folder before the next one begins.
 */
#ifndef RUNNERS_TRIAL_CAMPAIGN_H
#define RUNNERS_TRIAL_CAMPAIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runners/plan/plan.h"
#include "runners/preflight/preflight.h"
#include "runners/results/results.h"
#include "runners/trial/trial.h"

/* Where a campaign stands, told before each trial and once at the end. */
struct campaign_progress {
	size_t done, total;    /* trials, those of earlier sessions included */
	size_t invalid, skipped;    /* of this session */
	const struct cell *cell;    /* about to run; NULL at the end */
	uint64_t left_ns;    /* expected until the end, by the trials of this session so far */
};

/* What a campaign needs of the world; tests put others in. */
struct campaign_hands {
	/* trial_run() */
	int (*run)(const struct trial_request *request, json_t **record, struct fault *fault);
	/* trial_harness_ns(); NULL: the cost of the harness stays unknown */
	int (*harness_ns)(struct trial_harness *harness, const struct cell *cell, double *ns_per_op,
			  struct fault *fault);
	void (*progress)(void *context, const struct campaign_progress *progress);
	bool (*is_interrupted)(void *context);
	void *context;
};

struct campaign_request {
	const char *preset;    /* name or path, as given; NULL: none */
	const struct plan *plan;
	const struct topology *topology;
	const char *directory;
	const char *label;    /* NULL: none */
	bool resume;          /* go on with what is in the folder */
	bool has_seed;
	uint64_t seed;    /* at most 2^63 - 1; else drawn, or as the campaign began */
	const struct preflight *preflight;    /* before; NULL: nobody looked (host=off) */
	const struct campaign_hands *hands;
};

struct campaign_outcome {
	size_t total;                     /* trials of the campaign */
	size_t before;                    /* of them done in earlier sessions */
	size_t done, invalid, skipped;    /* of them done now, by what came of them */
	bool was_interrupted;
	uint64_t seed;    /* that the campaign began with */
};

/**
 * campaign_run() - run every trial of a plan that the folder does not hold yet.
 *
 * A trial that fails is recorded and the campaign goes on; a folder that takes no more records ends
 * it. An interrupted campaign is no error: what was finished is kept, and resuming goes on with it.
 *
 * @outcome:  out, also after a failure.
 *
 * Return: 0, what store_open() or store_append() answers, -EINVAL (another seed than the campaign
 * began with), or the errno with which no trial can be started, with the sentence in @fault.
 */
int campaign_run(const struct campaign_request *request, struct campaign_outcome *outcome,
		 struct fault *fault);

enum campaign_verdict {
	CAMPAIGN_GOOD,
	CAMPAIGN_UNSOUND,    /* above 5 % of the trials are invalid, or a cell has no valid one */
	CAMPAIGN_MISSING  /* every trial was skipped: something is missing here */
};

/**
 * campaign_judge() - what the records of a whole campaign amount to.
 *
 * @fault:  out, the sentence where the answer is not CAMPAIGN_GOOD.
 */
enum campaign_verdict campaign_judge(const struct plan *plan, const struct summary_list *summaries,
				     struct fault *fault);

/*
 * Seed of one trial: of the campaign's seed, the cell and the lap, so that any trial can be
 * repeated.
 */
uint64_t campaign_trial_seed(uint64_t seed, const struct cell *cell, unsigned lap);

#endif
