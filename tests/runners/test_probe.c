/* Probes: their arithmetic on known figures, and a short run of each on this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "runners/probe/chain.h"
#include "runners/probe/clock.h"
#include "runners/probe/crew.h"
#include "runners/probe/jitter.h"
#include "runners/probe/pairs.h"
#include "runners/probe/probe.h"
#include "tests/topology/machines.h"
#include "topology/binding.h"

enum { ROOM = 4096, LINKS = 1000 };

static void group_is_the_closest_thing_that_holds_both(void **state)
{
	/* PUs 0 and 1 are siblings, 2 shares their cache, 4 their node, 8 their package. */
	struct topology *const machine = machine_load("package:2 numa:2 l3:2 core:2 pu:2");

	(void)state;
	assert_int_equal(pair_group_of(machine, 0, 1), PAIR_CORE);
	assert_int_equal(pair_group_of(machine, 0, 2), PAIR_CACHE);
	assert_int_equal(pair_group_of(machine, 0, 4), PAIR_NODE);
	assert_int_equal(pair_group_of(machine, 0, 8), PAIR_PACKAGE);
	assert_int_equal(pair_group_of(machine, 0, 16), PAIR_MACHINE);
	topology_free(machine);
}

static void count_group(const struct pair *pairs, size_t count, size_t *counts)
{
	for (size_t i = 0; i < count; i++)
		counts[pairs[i].group]++;
}

static void sample_with_room_is_every_pair_once(void **state)
{
	struct topology *const machine = machine_load("package:2 numa:1 l3:1 core:2 pu:2");
	struct pair pairs[ROOM];
	const size_t count = pairs_sample(machine, pairs, ROOM);
	size_t counts[PAIR_GROUPS] = { 0 };

	(void)state;
	assert_int_equal(count, 8 * 7 / 2);
	count_group(pairs, count, counts);
	assert_int_equal(counts[PAIR_CORE], 4);
	assert_int_equal(counts[PAIR_CACHE], 2 * 4);
	assert_int_equal(counts[PAIR_MACHINE], 16);
	for (size_t i = 1; i < count; i++)
		assert_true(pairs[i - 1].from * 8 + pairs[i - 1].to <
			    pairs[i].from * 8 + pairs[i].to);
	topology_free(machine);
}

static void sample_of_a_large_machine_has_each_group_alike(void **state)
{
	struct topology *const machine = machine_load(MACHINE_2X32X2);
	struct pair pairs[ROOM];
	const size_t count = pairs_sample(machine, pairs, 300);
	size_t counts[PAIR_GROUPS] = { 0 };

	(void)state;
	assert_int_equal(count, 300);
	count_group(pairs, count, counts);
	assert_int_equal(counts[PAIR_CORE], 64); /* all there are; the others share the rest */
	assert_int_equal(counts[PAIR_CACHE], 118);
	assert_int_equal(counts[PAIR_MACHINE], 118);
	topology_free(machine);
}

static void chain_visits_every_line_once(void **state)
{
	struct chain_link *const links = aligned_alloc(CACHELINE_BYTES, LINKS * sizeof(*links));
	const struct chain_link *at = links;
	bool was_seen[LINKS] = { false };

	(void)state;
	chain_make(links, LINKS, 7);
	for (size_t i = 0; i < LINKS; i++, at = at->next) {
		assert_false(was_seen[at - links]);
		was_seen[at - links] = true;
	}
	assert_ptr_equal(at, links);
	free(links);
}

static void piece_in_time_is_no_miss(void **state)
{
	struct jitter_tally tally = { .deadline_ns = 200, .usual_ns = 100 };

	(void)state;
	jitter_note(&tally, 0, 200);
	assert_int_equal(tally.pieces, 1);
	assert_int_equal(tally.missed, 0);
	assert_int_equal(tally.kept, 0);
}

static void misses_are_kept_longest_first(void **state)
{
	static const uint64_t took[] = { 300, 900, 201, 500, 700, 400, 600, 800, 1000, 250 };
	static const uint64_t kept[] = { 1000, 900, 800, 700, 600, 500, 400, 300 };
	struct jitter_tally tally = { .deadline_ns = 200, .usual_ns = 100 };
	uint64_t lost_ns = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(took) / sizeof(*took); i++) {
		jitter_note(&tally, i, took[i]);
		lost_ns += took[i] - 100;
	}
	assert_int_equal(tally.missed, 10);
	assert_int_equal(tally.lost_ns, lost_ns);
	assert_int_equal(tally.kept, JITTER_MISSES_KEPT);
	for (size_t i = 0; i < JITTER_MISSES_KEPT; i++)
		assert_int_equal(tally.misses[i].took_ns, kept[i]);
	assert_int_equal(tally.misses[0].at_ns, 8);
}

static void stolen_time_is_that_of_the_pu_asked_for(void **state)
{
	static const char stat[] = "cpu  1 2 3 4 5 6 7 80 9 10\n"
				   "cpu1 1 2 3 4 5 6 7 30 9 10\n"
				   "cpu11 1 2 3 4 5 6 7 50 9 10\n";
	uint64_t stolen_ns;

	(void)state;
	assert_int_equal(jitter_stolen_ns(stat, 1, 10, &stolen_ns), 0);
	assert_int_equal(stolen_ns, 300);
	assert_int_equal(jitter_stolen_ns(stat, 11, 10, &stolen_ns), 0);
	assert_int_equal(stolen_ns, 500);
	assert_true(jitter_stolen_ns(stat, 2, 10, &stolen_ns) < 0);
}

static void clocks_that_may_be_alike_agree(void **state)
{
	struct clock_bounds bounds = CLOCK_BOUNDS_NONE;

	(void)state;
	clock_bounds_narrow(&bounds, 100, 150, 200); /* -50 to 50 */
	clock_bounds_narrow(&bounds, 300, 310, 340); /* -30 to 10 */
	assert_int_equal(bounds.low, -30);
	assert_int_equal(bounds.high, 10);
	assert_true(clock_bounds_agree(&bounds));
}

static void clock_that_answers_before_it_is_asked_disagrees(void **state)
{
	struct clock_bounds bounds = CLOCK_BOUNDS_NONE;

	(void)state;
	clock_bounds_narrow(&bounds, 100, 90, 120);
	assert_false(clock_bounds_agree(&bounds));
}

struct places {
	const struct topology *topology;
	int where[ROOM];
};

static void note_place(void *context, unsigned rank)
{
	struct places *const places = context;

	places->where[rank] = binding_where(places->topology);
}

static void crew_sits_where_it_is_told(void **state)
{
	struct topology *const machine = machine_load(NULL);
	struct places places = { .topology = machine };
	const unsigned last = topology_pu_count(machine) - 1;

	(void)state;
	assert_int_equal(crew_run(machine, &last, 1, note_place, &places, NULL), 0);
	assert_int_equal(places.where[0], (int)last);
	topology_free(machine);
}

static void crew_on_another_machine_is_refused_and_does_nothing(void **state)
{
	struct topology *const machine = machine_load("core:2 pu:1");
	struct places places = { .topology = machine, .where = { -1, -1 } };
	struct fault fault;

	(void)state;
	assert_true(crew_run(machine, (const unsigned[]){ 0, 1 }, 2, note_place, &places, &fault));
	assert_non_null(strstr(fault.text, "live"));
	assert_int_equal(places.where[0], -1);
	topology_free(machine);
}

/* Runs a probe for a moment. The rows; freed by the caller. */
static json_t *rows_of(probe_run *probe, struct topology *machine)
{
	const struct probe_options options = { .topology = machine, .budget_ns = 50000000 };
	json_t *const rows = json_array();
	struct fault fault = { .text = "" };

	if (probe(&options, rows, &fault))
		fail_msg("%s", fault.text);
	return rows;
}

static size_t count_kind(const json_t *rows, const char *kind)
{
	size_t count = 0, i;
	const json_t *row;

	json_array_foreach(rows, i, row)
	{
		count += !strcmp(json_string_value(json_object_get(row, "kind")), kind);
	}
	return count;
}

static void coherence_has_a_row_a_pair_or_says_that_there_is_none(void **state)
{
	struct topology *const machine = machine_load(NULL);
	json_t *const rows = rows_of(probe_coherence, machine);
	const size_t all = pairs_count(machine), measured = count_kind(rows, "pair");

	(void)state;
	assert_in_range(measured, all ? 1 : 0, all);
	assert_int_equal(count_kind(rows, "unavailable"), all == 0);
	assert_int_equal(count_kind(rows, "note"), measured < all);
	json_decref(rows);
	topology_free(machine);
}

/* Rows of PUs under one scheduler. */
static size_t count_scheduled(const json_t *rows, const char *scheduler)
{
	size_t count = 0, i;
	const json_t *row;

	json_array_foreach(rows, i, row)
	{
		const char *const of = json_string_value(json_object_get(row, "scheduler"));

		count += of && !strcmp(of, scheduler) &&
			 !strcmp(json_string_value(json_object_get(row, "kind")), "pu");
	}
	return count;
}

static void jitter_has_a_row_a_pu(void **state)
{
	struct topology *const machine = machine_load(NULL);
	json_t *const rows = rows_of(probe_jitter, machine);

	(void)state;
	assert_int_equal(count_scheduled(rows, "other"), topology_pu_count(machine));
	json_decref(rows);
	topology_free(machine);
}

/* With the right to it there is one more of each PU; without, it is said. */
static void jitter_of_real_time_threads_is_told_or_refused_in_words(void **state)
{
	struct topology *const machine = machine_load(NULL);
	json_t *const rows = rows_of(probe_jitter, machine);
	const size_t told = count_scheduled(rows, "fifo");

	(void)state;
	assert_true(told == 0 || told == topology_pu_count(machine));
	assert_int_equal(count_kind(rows, "unavailable"), told == 0);
	json_decref(rows);
	topology_free(machine);
}

static void clock_compares_each_pu_with_the_first(void **state)
{
	struct topology *const machine = machine_load(NULL);
	json_t *const rows = rows_of(probe_clock, machine);
	size_t offsets = 0, i;
	const json_t *row;

	(void)state;
	json_array_foreach(rows, i, row)
	{
		const char *const what = json_string_value(json_object_get(row, "what"));

		offsets += what && !strcmp(what, "offset") &&
			   json_is_integer(json_object_get(row, "pu"));
	}
	assert_int_equal(offsets, topology_pu_count(machine) - 1);
	json_decref(rows);
	topology_free(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(group_is_the_closest_thing_that_holds_both),
		cmocka_unit_test(sample_with_room_is_every_pair_once),
		cmocka_unit_test(sample_of_a_large_machine_has_each_group_alike),
		cmocka_unit_test(chain_visits_every_line_once),
		cmocka_unit_test(piece_in_time_is_no_miss),
		cmocka_unit_test(misses_are_kept_longest_first),
		cmocka_unit_test(stolen_time_is_that_of_the_pu_asked_for),
		cmocka_unit_test(clocks_that_may_be_alike_agree),
		cmocka_unit_test(clock_that_answers_before_it_is_asked_disagrees),
		cmocka_unit_test(crew_sits_where_it_is_told),
		cmocka_unit_test(crew_on_another_machine_is_refused_and_does_nothing),
		cmocka_unit_test(coherence_has_a_row_a_pair_or_says_that_there_is_none),
		cmocka_unit_test(jitter_has_a_row_a_pu),
		cmocka_unit_test(jitter_of_real_time_threads_is_told_or_refused_in_words),
		cmocka_unit_test(clock_compares_each_pu_with_the_first),
	};

	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
