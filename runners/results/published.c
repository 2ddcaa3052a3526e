#include "runners/results/published.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runners/results/side.h"
#include "runners/stats/stats.h"

enum { PATH_BYTES = 4096, FIELD_SEED = 1 };

/* Whether the cell's records have each word of the figure. */
static bool answers(const struct cell_summary *cell, json_t *words)
{
	char text[SIDE_WORD_BYTES];
	const char *key;
	json_t *value;

	json_object_foreach(words, key, value)
	{
		side_word_text(side_word(cell->first, key), text);
		if (strcmp(text, json_string_value(value)) != 0)
			return false;
	}
	return true;
}

static const struct cell_summary *find(const struct summary_list *cells, json_t *words)
{
	for (size_t i = 0; i < cells->count; i++)
		if (answers(&cells->cells[i], words))
			return &cells->cells[i];
	return NULL;
}

static bool are_texts(json_t *words)
{
	const char *key;
	json_t *value;

	json_object_foreach(words, key, value)
		if (!json_is_string(value))
			return false;
	return json_object_size(words) > 0;
}

static void measure_rate(struct published_figure *figure)
{
	figure->trials = figure->cell->valid;
	figure->median = figure->cell->median;
	figure->low = figure->cell->low;
	figure->high = figure->cell->high;
}

static int measure_field(struct published_figure *figure)
{
	const struct cell_summary *const cell = figure->cell;
	double *const values = calloc(cell->trial_count + 1, sizeof(*values));
	struct interval interval;

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < cell->trial_count; i++) {
		const json_t *const object = json_object_get(cell->trials[i], figure->object);
		const json_t *const value = json_object_get(object, figure->field);

		if (results_is_valid(cell->trials[i]) && json_is_number(value))
			values[figure->trials++] = json_number_value(value);
	}
	if (figure->trials) {
		interval = stats_bootstrap_median(values, figure->trials, 0.95, FIELD_SEED);
		figure->median = stats_median(values, figure->trials);
		figure->low = interval.low;
		figure->high = interval.high;
	}
	free(values);
	return 0;
}

/* What was published: a rate, or one of the numbers that stand in an object of the records. */
static int read_number(const json_t *object, struct published_figure *figure)
{
	static const struct {
		const char *which, *number, *object;
		enum published_unit unit;
	} fields[] = { { "latency", "ns", "latency_ns", PUBLISHED_NS },
		       { "memory", "bytes", "memory_bytes", PUBLISHED_BYTES } };

	figure->theirs = json_number_value(json_object_get(object, "ops_per_s"));
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const char *const field = json_string_value(json_object_get(object, fields[i].which));

		if (!field)
			continue;
		if (figure->theirs > 0)
			return -EINVAL;
		figure->unit = fields[i].unit;
		figure->object = fields[i].object;
		figure->field = field;
		figure->theirs = json_number_value(json_object_get(object, fields[i].number));
	}
	return figure->theirs > 0 ? 0 : -EINVAL;
}

static int read_figure(json_t *object, const struct summary_list *cells,
		       struct published_figure *figure)
{
	json_t *words;

	if (json_unpack(object, "{s:s, s:s, s:o}", "what", &figure->what, "host", &figure->host, "cell",
			&words) ||
	    !are_texts(words) || read_number(object, figure))
		return -EINVAL;
	figure->cell = find(cells, words);
	if (figure->cell && figure->field)
		return measure_field(figure);
	if (figure->cell)
		measure_rate(figure);
	return 0;
}

static int read_figures(const char *path, const struct summary_list *cells,
			struct published *published, struct fault *fault)
{
	published->file = json_load_file(path, 0, NULL);
	published->figures = calloc(json_array_size(published->file) + 1, sizeof(*published->figures));
	if (!published->figures)
		return fault_set(fault, -ENOMEM, "%s: no memory for its figures", path);
	if (!json_is_array(published->file))
		return fault_set(fault, -EINVAL, "%s: this is not an array in JSON", path);
	for (; published->count < json_array_size(published->file); published->count++) {
		const int error = read_figure(json_array_get(published->file, published->count), cells,
					      &published->figures[published->count]);

		if (error == -ENOMEM)
			return fault_set(fault, error, "%s: no memory for its numbers", path);
		if (error)
			return fault_set(fault, error,
					 "%s: figure %zu lacks what, host, the texts of cell, or the one number "
					 "that it is: ops_per_s, latency with ns, or memory with bytes",
					 path, published->count + 1);
	}
	return 0;
}

int published_find(const char *folder, const struct results *results,
		   const struct summary_list *cells, struct published *published,
		   struct fault *fault)
{
	const char *const preset = results_preset(results);
	char path[PATH_BYTES];
	int error;

	*published = (struct published){ .count = 0 };
	if (!preset)
		return 0;
	if (snprintf(path, sizeof(path), "%s/%s.json", folder, preset) >= (int)sizeof(path) ||
	    access(path, R_OK))
		return 0;
	error = read_figures(path, cells, published, fault);
	if (error)
		published_free(published);
	return error;
}

void published_free(struct published *published)
{
	free(published->figures);
	json_decref(published->file);
	*published = (struct published){ .count = 0 };
}

bool published_is_unsteady(const struct published_figure *figure)
{
	return figure->cell && figure->cell->flags && strstr(figure->cell->flags, "unsteady");
}

void published_text(const struct published_figure *figure, double value, char *text, size_t room)
{
	static const struct {
		double of;
		const char *ops, *bytes;
	} units[] = { { 1e9, " G", " GB" }, { 1e6, " M", " MB" }, { 1e3, " k", " kB" }, { 1, "", " bytes" } };
	size_t i = 0;

	if (figure->unit == PUBLISHED_NS) {
		snprintf(text, room, value < 1e6 ? "%.3g us" : "%.0f us", value / 1000);
		return;
	}
	while (units[i].of > 1 && value < 0.9995 * units[i].of)
		i++;
	value /= units[i].of;
	snprintf(text, room, value < 1000 ? "%.3g%s" : "%.0f%s", value,
		 figure->unit == PUBLISHED_BYTES ? units[i].bytes : units[i].ops);
}
