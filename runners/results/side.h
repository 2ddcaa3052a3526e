/*
 * One side of a comparison: the valid trials of a result folder, or of some of its cells, or of a
 * Google Benchmark file.
 *
 * A side is written DIR[@KEY=VALUE...]: out, out@label=before, out@variant=map/line@bucket. KEY is
 * a word of the records; what both sides choose by one is compared across its values.
 */
#ifndef RUNNERS_RESULTS_SIDE_H
#define RUNNERS_RESULTS_SIDE_H

#include "runners/results/results.h"

enum { SIDE_CHOICES_MAX = 8, SIDE_WORD_BYTES = 256 };

/* One @KEY=VALUE. */
struct side_choice {
	const char *key, *value;
};

struct side_trial {
	char *key;            /* what cells of both sides must have in common */
	const json_t *record; /* borrowed from the results, as are the texts */
	const char *cell, *session, *variant;
	json_int_t lap, threads;
	double rate; /* operations per second */
};

struct side {
	const char *text; /* as given */
	char *path;       /* text, cut into path and choices */
	struct side_choice choices[SIDE_CHOICES_MAX];
	size_t choice_count;
	struct results results;
	struct side_trial *trials; /* valid and chosen; by key, session and lap */
	size_t count;
};

/**
 * side_open() - read one side.
 *
 * Return: 0; what results_load() and google_read() answer; -EINVAL (too many choices), -ENOENT
 * (no valid trial is chosen), -ENOMEM, with the sentence in @fault.
 */
int side_open(const char *text, struct side *side, struct fault *fault);
void side_close(struct side *side);

/**
 * sides_match() - give the trials of both sides their keys, and sort them.
 *
 * Cells match by their id; where a side is chosen by an axis, by all their axes but those.
 *
 * Return: 0, -EINVAL (cells of one side that a choice leaves alike), -ENOMEM.
 */
int sides_match(struct side *base, struct side *new, struct fault *fault);

/* A word of a record, wherever it stands; NULL if it has none. Borrowed. */
const json_t *side_word(const json_t *record, const char *key);

/* A word as the command line spells it; empty for null. */
void side_word_text(const json_t *value, char text[SIDE_WORD_BYTES]);

#endif
