/*
 * Figures from records alone: at any later time, on any machine, gnuplot draws what a result folder holds.
 *
 * One gnuplot file a figure (plots/<figure>.gp) over one style file (plots/style.gp). Beside each figure stand the data
 * it was drawn from (.dat) and the words it carries (.def), so that a reader can redraw it by hand.
 */
#ifndef PLOTS_PLOT_H
#define PLOTS_PLOT_H

#include <stddef.h>

#include "plots/figure.h"
#include "runners/results/results.h"
#include "topology/fault.h"

struct plot_options {
	const char *directory;    /* the result folder; figures go to its figures/ */
	const char *figures;      /* comma-separated names, NULL for the usual ones */
	const char *formats;      /* comma-separated: svg, pdf, png, tikz, dumb; NULL for svg,pdf,png */
	unsigned columns;         /* of a page that a figure is to fill, 1 or 2; 0: 2 */
	const char *scripts;      /* folder of the .gp files */
	const char *ladders;      /* folder of the .ladder files, NULL for none */
};

/**
 * plot_directory() - draw figures of a result folder.
 *
 * Format `dumb` is drawn in characters, to standard output.
 *
 * @drawn:  out, may be NULL: how many files were written.
 *
 * Return: 0; -EINVAL for an unknown figure or format; what results_load() answers; -ENOPKG without gnuplot; -EIO if
 * gnuplot failed, with the sentence in @fault.
 */
int plot_directory(const struct plot_options *options, unsigned *drawn, struct fault *fault);

/* A list of formats as a mask; NULL: the usual. Return: 0, or -EINVAL with the sentence in @fault. */
int plot_parse_formats(const char *list, unsigned *mask, struct fault *fault);

/* Is there a gnuplot on the PATH? */
int plot_has_gnuplot(void);

#endif
