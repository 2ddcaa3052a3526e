/* What the records of a campaign amount to, for the exit status. */
#include "runners/results/summary_index.h"
#include "runners/trial/campaign.h"

enum { INVALID_PERCENT_MAX = 5 };

/* Of the cells of the plan. */
struct tallied {
	size_t valid, invalid, skipped, cells_without;
	const struct cell *without;                    /* the first cell that has no valid trial */
	const struct cell_summary *without_summary;    /* and what is known of it, or NULL */
	const char *skip_reason;
};

static void tally_cell(struct tallied *tallied, const struct cell *cell,
		       const struct cell_summary *summary)
{
	if (!summary || !summary->valid) {
		if (!tallied->cells_without++) {
			tallied->without = cell;
			tallied->without_summary = summary;
		}
	}
	if (!summary)
		return;
	tallied->valid += summary->valid;
	tallied->invalid += summary->invalid;
	tallied->skipped += summary->skipped;
	if (summary->skipped && !tallied->skip_reason)
		tallied->skip_reason = summary->reason;
}

static int tally(const struct plan *plan, const struct summary_list *summaries,
		 struct tallied *tallied)
{
	struct summary_index index;
	const int error = summary_index_make(summaries, &index);

	if (error)
		return error;
	for (size_t i = 0; i < plan->count; i++)
		tally_cell(tallied, &plan->cells[i], summary_index_find(&index, plan->cells[i].id));
	summary_index_free(&index);
	return 0;
}

enum campaign_verdict campaign_judge(const struct plan *plan, const struct summary_list *summaries,
				     struct fault *fault)
{
	struct tallied tallied = { .valid = 0 };
	const char *reason;
	size_t judged;

	if (tally(plan, summaries, &tallied)) {
		fault_set(fault, 0, "no memory to look through the cells");
		return CAMPAIGN_UNSOUND;
	}
	judged = tallied.valid + tallied.invalid;
	if (!judged && tallied.skipped) {
		fault_set(fault, 0, "every trial was skipped: %s",
			  tallied.skip_reason ? tallied.skip_reason : "no reason is recorded");
		return CAMPAIGN_MISSING;
	}
	if (tallied.cells_without) {
		reason = tallied.without_summary ? tallied.without_summary->reason : NULL;
		fault_set(fault, 0, "%zu of %zu cells have no valid trial, first %s threads=%u: %s",
			  tallied.cells_without, plan->count, tallied.without->variant->name,
			  tallied.without->threads, reason ? reason : "not measured");
		return CAMPAIGN_UNSOUND;
	}
	if (tallied.invalid * 100 > judged * INVALID_PERCENT_MAX) {
		fault_set(fault, 0, "%zu of %zu trials are invalid; above %d %% is too many",
			  tallied.invalid, judged, INVALID_PERCENT_MAX);
		return CAMPAIGN_UNSOUND;
	}
	return CAMPAIGN_GOOD;
}
