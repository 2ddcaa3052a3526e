#include "runners/cli/lists.h"

#include <stdlib.h>
#include <string.h>

#include "plots/plot.h"
#include "runners/plan/preset_find.h"
#include "structures/variant.h"

static json_t *list_variants(void)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < catalogue_count; i++) {
		const struct variant *const variant = catalogue[i];

		json_array_append_new(
			rows,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s}", "variant",
				  variant->name, "family", variant->family->name, "structure",
				  variant->structure, "reclaim", variant->reclaim, "lock",
				  variant->lock, "update", update_name(variant->update), "progress",
				  progress_name(variant->progress), "linearizable",
				  variant->is_linearizable, "remote", variant->is_remote, "paper",
				  variant->paper));
	}
	return rows;
}

static const struct table_column variant_columns[] = {
	{ "variant", true, false },
	{ "family", false, false },
	{ "structure", false, false },
	{ "reclaim", false, false },
	{ "lock", false, false },
	{ "update", true, false },
	{ "progress", true, false },
	{ "linearizable", true, false },
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

static const struct table_column preset_columns[] = {
	{ "preset", true, false },
	{ "title", true, false },
	{ "question", false, false },
	{ 0 },
};

/* Comma-separated into one text. */
static void join(char *text, size_t room, const char *word)
{
	const size_t used = strlen(text);

	snprintf(text + used, room - used, "%s%s", used ? ", " : "", word);
}

static size_t count_variants(const struct family *family)
{
	size_t count = 0;

	for (size_t i = 0; i < catalogue_count; i++)
		count += catalogue[i]->family == family;
	return count;
}

static json_t *list_families(void)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < families_count; i++) {
		char operations[256] = "";

		for (size_t n = 0; families[i]->operations[n]; n++)
			join(operations, sizeof(operations), families[i]->operations[n]);
		json_array_append_new(rows,
				      json_pack("{s:s, s:s, s:s, s:I}", "family", families[i]->name,
						"operations", operations, "default_mix",
						families[i]->default_mix, "variants",
						(json_int_t)count_variants(families[i])));
	}
	return rows;
}

static const struct table_column family_columns[] = {
	{ "family", true, false },
	{ "operations", true, false },
	{ "default_mix", true, false },
	{ "variants", true, true },
	{ 0 },
};

static const char *lock_of(const struct variant *variant)
{
	return variant->lock;
}

static const char *reclaim_of(const struct variant *variant)
{
	return variant->reclaim;
}

/* "family/structure" of every structure that comes with this lock or scheme, each once. */
static void join_structures(const char *(*choice_of)(const struct variant *), const char *choice,
			    char *text, size_t room)
{
	const char *last = "";

	for (size_t i = 0; i < catalogue_count; i++) {
		char name[128];

		if (strcmp(choice_of(catalogue[i]), choice) ||
		    !strcmp(last, catalogue[i]->structure))
			continue;
		snprintf(name, sizeof(name), "%s/%s", catalogue[i]->family->name,
			 catalogue[i]->structure);
		join(text, room, name);
		last = catalogue[i]->structure;
	}
}

static bool is_listed(const json_t *rows, const char *key, const char *choice)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (!strcmp(json_string_value(json_object_get(row, key)), choice))
			return true;
	}
	return false;
}

/* Every choice that some variant is compiled with. */
static json_t *list_choices(const char *key, const char *(*choice_of)(const struct variant *))
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < catalogue_count; i++) {
		const char *const choice = choice_of(catalogue[i]);
		char structures[1024] = "";

		if (!*choice || is_listed(rows, key, choice))
			continue;
		join_structures(choice_of, choice, structures, sizeof(structures));
		json_array_append_new(
			rows, json_pack("{s:s, s:s}", key, choice, "structures", structures));
	}
	return rows;
}

static json_t *list_locks(void)
{
	return list_choices("lock", lock_of);
}

static json_t *list_reclaim(void)
{
	return list_choices("reclaim", reclaim_of);
}

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
