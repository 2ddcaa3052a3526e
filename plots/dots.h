/* Ratios as dots with their intervals, one row each (plots/comparison.gp). */
#ifndef PLOTS_DOTS_H
#define PLOTS_DOTS_H

#include <stddef.h>

#include "plots/sheet.h"

enum { DOT_LABEL_BYTES = 128, DOTS_MAX = 60 };

struct dot {
	char label[DOT_LABEL_BYTES];
	double ratio, low, high;    /* low 0 and high infinite: no interval */
	int is_decided;             /* drawn full; else hollow */
};

/**
 * dots_draw() - draw the first DOTS_MAX; further ones are in the data file alone, and said to be.
 *
 * Return: 0, or a negative errno with the sentence in @fault; as sheet_finish().
 */
int dots_draw(const struct sheet *sheet, const struct dot *dots, size_t count, struct fault *fault);

#endif
