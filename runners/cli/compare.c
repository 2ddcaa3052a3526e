/* numamark compare: two sets of results, cell by cell. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "plots/text.h"
#include "runners/cli/command.h"
#include "runners/cli/compare_figure.h"
#include "runners/cli/table.h"
#include "runners/results/comparison.h"

/* The chance of any false difference in the whole table. */
#define ALPHA 0.01

enum { TEXT_BYTES = 80, WORDS_MAX = TABLE_COLUMNS_MAX - 10 };

static const struct option_row rows[] = {
	{ "json", 0, NULL, "one array of objects, a cell each" },
	{ "figure", 0, "FILE", "draw the ratios into FILE.svg, .pdf, .png or .tex" },
	{ "fail-on", 0, "worse", "exit with 1 if any cell is worse" },
	{ 0 },
};

struct asked_comparison {
	const char *base, *new, *figure;
	bool is_json, fails_on_worse;
};

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct asked_comparison *const asked = values;

	if (row && !strcmp(row->name, "json")) {
		asked->is_json = true;
	} else if (row && !strcmp(row->name, "figure")) {
		asked->figure = text;
		return compare_check_figure(text, fault);
	} else if (row) {
		if (strcmp(text, "worse"))
			return fault_set(fault, -EINVAL, "--fail-on %.60s: allowed is worse", text);
		asked->fails_on_worse = true;
	} else if (!asked->base) {
		asked->base = text;
	} else if (!asked->new) {
		asked->new = text;
	} else {
		return fault_set(fault, -EINVAL, "%.60s: two sides are compared, BASE and NEW",
				 text);
	}
	return 0;
}

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

/* The axes of a cell: identity, then the words of its workload. */
static json_t *axes_of(const json_t *record)
{
	static const char *const own[] = { "cell",   "family", "variant", "threads", "place",
					   "memory", "alloc",  "pages",   "label" };
	json_t *const row = json_object();

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		json_t *const word = json_object_get(record, own[i]);

		json_object_set(row, own[i], word ? word : json_null());
	}
	json_object_update_missing(row, json_object_get(record, "workload"));
	return row;
}

static void set_figures(json_t *row, const struct compared_cell *cell)
{
	const struct contrast *const contrast = &cell->contrast;
	json_t *const figures = json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:s?}",
		"verdict", contrast_verdict_name(contrast->verdict), "comparison",
		cell->is_paired ? "paired" : "unpaired", "ratio", number(contrast->ratio), "low",
		number(contrast->low), "high", number(contrast->high), "confidence",
		number(contrast->confidence), "p_adjusted", number(contrast->p_adjusted), "n",
		(json_int_t)(cell->base_count < cell->new_count ? cell->base_count
								: cell->new_count),
		"n_base", (json_int_t)cell->base_count, "n_new", (json_int_t)cell->new_count,
		"sessions_base", (json_int_t)cell->base_sessions, "sessions_new",
		(json_int_t)cell->new_sessions, "base_ops_per_s", number(cell->base_median),
		"new_ops_per_s", number(cell->new_median), "host_ratio", number(cell->host_ratio),
		"reason", contrast->reason);

	json_object_update(row, figures);
	json_decref(figures);
}

static json_t *rows_of(const struct comparison *comparison)
{
	json_t *const all = json_array();

	for (size_t i = 0; i < comparison->count; i++) {
		json_t *const row = axes_of(comparison->cells[i].new);

		set_figures(row, &comparison->cells[i]);
		json_array_append_new(all, row);
	}
	return all;
}

static void set_text(json_t *row, const char *key, const char *text)
{
	json_object_set_new(row, key, json_string(text));
}

/* What the table shows of the figures, as a person writes it. */
static void set_words(json_t *row, const struct compared_cell *cell)
{
	const struct contrast *const contrast = &cell->contrast;
	char base[TEXT_BYTES], new[TEXT_BYTES], text[TEXT_BYTES];

	text_rate(cell->base_median, base, sizeof(base));
	text_rate(cell->new_median, new, sizeof(new));
	set_text(row, "base", base);
	set_text(row, "new", new);
	snprintf(text, sizeof(text), "%.3f", contrast->ratio);
	set_text(row, "new/base", text);
	if (contrast->freedom > 0)
		snprintf(text, sizeof(text), "%.3f to %.3f", contrast->low, contrast->high);
	else
		snprintf(text, sizeof(text), "none");
	set_text(row, "interval", text);
	snprintf(text, sizeof(text), "%.2g", contrast->p_adjusted);
	set_text(row, "p (Holm)", text);
	if (!cell->is_paired) {
		snprintf(text, sizeof(text), "%zu, %zu", cell->base_count, cell->new_count);
		set_text(row, "n", text);
	}
	set_text(row, "how", cell->is_paired ? "paired" : "unpaired");
}

/* A word that tells cells apart, or that one always wants to see. */
bool compare_is_shown(const json_t *all, const char *key)
{
	const json_t *const first = json_object_get(json_array_get(all, 0), key);
	const json_t *row;
	size_t i;

	if (!strcmp(key, "variant") || !strcmp(key, "threads"))
		return true;
	json_array_foreach(all, i, row)
	{
		const json_t *const value = json_object_get(row, key);

		if (value != first && !json_equal(value, first))
			return true;
	}
	return false;
}

static void make_columns(const json_t *all, json_t *axes, struct table_column *columns)
{
	static const struct table_column figures[] = {
		{ "base", true, true },     { "new", true, true },      { "new/base", true, true },
		{ "interval", true, true }, { "p (Holm)", true, true }, { "n", true, true },
		{ "how", true, false },     { "verdict", true, false }, { 0 },
	};
	size_t count = 0;
	const char *key;
	json_t *value;

	json_object_foreach(axes, key, value)
	{
		if (strcmp(key, "cell") && count < WORDS_MAX && compare_is_shown(all, key))
			columns[count++] =
				(struct table_column){ key, true, json_is_number(value) };
	}
	memcpy(&columns[count], figures, sizeof(figures));
}

/* Why cells are undecided, each reason once. */
static void print_reasons(const struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->count; i++) {
		const char *const reason = comparison->cells[i].contrast.reason;
		size_t count = 0, first = comparison->count;

		for (size_t j = 0; reason && j < comparison->count; j++) {
			const char *const other = comparison->cells[j].contrast.reason;

			if (!other || strcmp(reason, other))
				continue;
			first = j < first ? j : first;
			count++;
		}
		if (first == i)
			printf("Undecided, %zu of %zu: %s.\n", count, comparison->count, reason);
	}
}

static void print_host(const struct comparison *comparison)
{
	size_t unpaired = 0, normalised = 0;
	double least = INFINITY, most = 0;

	for (size_t i = 0; i < comparison->count; i++) {
		const struct compared_cell *const cell = &comparison->cells[i];

		unpaired += !cell->is_paired;
		if (!isnan(cell->host_ratio)) {
			normalised++;
			least = fmin(least, cell->host_ratio);
			most = fmax(most, cell->host_ratio);
		}
	}
	if (normalised)
		printf("The host itself, new/base by probe/null and probe/faa, was %.3f to %.3f; "
		       "ratios are without it.\n",
		       least, most);
	if (normalised < unpaired)
		printf("%zu unpaired cells have no probe/null or probe/faa beside them on both "
		       "sides: "
		       "what the host did is in their ratio.\n",
		       unpaired - normalised);
}

/* @base: where further laps of an interleaved campaign would go. */
static void print_least(const struct comparison *comparison, const struct side *base)
{
	for (size_t i = 0; i < comparison->count; i++) {
		const struct compared_cell *const cell = &comparison->cells[i];
		const size_t least =
			contrast_trials_least(cell->is_paired, comparison->count, ALPHA);

		if (cell->contrast.verdict == CONTRAST_TOO_FEW &&
		    (cell->base_count < least || cell->new_count < least)) {
			printf("With so many cells it takes %zu trials a side to decide anything.\n",
			       least);
			if (cell->is_paired)
				printf("Further laps: numamark run '%s/campaign.ini' trials=%zu -o "
				       "'%s' --resume\n",
				       base->path, least, base->path);
			return;
		}
	}
}

static void print_notes(const struct comparison *comparison, const struct side *base)
{
	printf("\nRatios above 1 are gains; their geometric mean is %.3f. Any false difference in "
	       "this table has a chance of at most %g (Holm); intervals have the level that "
	       "leaves.\nNo change: the interval lies within %g %% of 1.\n",
	       comparison->geometric_mean, ALPHA, CONTRAST_MARGIN * 100);
	print_host(comparison);
	print_reasons(comparison);
	print_least(comparison, base);
	if (comparison->base_only + comparison->new_only)
		printf("Not compared: %zu cells of BASE alone, %zu of NEW alone.\n",
		       comparison->base_only, comparison->new_only);
}

static void print_text(const struct comparison *comparison, const struct side *base, json_t *all)
{
	struct table_column columns[TABLE_COLUMNS_MAX];
	json_t *const axes = axes_of(comparison->cells[0].new);

	for (size_t i = 0; i < comparison->count; i++)
		set_words(json_array_get(all, i), &comparison->cells[i]);
	make_columns(all, axes, columns);
	table_print(stdout, columns, all, TABLE_TEXT);
	print_notes(comparison, base);
	json_decref(axes);
}

static int print(const struct asked_comparison *asked, const struct comparison *comparison,
		 const struct side *base)
{
	json_t *const all = rows_of(comparison);
	int status = CLI_DONE;

	if (asked->is_json)
		table_print(stdout, NULL, all, TABLE_JSON);
	else
		print_text(comparison, base, all);
	for (size_t i = 0; asked->fails_on_worse && i < comparison->count; i++)
		if (comparison->cells[i].contrast.verdict == CONTRAST_WORSE)
			status = CLI_UNSOUND;
	json_decref(all);
	return status;
}

static int draw(const struct asked_comparison *asked, const struct comparison *comparison,
		struct fault *fault)
{
	json_t *const all = rows_of(comparison);
	const int error = compare_draw(asked->figure, comparison, all, fault);

	json_decref(all);
	return error;
}

static int compare(const struct asked_comparison *asked, struct side *base, struct side *new,
		   struct fault *fault)
{
	struct comparison comparison;
	int status, error = sides_match(base, new, fault);

	if (!error)
		error = comparison_make(base, new, ALPHA, &comparison, fault);
	if (error)
		return cli_fail(error, fault);
	status = print(asked, &comparison, base);
	error = asked->figure ? draw(asked, &comparison, fault) : 0;
	if (error)
		status = cli_fail(error, fault);
	comparison_free(&comparison);
	return status;
}

static int run(const struct command *self, int count, char **words)
{
	struct asked_comparison asked = { .base = NULL };
	struct side base, new;
	struct fault fault;
	int status, error = options_read(self->options, count, words, take, &asked, &fault);

	if (!error && !asked.new)
		error = fault_set(&fault, -EINVAL,
				  "compare: two sides are needed; usage: numamark "
				  "compare %s",
				  self->arguments);
	if (!error)
		error = side_open(asked.base, &base, &fault);
	if (error)
		return cli_fail(error, &fault);
	error = side_open(asked.new, &new, &fault);
	if (error) {
		side_close(&base);
		return cli_fail(error, &fault);
	}
	status = compare(&asked, &base, &new, &fault);
	side_close(&new);
	side_close(&base);
	return status;
}

static void print_details(void)
{
	printf("BASE and NEW are result folders, or files in Google Benchmark's JSON format. "
	       "DIR@KEY=VALUE takes\nsome trials alone: those of a label, or cells by any word of "
	       "the records, repeated as needed:\n\n"
	       "  numamark compare before after --fail-on worse\n"
	       "  numamark compare out@label=before out@label=after\n"
	       "  numamark compare out@variant=map/michael+ebr out@variant=map/michael+hp\n\n"
	       "Cells of one session are paired by lap; all others are unpaired, compared by "
	       "session, without what\nprobe/null and probe/faa say of the host, and never better "
	       "with one session a side.\n"
	       "Verdicts: better, worse, no change, too few trials to decide.\n");
}

const struct command command_compare = {
	.name = "compare",
	.arguments = "BASE NEW [--json] [--figure FILE] [--fail-on worse]",
	.summary = "Say of each cell whether NEW is better or worse than BASE.",
	.options = rows,
	.details = print_details,
	.run = run,
};
