#include "runners/results/published.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runners/results/side.h"
#include "runners/stats/stats.h"

enum { PATH_BYTES = 4096, LATENCY_SEED = 1 };

static const char *preset_of(const struct results *results)
{
	return results->session_count
		       ? json_string_value(json_object_get(results->sessions[0], "preset"))
		       : NULL;
}

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

static int measure_latency(struct published_figure *figure)
{
	const struct cell_summary *const cell = figure->cell;
	double *const values = calloc(cell->trial_count + 1, sizeof(*values));
	struct interval interval;

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < cell->trial_count; i++) {
		const json_t *const latency = json_object_get(cell->trials[i], "latency_ns");
		const json_t *const value = json_object_get(latency, figure->latency);

		if (results_is_valid(cell->trials[i]) && json_is_number(value))
			values[figure->trials++] = json_number_value(value);
	}
	if (figure->trials) {
		interval = stats_bootstrap_median(values, figure->trials, 0.95, LATENCY_SEED);
		figure->median = stats_median(values, figure->trials);
		figure->low = interval.low;
		figure->high = interval.high;
	}
	free(values);
	return 0;
}

/* What was published: a rate or a latency. */
static int read_number(const json_t *object, struct published_figure *figure)
{
	const json_t *const rate = json_object_get(object, "ops_per_s");

	figure->latency = json_string_value(json_object_get(object, "latency"));
	figure->theirs = json_number_value(figure->latency ? json_object_get(object, "ns") : rate);
	return figure->theirs > 0 && !(figure->latency && rate) ? 0 : -EINVAL;
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
	if (figure->cell && figure->latency)
		return measure_latency(figure);
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
			return fault_set(fault, error, "%s: no memory for its latencies", path);
		if (error)
			return fault_set(fault, error,
					 "%s: figure %zu lacks what, host, ops_per_s (or latency and ns) or "
					 "the texts of cell",
					 path, published->count + 1);
	}
	return 0;
}

int published_find(const char *folder, const struct results *results,
		   const struct summary_list *cells, struct published *published,
		   struct fault *fault)
{
	const char *const preset = preset_of(results);
	char path[PATH_BYTES];
	int error;

	*published = (struct published){ .count = 0 };
	/* The name of a file is no preset of ours. */
	if (!preset || strpbrk(preset, "/."))
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
