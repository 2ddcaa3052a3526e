/* One figure of one panel: its data file, its words, and gnuplot. */
#ifndef PLOTS_DRAW_H
#define PLOTS_DRAW_H

#include "plots/figure.h"
#include "plots/panels.h"

struct draw_request {
	const struct figure *figure;
	const struct results *results;    /* of which the panels are made */
	const char *folder;       /* where the figure goes */
	const char *scripts;      /* where the .gp files are */
	const char *title;        /* from the user: escaped */
	const struct panel *panel;
};

enum plot_format { PLOT_SVG, PLOT_PDF, PLOT_PNG, PLOT_TIKZ, PLOT_FORMATS };

extern const char *const plot_format_names[PLOT_FORMATS];

/**
 * draw_figure() - write <figure>-<panel>.dat and .def, then draw one format.
 *
 * Return: 0, -ENODATA if the panel has nothing to show in this figure (no file is written), -ENOPKG without gnuplot, or
 * -EIO with gnuplot's own words in @fault.
 */
int draw_figure(const struct draw_request *request, enum plot_format format, struct fault *fault);

#endif
