/*
 * What the trial's own figures say about it: sums that must balance, overlap, drift, want of
 * memory.
 */
#include <inttypes.h>
#include <math.h>

#include "runners/trial/state.h"

#define OVERLAP_LEAST 0.95
#define DRIFT_MOST    0.02
/* Chance alone exceeds 4 standard deviations in one trial of 16,000. */
#define DRIFT_DEVIATIONS 4.0

static void fail_check(struct trial *trial, const char *check, const char *sentence)
{
	if (!trial->failed_check)
		trial->failed_check = check;
	verdict_flag(&trial->verdict, TRIAL_CHECK_FAILED, "%s: %s", check, sentence);
}

/*
 * Keys in = keys present + keys removed or lost, by number and by sum; elements in = out + still
 * there. Of a structure that races the record says what is missing, and expects nothing.
 */
static void check_balance(struct trial *trial)
{
	const struct family *const family = trial->cell.variant->family;
	const struct tally all = tally_all(trial);
	const uint64_t expected = family_elements(family, &all);
	struct fault sentence;
	uint64_t in;

	if (family->insert == FAMILY_NONE || trial->cell.variant->flaw == FLAW_RACES)
		return;
	in = family->is_cache ? all.counts[TALLY_ADDED] : all.succeeded[family->insert];
	if (expected != trial->inspection.elements) {
		fault_set(&sentence, 0,
			  "%" PRIu64 " went in and %" PRIu64 " came out, but %" PRIu64 " are there",
			  in, in - expected,
			  trial->inspection.elements);
		fail_check(trial, "count", sentence.text);
	}
	if (all.sum_in - all.sum_out != trial->inspection.sum)
		fail_check(trial, "sum",
			   "the sum of what is there is not that of what went in and did not "
			   "come out");
}

/*
 * Two replicas may both add a key, or both remove it: the sums need not balance. Each key that is
 * there was added at least once all the same; that the replicas are equal is an invariant. Where a
 * put does not tell whether it added, each is counted as if, and a key that was removed was there.
 */
static void check_additions(struct trial *trial)
{
	const struct family *const family = trial->cell.variant->family;
	const struct tally all = tally_all(trial);
	const bool removes = trial->cell.variant->is_blind && family->remove != FAMILY_NONE;
	const uint64_t added = all.succeeded[family->insert];
	const uint64_t removed = removes ? all.succeeded[family->remove] : 0;
	struct fault sentence;

	/* Prefilled keys are distinct, so at the start each was there once. */
	trial->size_start = trial->cell.prefill;
	trial->size_stop = trial->inspection.elements;
	if (trial->inspection.elements + removed <= added)
		return;
	fault_set(&sentence, 0,
		  "%" PRIu64 " were added and %" PRIu64 " removed, but %" PRIu64 " are there", added,
		  removed, trial->inspection.elements);
	fail_check(trial, "additions", sentence.text);
}

static void check_values(struct trial *trial)
{
	const uint64_t mismatched = tally_all(trial).mismatched;
	struct fault sentence;
	uint64_t torn = 0;

	for (unsigned i = 0; i < trial->cell.threads; i++)
		torn += trial->members[i].worker->context.torn;
	if (mismatched) {
		fault_set(&sentence, 0,
			  "%" PRIu64
			  " values read do not belong to their key, or came out of their "
			  "producer's order, or keys out of a scan's",
			  mismatched);
		fail_check(trial, "values", sentence.text);
	}
	if (torn) {
		fault_set(&sentence, 0, "%" PRIu64 " payloads read were not whole", torn);
		fail_check(trial, "payloads", sentence.text);
	}
}

static void check_memory(struct trial *trial)
{
	uint64_t exhausted = 0;

	for (unsigned i = 0; i < trial->cell.threads; i++)
		exhausted += trial->members[i].worker->context.exhausted;
	if (memory_exhausted(trial->memory) > exhausted)
		exhausted = memory_exhausted(trial->memory);
	if (exhausted)
		verdict_flag(&trial->verdict, TRIAL_EXHAUSTED,
			     "%" PRIu64 " operations found no memory", exhausted);
}

static void check_overlap(struct trial *trial)
{
	/* Where operations bound the trial each thread ends when it is done: that is no fault, but the reader's to know. */
	const enum trial_flag flag = trial->cell.duration_ops ? TRIAL_APART : TRIAL_RAGGED;

	if (trial->overlap >= OVERLAP_LEAST)
		return;
	verdict_flag(&trial->verdict, flag,
		     "all threads ran together for no more than %.1f %% of the time",
		     100 * trial->overlap);
}

/*
 * Beyond 2 %, and beyond chance: each key is there or not independently of the others, so a set of
 * few keys swings by itself, with a variance of at most range / 4 at either end of the trial.
 */
static void check_drift(struct trial *trial)
{
	const double start = (double)trial->size_start;
	const double change = fabs((double)trial->size_stop - start);
	const double chance = DRIFT_DEVIATIONS * sqrt((double)trial->cell.range / 2);

	if (!trial->cell.is_steady || !trial->cell.variant->family->keeps_keys)
		return;
	if (change > DRIFT_MOST * start && change > chance)
		verdict_flag(&trial->verdict, TRIAL_DRIFT,
			     "the size went from %" PRIu64 " to %" PRIu64 " elements",
			     trial->size_start, trial->size_stop);
}

/* A server that was lost takes all sums with it: nothing else is worth saying. */
static bool check_connections(struct trial *trial)
{
	for (unsigned i = 0; i < trial->cell.threads; i++) {
		const char *const failure = trial->members[i].worker->context.failure;

		if (!failure)
			continue;
		verdict_flag(&trial->verdict, TRIAL_CRASHED, "worker %u: %s", i, failure);
		return false;
	}
	return true;
}

void checks_run(struct trial *trial)
{
	if (!check_connections(trial))
		return;
	if (trial->cell.variant->convergence || trial->cell.variant->is_blind)
		check_additions(trial);
	else
		check_balance(trial);
	check_values(trial);
	if (trial->inspection.broken)
		fail_check(trial, "invariants", trial->inspection.broken);
	check_memory(trial);
	check_overlap(trial);
	check_drift(trial);
	if (trial->cell.threads > trial->distinct_pus)
		verdict_mark(&trial->verdict, TRIAL_OVERSUBSCRIBED);
	if (trial->cell.in_cycle)
		verdict_mark(&trial->verdict, TRIAL_CORRELATED);
}
