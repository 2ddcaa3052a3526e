/*
 * What others have published of a preset's load, and the cells of this run that measure it.
 *
 * workloads/presets/NAME.json is an array of objects: `what`, `host`, `ops_per_s`, and `cell`, the words of the records
 * that tell which cell it is, as texts.
 */
#ifndef RUNNERS_RESULTS_PUBLISHED_H
#define RUNNERS_RESULTS_PUBLISHED_H

#include "runners/results/results.h"

struct published_figure {
	const char *what, *host;
	double ops_per_s;
	const struct cell_summary *cell;    /* the first that answers to its words, or NULL */
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
