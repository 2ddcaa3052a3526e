/* What tells the cells of one folder apart beside variant and threads. */
#ifndef PLOTS_CELL_WORDS_H
#define PLOTS_CELL_WORDS_H

#include "runners/results/results.h"

enum { CELL_WORDS_BYTES = 1024 };

/* The words in which any two cells differ, as keys of an object that the caller releases. */
json_t *cell_words_differing(const struct summary_list *cells);

/* Of one cell those words: "memory=local shards=8". @differing: of cell_words_differing(). */
void cell_words_of(const struct cell_summary *cell, json_t *differing, char *text, size_t room);

#endif
