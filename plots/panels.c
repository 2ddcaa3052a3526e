#include "plots/panels.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/marks.h"
#include "runners/stats/stats.h"

/* Words of `workload` that make a panel; the others make a series. Of two what they say decides. */
static const char *const panel_keys[] = { "mix",	 "capacity",	"op_order",    "dist",
					  "range",	 "prefill",	"roles",       "value_bytes",
					  "scan_length", "think_ns",	"latency",     "rate_ops_per_s" };
static const char *const series_keys[SERIES_WORDS] = {
	[SERIES_PLACE] = "place", [SERIES_MEMORY] = "memory", [SERIES_PAGES] = "pages",
	[SERIES_ALLOC] = "alloc", [SERIES_LABEL] = "label",
};

enum { PANEL_KEYS = sizeof(panel_keys) / sizeof(*panel_keys), WORDS_BYTES = 2048 };

/* Append "key=value", with a space before it unless it is the first. */
static void append_word(char *text, const char *key, const json_t *value)
{
	const size_t length = strlen(text);
	const char *const space = length ? " " : "";

	if (json_is_string(value) && *json_string_value(value))
		snprintf(text + length, WORDS_BYTES - length, "%s%s=%s", space, key,
			 json_string_value(value));
	else if (json_is_number(value))
		snprintf(text + length, WORDS_BYTES - length, "%s%s=%.15g", space, key,
			 json_number_value(value));
}

/* What a full cache evicts, a larger one keeps. Of other families it is a fact about bounded variants. */
static int does_evict(const struct cell_summary *cell)
{
	for (size_t i = 0; i < cell->trial_count; i++)
		if (json_object_get(json_object_get(cell->trials[i], "effective"), "evicted"))
			return 1;
	return 0;
}

/* Where operations are timed throughput is another one's: what is not stands in a panel without it. */
static int is_timed(const struct cell_summary *cell)
{
	const char *const how = json_string_value(
		json_object_get(json_object_get(cell->first, "workload"), "latency"));

	return how && strcmp(how, "off");
}

static int is_of_workload(const struct cell_summary *cell, const char *key)
{
	return !strcmp(key, "capacity") ? does_evict(cell)
	       : !strcmp(key, "latency") ? is_timed(cell)
					 : 1;
}

static int is_panel_key(const struct cell_summary *cell, const char *key)
{
	for (size_t i = 0; i < PANEL_KEYS; i++)
		if (!strcmp(key, panel_keys[i]))
			return is_of_workload(cell, key);
	return 0;
}

/* The last key, the rate, is an axis where loads are. */
static void panel_words(const struct cell_summary *cell, const struct figure *figure, char *text)
{
	const json_t *workload = json_object_get(cell->first, "workload");
	const size_t keys = figure->kind == FIGURE_LOAD ? PANEL_KEYS - 1 : PANEL_KEYS;

	*text = 0;
	for (size_t i = 0; i < keys; i++)
		if (is_of_workload(cell, panel_keys[i]))
			append_word(text, panel_keys[i], json_object_get(workload, panel_keys[i]));
}

static void scan_word(const struct cell_summary *cell, char *text)
{
	const json_t *workload = json_object_get(cell->first, "workload");
	const json_t *guarantee = json_object_get(cell->first, "scan_guarantee");

	if (json_is_number(json_object_get(workload, "scan_length")) && json_is_string(guarantee))
		snprintf(text, WORDS_BYTES, "(%s scans)", json_string_value(guarantee));
}

/* Records of before there were flaws have none. */
static void flaw_word(const struct cell_summary *cell, char *text)
{
	const char *flaw = json_string_value(json_object_get(cell->first, "flaw"));

	if (flaw && strcmp(flaw, "none"))
		snprintf(text, WORDS_BYTES, "(%s)", flaw);
}

/* Connections that are as many as threads go with them along the curve: one number for each would tear it apart. */
static void rest_word(const struct cell_summary *cell, const char *key, const json_t *value, char *text)
{
	json_t *threads;

	if (strcmp(key, "connections") || json_integer_value(value) != cell->threads) {
		append_word(text, key, value);
		return;
	}
	threads = json_string("threads");
	append_word(text, key, threads);
	json_decref(threads);
}

static void series_word(const struct cell_summary *cell, const struct figure *figure,
			enum series_word word, char *text)
{
	json_t *workload = json_object_get(cell->first, "workload");
	json_t *value;
	const char *key;

	*text = 0;
	if (word == SERIES_VARIANT) {
		snprintf(text, WORDS_BYTES, "%s", cell->variant);
	} else if (word == SERIES_SCAN) {
		scan_word(cell, text);
	} else if (word == SERIES_FLAW) {
		flaw_word(cell, text);
	} else if (word == SERIES_THREADS) {
		if (figure->kind == FIGURE_LOAD)
			append_word(text, "threads", json_object_get(cell->first, "threads"));
	} else if (word != SERIES_REST) {
		append_word(text, series_keys[word], json_object_get(cell->first, series_keys[word]));
	} else {
		json_object_foreach(workload, key, value) {
			if (!is_panel_key(cell, key))
				rest_word(cell, key, value, text);
		}
	}
}

static void *grow(void *array, size_t count, size_t size)
{
	return realloc(array, (count + 1) * size);
}

static struct panel *find_panel(struct panel **panels, size_t *count,
				const struct cell_summary *cell, const struct figure *figure)
{
	char words[WORDS_BYTES];
	struct panel *grown;

	panel_words(cell, figure, words);
	for (size_t i = 0; i < *count; i++)
		if (!strcmp((*panels)[i].family, cell->family) && !strcmp((*panels)[i].workload, words))
			return &(*panels)[i];
	grown = grow(*panels, *count, sizeof(*grown));
	if (!grown)
		return NULL;
	*panels = grown;
	grown += (*count)++;
	*grown = (struct panel){
		.family = strdup(cell->family), .workload = strdup(words), .part = 1, .parts = 1
	};
	return grown->family && grown->workload ? grown : NULL;
}

static int series_has(const struct series *series, char (*words)[WORDS_BYTES])
{
	for (int w = 0; w < SERIES_WORDS; w++)
		if (strcmp(series->words[w], words[w]))
			return 0;
	return 1;
}

static struct series *find_series(struct panel *panel, const struct cell_summary *cell,
				  const struct figure *figure)
{
	char words[SERIES_WORDS][WORDS_BYTES];
	struct series *grown;

	for (int w = 0; w < SERIES_WORDS; w++)
		series_word(cell, figure, (enum series_word)w, words[w]);
	for (size_t i = 0; i < panel->count; i++)
		if (series_has(&panel->series[i], words))
			return &panel->series[i];
	grown = grow(panel->series, panel->count, sizeof(*grown));
	if (!grown)
		return NULL;
	panel->series = grown;
	grown += panel->count++;
	*grown = (struct series){ .count = 0 };
	for (int w = 0; w < SERIES_WORDS; w++) {
		grown->words[w] = strdup(words[w]);
		if (!grown->words[w])
			return NULL;
	}
	return grown;
}

/* Which number of a trial is shown. */
struct shown_number {
	const struct figure *figure;
	const char *event;    /* of a figure of events, else NULL */
};

/* The figure's numbers of a cell's valid trials. Return: how many. */
static unsigned collect_numbers(const struct cell_summary *cell, const struct shown_number *shown,
				double *numbers)
{
	unsigned count = 0;

	for (size_t i = 0; i < cell->trial_count; i++) {
		const double number =
			!results_is_valid(cell->trials[i]) ? NAN
			: shown->event ? shown->figure->of_event(cell->trials[i], shown->event)
				       : shown->figure->of_trial(cell->trials[i]);

		if (isfinite(number))
			numbers[count++] = number;
	}
	return count;
}

static int summarise_point(const struct cell_summary *cell, const struct shown_number *shown,
			   struct point *point)
{
	struct interval interval;
	double *numbers;
	unsigned count;

	if (!shown->figure->of_trial && !shown->event) {
		*point = (struct point){ cell->threads, cell->median, cell->low, cell->high, cell };
		return 0;
	}
	numbers = malloc((cell->trial_count + 1) * sizeof(*numbers));
	if (!numbers)
		return -ENOMEM;
	count = collect_numbers(cell, shown, numbers);
	*point = (struct point){ cell->threads, stats_median(numbers, count), NAN, NAN,
				 cell };
	if (count) {
		interval = stats_bootstrap_median(numbers, count, 0.95,
						  strtoull(cell->cell, NULL, 16));
		point->low = interval.low;
		point->high = interval.high;
	}
	free(numbers);
	return 0;
}

static int add_point(struct series *series, const struct cell_summary *cell,
		     const struct shown_number *shown)
{
	struct point point, *grown;
	size_t at = series->count;

	if (summarise_point(cell, shown, &point))
		return -ENOMEM;
	if (isnan(point.median))
		return 0;
	grown = grow(series->points, series->count, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	series->points = grown;
	for (; at && grown[at - 1].threads > cell->threads; at--)
		grown[at] = grown[at - 1];
	grown[at] = point;
	series->count++;
	return 0;
}

static int add_cell(struct panels *panels, const struct cell_summary *cell,
		    const struct shown_number *shown)
{
	const struct figure *const figure = shown->figure;
	const int is_probe = !strcmp(cell->family, "probe");
	struct panel *panel =
		is_probe ? find_panel(&panels->probes, &panels->probe_count, cell, figure)
			 : find_panel(&panels->panels, &panels->count, cell, figure);
	struct series *series = panel ? find_series(panel, cell, figure) : NULL;

	return series ? add_point(series, cell, shown) : -ENOMEM;
}

/* Where the words of a text have one that begins with these characters; NULL: nowhere. */
static const char *find_word(const char *text, const char *start, size_t length)
{
	for (; *text; text += strcspn(text, " "), text += strspn(text, " "))
		if (!strncmp(text, start, length))
			return text;
	return NULL;
}

/*
 * Does one key=value, @length characters of it, tell a series from another? One of another variant that has no such
 * key is told by its variant.
 */
static int tells_apart(const struct series *series, const struct series *other, const char *word,
		       size_t length)
{
	const char *const found = find_word(other->words[SERIES_REST], word, strcspn(word, "=") + 1);

	if (!found)
		return !strcmp(other->words[SERIES_VARIANT], series->words[SERIES_VARIANT]);
	return strcspn(found, " ") != length || strncmp(found, word, length) != 0;
}

/* Append those words of the rest that tell the series from any other of the panel. */
static void append_rest(const struct panel *panel, const struct series *series, char *name)
{
	const char *text = series->words[SERIES_REST];

	while (*(text += strspn(text, " "))) {
		const size_t length = strcspn(text, " "), end = strlen(name);
		int differs = 0;

		for (size_t other = 0; other < panel->count; other++)
			differs |= tells_apart(series, &panel->series[other], text, length);
		if (differs)
			snprintf(name + end, WORDS_BYTES - end, " %.*s", (int)length, text);
		text += length;
	}
}

/* What is promised and what is wrong is always named, an axis where two series differ in it. */
static int is_named(const struct panel *panel, const struct series *series, int word)
{
	int differs = word == SERIES_SCAN || word == SERIES_FLAW;

	for (size_t other = 0; other < panel->count; other++)
		differs |= strcmp(panel->series[other].words[word], series->words[word]) != 0;
	return differs;
}

/* Variant and guarantee, and of the other words those in which the panel's series differ. */
static int name_series(struct panel *panel)
{
	for (size_t s = 0; s < panel->count; s++) {
		struct series *series = &panel->series[s];
		char name[WORDS_BYTES];

		snprintf(name, sizeof(name), "%s", series->words[SERIES_VARIANT]);
		for (int w = 1; w < SERIES_REST; w++) {
			const size_t end = strlen(name);

			if (*series->words[w] && is_named(panel, series, w))
				snprintf(name + end, sizeof(name) - end, " %s", series->words[w]);
		}
		append_rest(panel, series, name);
		series->name = strdup(name);
		if (!series->name)
			return -ENOMEM;
	}
	return 0;
}

/* The limit that comes closest in kind: of the same keys where one was measured, else the first. */
static const struct series *find_limit(const struct panels *panels, const struct panel *panel,
				       const char *variant)
{
	const char *dist = strstr(panel->workload, "dist=");
	const size_t length = dist ? strcspn(dist, " ") + 1 : 0;
	const struct series *first = NULL;

	for (size_t p = 0; p < panels->probe_count; p++) {
		const struct panel *probes = &panels->probes[p];
		const char *theirs = strstr(probes->workload, "dist=");

		for (size_t s = 0; s < probes->count; s++) {
			if (strcmp(probes->series[s].words[SERIES_VARIANT], variant))
				continue;
			if (dist && theirs && !strncmp(dist, theirs, length))
				return &probes->series[s];
			if (!first)
				first = &probes->series[s];
		}
	}
	return first;
}

static double last_median(const struct series *series)
{
	return series->points[series->count - 1].median;
}

/* Highest at its last point first: the order of the legend is that of the curves' ends. */
static int compare_series(const void *a, const void *b)
{
	const double x = last_median(a), y = last_median(b);

	return (x < y) - (x > y);
}

/* Cut the series behind the first PANEL_SERIES_MAX into panels of their own, evenly filled. */
static int split_panel(struct panels *panels, size_t index)
{
	const size_t series = panels->panels[index].count;
	const size_t parts = (series + PANEL_SERIES_MAX - 1) / PANEL_SERIES_MAX;
	const size_t each = parts ? (series + parts - 1) / parts : 0;

	panels->panels[index].parts = (unsigned)parts;
	for (size_t part = 1; part < parts; part++) {
		const size_t from = part * each, n = from + each < series ? each : series - from;
		struct panel *grown = grow(panels->panels, panels->count, sizeof(*grown));
		struct panel *whole, *cut;

		if (!grown)
			return -ENOMEM;
		panels->panels = grown;
		whole = &grown[index];
		cut = &grown[panels->count++];
		*cut = *whole;
		cut->part = (unsigned)part + 1;
		cut->family = strdup(whole->family);
		cut->workload = strdup(whole->workload);
		cut->series = calloc(n, sizeof(*cut->series));
		if (!cut->family || !cut->workload || !cut->series) {
			cut->count = 0;
			return -ENOMEM;
		}
		memcpy(cut->series, whole->series + from, n * sizeof(*cut->series));
		cut->count = n;
	}
	panels->panels[index].count = each < series ? each : series;
	return 0;
}

/* family, a number where the family has several workloads, and the part where a panel was split. */
static void name_files(struct panels *panels)
{
	for (size_t i = 0; i < panels->count; i++) {
		struct panel *panel = &panels->panels[i];
		unsigned number = 0, of = 0;
		size_t length;

		for (size_t k = 0; k < panels->count; k++) {
			if (strcmp(panels->panels[k].family, panel->family) || panels->panels[k].part != 1)
				continue;
			of++;
			if (!strcmp(panels->panels[k].workload, panel->workload))
				number = of;
		}
		length = (size_t)snprintf(panel->slug, sizeof(panel->slug), "%s", panel->family);
		if (of > 1)
			length += (size_t)snprintf(panel->slug + length, sizeof(panel->slug) - length,
						   "-%u", number);
		if (panel->parts > 1)
			snprintf(panel->slug + length, sizeof(panel->slug) - length, "-part%u",
				 panel->part);
	}
}

static void series_free(struct series *series)
{
	for (int w = 0; w < SERIES_WORDS; w++)
		free(series->words[w]);
	free(series->name);
	free(series->points);
}

/* A series without the figure's number is none. */
static void drop_empty_series(struct panel *panel)
{
	size_t kept = 0;

	for (size_t s = 0; s < panel->count; s++) {
		if (panel->series[s].count)
			panel->series[kept++] = panel->series[s];
		else
			series_free(&panel->series[s]);
	}
	panel->count = kept;
}

static int finish_panels(const struct results *results, struct panels *panels)
{
	const size_t whole = panels->count;
	int error = 0;

	for (size_t i = 0; !error && i < panels->probe_count; i++) {
		drop_empty_series(&panels->probes[i]);
		error = name_series(&panels->probes[i]);
	}
	for (size_t i = 0; !error && i < whole; i++) {
		struct panel *panel = &panels->panels[i];

		drop_empty_series(panel);
		qsort(panel->series, panel->count, sizeof(*panel->series), compare_series);
		error = name_series(panel);
		panel->null = find_limit(panels, panel, "probe/null");
		panel->faa = find_limit(panels, panel, "probe/faa");
		marks_find(results, panel);
		if (!error)
			error = split_panel(panels, i);
	}
	name_files(panels);
	return error;
}

int panels_build(const struct results *results, const struct summary_list *cells,
		 const struct figure *figure, const char *event, struct panels *out)
{
	const struct shown_number shown = { figure, event };
	struct panels panels = { 0 };
	int error = 0;

	for (size_t i = 0; !error && i < cells->count; i++)
		if (cells->cells[i].valid)
			error = add_cell(&panels, &cells->cells[i], &shown);
	if (!error && !panels.count) {    /* probes alone: they are what was asked for */
		panels.panels = panels.probes;
		panels.count = panels.probe_count;
		panels.probes = NULL;
		panels.probe_count = 0;
	}
	if (!error)
		error = finish_panels(results, &panels);
	if (error) {
		panels_free(&panels);
		return error;
	}
	*out = panels;
	return 0;
}

static void panel_free(struct panel *panel)
{
	for (size_t s = 0; s < panel->count; s++)
		series_free(&panel->series[s]);
	free(panel->series);
	free(panel->family);
	free(panel->workload);
}

void panels_free(struct panels *panels)
{
	for (size_t i = 0; i < panels->count; i++)
		panel_free(&panels->panels[i]);
	for (size_t i = 0; i < panels->probe_count; i++)
		panel_free(&panels->probes[i]);
	free(panels->panels);
	free(panels->probes);
	memset(panels, 0, sizeof(*panels));
}

const struct point *series_point(const struct series *series, unsigned threads)
{
	for (size_t i = 0; i < series->count; i++)
		if (series->points[i].threads == threads)
			return &series->points[i];
	return NULL;
}

unsigned panel_most_threads(const struct panel *panel)
{
	unsigned most = 1;

	for (size_t s = 0; s < panel->count; s++)
		for (size_t i = 0; i < panel->series[s].count; i++)
			if (panel->series[s].points[i].threads > most)
				most = panel->series[s].points[i].threads;
	return most;
}

double panel_highest(const struct panel *panel)
{
	double highest = 0;

	for (size_t s = 0; s < panel->count; s++)
		for (size_t i = 0; i < panel->series[s].count; i++)
			if (panel->series[s].points[i].high > highest)
				highest = panel->series[s].points[i].high;
	return highest;
}
