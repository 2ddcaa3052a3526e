/* The cells of a folder with their intervals, as a table for a paper or a page of text. */
#ifndef PLOTS_PAPER_TABLE_H
#define PLOTS_PAPER_TABLE_H

#include "topology/fault.h"

enum paper_format { PAPER_MARKDOWN, PAPER_LATEX };

/**
 * paper_table_write() - one row a cell: variant, what tells cells apart, threads, median and 95 % interval.
 *
 * LaTeX: one tabular with the rules of the booktabs package, to be \\input.
 *
 * Return: 0; what results_load() answers; -EIO or -ENOMEM with the sentence in @fault.
 */
int paper_table_write(const char *directory, const char *output, enum paper_format format,
		      struct fault *fault);

#endif
