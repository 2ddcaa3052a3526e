/* Throughput and what it is paid with, side by side: a block of rows for each workload, a row for each series. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/draw.h"
#include "plots/fields.h"
#include "plots/marks.h"
#include "plots/page.h"
#include "plots/standings.h"
#include "plots/text.h"
#include "plots/tradeoffs.h"

enum { TEXT_BYTES = 64, TITLE_BYTES = 2304, ROWS_MAX = 40 };

enum column { COLUMN_RATE, COLUMN_INTERVAL, COLUMN_HITS, COLUMN_REMOTE, COLUMN_LOST, COLUMN_TORN, COLUMNS };

/* Written without a field, as no colour would say more. */
#define NO_COLOUR (-1)

/* Some panels of a campaign, one below the other. */
struct blocks {
	const struct panel **panels;
	size_t count;
	const struct panels *all; /* with the other parts of a workload */
	bool has_one_node;
};

/* Does anything of the blocks satisfy this? */
static bool any_panel(const struct blocks *blocks, bool (*has)(const struct panel *panel))
{
	for (size_t i = 0; i < blocks->count; i++)
		if (has(blocks->panels[i]))
			return true;
	return false;
}

static const struct point *last_point(const struct panel *panel, size_t series)
{
	return series_point(&panel->series[series], panel_most_threads(panel));
}

/* Of all points: have they this number? */
static bool all_have(const struct blocks *blocks, double (*number)(const struct cell_summary *cell))
{
	for (size_t i = 0; i < blocks->count; i++)
		for (size_t s = 0; s < blocks->panels[i]->count; s++) {
			const struct point *const point = last_point(blocks->panels[i], s);

			if (point && !isfinite(number(point->cell)))
				return false;
		}
	return true;
}

static unsigned fewest_trials(const struct blocks *blocks)
{
	unsigned fewest = PAGE_TRIALS_FOR_INTERVAL;

	for (size_t i = 0; i < blocks->count; i++)
		for (size_t s = 0; s < blocks->panels[i]->count; s++) {
			const struct point *const point = last_point(blocks->panels[i], s);

			if (point && point->cell->valid < fewest)
				fewest = point->cell->valid;
		}
	return fewest;
}

/* "1.20-1.30 M", "0.99-1.10 M": both in the unit of the upper end. */
static void put_interval(const struct fields *fields, size_t row, const struct point *point)
{
	char high[TEXT_BYTES], text[2 * TEXT_BYTES];
	double low;

	text_rate(point->high, high, sizeof(high));
	low = point->low * strtod(high, NULL) / point->high;
	snprintf(text, sizeof(text), "%.*f-%s", low >= 100 ? 0 : low >= 10 ? 1 : 2, low, high);
	fields_put(fields, COLUMN_INTERVAL, row, NO_COLOUR,
		   point->cell->valid == 1 ? "one trial" : text, "");
}

static void put_remote(const struct fields *fields, size_t row, double share)
{
	char text[TEXT_BYTES] = "unavailable";

	if (isfinite(share))
		snprintf(text, sizeof(text), "%.1f %%", 100 * share);
	fields_put(fields, COLUMN_REMOTE, row, isfinite(share) ? 1 - share : NO_COLOUR, text, "");
}

/* The least loss is one: a field is full where there is none. */
static void put_loss(const struct fields *fields, enum column column, size_t row, double per_million)
{
	char text[TEXT_BYTES];

	if (!isfinite(per_million))
		return;
	snprintf(text, sizeof(text), per_million >= 1000 ? "%.0f" : "%.3g", per_million);
	fields_put(fields, column, row, per_million > 0 ? 0 : 1, text, "");
}

/* The highest rate and hit ratio of a workload. */
struct best {
	double rate, hits;
};

static void find_best(const struct panel *panel, struct best *best)
{
	for (size_t i = 0; i < panel->count; i++) {
		const struct point *const point = last_point(panel, i);

		if (!point)
			continue;
		best->rate = fmax(best->rate, point->median);
		best->hits = fmax(best->hits, tradeoffs_hit_ratio(point->cell));
	}
}

/* Of all its parts, which stand behind each other. */
static struct best find_best_of_workload(const struct panels *panels, const struct panel *panel)
{
	struct best best = { DBL_MIN, DBL_MIN };    /* no division by nothing */

	for (size_t i = 0; i < panels->count; i++)
		if (standings_same_workload(&panels->panels[i], panel))
			find_best(&panels->panels[i], &best);
	return best;
}

static void put_row(const struct fields *fields, size_t row, const struct point *point,
		    const struct best *best)
{
	const double hits = tradeoffs_hit_ratio(point->cell);
	char text[TEXT_BYTES];

	text_rate(point->median, text, sizeof(text));
	fields_put(fields, COLUMN_RATE, row, point->median / best->rate, text, "");
	put_interval(fields, row, point);
	snprintf(text, sizeof(text), "%.4f", hits);
	if (isfinite(hits))
		fields_put(fields, COLUMN_HITS, row, hits / best->hits, text, "");
	put_loss(fields, COLUMN_LOST, row, tradeoffs_lost(point->cell));
	put_loss(fields, COLUMN_TORN, row, tradeoffs_torn(point->cell));
}

/* @remote: where the share is read; NULL: nowhere. */
static void put_block(const struct fields *fields, size_t row, const struct panel *panel,
		      const struct best *best, double (*remote)(const struct cell_summary *cell))
{
	for (size_t s = 0; s < panel->count; s++) {
		const struct point *const point = last_point(panel, s);

		fields_name_row(fields, row + s, panel->series[s].name);
		if (!point) {
			fields_put(fields, COLUMN_INTERVAL, row + s, NO_COLOUR, "no valid trial", "");
			continue;
		}
		put_row(fields, row + s, point, best);
		put_remote(fields, row + s, remote ? remote(point->cell) : NAN);
	}
}

/* A line above each block says what was measured. */
static void put_titles(const struct fields *fields, const struct blocks *blocks)
{
	char key[TEXT_BYTES], title[TITLE_BYTES];
	size_t row = 1;

	fprintf(fields->words, "blocks = %zu\narray block_row[%zu]\narray block_title[%zu]\n",
		blocks->count, blocks->count, blocks->count);
	for (size_t i = 0; i < blocks->count; i++) {
		const struct panel *const panel = blocks->panels[i];
		const unsigned threads = panel_most_threads(panel);
		int length = snprintf(title, sizeof(title), "%s on %u thread%s, ", panel->family,
				      threads, threads == 1 ? "" : "s");

		if (panel->parts > 1)
			length += snprintf(title + length, sizeof(title) - (size_t)length,
					   "%u of %u, ", panel->part, panel->parts);
		snprintf(title + length, sizeof(title) - (size_t)length, "%s", panel->workload);
		snprintf(key, sizeof(key), "block_title[%zu]", i + 1);
		fprintf(fields->words, "block_row[%zu] = %zu\n", i + 1, row);
		sheet_put_text(fields->sheet, fields->words, key, title);
		row += panel->count + 1;
	}
}

static void name_columns(const struct fields *fields, const struct blocks *blocks, bool has_reads)
{
	const char *const names[COLUMNS] = {
		[COLUMN_RATE] = "ops/s",
		[COLUMN_INTERVAL] = fewest_trials(blocks) < PAGE_TRIALS_FOR_INTERVAL
					    ? "range (trials)"
					    : "interval (95 %)",
		[COLUMN_HITS] = "hit ratio",
		[COLUMN_REMOTE] = has_reads ? "remote reads" : "remote pages",
		[COLUMN_LOST] = "lost per million",
		[COLUMN_TORN] = "torn per million",
	};

	for (size_t c = 0; c < fields->columns; c++)
		fields_name_column(fields, c, names[c]);
}

static size_t count_rows(const struct blocks *blocks)
{
	size_t rows = 0;

	for (size_t i = 0; i < blocks->count; i++)
		rows += 1 + blocks->panels[i]->count;
	return rows;
}

static int draw_sheet(const struct sheet *sheet, const struct blocks *blocks, struct fault *fault)
{
	const bool has_reads = all_have(blocks, tradeoffs_remote_reads);
	struct fields fields = { .sheet = sheet,
				 .x_label = "",
				 .rows = count_rows(blocks),
				 .columns = any_panel(blocks, tradeoffs_has_losses) ? COLUMNS : COLUMN_LOST };
	size_t row = 1;
	int error = fields_begin(&fields, fault);

	if (error)
		return error;
	name_columns(&fields, blocks, has_reads);
	put_titles(&fields, blocks);
	for (size_t i = 0; i < blocks->count; i++) {
		const struct best best = find_best_of_workload(blocks->all, blocks->panels[i]);

		put_block(&fields, row, blocks->panels[i], &best,
			  blocks->has_one_node ? NULL
			  : has_reads	       ? tradeoffs_remote_reads
					       : tradeoffs_remote_pages);
		row += blocks->panels[i]->count + 1;
	}
	error = fields_end(&fields, fault);
	return error ? error : sheet_finish(sheet, fault);
}

/* The panels that go on one sheet, from the first of @all on; one at least. */
static struct blocks cut_sheet(const struct blocks *all)
{
	struct blocks blocks = *all;

	while (blocks.count > 1 && count_rows(&blocks) > ROWS_MAX)
		blocks.count--;
	return blocks;
}

#define COLOURS "dark is best, of lost and torn none"
static const char one_node[] = COLOURS "; remote share unavailable: this machine has one NUMA node";
static const char many_nodes[] = COLOURS ", of remote local";

static int draw_sheets(const struct draw_request *request, struct blocks left, unsigned formats,
		       unsigned *drawn, struct fault *fault)
{
	char name[TEXT_BYTES];
	struct sheet sheet = { .folder = request->folder,
			       .scripts = request->scripts,
			       .name = name,
			       .script = request->figure->name,
			       .column = request->figure->column,
			       .title = request->title,
			       .subtitle = left.has_one_node ? one_node : many_nodes,
			       .formats = formats,
			       .columns = request->columns };
	int error = 0;

	for (unsigned number = 1; !error && left.count; number++) {
		const struct blocks blocks = cut_sheet(&left);

		snprintf(name, sizeof(name), "%s-%u", request->figure->name, number);
		error = draw_sheet(&sheet, &blocks, fault);
		*drawn += error ? 0 : (unsigned)__builtin_popcount(formats);
		left.panels += blocks.count;
		left.count -= blocks.count;
	}
	return error;
}

/* Has any part of a workload? */
static bool has_tradeoffs(const struct panels *panels, const struct panel *panel)
{
	for (size_t i = 0; i < panels->count; i++) {
		const struct panel *const part = &panels->panels[i];

		if (standings_same_workload(part, panel) &&
		    (tradeoffs_has_policies(part) || tradeoffs_has_losses(part)))
			return panel->count > 0;
	}
	return false;
}

int draw_tradeoffs(const struct draw_request *request, const struct panels *panels, unsigned formats,
		   unsigned *drawn, struct fault *fault)
{
	const struct panel **const shown = calloc(panels->count + 1, sizeof(*shown));
	struct blocks all = { .panels = shown,
			      .all = panels,
			      .has_one_node = marks_one_node(request->results) };
	int error;

	if (!shown)
		return fault_set(fault, -ENOMEM, "no memory for the figure %s", request->figure->name);
	for (size_t i = 0; i < panels->count; i++) {
		if (has_tradeoffs(panels, &panels->panels[i]))
			shown[all.count++] = &panels->panels[i];
	}
	error = draw_sheets(request, all, formats, drawn, fault);
	free(shown);
	return error;
}
