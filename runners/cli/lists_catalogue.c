/* Lists of the catalogue: what the registration lines of structures/CMakeLists.txt made. */
#include <stdio.h>
#include <string.h>

#include "runners/cli/lists.h"
#include "structures/variant.h"

json_t *list_variants(void)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < catalogue_count; i++) {
		const struct variant *const variant = catalogue[i];

		json_array_append_new(
			rows,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:b, s:s}", "variant",
				  variant->name, "family", variant->family->name, "structure",
				  variant->structure, "reclaim", variant->reclaim, "lock",
				  variant->lock, "update", update_name(variant->update), "progress",
				  progress_name(variant->progress), "linearizable",
				  variant->is_linearizable, "convergent",
				  variant->convergence != NULL, "scan_guarantee",
				  scan_guarantee_name(variant->scan), "flaw", flaw_name(variant->flaw),
				  "remote", variant->server != NULL, "paper",
				  variant->paper));
	}
	return rows;
}

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

json_t *list_families(void)
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

json_t *list_locks(void)
{
	return list_choices("lock", lock_of);
}

json_t *list_reclaim(void)
{
	return list_choices("reclaim", reclaim_of);
}

static bool is_same_structure(const struct variant *one, const struct variant *other)
{
	return one->family == other->family && !strcmp(one->structure, other->structure);
}

/* "+ebr, +hp" or "@mutex": what a structure's variants are told apart by. */
static void join_variants(size_t first, char *text, size_t room)
{
	for (size_t i = first; i < catalogue_count; i++) {
		const struct variant *const variant = catalogue[i];
		char choice[128];

		if (!is_same_structure(variant, catalogue[first]))
			continue;
		snprintf(choice, sizeof(choice), "%s%s%s%s", *variant->reclaim ? "+" : "",
			 variant->reclaim, *variant->lock ? "@" : "", variant->lock);
		if (*choice)
			join(text, room, choice);
	}
}

static bool is_first_of_its_structure(size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_same_structure(catalogue[i], catalogue[index]))
			return false;
	return true;
}

json_t *list_structures(void)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < catalogue_count; i++) {
		const struct variant *const variant = catalogue[i];
		char name[128], choices[1024] = "";

		if (!is_first_of_its_structure(i))
			continue;
		snprintf(name, sizeof(name), "%s/%s", variant->family->name, variant->structure);
		join_variants(i, choices, sizeof(choices));
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s}", "structure", name, "with",
					choices, "update", update_name(variant->update), "progress",
					progress_name(variant->progress), "linearizable",
					variant->is_linearizable, "scan_guarantee",
					scan_guarantee_name(variant->scan), "flaw",
					flaw_name(variant->flaw), "paper", variant->paper));
	}
	return rows;
}
