/* Inside of numamark compare: its ratios as a figure. */
#ifndef RUNNERS_CLI_COMPARE_FIGURE_H
#define RUNNERS_CLI_COMPARE_FIGURE_H

#include <jansson.h>
#include <stdbool.h>

#include "runners/results/comparison.h"

/* A word that tells cells apart, or that one always wants to see. @all: a row for each cell. */
bool compare_is_shown(const json_t *all, const char *key);

/* Can a figure have this name? Return: 0, or -EINVAL with the sentence in @fault. */
int compare_check_figure(const char *path, struct fault *fault);

/**
 * compare_draw() - draw all ratios with their intervals, the data and words beside.
 *
 * @path:  its ending is the format: .svg, .pdf, .png, .tex.
 *
 * Return: 0, -EINVAL (another ending), or as dots_draw().
 */
int compare_draw(const char *path, const struct comparison *comparison, const json_t *all,
		 struct fault *fault);

#endif
