/* Latency at the end of a run: means and percentiles with their intervals across trials. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/cli/cell_columns.h"
#include "runners/cli/run_parts.h"
#include "runners/cli/table.h"
#include "runners/plan/axes.h"
#include "runners/stats/stats.h"

enum { TEXT_BYTES = 96 };

static const char *const figures[] = { "mean", "p50", "p99", "p999", "p9999", "max", "lag" };

enum { FIGURES = sizeof(figures) / sizeof(*figures) };

static const json_t *latency_of(const json_t *record, const struct cell *cell)
{
	const char *const status = json_string_value(json_object_get(record, "status"));
	const json_t *const latency = json_object_get(record, "latency_ns");

	if (strcmp(json_string_value(json_object_get(record, "cell")), cell->id) ||
	    strcmp(status, "valid") || !json_is_object(latency))
		return NULL;
	return latency;
}

/* @values: room for as many trials as there are. Return: how many have the figure. */
static size_t collect(const struct results *results, const struct cell *cell, const char *figure,
		      double *values)
{
	size_t count = 0;

	for (size_t i = 0; i < results->trial_count; i++) {
		const json_t *const value =
			json_object_get(latency_of(results->trials[i], cell), figure);

		if (json_is_number(value))
			values[count++] = json_number_value(value);
	}
	return count;
}

/* Four digits, and long times without an exponent. */
static const char *us_of(double ns, char text[TEXT_BYTES])
{
	const double us = ns / 1000;

	snprintf(text, TEXT_BYTES, us < 1000 ? "%.4g" : "%.0f", us);
	return text;
}

static void set_figure(json_t *row, const char *figure, const double *values, size_t count,
		       uint64_t seed)
{
	const struct interval interval = stats_bootstrap_median(values, count, 0.95, seed);
	char median[TEXT_BYTES], low[TEXT_BYTES], high[TEXT_BYTES];

	if (count)
		json_object_set_new(row, figure,
				    json_sprintf("%s (%s to %s)",
						 us_of(stats_median(values, count), median),
						 us_of(interval.low, low), us_of(interval.high, high)));
}

static const char *kind_of(const struct results *results, const struct cell *cell)
{
	for (size_t i = 0; i < results->trial_count; i++) {
		const json_t *const latency = latency_of(results->trials[i], cell);

		if (latency)
			return json_string_value(json_object_get(latency, "kind"));
	}
	return NULL;
}

/* Return: a row, or NULL for a cell without latencies. */
static json_t *make_row(const struct results *results, const struct cell *cell,
			const bool *is_shown, double *values)
{
	const char *const kind = kind_of(results, cell);
	json_t *row;

	if (!kind)
		return NULL;
	row = json_pack("{s:s}", "kind", kind);
	for (int key = 0; key < AXIS_COUNT; key++)
		if (is_shown[key])
			json_object_set_new(row, axes[key].name, json_string(cell->text[key]));
	for (size_t f = 0; f < FIGURES; f++)
		set_figure(row, figures[f], values, collect(results, cell, figures[f], values),
			   strtoull(cell->id, NULL, 16));
	return row;
}

static void print(const json_t *rows, const bool *is_shown)
{
	struct table_column columns[AXIS_COUNT + FIGURES + 2] = { { 0 } };
	size_t count = 0;

	for (int key = 0; key < AXIS_COUNT; key++)
		if (is_shown[key])
			columns[count++] =
				(struct table_column){ axes[key].name, true, key == AXIS_THREADS };
	columns[count++] = (struct table_column){ "kind", true, false };
	for (size_t f = 0; f < FIGURES; f++)
		columns[count++] = (struct table_column){ figures[f], true, true };
	printf("\nLatency in microseconds, median of the trials (95 %% interval). Closed-loop "
	       "figures leave out the wait of\noperations that were held up; open-loop ones count "
	       "from the intended start, and lag is the latest start.\n");
	table_print(stdout, columns, rows, TABLE_TEXT);
}

int run_latency_print(const struct plan *plan, const struct results *results)
{
	double *const values = calloc(results->trial_count + 1, sizeof(*values));
	json_t *const rows = json_array();
	bool is_shown[AXIS_COUNT];
	int error = values && rows ? cell_columns_find(plan, is_shown) : -ENOMEM;

	for (size_t i = 0; !error && i < plan->count; i++) {
		json_t *const row = make_row(results, &plan->cells[i], is_shown, values);

		if (row)
			json_array_append_new(rows, row);
	}
	if (!error && json_array_size(rows))
		print(rows, is_shown);
	json_decref(rows);
	free(values);
	return error;
}
