#include "runners/plan/expand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/axes.h"
#include "runners/plan/resolve.h"

enum { STOPS_MAX = 64 };

/* One sweep in the course of expansion. */
struct expansion {
	struct asked *asked;
	const struct sweep *sweep;
	const struct topology *topology;
	struct plan *plan;
	struct fault *fault;
	struct values *axes[AXIS_COUNT];    /* of the sweep, or what replaces them */
	size_t at[AXIS_COUNT];              /* the combination of the moment */
};

static struct value *value_at(const struct expansion *expansion, enum axis_key key)
{
	const struct values *const values = expansion->axes[key];

	return values->count ? &values->items[expansion->at[key]] : NULL;
}

/* The combination that follows; threads turn fastest. Return: false after the last. */
static bool advance(struct expansion *expansion)
{
	for (int i = AXIS_COUNT; i >= 0; i--) {
		const int key = i == AXIS_COUNT ? AXIS_THREADS : i;

		if (i == AXIS_THREADS)
			continue;
		if (expansion->at[key] + 1 < expansion->axes[key]->count) {
			expansion->at[key]++;
			return true;
		}
		expansion->at[key] = 0;
	}
	return false;
}

/* "file:line: " before a sentence about an axis; nothing for the command line. */
static int add_place(const struct expansion *expansion, enum axis_key key, int error)
{
	const struct value *const value = value_at(expansion, key);
	const unsigned line = value ? value->line : expansion->sweep->line;

	if (!line)
		return error;
	return fault_prefix(expansion->fault, error, "%s:%u: ", expansion->asked->source, line);
}

static void note_reason(struct value *value, const char *reason)
{
	/* Without memory the sentence is a plainer one. */
	if (value && !value->reason)
		value->reason = strdup(reason);
}

static void note_used(const struct expansion *expansion, const struct resolution *resolution)
{
	for (int key = 0; key < AXIS_COUNT; key++) {
		struct value *const value = value_at(expansion, (enum axis_key)key);
		char reason[FAULT_TEXT_BYTES];

		if (!value)
			continue;
		if (!resolution->dropped[key]) {
			value->is_used = true;
			continue;
		}
		snprintf(reason, sizeof(reason), "%s=%.100s says nothing to %s: %s", axes[key].name,
			 value->text, value_at(expansion, AXIS_VARIANT)->text,
			 resolution->dropped[key]);
		note_reason(value, reason);
	}
}

static bool is_from_preset(const struct value *value)
{
	return value && value->line;
}

/*
 * A combination that cannot be is left out rather than refused where nobody named it: a glob or
 * `auto` brought in one side of it, or the command line one and the preset the other.
 */
static bool is_left_out(const struct expansion *expansion, enum axis_key refused, int error)
{
	const enum axis_key side = error == -ERANGE ? AXIS_THREADS : AXIS_VARIANT;
	const struct value *const one = value_at(expansion, side);
	const struct value *const other = value_at(expansion, refused);
	const struct value *const variant = value_at(expansion, AXIS_VARIANT);

	if (error != -ERANGE && error != -EOPNOTSUPP)
		return false;
	/* So many of a role as the algorithm does not take: of a glob it is the variant that goes. */
	if (refused == AXIS_ROLES && variant && variant->is_expanded)
		return true;
	return !one || one->is_expanded || (other && is_from_preset(one) != is_from_preset(other));
}

static int leave_out(struct expansion *expansion, enum axis_key refused, int error,
		     const struct fault *why)
{
	struct plan *const plan = expansion->plan;

	if (plan->left_out++ == 0)
		plan->left_out_reason = strdup(why->text);
	note_reason(value_at(expansion, refused), why->text);
	note_reason(value_at(expansion, error == -ERANGE ? AXIS_THREADS : AXIS_VARIANT), why->text);
	return 0;
}

static int append_cell(struct plan *plan, const struct cell *cell)
{
	const size_t count = plan->count;

	if (count == PLAN_CELLS_MAX)
		return -E2BIG; /* check_size() takes `auto` for what it is in the first placement */
	if ((count & (count - 1)) == 0) {    /* full: room doubles */
		struct cell *const cells =
			realloc(plan->cells, (count ? 2 * count : 1) * sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		plan->cells = cells;
	}
	plan->cells[plan->count++] = *cell;
	return 0;
}

static int set_texts(const struct expansion *expansion, struct cell *cell)
{
	int error = 0;

	for (int key = 0; key < AXIS_COUNT && !error; key++) {
		const struct value *const value = value_at(expansion, (enum axis_key)key);

		if (value)
			error = axis_set_text(cell, (enum axis_key)key, "%s", value->text);
	}
	return error;
}

/* @threads: instead of the value, where that is `auto`; else NULL. */
static int try_combination(struct expansion *expansion, const char *threads)
{
	struct resolution resolution = { .may_drop = true };
	struct cell cell = { .variant = NULL };
	struct fault why = { .text = "out of memory" };
	int error = set_texts(expansion, &cell);

	if (!error && threads)
		error = axis_set_text(&cell, AXIS_THREADS, "%s", threads);
	if (!error)
		error = cell_resolve_as(&cell, expansion->topology, &resolution, &why);
	if (!error) {
		note_used(expansion, &resolution);
		error = append_cell(expansion->plan, &cell);
		if (!error)
			return 0;
	}
	cell_free(&cell);
	if (is_left_out(expansion, resolution.refused, error))
		return leave_out(expansion, resolution.refused, error, &why);
	fault_set(expansion->fault, error, "%s", why.text);
	return add_place(expansion, resolution.refused, error);
}

/* A placement, and what it depends on: a private server has PUs of its own. */
static int parse_place(const struct expansion *expansion, struct cell *cell, enum axis_key *refused)
{
	static const enum axis_key needed[] = { AXIS_VARIANT, AXIS_SERVER, AXIS_PLACE };
	int error = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed) && !error; i++) {
		const enum axis_key key = needed[i];

		*refused = key;
		if (!cell->text[key] && axes[key].fallback)
			error = axis_set_text(cell, key, "%s", axes[key].fallback);
		if (!error && cell->text[key])
			error = axes[key].parse(cell, expansion->fault);
	}
	return error;
}

/*
 * threads=auto: the threads that the roles name, or the stops of the placement.
 *
 * Return: how many, or as placement_auto_threads().
 */
static int find_stops(struct expansion *expansion, unsigned stops[STOPS_MAX])
{
	struct cell cell = { .variant = NULL };
	enum axis_key refused = AXIS_PLACE;
	int result = set_texts(expansion, &cell);

	if (!result)
		result = parse_place(expansion, &cell, &refused);
	if (!result && cell.text[AXIS_ROLES]) {
		refused = AXIS_ROLES;
		result = axes[AXIS_ROLES].parse(&cell, expansion->fault);
	}
	if (!result && cell.producers) {
		stops[0] = cell.producers + cell.consumers;
		result = 1;
	} else if (!result) {
		refused = AXIS_PLACE;
		result = placement_auto_threads(expansion->topology, cell.place, stops, STOPS_MAX,
						expansion->fault);
	}
	cell_free(&cell);
	return result < 0 ? add_place(expansion, refused, result) : result;
}

static int try_threads(struct expansion *expansion)
{
	const struct value *const value = value_at(expansion, AXIS_THREADS);
	unsigned stops[STOPS_MAX];
	int count, error = 0;

	if (value && strcmp(value->text, "auto"))
		return try_combination(expansion, NULL);
	count = find_stops(expansion, stops);
	for (int i = 0; i < count && !error; i++) {
		char threads[16];

		snprintf(threads, sizeof(threads), "%u", stops[i]);
		error = try_combination(expansion, threads);
	}
	return count < 0 ? count : error;
}

/* A word counts as used if any of its values is. */
static bool is_word_used(const struct values *values, unsigned word)
{
	for (size_t i = 0; i < values->count; i++)
		if (values->items[i].word == word && values->items[i].is_used)
			return true;
	return false;
}

/* The first value that no cell took, those with a reason before those without. */
static int check_used(const struct sweep *sweep, const char *source, bool with_reason,
		      struct fault *fault)
{
	for (int key = 0; key < AXIS_COUNT; key++) {
		const struct values *const values = &sweep->axes[key];

		for (size_t i = 0; i < values->count; i++) {
			const struct value *const value = &values->items[i];

			if (value->is_used || !value->reason == with_reason ||
			    is_word_used(values, value->word))
				continue;
			if (value->reason)
				fault_set(fault, -EINVAL, "%s", value->reason);
			else
				fault_set(fault, -EINVAL, "%s=%.100s: no cell takes this value",
					  axes[key].name, value->text);
			if (value->line)
				fault_prefix(fault, -EINVAL, "%s:%u: ", source, value->line);
			return -EINVAL;
		}
	}
	return 0;
}

static int check_all_used(const struct sweep *sweep, const char *source, struct fault *fault)
{
	const int error = check_used(sweep, source, true, fault);

	return error ? error : check_used(sweep, source, false, fault);
}

static bool has_overrides(const struct asked *asked)
{
	for (int key = 0; key < AXIS_COUNT; key++)
		if (asked->overrides.axes[key].count)
			return true;
	return false;
}

static void begin(struct expansion *expansion, struct sweep *sweep)
{
	expansion->sweep = sweep;
	for (int key = 0; key < AXIS_COUNT; key++) {
		struct values *const instead = &expansion->asked->overrides.axes[key];

		expansion->axes[key] = instead->count ? instead : &sweep->axes[key];
		expansion->at[key] = 0;
	}
}

/* Return: the cells that a sweep asks for (a little more where some are left out), or an error. */
static int64_t count_cells(struct expansion *expansion)
{
	int64_t product = 1;

	for (int key = 0; key < AXIS_COUNT; key++) {
		const struct values *const values = expansion->axes[key];

		/* 0: takes the default. A bound on each factor keeps the product within 64 bits. */
		if (values->count)
			product *= (int64_t)values->count;
		if (product > PLAN_CELLS_MAX)
			return product;
	}
	if (!expansion->axes[AXIS_THREADS]->count) {
		unsigned stops[STOPS_MAX];
		const int count = find_stops(expansion, stops);

		return count < 0 ? count : product * count;
	}
	return product;
}

static int refuse_no_variant(struct expansion *expansion)
{
	fault_set(expansion->fault, -EINVAL, "[%.60s]: no variant is given; allowed are %s",
		  expansion->sweep->name, axes[AXIS_VARIANT].allowed);
	return add_place(expansion, AXIS_VARIANT, -EINVAL);
}

/* Before a single cell is made: a plan too large is refused, not attempted. */
static int check_size(struct expansion *expansion)
{
	struct asked *const asked = expansion->asked;
	int64_t sum = 0;

	for (size_t i = 0; i < asked->sweep_count; i++) {
		int64_t count;

		begin(expansion, &asked->sweeps[i]);
		count = expansion->axes[AXIS_VARIANT]->count ? count_cells(expansion)
							     : refuse_no_variant(expansion);
		if (count < 0)
			return (int)count;
		sum += count;
		if (sum > PLAN_CELLS_MAX)
			return fault_set(
				expansion->fault, -E2BIG,
				"this asks for more than %d cells, %lld and up; allowed are "
				"that many: give fewer values to some axis",
				PLAN_CELLS_MAX, (long long)sum);
	}
	return 0;
}

static int expand_sweep(struct expansion *expansion, struct sweep *sweep)
{
	int error;

	begin(expansion, sweep);
	do {
		error = try_threads(expansion);
	} while (!error && advance(expansion));
	/* What the command line replaces may leave a preset's values without a cell. */
	if (!error && !has_overrides(expansion->asked))
		error = check_all_used(sweep, expansion->asked->source, expansion->fault);
	return error;
}

int expand(struct asked *asked, const struct topology *topology, struct plan *plan,
	   struct fault *fault)
{
	struct expansion expansion = {
		.asked = asked, .topology = topology, .plan = plan, .fault = fault
	};
	int error = check_size(&expansion);

	for (size_t i = 0; i < asked->sweep_count && !error; i++)
		error = expand_sweep(&expansion, &asked->sweeps[i]);
	if (!error)
		error = check_all_used(&asked->overrides, asked->source, fault);
	if (!error && plan->count == 0)
		error = fault_set(fault, -EINVAL, "no cell is left of this plan%s%s",
				  plan->left_out_reason ? ": " : "",
				  plan->left_out_reason ? plan->left_out_reason : "");
	return error;
}
