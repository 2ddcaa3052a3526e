#include "runners/results/results.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/results/lines.h"
#include "runners/stats/stats.h"

static int push(json_t ***array, size_t *count, json_t *record)
{
	/* Grown at powers of two. */
	if (!(*count & (*count - 1))) {
		json_t **grown = realloc(*array, (*count ? *count * 2 : 1) * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		*array = grown;
	}
	(*array)[(*count)++] = record;
	return 0;
}

static int keep_record(json_t *record, size_t line, void *context, struct fault *fault)
{
	struct results *results = context;
	const char *kind = json_string_value(json_object_get(record, "kind"));
	int error = 0;

	if (!strcmp(kind, "trial") && (!json_string_value(json_object_get(record, "cell")) ||
				       !json_string_value(json_object_get(record, "variant")) ||
				       !json_string_value(json_object_get(record, "status"))))
		error = fault_set(fault, -EINVAL,
				  "results.jsonl:%zu: a trial without cell, variant or status", line);
	else if (!strcmp(kind, "trial"))
		error = push(&results->trials, &results->trial_count, record);
	else if (!strcmp(kind, "session"))
		error = push(&results->sessions, &results->session_count, record);
	else
		json_decref(record);    /* a kind that a later version adds within this schema */
	if (error)
		json_decref(record);
	return error;
}

int results_load(const char *directory, struct results *results, struct fault *fault)
{
	struct results loaded = { 0 };
	struct lines_end end;
	char path[4096];
	int error;

	if (snprintf(path, sizeof(path), "%s/results.jsonl", directory) >= (int)sizeof(path))
		return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", directory);
	error = lines_read(path, keep_record, &loaded, &end, fault);
	if (!error && !loaded.trial_count)
		error = fault_set(fault, -ENOENT, "%s: holds no trial", path);
	if (error) {
		results_free(&loaded);
		return error;
	}
	loaded.torn = end.whole_bytes != end.total_bytes;
	*results = loaded;
	return 0;
}

void results_free(struct results *results)
{
	for (size_t i = 0; i < results->session_count; i++)
		json_decref(results->sessions[i]);
	for (size_t i = 0; i < results->trial_count; i++)
		json_decref(results->trials[i]);
	free(results->sessions);
	free(results->trials);
	memset(results, 0, sizeof(*results));
}

/* One trial and the order it came in: sorted by cell, then by order, so that each cell is one run of the array. */
struct sorted_trial {
	const char *cell;
	size_t order;
	const json_t *record;
};

static int compare_trials(const void *a, const void *b)
{
	const struct sorted_trial *x = a, *y = b;
	const int by_cell = strcmp(x->cell, y->cell);

	return by_cell ? by_cell : (x->order > y->order) - (x->order < y->order);
}

static struct sorted_trial *sort_trials(const struct results *results)
{
	struct sorted_trial *sorted = calloc(results->trial_count, sizeof(*sorted));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < results->trial_count; i++)
		sorted[i] = (struct sorted_trial){
			json_string_value(json_object_get(results->trials[i], "cell")), i,
			results->trials[i]
		};
	qsort(sorted, results->trial_count, sizeof(*sorted), compare_trials);
	return sorted;
}

/* Append a flag to a comma-separated list unless it is there. */
static int add_flag(char **list, const char *flag)
{
	const size_t length = *list ? strlen(*list) : 0, more = strlen(flag);
	char *grown;

	for (const char *at = *list; at && (at = strstr(at, flag)); at += more)
		if ((at == *list || at[-1] == ',') && (at[more] == ',' || !at[more]))
			return 0;
	grown = realloc(*list, length + more + 2);
	if (!grown)
		return -ENOMEM;
	snprintf(grown + length, more + 2, "%s%s", length ? "," : "", flag);
	*list = grown;
	return 0;
}

static int collect_flags(const json_t *record, char **list)
{
	const json_t *flags = json_object_get(record, "flags");
	const json_t *flag;
	size_t i;

	json_array_foreach(flags, i, flag) {
		if (json_is_string(flag) && add_flag(list, json_string_value(flag)))
			return -ENOMEM;
	}
	return 0;
}

const char *results_preset(const struct results *results)
{
	const char *const preset =
		results->session_count
			? json_string_value(json_object_get(results->sessions[0], "preset"))
			: NULL;

	return preset && !strpbrk(preset, "/.") ? preset : NULL;
}

int results_is_valid(const json_t *trial)
{
	const char *status = json_string_value(json_object_get(trial, "status"));

	return status && !strcmp(status, "valid") &&
	       json_is_number(json_object_get(trial, "ops_per_s"));
}

static void count_status(const json_t *record, struct cell_summary *cell, double *rates)
{
	const char *status = json_string_value(json_object_get(record, "status"));
	const char *reason = json_string_value(json_object_get(record, "reason"));

	if (results_is_valid(record)) {
		rates[cell->valid++] = json_number_value(json_object_get(record, "ops_per_s"));
		return;
	}
	if (!strcmp(status, "skipped"))
		cell->skipped++;
	else
		cell->invalid++;
	if (!cell->reason)
		cell->reason = reason;
}

static void summarise_rates(struct cell_summary *cell, const double *rates)
{
	struct interval interval;

	cell->median = stats_median(rates, cell->valid);
	interval = stats_bootstrap_median(rates, cell->valid, 0.95, strtoull(cell->cell, NULL, 16));
	cell->low = interval.low;
	cell->high = interval.high;
	cell->spread = cell->valid ? (stats_quantile(rates, cell->valid, 1) -
				      stats_quantile(rates, cell->valid, 0)) /
					     cell->median
				   : NAN;
}

/* The median of a word of `effective` over the valid trials; NaN where none has it. */
static double median_effective(const struct sorted_trial *sorted, size_t n, const char *key,
			       double *values)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const json_t *const effective = json_object_get(sorted[i].record, "effective");
		const json_t *const value = json_object_get(effective, key);

		if (!strcmp(json_string_value(json_object_get(sorted[i].record, "status")), "valid") &&
		    json_is_number(value))
			values[count++] = json_number_value(value);
	}
	return count ? stats_median(values, count) : NAN;
}

/* Of families that count what is lost and torn. @values: room for n. */
static void summarise_losses(const struct sorted_trial *sorted, size_t n, double *values,
			     struct cell_summary *cell)
{
	cell->lost = median_effective(sorted, n, "lost", values);
	cell->torn = median_effective(sorted, n, "torn", values);
	cell->hit_ratio = isnan(cell->lost) ? NAN
					    : median_effective(sorted, n, "hit_ratio", values);
}

static const char *text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

/* @sorted: @n trials of one cell. @rates: room for n. */
static int summarise_cell(const struct sorted_trial *sorted, size_t n, double *rates,
			  struct cell_summary *cell)
{
	const json_t *first = sorted->record;
	char *flags = NULL;

	*cell = (struct cell_summary){
		.cell = sorted->cell,
		.variant = text_of(first, "variant"),
		.family = text_of(first, "family"),
		.place = text_of(first, "place"),
		.label = text_of(first, "label"),
		.first = first,
		.threads = (unsigned)json_integer_value(json_object_get(first, "threads")),
	};
	for (size_t i = 0; i < n; i++) {
		count_status(sorted[i].record, cell, rates);
		if (collect_flags(sorted[i].record, &flags)) {
			free(flags);
			return -ENOMEM;
		}
	}
	cell->flags = flags;
	summarise_rates(cell, rates);
	summarise_losses(sorted, n, rates, cell);
	return 0;
}

/* Any total order that puts equal values together: by their text. */
static int compare_json(const json_t *a, const json_t *b)
{
	char *x, *y;
	int order;

	if (json_is_string(a) && json_is_string(b))
		return strcmp(json_string_value(a), json_string_value(b));
	if (json_equal(a, b))
		return 0;
	x = json_dumps(a, JSON_ENCODE_ANY | JSON_SORT_KEYS);
	y = json_dumps(b, JSON_ENCODE_ANY | JSON_SORT_KEYS);
	order = strcmp(x ? x : "", y ? y : "");
	free(x);
	free(y);
	return order;
}

/* The trials come in random order; a reader wants variants together, and threads ascending. */
static int compare_cells(const void *a, const void *b)
{
	static const char *const keys[] = { "family", "workload", "variant", "place",
					    "memory", "pages",	  "alloc" };
	const struct cell_summary *x = a, *y = b;
	int order = 0;

	for (size_t i = 0; !order && i < sizeof(keys) / sizeof(*keys); i++)
		order = compare_json(json_object_get(x->first, keys[i]),
				     json_object_get(y->first, keys[i]));
	if (!order)
		order = (x->threads > y->threads) - (x->threads < y->threads);
	return order ? order : strcmp(x->cell, y->cell);
}

static size_t run_length(const struct sorted_trial *sorted, size_t left)
{
	size_t n = 1;

	while (n < left && !strcmp(sorted[n].cell, sorted->cell))
		n++;
	return n;
}

static int summarise_sorted(const struct sorted_trial *sorted, size_t trials,
			    struct summary_list *list)
{
	double *rates = malloc(trials * sizeof(*rates));
	int error = rates ? 0 : -ENOMEM;

	for (size_t i = 0, n; !error && i < trials; i += n) {
		n = run_length(sorted + i, trials - i);
		error = summarise_cell(sorted + i, n, rates, &list->cells[list->count]);
		list->cells[list->count].trials = list->trials + i;
		list->cells[list->count].trial_count = n;
		for (size_t k = 0; k < n; k++)
			list->trials[i + k] = sorted[i + k].record;
		list->count += !error;
	}
	free(rates);
	return error;
}

int results_summarise(const struct results *results, struct summary_list *list)
{
	struct sorted_trial *sorted = sort_trials(results);
	struct summary_list made = { .cells = calloc(results->trial_count, sizeof(*made.cells)),
				     .trials = calloc(results->trial_count, sizeof(*made.trials)) };
	int error = -ENOMEM;

	if (sorted && made.cells && made.trials)
		error = summarise_sorted(sorted, results->trial_count, &made);
	free(sorted);
	if (error) {
		summary_list_free(&made);
		return error;
	}
	qsort(made.cells, made.count, sizeof(*made.cells), compare_cells);
	*list = made;
	return 0;
}

void summary_list_free(struct summary_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->cells[i].flags);
	free(list->cells);
	free(list->trials);
	memset(list, 0, sizeof(*list));
}
