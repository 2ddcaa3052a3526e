#include "runners/results/side.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runners/results/google.h"

/* Axes that stand in the record by themselves; the others are words of `workload`. */
static const char *const own_words[] = {
	"variant", "threads", "place", "memory", "alloc", "pages"
};

enum { OWN_WORDS = sizeof(own_words) / sizeof(*own_words) };

static const char *text_of(const json_t *record, const char *key)
{
	const char *const text = json_string_value(json_object_get(record, key));

	return text ? text : "";
}

const json_t *side_word(const json_t *record, const char *key)
{
	const json_t *const own = json_object_get(record, key);

	return own ? own : json_object_get(json_object_get(record, "workload"), key);
}

void side_word_text(const json_t *value, char text[SIDE_WORD_BYTES])
{
	text[0] = '\0';
	if (json_is_string(value))
		snprintf(text, SIDE_WORD_BYTES, "%s", json_string_value(value));
	else if (json_is_number(value))
		snprintf(text, SIDE_WORD_BYTES, "%.15g", json_number_value(value));
}

/* The next "@key=" in a text, or NULL: an @ alone belongs to a folder or to a value. */
static char *find_choice(char *text)
{
	for (; (text = strchr(text, '@')); text++) {
		const size_t length = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_");

		if (length && text[1 + length] == '=')
			return text;
	}
	return NULL;
}

static int read_choices(struct side *side, struct fault *fault)
{
	for (char *at = find_choice(side->path), *next; at; at = next) {
		char *const equals = strchr(at, '=');

		if (side->choice_count == SIDE_CHOICES_MAX)
			return fault_set(fault, -EINVAL, "%.200s: at most %d choices", side->text,
					 SIDE_CHOICES_MAX);
		next = find_choice(equals + 1);
		*at = *equals = '\0';
		side->choices[side->choice_count++] =
			(struct side_choice){ .key = at + 1, .value = equals + 1 };
	}
	return 0;
}

static bool is_chosen(const struct side *side, const json_t *record)
{
	char text[SIDE_WORD_BYTES];

	for (size_t i = 0; i < side->choice_count; i++) {
		side_word_text(side_word(record, side->choices[i].key), text);
		if (strcmp(text, side->choices[i].value))
			return false;
	}
	return true;
}

static int choose_trials(struct side *side, struct fault *fault)
{
	side->trials = calloc(side->results.trial_count + 1, sizeof(*side->trials));
	if (!side->trials)
		return fault_set(fault, -ENOMEM, "no memory for the trials of %.200s", side->text);
	for (size_t i = 0; i < side->results.trial_count; i++) {
		const json_t *const record = side->results.trials[i];
		const double rate = json_number_value(json_object_get(record, "ops_per_s"));

		if (strcmp(text_of(record, "status"), "valid") || rate <= 0 ||
		    !is_chosen(side, record))
			continue;
		side->trials[side->count++] = (struct side_trial){
			.record = record,
			.cell = text_of(record, "cell"),
			.session = text_of(record, "session"),
			.variant = text_of(record, "variant"),
			.lap = json_integer_value(json_object_get(record, "trial")),
			.threads = json_integer_value(json_object_get(record, "threads")),
			.rate = rate,
		};
	}
	if (side->count)
		return 0;
	return fault_set(fault, -ENOENT, "%.200s: no valid trial%s", side->text,
			 side->choice_count ? " is chosen" : "");
}

static int load(struct side *side, struct fault *fault)
{
	struct stat status;

	if (!stat(side->path, &status) && S_ISREG(status.st_mode))
		return google_read(side->path, &side->results, fault);
	return results_load(side->path, &side->results, fault);
}

int side_open(const char *text, struct side *side, struct fault *fault)
{
	int error;

	*side = (struct side){ .text = text, .path = strdup(text) };
	if (!side->path)
		return fault_set(fault, -ENOMEM, "out of memory");
	error = read_choices(side, fault);
	if (!error)
		error = load(side, fault);
	if (!error)
		error = choose_trials(side, fault);
	if (error)
		side_close(side);
	return error;
}

void side_close(struct side *side)
{
	for (size_t i = 0; i < side->count; i++)
		free(side->trials[i].key);
	free(side->trials);
	results_free(&side->results);
	free(side->path);
	memset(side, 0, sizeof(*side));
}

/* Everything that tells cells apart, less what a side was chosen by. */
static char *axes_text(const json_t *record, json_t *chosen)
{
	json_t *const workload = json_object_get(record, "workload");
	json_t *const axes = workload ? json_copy(workload) : json_object();
	const char *key;
	json_t *value;
	char *text;

	for (size_t i = 0; i < OWN_WORDS; i++)
		json_object_set(axes, own_words[i], json_object_get(record, own_words[i]));
	json_object_foreach(chosen, key, value)
	{
		json_object_del(axes, key);
	}
	text = json_dumps(axes, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(axes);
	return text;
}

static int compare_trials(const void *a, const void *b)
{
	const struct side_trial *const x = a, *const y = b;
	const int by_key = strcmp(x->key, y->key);
	const int by_session = by_key ? by_key : strcmp(x->session, y->session);

	return by_session ? by_session : (x->lap > y->lap) - (x->lap < y->lap);
}

static int set_keys(struct side *side, json_t *chosen, struct fault *fault)
{
	const bool by_axes = json_object_size(chosen) > 0;

	for (size_t i = 0; i < side->count; i++) {
		struct side_trial *const trial = &side->trials[i];

		trial->key = by_axes ? axes_text(trial->record, chosen) : strdup(trial->cell);
		if (!trial->key)
			return fault_set(fault, -ENOMEM, "out of memory");
	}
	qsort(side->trials, side->count, sizeof(*side->trials), compare_trials);
	for (size_t i = 1; i < side->count; i++)
		if (!strcmp(side->trials[i].key, side->trials[i - 1].key) &&
		    strcmp(side->trials[i].cell, side->trials[i - 1].cell))
			return fault_set(fault, -EINVAL,
					 "%.200s: several cells are alike but for what the other "
					 "side is chosen by; choose one here too: DIR@KEY=VALUE",
					 side->text);
	return 0;
}

int sides_match(struct side *base, struct side *new, struct fault *fault)
{
	const struct side *const sides[] = { base, new };
	json_t *const chosen = json_object();
	int error;

	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < sides[s]->choice_count; i++)
			if (strcmp(sides[s]->choices[i].key, "label"))
				json_object_set_new(chosen, sides[s]->choices[i].key, json_true());
	error = set_keys(base, chosen, fault);
	if (!error)
		error = set_keys(new, chosen, fault);
	json_decref(chosen);
	return error;
}
