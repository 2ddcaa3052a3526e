/*
 * What others have published of a preset's load, and the cells of this run that measure it.
 *
 * workloads/presets/NAME.json is an array of objects: `what`, `host`, `cell`, the words of the records that tell which cell
 * it is, as texts, and `ops_per_s`, or `ns` with `latency`, which of the records' latencies it is: p50, p99, max...
 */
#ifndef RUNNERS_RESULTS_PUBLISHED_H
#define RUNNERS_RESULTS_PUBLISHED_H

#include "runners/results/results.h"

struct published_figure {
	const char *what, *host;
	const char *latency;    /* which one; NULL: a rate */
	double theirs;          /* operations per second, or ns */
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

#endif
