/* A figure made of rows and columns of coloured fields with a text in each (plots/heat.gp). */
#ifndef PLOTS_FIELDS_H
#define PLOTS_FIELDS_H

#include <stddef.h>

#include "plots/sheet.h"

enum { FIELDS_MAX = 512 };

struct fields {
	const struct sheet *sheet;
	const char *colour_label;    /* NULL: 1 is taken, 0 is free, no scale is shown */
	const char *x_label;
	size_t rows, columns;
	double scale_high;    /* of the colours; 0: 1 */
	FILE *data, *words;    /* open between begin and end */
};

/* Open both files. Return: 0, or a negative errno with the sentence in @fault and nothing open. */
int fields_begin(struct fields *fields, struct fault *fault);
void fields_name_row(const struct fields *fields, size_t row, const char *name);
void fields_name_column(const struct fields *fields, size_t column, const char *name);
/* @above: a second text over the first, empty for none. Texts are our own: numbers and units. */
void fields_put(const struct fields *fields, size_t column, size_t row, double value,
		const char *text, const char *above);
int fields_end(struct fields *fields, struct fault *fault);

#endif
