/* Figures made of coloured fields: series by threads, and workers on their PUs. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "plots/draw.h"
#include "plots/fields.h"
#include "plots/marks.h"
#include "plots/text.h"

enum { TEXT_BYTES = 64, SUBTITLE_BYTES = 4096, PLACES_PER_ROW = 16 };

/* The highest median of all series on so many threads. */
static double fastest_on(const struct panel *panel, unsigned threads)
{
	double fastest = 0;

	for (size_t s = 0; s < panel->count; s++)
		for (size_t i = 0; i < panel->series[s].count; i++)
			if (panel->series[s].points[i].threads == threads)
				fastest = fmax(fastest, panel->series[s].points[i].median);
	return fastest;
}

/* Each number of threads that any series has, ascending. Return: how many. */
static size_t find_columns(const struct panel *panel, unsigned columns[FIELDS_MAX])
{
	size_t count = 0;

	for (unsigned threads = 1; threads <= panel_most_threads(panel) && count < FIELDS_MAX; threads++)
		if (fastest_on(panel, threads) > 0)
			columns[count++] = threads;
	return count;
}

static void write_row(const struct fields *fields, const struct panel *panel, size_t row,
		      const unsigned *columns, size_t count)
{
	const struct series *const series = &panel->series[row];
	char rate[TEXT_BYTES];

	for (size_t c = 0; c < count; c++) {
		for (size_t i = 0; i < series->count; i++) {
			const struct point *const point = &series->points[i];

			if (point->threads != columns[c])
				continue;
			text_rate(point->median, rate, sizeof(rate));
			fields_put(fields, c, row, point->median / fastest_on(panel, columns[c]), rate,
				   "");
		}
	}
}

int draw_heat(const struct draw_request *request, const struct sheet *sheet, struct fault *fault)
{
	const struct panel *const panel = request->panel;
	struct fields fields = { .sheet = sheet,
				 .colour_label = "share of the fastest on as many threads",
				 .x_label = "threads",
				 .rows = panel->count };
	unsigned columns[FIELDS_MAX];
	char name[TEXT_BYTES];
	int error;

	fields.columns = find_columns(panel, columns);
	if (panel->count < 2 || !fields.columns)
		return -ENODATA;
	error = fields_begin(&fields, fault);
	for (size_t c = 0; !error && c < fields.columns; c++) {
		snprintf(name, sizeof(name), "%u", columns[c]);
		fields_name_column(&fields, c, name);
	}
	for (size_t r = 0; !error && r < panel->count; r++) {
		fields_name_row(&fields, r, panel->series[r].name);
		write_row(&fields, panel, r, columns, fields.columns);
	}
	return error ? error : fields_end(&fields, fault);
}

/* Of a panel the trial with the most workers; its places are the first of all others' too, as policies go. */
static const json_t *widest_trial(const struct panel *panel)
{
	const json_t *widest = NULL;
	size_t most = 0;

	for (size_t s = 0; s < panel->count; s++) {
		for (size_t i = 0; i < panel->series[s].count; i++) {
			const json_t *const trial = panel->series[s].points[i].cell->first;
			const size_t workers = json_array_size(json_object_get(trial, "pus"));

			widest = workers > most ? trial : widest;
			most = workers > most ? workers : most;
		}
	}
	return widest;
}

static json_int_t column_of(const json_t *row, size_t column)
{
	return json_integer_value(json_array_get(row, column));
}

/* Workers on one PU: "w0", or "w0 w8" where it has two. */
static void worker_text(const json_t *pus, json_int_t pu, char text[TEXT_BYTES])
{
	const json_t *value;
	size_t worker;

	*text = 0;
	json_array_foreach(pus, worker, value) {
		const size_t length = strlen(text);

		if (json_integer_value(value) == pu)
			snprintf(text + length, TEXT_BYTES - length, "%sw%zu", length ? " " : "",
				 worker);
	}
}

/* PUs before this one in its node: where it lies in the node's rows. */
static size_t rank_in_node(const json_t *machine, size_t index)
{
	const json_int_t node = column_of(json_array_get(machine, index), MACHINE_NODE);
	size_t rank = 0;

	for (size_t i = 0; i < index; i++)
		rank += column_of(json_array_get(machine, i), MACHINE_NODE) == node;
	return rank;
}

/* Rows that nodes before this one take: node numbers ascend in `machine`, or do not matter. */
static size_t rows_before(const json_t *machine, json_int_t node)
{
	size_t rows = 0;
	const json_t *row;
	size_t i;

	json_array_foreach(machine, i, row) {
		if (column_of(row, MACHINE_NODE) < node && rank_in_node(machine, i) % PLACES_PER_ROW == 0)
			rows++;
	}
	return rows;
}

static void put_pu(const struct fields *fields, const json_t *machine, size_t index,
		   const json_t *pus)
{
	const json_t *const pu = json_array_get(machine, index);
	const json_int_t number = column_of(pu, MACHINE_PU), node = column_of(pu, MACHINE_NODE);
	const size_t rank = rank_in_node(machine, index);
	const size_t row = rows_before(machine, node) + rank / PLACES_PER_ROW;
	char worker[TEXT_BYTES], above[TEXT_BYTES], name[TEXT_BYTES];

	worker_text(pus, number, worker);
	snprintf(above, sizeof(above), "%lld", (long long)number);
	fields_put(fields, rank % PLACES_PER_ROW, row, *worker ? 1 : 0, worker, above);
	if (rank % PLACES_PER_ROW)
		return;
	snprintf(name, sizeof(name), "node %lld", (long long)node);
	fields_name_row(fields, row, name);
}

static const json_t *machine_of(const struct results *results)
{
	return results->session_count ? json_object_get(results->sessions[0], "machine") : NULL;
}

int draw_places(const struct draw_request *request, const struct sheet *sheet, struct fault *fault)
{
	const json_t *const machine = machine_of(request->results);
	const json_t *const trial = widest_trial(request->panel);
	const json_t *const pus = json_object_get(trial, "pus");
	const char *const place = json_string_value(json_object_get(trial, "place"));
	struct sheet with_place = *sheet;
	struct fields fields = { .sheet = &with_place,
				 .x_label = "PUs of a node by the system's numbers; w: the worker that sat there" };
	char subtitle[SUBTITLE_BYTES];
	int error;

	if (!json_array_size(machine) || !json_array_size(pus) || request->panel->part != 1)
		return -ENODATA;
	snprintf(subtitle, sizeof(subtitle), "place=%s threads=%zu", place ? place : "unknown",
		 json_array_size(pus));
	with_place.subtitle = subtitle;
	fields.rows = rows_before(machine, INT64_MAX);
	fields.columns = json_array_size(machine) < PLACES_PER_ROW ? json_array_size(machine)
								   : PLACES_PER_ROW;
	error = fields_begin(&fields, fault);
	for (size_t i = 0; !error && i < json_array_size(machine); i++)
		put_pu(&fields, machine, i, pus);
	return error ? error : fields_end(&fields, fault);
}
