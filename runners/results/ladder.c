#include "runners/results/ladder.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runners/results/laps.h"
#include "runners/results/side.h"

#define CONFIDENCE_ALPHA 0.05

/* Does a cell have one key=value? threads=most is judged among all that match. */
static bool has_word(const struct cell_summary *cell, const char *word, size_t length)
{
	const size_t key_length = strcspn(word, "=");
	char key[SIDE_WORD_BYTES], text[SIDE_WORD_BYTES];

	if (key_length >= length || key_length >= sizeof(key))
		return false;
	snprintf(key, sizeof(key), "%.*s", (int)key_length, word);
	side_word_text(side_word(cell->first, key), text);
	word += key_length + 1;
	length -= key_length + 1;
	if (!strcmp(key, "threads") && length == 4 && !strncmp(word, "most", 4))
		return true;
	return strlen(text) == length && !strncmp(text, word, length);
}

static bool has_words(const struct cell_summary *cell, const char *words)
{
	while (*(words += strspn(words, " \t"))) {
		const size_t length = strcspn(words, " \t");

		if (!has_word(cell, words, length))
			return false;
		words += length;
	}
	return true;
}

/* The one cell that the words name; with threads=most the one of the most threads. */
static void find_cell(struct ladder_rung *rung, const struct summary_list *cells)
{
	const bool takes_most = strstr(rung->words, "threads=most") != NULL;
	unsigned found = 0;

	rung->cell = NULL;
	for (size_t i = 0; i < cells->count; i++) {
		const struct cell_summary *const cell = &cells->cells[i];

		if (!cell->valid || !has_words(cell, rung->words))
			continue;
		if (takes_most && rung->cell && cell->threads < rung->cell->threads)
			continue;
		found = takes_most && rung->cell && cell->threads > rung->cell->threads ? 1
											: found + 1;
		rung->cell = cell;
	}
	*rung->why = 0;
	if (found != 1)
		rung->cell = NULL;
	if (!found)
		snprintf(rung->why, sizeof(rung->why), "not measured here");
	else if (found > 1)
		snprintf(rung->why, sizeof(rung->why), "%u cells answer to its words", found);
}

static struct ladder_factor factor_of(struct contrast *contrast)
{
	if (contrasts_judge(contrast, 1, CONFIDENCE_ALPHA))
		return (struct ladder_factor){ NAN, NAN, NAN };
	return (struct ladder_factor){ contrast->ratio, contrast->low, contrast->high };
}

/* One cell over another, by the laps that the whole ladder has. @room: of one number a lap. */
static struct ladder_factor paired(const struct laps *laps, size_t below, size_t above, double *room)
{
	struct contrast contrast;

	for (size_t i = 0; i < laps->count; i++)
		room[i] = laps->logs[i * laps->cells + above] - laps->logs[i * laps->cells + below];
	contrast = contrast_paired((struct logs){ room, laps->count }, 1);
	return factor_of(&contrast);
}

static int unpaired(const struct cell_summary *below, const struct cell_summary *above,
		    struct ladder_factor *factor)
{
	struct contrast contrast;
	const int error = laps_contrast_apart(below, above, &contrast);

	if (!error)
		*factor = factor_of(&contrast);
	return error;
}

/* The rungs that were measured, in order. */
struct climb {
	size_t rungs[LADDER_RUNGS_MAX];
	const struct cell_summary *cells[LADDER_RUNGS_MAX];
	size_t count;
};

static int measure_paired(struct ladder *ladder, const struct climb *climb, const struct laps *laps)
{
	double *const room = calloc(laps->count, sizeof(*room));

	if (!room)
		return -ENOMEM;
	for (size_t i = 1; i < climb->count; i++)
		ladder->rungs[climb->rungs[i]].factor = paired(laps, i - 1, i, room);
	ladder->headline = paired(laps, 0, climb->count - 1, room);
	free(room);
	return 0;
}

static int measure_unpaired(struct ladder *ladder, const struct climb *climb)
{
	int error = unpaired(climb->cells[0], climb->cells[climb->count - 1], &ladder->headline);

	for (size_t i = 1; !error && i < climb->count; i++)
		error = unpaired(climb->cells[i - 1], climb->cells[i],
				 &ladder->rungs[climb->rungs[i]].factor);
	return error;
}

int ladder_measure(struct ladder *ladder, const struct summary_list *cells)
{
	struct climb climb = { .count = 0 };
	struct laps laps;
	int error;

	for (size_t i = 0; i < ladder->count; i++) {
		struct ladder_rung *const rung = &ladder->rungs[i];

		find_cell(rung, cells);
		if (rung->cell && climb.count && rung->cell == climb.cells[climb.count - 1]) {
			rung->cell = NULL;    /* such as threads=most where no more than one was valid */
			snprintf(rung->why, sizeof(rung->why), "the same cell as before it");
		}
		if (!rung->cell)
			continue;
		climb.cells[climb.count] = rung->cell;
		climb.rungs[climb.count++] = i;
	}
	if (climb.count < 2 || climb.rungs[0] != 0)
		return -ENODATA;
	ladder->first = 0;
	ladder->last = climb.rungs[climb.count - 1];
	error = laps_find(climb.cells, climb.count, &laps);
	if (error)
		return error;
	ladder->laps = laps.count;
	error = laps.count < 2 ? measure_unpaired(ladder, &climb)
			       : measure_paired(ladder, &climb, &laps);
	laps_free(&laps);
	return error;
}
