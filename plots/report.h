/*
 * One self-contained HTML page of a result folder: the answer first, what must not be concluded, then figures, then
 * every cell, then the evidence. No network, and no script but its own; readable on a phone, in the dark and on paper.
 */
#ifndef PLOTS_REPORT_H
#define PLOTS_REPORT_H

#include "topology/fault.h"

struct report_options {
	const char *directory;    /* the result folder; its figures/ are taken as they stand */
	const char *output;       /* NULL: report.html in the folder */
	const char *scripts;      /* folder of report.css and report.js */
	const char *presets;      /* folder of their .ladder and .json files, NULL for none */
};

/**
 * report_directory() - write the report.
 *
 * Figures that stand in figures/ as SVG go into the page. Ranks are drawn only where intervals do not overlap.
 *
 * Return: 0, or what results_load() answers, or -EIO with the sentence in @fault; an older report is left as it was.
 */
int report_directory(const struct report_options *options, struct fault *fault);

#endif
