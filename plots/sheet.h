/*
 * The files of one figure: data (.dat), words (.def), and what gnuplot makes of them by plots/<script>.gp over
 * plots/style.gp.
 */
#ifndef PLOTS_SHEET_H
#define PLOTS_SHEET_H

#include <stdbool.h>
#include <stdio.h>

#include "topology/fault.h"

enum plot_format { PLOT_SVG, PLOT_PDF, PLOT_PNG, PLOT_TIKZ, PLOT_DUMB, PLOT_FORMATS };

extern const char *const plot_format_names[PLOT_FORMATS];

struct sheet {
	const char *folder;     /* where the files go */
	const char *scripts;    /* where the .gp files are */
	const char *name;       /* of the files, without ending */
	const char *script;     /* of the .gp file, without ending */
	const char *column;     /* heads the data */
	const char *title, *subtitle;    /* from the user: escaped */
	unsigned formats;                /* mask of enum plot_format */
	unsigned columns;       /* of a page that the figure is to fill: 1 or 2 */
};

/* Open <folder>/<name>.<ending>. Return: NULL with the sentence in @fault where it cannot be written. */
FILE *sheet_open(const struct sheet *sheet, const char *ending, struct fault *fault);
int sheet_close(const struct sheet *sheet, const char *ending, FILE *file, struct fault *fault);

/**
 * sheet_open_words() - begin the .def file: names of files, title and the lines of the subtitle.
 *
 * Return: NULL with the sentence in @fault.
 */
FILE *sheet_open_words(const struct sheet *sheet, struct fault *fault);

/* key = 'text', as each format needs it. */
void sheet_put_text(const struct sheet *sheet, FILE *file, const char *key, const char *text);

/**
 * sheet_finish() - run gnuplot over the words, once for all formats: its start takes longer than a drawing. What it
 * draws in characters goes to standard output, and leaves no file.
 *
 * Return: 0, -ENOPKG without gnuplot, or -EIO with gnuplot's own words in @fault.
 */
int sheet_finish(const struct sheet *sheet, struct fault *fault);

#endif
