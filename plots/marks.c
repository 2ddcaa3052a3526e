#include "plots/marks.h"

#include <stdio.h>
#include <string.h>

static const json_t *machine_of(const struct results *results)
{
	return results->session_count ? json_object_get(results->sessions[0], "machine") : NULL;
}

static const json_t *find_pu(const json_t *machine, json_int_t os_index)
{
	const json_t *row;
	size_t i;

	json_array_foreach(machine, i, row) {
		if (json_integer_value(json_array_get(row, MACHINE_PU)) == os_index)
			return row;
	}
	return NULL;
}

/* Any two trials' lists of PUs begin alike as far as both go. */
static int is_prefix(const json_t *shorter, const json_t *longer)
{
	for (size_t i = 0; i < json_array_size(shorter); i++)
		if (!json_equal(json_array_get(shorter, i), json_array_get(longer, i)))
			return 0;
	return 1;
}

static const json_t *longest_pus(const struct results *results, const struct panel *panel)
{
	const json_t *longest = NULL;

	for (size_t i = 0; i < results->trial_count; i++) {
		const json_t *trial = results->trials[i];
		const char *family = json_string_value(json_object_get(trial, "family"));
		const json_t *pus = json_object_get(trial, "pus");

		if (!family || strcmp(family, panel->family) || !json_is_array(pus))
			continue;
		if (!longest || json_array_size(pus) > json_array_size(longest))
			longest = pus;
	}
	for (size_t i = 0; longest && i < results->trial_count; i++) {
		const json_t *trial = results->trials[i];
		const char *family = json_string_value(json_object_get(trial, "family"));

		if (family && !strcmp(family, panel->family) &&
		    !is_prefix(json_object_get(trial, "pus"), longest))
			return NULL;
	}
	return longest;
}

static void add_mark(struct panel *panel, size_t before, const char *what, json_int_t number)
{
	struct mark *mark = &panel->marks[panel->mark_count];

	if (panel->mark_count == PANEL_MARKS_MAX)
		return;
	mark->threads = (double)before + 0.5;
	if (number < 0)
		snprintf(mark->text, sizeof(mark->text), "%s", what);
	else
		snprintf(mark->text, sizeof(mark->text), "%s %lld", what, (long long)number);
	panel->mark_count++;
}

/* Has any of the first @n workers this value in this column? */
static int is_known(const json_t *machine, const json_t *pus, size_t n, size_t column,
		    json_int_t value)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *row = find_pu(machine, json_integer_value(json_array_get(pus, i)));

		if (row && json_integer_value(json_array_get(row, column)) == value)
			return 1;
	}
	return 0;
}

void marks_find(const struct results *results, struct panel *panel)
{
	const json_t *const machine = machine_of(results);
	const json_t *pus = longest_pus(results, panel);
	int has_smt = 0;

	/* In order of workers: the first on a new node, the first beside another on its core, the first on a taken PU. */
	for (size_t i = 0; machine && pus && i < json_array_size(pus); i++) {
		const json_t *row = find_pu(machine, json_integer_value(json_array_get(pus, i)));
		const json_int_t node = json_integer_value(json_array_get(row, MACHINE_NODE));
		const json_int_t core = json_integer_value(json_array_get(row, MACHINE_CORE));

		if (!row || !i)
			continue;
		if (is_known(machine, pus, i, MACHINE_PU, json_integer_value(json_array_get(row, 0)))) {
			add_mark(panel, i, "over-subscribed", -1);
			break;
		}
		if (!is_known(machine, pus, i, MACHINE_NODE, node))
			add_mark(panel, i, "node", node);
		if (!has_smt && is_known(machine, pus, i, MACHINE_CORE, core)) {
			has_smt = 1;
			add_mark(panel, i, "SMT", -1);
		}
	}
}

bool marks_one_node(const struct results *results)
{
	const json_t *const machine = machine_of(results);
	json_t *const first = json_array_get(json_array_get(machine, 0), MACHINE_NODE);
	json_t *row;
	size_t i;

	json_array_foreach(machine, i, row)
		if (!json_equal(json_array_get(row, MACHINE_NODE), first))
			return false;
	return first != NULL;
}
