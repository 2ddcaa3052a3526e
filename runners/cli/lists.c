#include "runners/cli/lists.h"

#include <stdlib.h>
#include <string.h>

#include "plots/plot.h"
#include "runners/plan/preset_find.h"

static const struct table_column variant_columns[] = {
	{ "variant", true, false },
	{ "family", false, false },
	{ "structure", false, false },
	{ "reclaim", false, false },
	{ "lock", false, false },
	{ "update", true, false },
	{ "progress", true, false },
	{ "linearizable", true, false },
	{ "convergent", false, false },
	{ "scan_guarantee", true, false },
	{ "flaw", true, false },
	{ "remote", false, false },
	{ "paper", true, false },
	{ 0 },
};

static json_t *list_presets(void)
{
	json_t *const rows = json_array();
	struct preset_entry *entries;
	const int count = preset_list(&entries);

	for (int i = 0; i < count; i++)
		json_array_append_new(rows, json_pack("{s:s, s:s, s:s}", "preset", entries[i].name,
						      "title", entries[i].title, "question",
						      entries[i].question));
	if (count >= 0)
		free(entries);
	return rows;
}

static const struct table_column structure_columns[] = {
	{ "structure", true, false },
	{ "with", true, false },
	{ "update", true, false },
	{ "progress", true, false },
	{ "linearizable", true, false },
	{ "scan_guarantee", true, false },
	{ "flaw", true, false },
	{ "paper", true, false },
	{ 0 },
};

static const struct table_column preset_columns[] = {
	{ "preset", true, false },
	{ "title", true, false },
	{ "question", false, false },
	{ 0 },
};

static const struct table_column family_columns[] = {
	{ "family", true, false },
	{ "operations", true, false },
	{ "default_mix", true, false },
	{ "variants", true, true },
	{ 0 },
};

static const struct table_column lock_columns[] = {
	{ "lock", true, false },
	{ "structures", true, false },
	{ 0 },
};

static const struct table_column reclaim_columns[] = {
	{ "reclaim", true, false },
	{ "structures", true, false },
	{ 0 },
};

static json_t *list_figures(void)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < plot_figures_count; i++)
		json_array_append_new(rows, json_pack("{s:s, s:s}", "figure", plot_figures[i].name,
						      "shows", plot_figures[i].shows));
	return rows;
}

static const struct table_column figure_columns[] = {
	{ "figure", true, false },
	{ "shows", true, false },
	{ 0 },
};

static const struct table_column place_columns[] = {
	{ "place", true, false },
	{ "meaning", true, false },
	{ 0 },
};

static const struct table_column memory_columns[] = {
	{ "memory", true, false },
	{ "meaning", true, false },
	{ 0 },
};

static const struct table_column dist_columns[] = {
	{ "dist", true, false },
	{ "meaning", true, false },
	{ 0 },
};

static const struct table_column counter_columns[] = {
	{ "counters", true, false },
	{ "events", true, false },
	{ "meaning", true, false },
	{ 0 },
};

static const struct table_column feature_columns[] = {
	{ "feature", true, false },
	{ "present", true, false },
	{ "gives", true, false },
	{ "get", true, false },
	{ 0 },
};

const struct list lists[] = {
	{ "variants", "what can be measured", variant_columns, list_variants },
	{ "structures", "the same, one line a structure", structure_columns, list_structures },
	{ "presets", "named experiments", preset_columns, list_presets },
	{ "families", "interfaces, and their operations", family_columns, list_families },
	{ "locks", "and the structures that come with each", lock_columns, list_locks },
	{ "reclaim", "schemes, and the structures that come with each", reclaim_columns,
	  list_reclaim },
	{ "places", "which PU each worker sits on", place_columns, list_places },
	{ "memory", "where memory comes from", memory_columns, list_memory },
	{ "dists", "which keys are drawn", dist_columns, list_dists },
	{ "counters", "what is counted", counter_columns, list_counters },
	{ "figures", "what can be drawn", figure_columns, list_figures },
	{ "features", "optional libraries and programs, and how to get them", feature_columns,
	  list_features },
};

const size_t lists_count = sizeof(lists) / sizeof(*lists);
