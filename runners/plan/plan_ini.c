/*
 * A plan as an INI file: cells that differ in one axis become one section with a list of values.
 *
 * Sections are joined only where the cross product gives the cells in their old order: along an
 * axis while all axes that turn slower have one value. So what was a cross product becomes one
 * section again, and cells that stood alone stay alone.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/asked.h"
#include "runners/plan/axes.h"
#include "runners/plan/plan.h"

enum { KEY_COLUMNS = 13, VALUE_BYTES_MAX = PRESET_LINE_MAX - KEY_COLUMNS - 3 };

/* A section to be: a cross product of neighbours in the plan. */
struct group {
	const struct cell *first;
	size_t counts[AXIS_COUNT];    /* values of each axis */
};

/* The order in which axes turn, slowest first: as enumerated, but threads last (expand.c). */
static enum axis_key turning(int rank)
{
	if (rank == AXIS_COUNT - 1)
		return AXIS_THREADS;
	return (enum axis_key)(rank < AXIS_THREADS ? rank : rank + 1);
}

/* The text of the @index-th value of an axis: the axes that turn faster all pass in between. */
static const char *value_of(const struct group *group, enum axis_key key, size_t index)
{
	size_t stride = 1;

	for (int rank = AXIS_COUNT - 1; turning(rank) != key; rank--)
		stride *= group->counts[turning(rank)];
	return group->first[index * stride].text[key];
}

static bool has_same_values(const struct group *one, const struct group *other, enum axis_key key)
{
	if (one->counts[key] != other->counts[key])
		return false;
	for (size_t i = 0; i < one->counts[key]; i++)
		if (strcmp(value_of(one, key, i), value_of(other, key, i)))
			return false;
	return true;
}

/* May @other's values of the axis at @rank follow @one's? */
static bool can_join(const struct group *one, const struct group *other, int rank)
{
	for (int i = 0; i < rank; i++)
		if (one->counts[turning(i)] > 1)
			return false;
	for (int i = 0; i < AXIS_COUNT; i++)
		if (i != rank && !has_same_values(one, other, turning(i)))
			return false;
	return true;
}

/* Return: how many groups remain. */
static size_t join(struct group *groups, size_t count, int rank)
{
	size_t kept = 0;

	for (size_t i = 1; i < count; i++) {
		if (can_join(&groups[kept], &groups[i], rank))
			groups[kept].counts[turning(rank)] += groups[i].counts[turning(rank)];
		else
			groups[++kept] = groups[i];
	}
	return kept + 1;
}

static void write_key(FILE *out, enum axis_key key)
{
	fprintf(out, "%-*s = ", KEY_COLUMNS, axes[key].name);
}

/* a, b, c on as many lines as it takes. */
static void write_list(FILE *out, const struct group *group, enum axis_key key)
{
	size_t used = 0;

	for (size_t i = 0; i < group->counts[key]; i++) {
		const char *const text = value_of(group, key, i);
		const size_t length = strlen(text);

		if (used == 0 || used + 2 + length > VALUE_BYTES_MAX) {
			if (used)
				fputc('\n', out);
			write_key(out, key);
			used = 0;
		} else {
			fputs(", ", out);
			used += 2;
		}
		fputs(text, out);
		used += length;
	}
	fputc('\n', out);
}

/* A value with commas of its own; what is too long for a line goes on behind one of them. */
static void write_whole(FILE *out, enum axis_key key, const char *text)
{
	while (strlen(text) > VALUE_BYTES_MAX) {
		size_t length = VALUE_BYTES_MAX;

		while (length > 1 && text[length - 1] != ',')
			length--;
		write_key(out, key);
		fprintf(out, "%.*s\n", (int)length, text);
		text += length;
	}
	write_key(out, key);
	fprintf(out, "%s\n", text);
}

static void write_group(FILE *out, const struct group *group, size_t number)
{
	fprintf(out, "\n[sweep %zu]\n", number);
	for (int key = 0; key < AXIS_COUNT; key++) {
		if (axes[key].listing == AXIS_COMMAS) {
			write_list(out, group, (enum axis_key)key);
			continue;
		}
		for (size_t i = 0; i < group->counts[key]; i++)
			write_whole(out, (enum axis_key)key,
				    value_of(group, (enum axis_key)key, i));
	}
}

int plan_write_ini(const struct plan *plan, FILE *out)
{
	struct group *const groups = calloc(plan->count, sizeof(*groups));
	size_t count = plan->count;

	if (!groups)
		return -ENOMEM;
	for (size_t i = 0; i < plan->count; i++) {
		groups[i].first = &plan->cells[i];
		for (int key = 0; key < AXIS_COUNT; key++)
			groups[i].counts[key] = 1;
	}
	for (int rank = AXIS_COUNT - 1; rank >= 0; rank--)
		count = join(groups, count, rank);
	fprintf(out,
		"; What was asked for, fully resolved: planned again, it gives the same cells.\n"
		"[campaign]\n");
	fprintf(out, "title  = %s\n", plan->title);
	fprintf(out, "trials = %u\n", plan->trials);
	fprintf(out, "host   = %s\n", plan_host_name(plan->host));
	for (size_t i = 0; i < count; i++)
		write_group(out, &groups[i], i + 1);
	free(groups);
	return ferror(out) ? -EIO : 0;
}
