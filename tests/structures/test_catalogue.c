/* The catalogue as data: names, facts, families, and instances that leave nothing behind. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "structures/variant.h"
#include "workloads/mix.h"

enum { NAME_MAX_BYTES = 128, ROUNDS = 3, EXPECTED = 1000 };

static bool is_word(const char *text)
{
	return *text && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text);
}

static void catalogue_names_follow_from_their_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_count; i++) {
		const struct variant *const variant = catalogue[i];
		char name[NAME_MAX_BYTES];

		snprintf(name, sizeof(name), "%s/%s%s%s%s%s", variant->family->name,
			 variant->structure, *variant->reclaim ? "+" : "", variant->reclaim,
			 *variant->lock ? "@" : "", variant->lock);
		assert_string_equal(variant->name, name);
	}
}

static void catalogue_names_are_made_of_plain_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_count; i++) {
		const struct variant *const variant = catalogue[i];

		assert_true(is_word(variant->structure));
		assert_true(!*variant->reclaim || is_word(variant->reclaim));
		assert_true(!*variant->lock || is_word(variant->lock));
	}
}

static void catalogue_names_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_count; i++)
		assert_ptr_equal(catalogue_find(catalogue[i]->name), catalogue[i]);
}

static void catalogue_find_of_an_unknown_name_finds_nothing(void **state)
{
	(void)state;
	assert_null(catalogue_find("map/no_such_map"));
	assert_null(catalogue_find(""));
}

static void catalogue_entries_have_all_operations(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_count; i++) {
		const struct variant *const variant = catalogue[i];

		assert_non_null(variant->create);
		assert_non_null(variant->destroy);
		assert_non_null(variant->attach);
		assert_non_null(variant->detach);
		assert_non_null(variant->run);
		assert_non_null(variant->inspect);
	}
}

/* Probes come from no paper. */
static void catalogue_papers_have_a_year(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_count; i++) {
		const struct variant *const variant = catalogue[i];
		bool has_year = false;

		assert_true(variant->paper && strlen(variant->paper) > 20);
		for (const char *at = variant->paper; *at; at++)
			has_year |= (!strncmp(at, "19", 2) || !strncmp(at, "20", 2)) &&
				    strspn(at, "0123456789") == 4;
		if (!has_year && variant->family->insert != FAMILY_NONE)
			fail_msg("%s: no year in '%s'", variant->name, variant->paper);
	}
}

static void catalogue_variants_under_a_lock_are_blocking(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_count; i++)
		if (*catalogue[i]->lock)
			assert_int_equal(catalogue[i]->progress, PROGRESS_BLOCKING);
}

static bool is_anywhere(const char *lock_or_scheme)
{
	for (size_t i = 0; i < catalogue_count; i++)
		if (!strcmp(catalogue[i]->lock, lock_or_scheme) ||
		    !strcmp(catalogue[i]->reclaim, lock_or_scheme))
			return true;
	return false;
}

/* In builds of a part of the catalogue, too. */
static void catalogue_has_every_lock_and_scheme(void **state)
{
	char words[] = LOCKS_AND_SCHEMES, *rest = words, *word;

	(void)state;
	while ((word = strsep(&rest, " ")))
		if (!is_anywhere(word))
			fail_msg("%s: no variant here has it", word);
}

static void catalogue_variants_with_a_scheme_count_garbage(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_count; i++)
		if (*catalogue[i]->reclaim && !catalogue[i]->garbage)
			fail_msg("%s: counts no garbage", catalogue[i]->name);
}

/* A kind of update is a fact about keys that are there already. */
static void catalogue_variants_have_an_update_where_they_keep_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_count; i++)
		assert_int_equal(catalogue[i]->update != UPDATE_NONE,
				 catalogue[i]->family->keeps_keys);
}

static void catalogue_variants_promise_something_of_scans_where_they_scan(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_count; i++)
		assert_int_equal(catalogue[i]->scan != SCAN_NONE,
				 catalogue[i]->family->scan != FAMILY_NONE);
}

static bool is_family(const struct family *wanted)
{
	for (size_t i = 0; i < families_count; i++)
		if (families[i] == wanted)
			return true;
	return false;
}

static void families_have_every_variant(void **state)
{
	(void)state;
	for (size_t i = 0; i < catalogue_count; i++)
		assert_true(is_family(catalogue[i]->family));
}

static void families_names_are_unique_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < families_count; i++) {
		assert_true(is_word(families[i]->name));
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(families[i]->name, families[other]->name);
	}
}

static size_t length_of(const char *const *names)
{
	size_t length = 0;

	while (names[length])
		length++;
	return length;
}

static void families_name_an_effect_for_each_operation(void **state)
{
	(void)state;
	for (size_t i = 0; i < families_count; i++) {
		const size_t operations = length_of(families[i]->operations);

		assert_in_range(operations, 1, MIX_OPERATIONS_MAX);
		assert_int_equal(length_of(families[i]->effects), operations);
	}
}

static void families_insert_and_remove_are_operations_of_theirs(void **state)
{
	(void)state;
	for (size_t i = 0; i < families_count; i++) {
		const struct family *const family = families[i];
		const int operations = (int)length_of(family->operations);

		assert_true(family->insert >= FAMILY_NONE && family->insert < operations);
		assert_true(family->remove >= FAMILY_NONE && family->remove < operations);
		assert_true(family->scan >= FAMILY_NONE && family->scan < operations);
		assert_true(family->consume >= FAMILY_NONE && family->consume < operations);
		/* Entries may be lost or evicted instead of removed, but something must bring them. */
		assert_true(family->insert != FAMILY_NONE || family->remove == FAMILY_NONE);
		assert_true(!family->keeps_keys || family->insert != FAMILY_NONE);
	}
}

static void families_default_mix_is_a_mix_of_theirs(void **state)
{
	(void)state;
	for (size_t i = 0; i < families_count; i++) {
		struct fault fault;
		struct mix mix;

		if (mix_parse(families[i]->default_mix, families[i]->operations, &mix, &fault))
			fail_msg("%s: %s", families[i]->name, fault.text);
	}
}

static void progress_update_and_scan_have_names(void **state)
{
	(void)state;
	assert_string_equal(progress_name(PROGRESS_BLOCKING), "blocking");
	assert_string_equal(progress_name(PROGRESS_OBSTRUCTION_FREE), "obstruction-free");
	assert_string_equal(progress_name(PROGRESS_LOCK_FREE), "lock-free");
	assert_string_equal(progress_name(PROGRESS_WAIT_FREE), "wait-free");
	assert_string_equal(update_name(UPDATE_NONE), "none");
	assert_string_equal(update_name(UPDATE_IN_PLACE), "in-place");
	assert_string_equal(update_name(UPDATE_REPLACE), "replace");
	assert_string_equal(scan_guarantee_name(SCAN_NONE), "none");
	assert_string_equal(scan_guarantee_name(SCAN_WEAK), "weak");
	assert_string_equal(scan_guarantee_name(SCAN_SNAPSHOT), "snapshot");
}

static unsigned count_threads(void)
{
	DIR *const tasks = opendir("/proc/self/task");
	unsigned count = 0;

	assert_non_null(tasks);
	while (readdir(tasks))
		count++;
	closedir(tasks);
	return count;
}

static void create_and_destroy(const struct variant *variant, struct memory *memory)
{
	const struct setup setup = {
		.memory = memory, .workers = 1, .range = EXPECTED, .expected = EXPECTED,
		.filled = EXPECTED,
		.capacity = EXPECTED, .value_bytes = 8,
	};
	struct inspection inspection;
	void *instance;
	const int error = variant->create(&setup, &instance);

	if (error == -ENOTSUP) {
		print_message("%s: this build or machine lacks what it needs\n", variant->name);
		return;
	}
	if (error)
		fail_msg("%s: create: %s", variant->name, strerror(-error));
	variant->inspect(instance, &inspection);
	if (inspection.broken || inspection.elements || inspection.sum)
		fail_msg("%s: a new instance is not empty and whole", variant->name);
	variant->destroy(instance);
	if (memory_in_use_bytes(memory, MEMORY_NODES) ||
	    memory_in_use_bytes(memory, MEMORY_PAYLOADS))
		fail_msg("%s: leaves nodes or payloads", variant->name);
}

/* liburcu starts threads at its first use, and keeps them: hence the first round does not count. */
static void catalogue_instances_leave_nothing(void **state)
{
	const unsigned pu = 0;
	const struct memory_options options = {
		.topology = *state, .worker_pus = &pu, .workers = 1,
		.limit_bytes = (size_t)1 << 26,
	};
	unsigned threads = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < catalogue_count; i++) {
			struct memory *memory;
			struct fault fault;

			if (catalogue[i]->server)
				continue;    /* what it would leave is in another process */
			if (memory_create(&options, &memory, &fault))
				fail_msg("%s", fault.text);
			create_and_destroy(catalogue[i], memory);
			memory_destroy(memory);
		}
		if (round > 0)
			assert_int_equal(count_threads(), threads);
		threads = count_threads();
	}
}

static int load_topology(void **state)
{
	struct topology *topology;
	struct fault fault;

	if (topology_load(NULL, &topology, &fault))
		return -1;
	*state = topology;
	return 0;
}

static int free_topology(void **state)
{
	topology_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(catalogue_names_follow_from_their_parts),
		cmocka_unit_test(catalogue_names_are_made_of_plain_words),
		cmocka_unit_test(catalogue_names_are_unique),
		cmocka_unit_test(catalogue_find_of_an_unknown_name_finds_nothing),
		cmocka_unit_test(catalogue_entries_have_all_operations),
		cmocka_unit_test(catalogue_papers_have_a_year),
		cmocka_unit_test(catalogue_variants_under_a_lock_are_blocking),
		cmocka_unit_test(catalogue_has_every_lock_and_scheme),
		cmocka_unit_test(catalogue_variants_with_a_scheme_count_garbage),
		cmocka_unit_test(catalogue_variants_have_an_update_where_they_keep_keys),
		cmocka_unit_test(catalogue_variants_promise_something_of_scans_where_they_scan),
		cmocka_unit_test(families_have_every_variant),
		cmocka_unit_test(families_names_are_unique_words),
		cmocka_unit_test(families_name_an_effect_for_each_operation),
		cmocka_unit_test(families_insert_and_remove_are_operations_of_theirs),
		cmocka_unit_test(families_default_mix_is_a_mix_of_theirs),
		cmocka_unit_test(progress_update_and_scan_have_names),
		cmocka_unit_test_setup_teardown(catalogue_instances_leave_nothing, load_topology,
						free_topology),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
