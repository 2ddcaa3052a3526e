/* Figures that others have published of a preset's load, beside those of this run. */
#include <limits.h>
#include <stdio.h>

#include "runners/cli/run_parts.h"
#include "runners/cli/table.h"
#include "runners/data_path.h"
#include "runners/results/published.h"

static const struct table_column columns[] = {
	{ "published load", true, false }, { "published", true, true }, { "host", true, false },
	{ "measured as", true, false },    { "here", true, true },      { "ratio", true, true },
	{ NULL, false, false },
};

static json_t *here(const struct published_figure *figure)
{
	char text[32];

	if (!figure->trials)
		return json_string("none");
	published_text(figure, figure->median, text, sizeof(text));
	return json_sprintf("%s%s", text, published_is_unsteady(figure) ? ", unsteady" : "");
}

static json_t *make_row(const struct published_figure *figure)
{
	const struct cell_summary *const cell = figure->cell;
	char as[128], theirs[32], ratio[32] = "none";

	snprintf(as, sizeof(as), "%s threads=%u", cell->variant, cell->threads);
	published_text(figure, figure->theirs, theirs, sizeof(theirs));
	if (figure->trials)
		snprintf(ratio, sizeof(ratio), "%.2g", figure->median / figure->theirs);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s}", "published load", figure->what, "published",
			 theirs, "host", figure->host, "measured as", as, "here", here(figure), "ratio",
			 ratio);
}

static void print(const struct published *published)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < published->count; i++)
		if (published->figures[i].cell)
			json_array_append_new(rows, make_row(&published->figures[i]));
	if (json_array_size(rows)) {
		printf("\nPublished figures, of other hosts, beside the medians of this run (operations per "
		       "second,\nlatency or memory; a ratio of two hosts says nothing about either system):\n");
		table_print(stdout, columns, rows, TABLE_TEXT);
	}
	json_decref(rows);
}

int run_published_print(const struct results *results, const struct summary_list *summaries,
			struct fault *fault)
{
	struct published published;
	char folder[PATH_MAX];
	int error = data_path_find("workloads/presets", folder, sizeof(folder), fault);

	if (!error)
		error = published_find(folder, results, summaries, &published, fault);
	if (error)
		return error;
	print(&published);
	published_free(&published);
	return 0;
}
