#include "plots/cell_words.h"

#include <stdio.h>

#include "runners/results/side.h"

/* Words of a record itself; all of its workload are words too. */
static const char *const own_words[] = { "place", "memory", "pages", "alloc", "label" };

enum { OWN_WORDS = sizeof(own_words) / sizeof(*own_words) };

static void note_word(json_t *first, json_t *differing, const char *key, json_t *value)
{
	json_t *const known = json_object_get(first, key);

	if (!known)
		json_object_set(first, key, value);
	else if (!json_equal(known, value))
		json_object_set_new(differing, key, json_true());
}

json_t *cell_words_differing(const struct summary_list *cells)
{
	json_t *const first = json_object(), *const differing = json_object();

	for (size_t i = 0; i < cells->count; i++) {
		const json_t *const record = cells->cells[i].first;
		const char *key;
		json_t *value;

		for (size_t k = 0; k < OWN_WORDS; k++)
			note_word(first, differing, own_words[k], json_object_get(record, own_words[k]));
		json_object_foreach(json_object_get(record, "workload"), key, value)
			note_word(first, differing, key, value);
	}
	json_decref(first);
	return differing;
}

void cell_words_of(const struct cell_summary *cell, json_t *differing, char *text, size_t room)
{
	const char *key;
	json_t *unused;
	size_t length = 0;

	*text = 0;
	json_object_foreach(differing, key, unused) {
		char word[SIDE_WORD_BYTES];

		side_word_text(side_word(cell->first, key), word);
		if (*word && length < room)
			length += (size_t)snprintf(text + length, room - length, "%s%s=%s",
						   length ? " " : "", key, word);
	}
}
