/* Inside of figures and report: ladders, as a waterfall and as a table. */
#ifndef PLOTS_LADDER_PAGE_H
#define PLOTS_LADDER_PAGE_H

#include "plots/page.h"
#include "plots/sheet.h"
#include "runners/results/ladder.h"

/**
 * ladder_draw() - write data and words of a waterfall: each rung from the rate before it to its own.
 *
 * @sheet:  title and subtitle are set by it.
 *
 * Return: 0, or a negative errno with the sentence in @fault.
 */
int ladder_draw(const struct ladder *ladder, const struct sheet *sheet, struct fault *fault);

/* All ladders of the campaign, each with its sentence. Nothing where there are none. */
void page_write_ladders(const struct page *page, const struct ladders *ladders);

#endif
