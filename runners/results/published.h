/*
 * What others have published of a preset's load, and the cells of this run that measure it.
 *
 * workloads/presets/NAME.json is an array of objects: `what`, `host`, `cell`, the words of the records that tell which cell
 * it is, as texts, and `ops_per_s`; or `ns` with `latency`, which of the records' latencies it is: mean, p50, p99, max...;
 * or `bytes` with `memory`, which of their figures of memory: peak_rss...
 */
#ifndef RUNNERS_RESULTS_PUBLISHED_H
#define RUNNERS_RESULTS_PUBLISHED_H

#include <stdbool.h>

#include "runners/results/results.h"

enum published_unit { PUBLISHED_OPS_PER_S, PUBLISHED_NS, PUBLISHED_BYTES };

struct published_figure {
	const char *what, *host;
	enum published_unit unit;
	const char *object, *field;    /* of a record, where the number stands; NULL: a rate */
	double theirs;
	const struct cell_summary *cell;    /* the first that answers to its words, or NULL */
	unsigned trials;        /* of the cell that have the number */
	double median, low, high;    /* of those, with the 95 % bootstrap interval */
};

struct published {
	json_t *file;    /* what the texts are borrowed from */
	struct published_figure *figures;
	size_t count;
};

/**
 * published_find() - read the file of a campaign's preset, and find its cells.
 *
 * @folder:   of the presets.
 * @results:  whose first session names the preset. Without one, or without a file, there are no figures.
 *
 * Return: 0, -ENOMEM, or -EINVAL (the file is not what it should be) with the sentence in @fault; release with
 * published_free().
 */
int published_find(const char *folder, const struct results *results,
		   const struct summary_list *cells, struct published *published,
		   struct fault *fault);
void published_free(struct published *published);

/* Whether a trial of the figure's cell had a rate that moved. */
bool published_is_unsteady(const struct published_figure *figure);

/* A number of the figure's unit for a person: "103 k", "38 us", "1.2 GB" (of a thousand million). */
void published_text(const struct published_figure *figure, double value, char *text, size_t room);

#endif
