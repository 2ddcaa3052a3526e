#include "runners/results/hdr.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "structures/common/histogram.h"

enum { PATH_BYTES = 4096, TICKS_PER_HALF = 5 };

/* Half a bucket of the record's histogram, in whose middle its samples are taken to lie. */
#define HALF_BUCKET (0.5 / (1 << HISTOGRAM_LINEAR_BITS))

/* Samples of one bucket of one trial. */
struct bar {
	double value;
	double count;
};

/* All samples of one cell, merged over its trials; bars by value. */
struct latencies {
	struct bar *bars;
	size_t count;
	double samples, maximum;
};

static int compare_bars(const void *a, const void *b)
{
	const struct bar *const x = a, *const y = b;

	return (x->value > y->value) - (x->value < y->value);
}

static const json_t *histogram_of(const json_t *record, const char *cell)
{
	const char *const id = json_string_value(json_object_get(record, "cell"));
	const char *const status = json_string_value(json_object_get(record, "status"));

	if (strcmp(id, cell) || strcmp(status, "valid"))
		return NULL;
	return json_object_get(json_object_get(record, "latency_ns"), "histogram");
}

/* The histogram is one flat array: lower bound and count of each bucket that holds any. */
static int add_trial(const json_t *record, const char *cell, struct latencies *all)
{
	const json_t *const pairs = histogram_of(record, cell);
	const size_t count = json_array_size(pairs) / 2;
	struct bar *const bars =
		count ? realloc(all->bars, (all->count + count) * sizeof(*bars)) : NULL;

	if (!count)
		return 0;
	if (!bars)
		return -ENOMEM;
	all->bars = bars;
	for (size_t i = 0; i < count; i++) {
		const double low = json_number_value(json_array_get(pairs, 2 * i));
		const double samples = json_number_value(json_array_get(pairs, 2 * i + 1));

		bars[all->count++] = (struct bar){ low * (1 + HALF_BUCKET), samples };
		all->samples += samples;
	}
	all->maximum = fmax(all->maximum, json_number_value(json_object_get(
						  json_object_get(record, "latency_ns"), "max")));
	return 0;
}

static int merge(const struct results *results, const char *cell, struct latencies *all)
{
	int error = 0;

	*all = (struct latencies){ .count = 0 };
	for (size_t i = 0; !error && i < results->trial_count; i++)
		error = add_trial(results->trials[i], cell, all);
	if (error)
		free(all->bars);
	else if (all->count)
		qsort(all->bars, all->count, sizeof(*all->bars), compare_bars);
	return error;
}

static void write_line(FILE *out, double value, double share, double seen)
{
	fprintf(out, "%12.3f %2.12f %10.0f", value, share, seen);
	if (share < 1)
		fprintf(out, " %14.2f", 1 / (1 - share));
	fputc('\n', out);
}

/* Lines lie closer towards the end: each half of what is left is cut into as many steps. */
static double next_share(double share)
{
	const double halves = floor(log2(1 / (1 - share))) + 1;

	return share + 1 / (TICKS_PER_HALF * exp2(halves));
}

static void write_lines(FILE *out, const struct latencies *all)
{
	double seen = 0, share = 0;
	size_t i = 0;

	fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
		"1/(1-Percentile)");
	for (; i < all->count && share < 1; share = next_share(share)) {
		while (i < all->count && (seen < share * all->samples || seen == 0))
			seen += all->bars[i++].count;
		if (seen >= all->samples)
			break;
		write_line(out, fmin(all->bars[i - 1].value, all->maximum), share, seen);
	}
	write_line(out, all->maximum, 1, all->samples);
}

static void write_moments(FILE *out, const struct latencies *all)
{
	double mean = 0, squares = 0;

	for (size_t i = 0; i < all->count; i++)
		mean += all->bars[i].value * all->bars[i].count / all->samples;
	for (size_t i = 0; i < all->count; i++)
		squares += (all->bars[i].value - mean) * (all->bars[i].value - mean) *
			   all->bars[i].count / all->samples;
	fprintf(out,
		"#[Mean    = %12.3f, StdDeviation   = %12.3f]\n"
		"#[Max     = %12.3f, Total count    = %12.0f]\n"
		"#[Buckets = %12d, SubBuckets     = %12d]\n",
		mean, sqrt(squares), all->maximum, all->samples,
		HISTOGRAM_VALUE_BITS - HISTOGRAM_LINEAR_BITS + 1, 1 << HISTOGRAM_LINEAR_BITS);
}

static int write_cell(const struct cell_summary *cell, const struct latencies *all,
		      const char *folder, struct fault *fault)
{
	const json_t *const kind =
		json_object_get(json_object_get(cell->first, "latency_ns"), "kind");
	char path[PATH_BYTES];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s.hgrm", folder, cell->cell);
	out = fopen(path, "we");
	if (out) {
		write_lines(out, all);
		write_moments(out, all);
		fprintf(out, "#[%s, threads=%u, %s, nanoseconds]\n", cell->variant, cell->threads,
			json_is_string(kind) ? json_string_value(kind) : "latency");
	}
	if (!out || fclose(out))
		return fault_set(fault, -errno, "%s: cannot be written: %s", path, strerror(errno));
	return 0;
}

static int write_cells(const struct results *results, const struct summary_list *cells,
		       const char *folder, unsigned *written, struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; !error && i < cells->count; i++) {
		struct latencies all;

		error = merge(results, cells->cells[i].cell, &all);
		if (error)
			return fault_set(fault, error, "no memory for latencies");
		if (all.count) {
			error = write_cell(&cells->cells[i], &all, folder, fault);
			*written += !error;
		}
		free(all.bars);
	}
	return error;
}

int hdr_write_all(const struct results *results, const char *folder, unsigned *written,
		  struct fault *fault)
{
	struct summary_list cells;
	int error;

	*written = 0;
	if (mkdir(folder, 0777) && errno != EEXIST)
		return fault_set(fault, -errno, "%s: cannot be made: %s", folder, strerror(errno));
	if (results_summarise(results, &cells))
		return fault_set(fault, -ENOMEM, "no memory for the cells");
	error = write_cells(results, &cells, folder, written, fault);
	summary_list_free(&cells);
	if (!error && !*written)
		error = fault_set(fault, -ENODATA,
				  "no trial has latencies; measure with latency=all, "
				  "latency=sample:N or rate=N");
	return error;
}
