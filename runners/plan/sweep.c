#include "runners/plan/sweep.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/axes.h"
#include "runners/plan/units.h"

enum { VALUES_MAX = 1000000 };

/* What one call of sweep_add() is about. */
struct adding {
	struct values *values;
	enum axis_key key;
	unsigned line, word;
	bool is_expanded;
	struct fault *fault;
};

static int append(const struct adding *adding, const char *text)
{
	struct values *const values = adding->values;
	const size_t count = values->count;
	struct value value = { .line = adding->line,
			       .word = adding->word,
			       .is_expanded = adding->is_expanded };

	if (count == VALUES_MAX)
		return fault_set(adding->fault, -E2BIG, "%s: more than %d values",
				 axes[adding->key].name, VALUES_MAX);
	/* Room doubles: it is full when the count is a power of two. */
	if ((count & (count - 1)) == 0) {
		struct value *const items =
			realloc(values->items, (count ? 2 * count : 1) * sizeof(*items));

		if (!items)
			return fault_set(adding->fault, -ENOMEM, "out of memory");
		values->items = items;
	}
	value.text = strdup(text);
	if (!value.text)
		return fault_set(adding->fault, -ENOMEM, "out of memory");
	values->items[values->count++] = value;
	return 0;
}

/* a..b: a, 2a, 4a... below b, and b. */
static int append_doubling(const struct adding *adding, const char *text, const char *dots)
{
	const struct axis *const axis = &axes[adding->key];
	char first[UNITS_TEXT_BYTES];
	uint64_t from, to;

	snprintf(first, sizeof(first), "%.*s", (int)(dots - text), text);
	if (units_parse_count(first, axis->kilo, &from) || from == 0 ||
	    units_parse_count(dots + 2, axis->kilo, &to) || to < from)
		return fault_set(adding->fault, -EINVAL,
				 "%s=%.60s: a..b doubles from a to b; allowed are whole numbers, "
				 "1 <= a <= b",
				 axis->name, text);
	for (uint64_t number = from;; number = number > to / 2 ? to : 2 * number) {
		char digits[UNITS_TEXT_BYTES];
		int error;

		snprintf(digits, sizeof(digits), "%" PRIu64, number);
		error = append(adding, digits);
		if (error || number == to)
			return error;
	}
}

static int append_matching(struct adding *adding, const char *glob)
{
	const size_t before = adding->values->count;

	adding->is_expanded = true;
	for (size_t i = 0; i < catalogue_count; i++) {
		if (fnmatch(glob, catalogue[i]->name, 0) == 0) {
			const int error = append(adding, catalogue[i]->name);

			if (error)
				return error;
		}
	}
	if (adding->values->count > before)
		return 0;
	return fault_set(adding->fault, -ENOENT,
			 "variant=%.100s: no variant matches; `numamark list variants` names all",
			 glob);
}

static int append_word(struct adding *adding, const char *text)
{
	const char *const dots = strstr(text, "..");

	adding->is_expanded = false;
	adding->word++;
	if (adding->key == AXIS_VARIANT && strpbrk(text, "*?["))
		return append_matching(adding, text);
	if (axes[adding->key].kilo && dots)
		return append_doubling(adding, text, dots);
	adding->is_expanded = adding->key == AXIS_THREADS && !strcmp(text, "auto");
	return append(adding, text);
}

/* Cuts off the blanks at both ends of a text of its own. */
static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length && strchr(" \t", text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

static int append_list(struct adding *adding, char *list)
{
	char *item;

	while ((item = strsep(&list, ","))) {
		int error;

		item = trim(item);
		if (!*item)
			return fault_set(adding->fault, -EINVAL,
					 "%s: a value is empty; allowed is %s",
					 axes[adding->key].name, axes[adding->key].allowed);
		if (axes[adding->key].listing == AXIS_WHOLE_IF_LIST && !strncmp(item, "list:", 5))
			return fault_set(adding->fault, -EINVAL,
					 "%s: the commas of a list: are its own; "
					 "repeat the key instead",
					 axes[adding->key].name);
		error = append_word(adding, item);
		if (error)
			return error;
	}
	return 0;
}

/* The value so far ends with a comma: the text goes on with it. */
static int append_rest(struct value *value, const char *text, struct fault *fault)
{
	char *joined;

	if (asprintf(&joined, "%s%s", value->text, text) < 0)
		return fault_set(fault, -ENOMEM, "out of memory");
	free(value->text);
	value->text = joined;
	return 0;
}

static bool goes_on(const struct values *values)
{
	const struct value *const last = values->count ? &values->items[values->count - 1] : NULL;

	return last && *last->text && last->text[strlen(last->text) - 1] == ',';
}

int sweep_add(struct sweep *sweep, enum axis_key key, const char *text, unsigned line,
	      struct fault *fault)
{
	struct values *const values = &sweep->axes[key];
	struct adding adding = {
		.values = values,
		.key = key,
		.line = line,
		.word = values->count ? values->items[values->count - 1].word : 0,
		.fault = fault,
	};
	char *const copy = strdup(text);
	char *trimmed;
	int error;

	if (!copy)
		return fault_set(fault, -ENOMEM, "out of memory");
	trimmed = trim(copy);
	if (goes_on(values))
		error = append_rest(&values->items[values->count - 1], trimmed, fault);
	else if (*trimmed &&
		 (axes[key].listing == AXIS_WHOLE ||
		  (axes[key].listing == AXIS_WHOLE_IF_LIST && !strncmp(trimmed, "list:", 5))))
		error = append_word(&adding, trimmed);
	else
		error = append_list(&adding, trimmed);
	free(copy);
	return error;
}

void sweep_free(struct sweep *sweep)
{
	for (int key = 0; key < AXIS_COUNT; key++) {
		struct values *const values = &sweep->axes[key];

		for (size_t i = 0; i < values->count; i++) {
			free(values->items[i].text);
			free(values->items[i].reason);
		}
		free(values->items);
	}
	free(sweep->name);
}
