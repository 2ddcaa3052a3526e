#include "runners/cli/run_parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/text.h"
#include "runners/cli/cell_columns.h"
#include "runners/cli/run_flags.h"
#include "runners/cli/table.h"
#include "runners/plan/axes.h"
#include "runners/results/summary_index.h"

/* Below this many values an interval of 95 % does not exist (runners/stats). */
enum { TRIALS_FOR_INTERVAL = 6, RATE_BYTES = 32, PAIR_BYTES = 80, BAR_CHARS = 12 };

#define BAR_HEADING "of its family"

static void set_text(json_t *row, const char *key, const char *text)
{
	json_object_set_new(row, key, json_string(text));
}

/* The highest median of a cell's family. */
static double family_highest(const struct summary_list *summaries, const char *family)
{
	double highest = 0;

	for (size_t i = 0; i < summaries->count; i++)
		if (summaries->cells[i].valid && !strcmp(summaries->cells[i].family, family))
			highest = fmax(highest, summaries->cells[i].median);
	return highest;
}

/* As long as the cell's share of that; the least rate there is has one character. */
static void set_bar(json_t *row, const struct cell_summary *summary,
		    const struct summary_list *summaries)
{
	const double share = summary->median / family_highest(summaries, summary->family);
	char bar[BAR_CHARS + 1] = "";

	if (!summary->valid || !(share > 0))
		return;
	memset(bar, '#', (size_t)fmax(1, round(share * BAR_CHARS)));
	set_text(row, BAR_HEADING, bar);
}

static void set_rates(json_t *row, const struct cell_summary *summary)
{
	char rate[RATE_BYTES], low[RATE_BYTES], high[RATE_BYTES], text[PAIR_BYTES];

	if (!summary->valid) {
		set_text(row, "ops/s", "none");
		return;
	}
	text_rate(summary->median, rate, sizeof(rate));
	text_rate(summary->low, low, sizeof(low));
	text_rate(summary->high, high, sizeof(high));
	set_text(row, "ops/s", rate);
	snprintf(text, sizeof(text), "%s to %s", low, high);
	set_text(row, "95 % interval", text);
	snprintf(text, sizeof(text), "%.1f %%", summary->spread * 100);
	set_text(row, "spread", text);
}

/* Of families that count them; "-" where a cell beside them does not. */
static void set_losses(json_t *row, const struct cell_summary *summary)
{
	const bool is_counted = isfinite(summary->lost);
	char text[PAIR_BYTES] = "-";

	if (isfinite(summary->hit_ratio))
		snprintf(text, sizeof(text), "%.1f %%", summary->hit_ratio * 100);
	set_text(row, "hits", text);
	snprintf(text, sizeof(text), is_counted ? "%.0f" : "-", summary->lost);
	set_text(row, "lost", text);
	snprintf(text, sizeof(text), is_counted ? "%.0f" : "-", summary->torn);
	set_text(row, "torn", text);
}

/* What all rows have in common. */
struct layout {
	bool is_shown[AXIS_COUNT];
	bool counts_losses;
	char shared_flags[RUN_FLAGS_BYTES];
};

static json_t *make_row(const struct cell *cell, const struct cell_summary *summary,
			const struct summary_list *summaries, const struct layout *layout)
{
	json_t *const row = json_object();
	char trials[PAIR_BYTES], flags[RUN_FLAGS_BYTES];

	for (int key = 0; key < AXIS_COUNT; key++)
		if (layout->is_shown[key])
			set_text(row, axes[key].name, cell->text[key]);
	if (!summary)
		return row;
	set_rates(row, summary);
	set_bar(row, summary, summaries);
	if (layout->counts_losses)
		set_losses(row, summary);
	snprintf(trials, sizeof(trials), "%u/%u", summary->valid,
		 summary->valid + summary->invalid + summary->skipped);
	set_text(row, "valid", trials);
	run_flags_without(summary->flags, layout->shared_flags, flags);
	set_text(row, "flags", flags);
	return row;
}

/* Threads stand last among the axes, beside the figures that they turn over. */
static void make_columns(const struct layout *layout, struct table_column *columns)
{
	const struct table_column figures[] = {
		{ "ops/s", true, true },
		{ BAR_HEADING, true, false },
		{ "95 % interval", true, true },
		{ "spread", true, true },
		{ "hits", layout->counts_losses, true },
		{ "lost", layout->counts_losses, true },
		{ "torn", layout->counts_losses, true },
		{ "valid", true, true },
		{ "flags", true, false },
		{ 0 },
	};
	size_t count = 0;

	for (int key = 0; key < AXIS_COUNT; key++)
		if (layout->is_shown[key] && key != AXIS_THREADS)
			columns[count++] = (struct table_column){ axes[key].name, true, false };
	columns[count++] = (struct table_column){ axes[AXIS_THREADS].name, true, true };
	memcpy(&columns[count], figures, sizeof(figures));
}

/* Why trials do not count, once a cell. */
static void print_reasons(const struct summary_list *summaries)
{
	for (size_t i = 0; i < summaries->count; i++) {
		const struct cell_summary *const summary = &summaries->cells[i];

		if (summary->reason && (summary->invalid || summary->skipped))
			printf("%s, threads=%u: %u of %u trials do not count: %s\n",
			       summary->variant, summary->threads,
			       summary->invalid + summary->skipped,
			       summary->valid + summary->invalid + summary->skipped,
			       summary->reason);
	}
}

/* What is wrong by design, once a variant. */
static void print_flaws(const struct summary_list *summaries)
{
	for (size_t i = 0; i < summaries->count; i++) {
		const struct cell_summary *const summary = &summaries->cells[i];
		const char *const flaw =
			json_string_value(json_object_get(summary->first, "flaw"));
		bool is_said = false;

		for (size_t k = 0; k < i && !is_said; k++)
			is_said = !strcmp(summaries->cells[k].variant, summary->variant);
		if (flaw && strcmp(flaw, "none") && !is_said)
			printf("%s: %s.\n", summary->variant, flaw);
	}
}

/* The range of the harness's own cost over all trials that know it. */
static void print_harness(const struct results *results)
{
	double least = INFINITY, most = 0;

	for (size_t i = 0; i < results->trial_count; i++) {
		const json_t *const cost = json_object_get(results->trials[i], "harness_ns_per_op");

		if (!json_is_number(cost))
			continue;
		least = fmin(least, json_number_value(cost));
		most = fmax(most, json_number_value(cost));
	}
	if (!isfinite(least))
		return;
	printf("Of each operation, the loop and its draws take %.2g", least);
	if (most > least * 1.05)
		printf(" to %.2g", most);
	printf(" ns (probe/null on one thread).\n");
}

static void print_notes(const struct results *results, const struct summary_list *summaries,
			const struct layout *layout)
{
	unsigned fewest = TRIALS_FOR_INTERVAL;

	for (size_t i = 0; i < summaries->count; i++)
		if (summaries->cells[i].valid && summaries->cells[i].valid < fewest)
			fewest = summaries->cells[i].valid;
	printf("\nMedians, all threads together; spread is (maximum - minimum) / median.\n");
	if (layout->counts_losses)
		printf("Of gets: hits, and those that met an entry of two writers (torn); lost: entries "
		       "that other puts drove out.\n");
	print_flaws(summaries);
	if (fewest < TRIALS_FOR_INTERVAL)
		printf("With fewer than %d valid trials the interval is their range.\n",
		       TRIALS_FOR_INTERVAL);
	if (*layout->shared_flags)
		printf("Flags of every cell: %s.\n", layout->shared_flags);
	print_harness(results);
	print_reasons(summaries);
}

int run_summary_print(const struct plan *plan, const struct results *results,
		      const struct summary_list *summaries)
{
	struct table_column columns[AXIS_COUNT + 13];
	struct summary_index index;
	struct layout layout = { .counts_losses = false };
	json_t *rows;

	if (summary_index_make(summaries, &index))
		return -ENOMEM;
	rows = cell_columns_find(plan, layout.is_shown) ? NULL : json_array();
	run_flags_shared(summaries, layout.shared_flags);
	for (size_t i = 0; i < summaries->count; i++)
		layout.counts_losses |= isfinite(summaries->cells[i].lost);
	for (size_t i = 0; rows && i < plan->count; i++) {
		const struct cell *const cell = &plan->cells[i];

		json_array_append_new(
			rows, make_row(cell, summary_index_find(&index, cell->id), summaries,
				       &layout));
	}
	summary_index_free(&index);
	if (!rows)
		return -ENOMEM;
	make_columns(&layout, columns);
	table_print(stdout, columns, rows, TABLE_TEXT);
	print_notes(results, summaries, &layout);
	json_decref(rows);
	return 0;
}
