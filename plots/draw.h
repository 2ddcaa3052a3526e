/* One figure of one panel: what goes into its frame, its files, and gnuplot. */
#ifndef PLOTS_DRAW_H
#define PLOTS_DRAW_H

#include "plots/figure.h"
#include "plots/frame.h"
#include "plots/panels.h"

struct draw_request {
	const struct figure *figure;
	const char *event;                /* of a figure of events, else NULL */
	const struct results *results;    /* of which the panels are made */
	const char *folder;       /* where the figure goes */
	const char *scripts;      /* where the .gp files are */
	const char *ladders;      /* where the .ladder files are, NULL for none */
	const char *title;        /* from the user: escaped */
	unsigned columns;         /* of a page that a figure is to fill */
	const struct panel *panel;
};

/**
 * draw_figure() - write <figure>-<panel>.dat and .def, then draw each of a mask of formats.
 *
 * Return: 0, -ENODATA if the panel has nothing to show in this figure (no file is written), -ENOPKG without gnuplot, or
 * -EIO with gnuplot's own words in @fault.
 */
int draw_figure(const struct draw_request *request, unsigned formats, struct fault *fault);

/* Inside of it, a kind of figure each: write data and words. Return: as draw_figure(). */
int draw_vectors(const struct draw_request *request, const struct sheet *sheet, struct fault *fault);
int draw_load(const struct draw_request *request, const struct sheet *sheet, struct fault *fault);
int draw_heat(const struct draw_request *request, const struct sheet *sheet, struct fault *fault);
int draw_places(const struct draw_request *request, const struct sheet *sheet, struct fault *fault);

/**
 * draw_tradeoffs() - of all panels that have something to weigh, on as few sheets as they go on; none is no failure.
 *
 * @drawn:  counts on by the files that were written.
 *
 * Return: as draw_figure().
 */
int draw_tradeoffs(const struct draw_request *request, const struct panels *panels, unsigned formats,
		   unsigned *drawn, struct fault *fault);

#endif
