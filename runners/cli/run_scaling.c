/* The scaling law of each curve, at the end of a run. */
#include <errno.h>
#include <math.h>

#include "plots/law.h"
#include "plots/text.h"
#include "runners/cli/run_parts.h"
#include "runners/cli/table.h"

enum { TEXT_BYTES = 96 };

/* "0.031 (0.02 to 0.041)" */
static void set_estimate(json_t *row, const char *key, const struct usl_estimate *estimate)
{
	char text[TEXT_BYTES];

	snprintf(text, sizeof(text), "%.3g (%.3g to %.3g)", estimate->value, estimate->interval.low,
		 estimate->interval.high);
	json_object_set_new(row, key, json_string(text));
}

static json_t *make_row(const struct panel *panel, const struct series *series,
			const struct usl_fit *fit)
{
	json_t *const row =
		json_pack("{s:s, s:s}", "workload", panel->workload, "variant", series->name);
	char text[TEXT_BYTES];

	if (fit->misfit[0]) {
		json_object_set_new(row, "fit", json_sprintf("does not fit: %s", fit->misfit));
		return row;
	}
	text_rate(fit->rate.value, text, sizeof(text));
	json_object_set_new(row, "one thread", json_sprintf("%s ops/s", text));
	set_estimate(row, "contention", &fit->contention);
	set_estimate(row, "coherency", &fit->coherency);
	if (isfinite(fit->knee.value))
		set_estimate(row, "knee", &fit->knee);
	else
		json_object_set_new(row, "knee", json_string("none seen"));
	json_object_set_new(row, "fit",
			    json_sprintf("residual %.1f %%, worst %+.1f %% at %g",
					 fit->residual * 100, fit->worst * 100,
					 fit->worst_threads));
	return row;
}

static void add_panel(const struct panel *panel, json_t *rows, unsigned *without)
{
	for (size_t i = 0; i < panel->count; i++) {
		struct usl_fit fit;
		const int error = law_fit(&panel->series[i], &fit);

		if (!error)
			json_array_append_new(rows, make_row(panel, &panel->series[i], &fit));
		*without += error == -ENOTSUP && panel->series[i].count >= USL_POINTS_LEAST;
	}
}

static void print(const json_t *rows, bool has_panels, unsigned without)
{
	const struct table_column columns[] = {
		{ "workload", has_panels, false },
		{ "variant", true, false },
		{ "one thread", true, true },
		{ "contention", true, true },
		{ "coherency", true, true },
		{ "knee", true, true },
		{ "fit", true, false },
		{ 0 },
	};

	if (json_array_size(rows)) {
		printf("\nScaling law (Gunther's USL) with 95 %% intervals; the knee is in "
		       "threads:\n");
		table_print(stdout, columns, rows, TABLE_TEXT);
	}
	if (without)
		printf("\nNo scaling law: built without cminpack (numamark list features).\n");
}

int run_scaling_print(const struct results *results, const struct summary_list *summaries)
{
	struct panels panels;
	json_t *const rows = json_array();
	unsigned without = 0;
	const int error = panels_build(results, summaries, FIGURE_THROUGHPUT, NULL, &panels);

	if (!error) {
		for (size_t i = 0; i < panels.count; i++)
			add_panel(&panels.panels[i], rows, &without);
		print(rows, panels.count > 1, without);
		panels_free(&panels);
	}
	json_decref(rows);
	return error;
}
