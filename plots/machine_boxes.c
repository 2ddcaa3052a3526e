#include "plots/machine_boxes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "plots/marks.h"

/* A grouping of PUs; cores are the innermost. */
struct level {
	enum topo_kind kind;
	size_t column;
	const char *name;
};

enum { LEVELS = 4 };

static const struct level all_levels[LEVELS] = {
	{ TOPO_PACKAGE, MACHINE_PACKAGE, "package" },
	{ TOPO_NODE, MACHINE_NODE, "NUMA node" },
	{ TOPO_L3, MACHINE_L3, "L3" },
	{ TOPO_CORE, MACHINE_CORE, "core" },
};

static json_int_t key_of(const json_t *machine, unsigned pu, const struct level *level)
{
	const json_t *const key = json_array_get(json_array_get(machine, pu), level->column);

	return key ? json_integer_value(key) : -1;
}

/* Length of the run of PUs from @first that are in one box, at most to @end. */
static unsigned run_length(const json_t *machine, const struct level *level, unsigned first,
			   unsigned end)
{
	unsigned at = first + 1;

	while (at < end && key_of(machine, at, level) == key_of(machine, first, level))
		at++;
	return at - first;
}

static unsigned count_runs(const json_t *machine, const struct level *level)
{
	const unsigned end = (unsigned)json_array_size(machine);
	unsigned runs = 0;

	for (unsigned at = 0; at < end; at += run_length(machine, level, at, end))
		runs++;
	return runs;
}

/* Larger boxes outside; of alike ones, packages first. What groups no two cores, or is not told, is left out. */
static size_t order_levels(const json_t *machine, const struct level *levels[LEVELS])
{
	const unsigned cores = count_runs(machine, &all_levels[LEVELS - 1]);
	size_t count = 0;

	for (size_t i = 0; i < LEVELS; i++) {
		const unsigned runs = count_runs(machine, &all_levels[i]);
		size_t at = count;

		if (all_levels[i].kind == TOPO_L3 &&
		    (runs >= cores || key_of(machine, 0, &all_levels[i]) < 0))
			continue;
		for (; at && count_runs(machine, levels[at - 1]) > runs; at--)
			levels[at] = levels[at - 1];
		levels[at] = &all_levels[i];
		count++;
	}
	return count;
}

/* Fill @box with the boxes of the first level, and those with what is inside them. */
static int split(const json_t *machine, const struct level *const *levels, size_t count,
		 struct topo_box *box)
{
	const unsigned end = box->first_pu + box->pu_count;
	unsigned length;

	box->boxes = calloc(box->pu_count, sizeof(*box->boxes));
	if (!box->boxes)
		return -ENOMEM;
	for (unsigned at = box->first_pu; at < end; at += length) {
		struct topo_box *const inner = &box->boxes[box->box_count++];

		length = run_length(machine, levels[0], at, end);
		*inner = (struct topo_box){ .kind = levels[0]->kind,
					    .first_pu = at,
					    .pu_count = length };
		snprintf(inner->label, sizeof(inner->label), "%s %lld", levels[0]->name,
			 (long long)key_of(machine, at, levels[0]));
		if (count > 1 && split(machine, levels + 1, count - 1, inner))
			return -ENOMEM;
	}
	return 0;
}

int machine_boxes_make(const json_t *machine, struct topo_box *boxes)
{
	const struct level *levels[LEVELS];
	const size_t count = order_levels(machine, levels);
	struct topo_box made = { .kind = TOPO_MACHINE,
				 .pu_count = (unsigned)json_array_size(machine) };

	if (split(machine, levels, count, &made)) {
		topo_tree_free(&made);
		return -ENOMEM;
	}
	*boxes = made;
	return 0;
}
