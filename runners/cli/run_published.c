/* Figures that others have published of a preset's load, beside those of this run. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runners/cli/run_parts.h"
#include "runners/cli/table.h"
#include "runners/data_path.h"
#include "runners/plan/axes.h"
#include "runners/results/summary_index.h"

static const struct table_column columns[] = {
	{ "published load", true, false }, { "published", true, true }, { "host", true, false },
	{ "measured as", true, false },    { "here", true, true },      { "ratio", true, true },
	{ NULL, false, false },
};

/* workloads/presets/NAME.json, of built-in presets. Return: a new reference, or NULL. */
static json_t *load(const char *preset)
{
	char name[128], path[PATH_MAX];

	if (strchr(preset, '/') || strchr(preset, '.'))
		return NULL;
	snprintf(name, sizeof(name), "workloads/presets/%.60s.json", preset);
	if (data_path_find(name, path, sizeof(path), NULL) || access(path, R_OK))
		return NULL;
	return json_load_file(path, 0, NULL);
}

/* Whether each axis that the figure names has that value in the cell. */
static bool is_of(json_t *axes_named, const struct cell *cell)
{
	const char *name;
	json_t *value;

	json_object_foreach(axes_named, name, value)
	{
		const int key = axis_find(name);

		if (key < 0 || !json_is_string(value) ||
		    strcmp(cell->text[key], json_string_value(value)) != 0)
			return false;
	}
	return true;
}

static const struct cell *find(const struct plan *plan, json_t *figure)
{
	for (size_t i = 0; i < plan->count; i++)
		if (is_of(json_object_get(figure, "cell"), &plan->cells[i]))
			return &plan->cells[i];
	return NULL;
}

static json_t *rate(double ops_per_s)
{
	static const struct {
		double of;
		const char *unit;
	} units[] = { { 1e9, " G" }, { 1e6, " M" }, { 1e3, " k" }, { 1, "" } };
	char text[32];
	size_t i = 0;

	while (units[i].of > 1 && ops_per_s < units[i].of)
		i++;
	snprintf(text, sizeof(text), "%.3g%s", ops_per_s / units[i].of, units[i].unit);
	return json_string(text);
}

static json_t *make_row(json_t *figure, const struct cell *cell, const struct cell_summary *summary)
{
	const double published = json_number_value(json_object_get(figure, "ops_per_s"));
	char as[128], ratio[32] = "none";

	snprintf(as, sizeof(as), "%s threads=%u", cell->variant->name, cell->threads);
	if (summary && summary->valid)
		snprintf(ratio, sizeof(ratio), "%.2g", summary->median / published);
	return json_pack("{s:O, s:o, s:O, s:s, s:o, s:s}", "published load",
			 json_object_get(figure, "what"), "published", rate(published), "host",
			 json_object_get(figure, "host"), "measured as", as, "here",
			 summary && summary->valid ? rate(summary->median) : json_string("none"),
			 "ratio", ratio);
}

static json_t *make_rows(const struct plan *plan, const struct summary_index *index, json_t *figures)
{
	json_t *const rows = json_array();
	size_t i;
	json_t *figure;

	json_array_foreach(figures, i, figure)
	{
		const struct cell *const cell = find(plan, figure);

		if (cell)
			json_array_append_new(
				rows, make_row(figure, cell, summary_index_find(index, cell->id)));
	}
	return rows;
}

int run_published_print(const struct plan *plan, const char *preset,
			const struct summary_list *summaries)
{
	json_t *const figures = load(preset);
	struct summary_index index;
	json_t *rows;

	if (!figures)
		return 0;
	if (summary_index_make(summaries, &index)) {
		json_decref(figures);
		return -ENOMEM;
	}
	rows = make_rows(plan, &index, figures);
	if (json_array_size(rows)) {
		printf("\nPublished figures, of other hosts, beside the medians of this run (operations per "
		       "second; a ratio\nof two hosts says nothing about either system):\n");
		table_print(stdout, columns, rows, TABLE_TEXT);
	}
	json_decref(rows);
	summary_index_free(&index);
	json_decref(figures);
	return 0;
}
