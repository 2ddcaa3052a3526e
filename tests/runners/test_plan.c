#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runners/plan/plan.h"
#include "tests/runners/cells.h"
#include "tests/runners/folder.h"

enum { WORDS_MAX = 32, SHUFFLES = 2000 };

/*
 * Plans "key=value key=value" (blanks between words) over a preset. The sentence is in cells_fault.
 */
static int plan_words(const char *preset, const char *words, struct plan *plan)
{
	const char *list[WORDS_MAX + 1] = { NULL };
	const struct plan_request request = { .preset = preset,
					      .words = list,
					      .topology = cells_topology };
	char *const copy = strdup(words), *rest = copy, *word;
	size_t count = 0;
	int error;

	while (*words && (word = strsep(&rest, " ")))
		list[count++] = word;
	memset(plan, 0, sizeof(*plan));
	error = plan_make(&request, plan, &cells_fault);
	free(copy);
	return error;
}

static void assert_planned(const char *words, struct plan *plan, size_t count)
{
	if (plan_words("sweep", words, plan))
		fail_msg("%s: %s", words, cells_fault.text);
	assert_int_equal(plan->count, count);
}

static void assert_refused(const char *words, int error, const char *part)
{
	struct plan plan;
	const int result = plan_words("sweep", words, &plan);

	if (result != error)
		fail_msg("%s: %d, not %d: %s", words, result, error, cells_fault.text);
	if (!strstr(cells_fault.text, part))
		fail_msg("%s: \"%s\" is not in: %s", words, part, cells_fault.text);
}

static bool has_cell(const struct plan *plan, const char *variant, unsigned threads)
{
	for (size_t i = 0; i < plan->count; i++)
		if (!strcmp(plan->cells[i].variant->name, variant) &&
		    plan->cells[i].threads == threads)
			return true;
	return false;
}

static void plan_of_lists_is_their_cross_product(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=map/chained@mutex,map/chained@rwlock threads=1,2,4 "
		       "place=compact,scatter",
		       &plan, 12);
	assert_int_equal(plan.trials, PLAN_TRIALS_DEFAULT);
	assert_string_equal(plan.title, "sweep");
	plan_free(&plan);
}

static void plan_threads_turn_fastest(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=probe/null,probe/faa threads=1,2 place=compact,scatter", &plan, 8);
	assert_int_equal(plan.cells[0].threads, 1);
	assert_int_equal(plan.cells[1].threads, 2);
	assert_string_equal(plan.cells[1].text[AXIS_PLACE], "compact");
	assert_string_equal(plan.cells[2].text[AXIS_PLACE], "scatter");
	assert_string_equal(plan.cells[3].variant->name, "probe/null");
	plan_free(&plan);
}

static void plan_doubling_ends_with_its_end(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=probe/null threads=1..12", &plan, 5);
	assert_int_equal(plan.cells[3].threads, 8);
	assert_int_equal(plan.cells[4].threads, 12);
	plan_free(&plan);
	assert_planned("variant=probe/null threads=1 range=1k..4k,9k", &plan, 4);
	plan_free(&plan);
}

static void plan_doubling_that_cannot_be_is_refused(void **state)
{
	(void)state;
	assert_refused("variant=probe/null threads=4..1", -EINVAL, "a..b");
	assert_refused("variant=probe/null threads=0..4", -EINVAL, "a..b");
	assert_refused("variant=probe/null threads=1..", -EINVAL, "a..b");
	assert_refused("variant=probe/null threads=1..2..4", -EINVAL, "a..b");
}

static void plan_threads_auto_picks_the_stops(void **state)
{
	struct plan plan;

	(void)state;
	/* 2 nodes x 4 cores x 2 PUs: 1, 2, 4 (node), 5, 8 (cores), 16. */
	assert_planned("variant=probe/null threads=auto", &plan, 6);
	assert_true(has_cell(&plan, "probe/null", 5));
	plan_free(&plan);
	assert_planned("variant=probe/null", &plan, 6);
	plan_free(&plan);
}

static void plan_threads_auto_follows_each_placement(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=probe/null place=list:3 place=list:0,2", &plan, 3);
	assert_int_equal(plan.cells[0].threads, 1);
	assert_int_equal(plan.cells[2].threads, 2);
	plan_free(&plan);
}

static void plan_threads_follow_the_roles_that_name_them(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=queue/list@mutex roles=1:3", &plan, 1);
	assert_int_equal(plan.cells[0].threads, 4);
	plan_free(&plan);
	assert_refused("variant=queue/list@mutex roles=1:3 threads=2", -ERANGE, "1:3");
}

static void plan_glob_selects_variants(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=probe/* threads=1", &plan, 3);
	plan_free(&plan);
	assert_planned("variant=map/[cs]ha*ed@rwlock threads=1", &plan, 2);
	assert_true(has_cell(&plan, "map/sharded@rwlock", 1));
	plan_free(&plan);
}

static void plan_glob_without_a_match_is_refused(void **state)
{
	(void)state;
	assert_refused("variant=mop/* threads=1", -ENOENT, "no variant matches");
}

static void plan_without_a_variant_is_refused(void **state)
{
	(void)state;
	assert_refused("threads=1", -EINVAL, "no variant");
}

static void plan_cell_named_twice_appears_once(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=probe/null,probe/null,probe/* threads=1,1 range=1M,1000000", &plan,
		       3);
	assert_string_equal(plan.cells[0].variant->name, "probe/null");
	plan_free(&plan);
}

static void plan_values_with_commas_are_listed_by_repeating_the_key(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=map/chained@mutex threads=1 mix=get:90,put:10 mix=get:100", &plan,
		       2);
	plan_free(&plan);
	assert_planned("variant=probe/null threads=1 place=compact,scatter place=list:0,2,4-7",
		       &plan, 3);
	plan_free(&plan);
	assert_refused("variant=probe/null threads=1 place=compact,list:0,2", -EINVAL, "repeat");
}

static void plan_value_that_ends_with_a_comma_goes_on(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=probe/null threads=1 place=list:0, place=2,4-7", &plan, 1);
	assert_string_equal(plan.cells[0].text[AXIS_PLACE], "list:0,2,4-7");
	plan_free(&plan);
	assert_refused("variant=probe/null threads=1 place=list:0,", -EINVAL, "place");
}

/* Probes touch a word, deadlines are of work alone, and http is another program's load: nothing has an inside to stall in. */
static size_t count_without_inside(void)
{
	size_t count = 0;

	for (size_t i = 0; i < catalogue_count; i++)
		count += !strcmp(catalogue[i]->family->name, "probe") ||
			 !strcmp(catalogue[i]->family->name, "deadline") ||
			 !strcmp(catalogue[i]->family->name, "http");
	return count;
}

static void plan_glob_leaves_out_what_cannot_be(void **state)
{
	const size_t without = count_without_inside();
	struct plan plan;

	(void)state;
	assert_planned("variant=* threads=1 stall=every:1s,for:1ms", &plan,
		       catalogue_count - without);
	assert_int_equal(plan.left_out, without);
	assert_non_null(strstr(plan.left_out_reason, "probe/null"));
	plan_free(&plan);
}

static void plan_auto_leaves_out_threads_that_the_roles_cannot_take(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=queue/list@mutex roles=split", &plan, 5);
	assert_false(has_cell(&plan, "queue/list@mutex", 1));
	assert_int_equal(plan.left_out, 1);
	plan_free(&plan);
}

static void plan_glob_leaves_out_variants_that_take_fewer_of_a_role(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=queue/[sv][py]* threads=2", &plan, 2);
	assert_true(has_cell(&plan, "queue/vyukov", 2));
	assert_int_equal(plan.left_out, 1);
	plan_free(&plan);
	assert_refused("variant=queue/spsc threads=2", -ERANGE, "at most 1");
}

static void plan_named_combination_that_cannot_be_is_refused(void **state)
{
	(void)state;
	assert_refused("variant=probe/null,map/chained@mutex threads=1 stall=every:1s,for:1ms",
		       -EOPNOTSUPP, "probe/null");
	assert_refused("variant=map/chained@mutex threads=1 mix=get:50,scan:50", -EOPNOTSUPP,
		       "no operation scan");
	assert_refused("variant=queue/list@mutex threads=1 roles=split", -ERANGE, "split");
	assert_refused("variant=probe/null threads=17", -EINVAL, "at most 16");
}

static void plan_value_that_no_cell_takes_is_refused(void **state)
{
	(void)state;
	assert_refused("variant=map/chained@* threads=1 shards=8", -EINVAL, "has no shards");
	assert_refused("variant=probe/*,map/* threads=1 mix=touch:100 mix=get:100 mix=enqueue:100",
		       -EINVAL, "mix=enqueue:100");
	assert_refused("variant=probe/*,map/* threads=1 stall=every:1s,for:1ms", -EINVAL,
		       "no inside");
	assert_refused("variant=queue/*,probe/* threads=1 mix=enqueue:50,dequeue:50", -EINVAL,
		       "probe");
}

static void plan_axis_that_says_nothing_to_some_cells_keeps_their_ids(void **state)
{
	struct plan with, without;

	(void)state;
	assert_planned("variant=map/chained@mutex,map/sharded@mutex threads=1 shards=8", &with, 2);
	assert_planned("variant=map/chained@mutex threads=1", &without, 1);
	assert_string_equal(with.cells[0].id, without.cells[0].id);
	assert_int_equal(with.cells[1].shards, 8);
	plan_free(&with);
	plan_free(&without);
}

static void plan_arrivals_apply_where_there_is_a_rate(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=probe/null threads=1 rate=max,1M arrivals=poisson", &plan, 2);
	assert_string_equal(plan.cells[0].text[AXIS_ARRIVALS], "constant");
	assert_true(plan.cells[1].is_poisson);
	plan_free(&plan);
	assert_refused("variant=probe/null threads=1 arrivals=poisson", -EINVAL, "arrivals");
}

static void plan_above_a_million_cells_is_refused_at_once(void **state)
{
	char words[8192] = "variant=probe/null threads=1..16";
	size_t length = strlen(words);

	(void)state;
	/* 5 threads x 500 ranges x 500 values of prefill. */
	length += (size_t)sprintf(words + length, " range=");
	for (int i = 1; i <= 500; i++)
		length += (size_t)sprintf(words + length, "%s%d", i > 1 ? "," : "", i);
	length += (size_t)sprintf(words + length, " value_bytes=");
	for (int i = 8; i < 508; i++)
		length += (size_t)sprintf(words + length, "%s%d", i > 8 ? "," : "", i);
	assert_refused(words, -E2BIG, "1000000");
}

static void plan_unknown_key_gets_the_nearest(void **state)
{
	(void)state;
	assert_refused("variant=probe/null thread=1", -EINVAL, "did you mean threads?");
	assert_refused("variant=probe/null trails=1", -EINVAL, "did you mean trials?");
	assert_refused("variant=probe/null threads", -EINVAL, "key=value");
	assert_refused("variant=probe/null =1", -EINVAL, "key=value");
}

static void plan_campaign_keys_are_taken_from_the_command_line(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=probe/null threads=1 trials=9 host=off title=Mine", &plan, 1);
	assert_int_equal(plan.trials, 9);
	assert_int_equal(plan.host, PLAN_HOST_OFF);
	assert_string_equal(plan.title, "Mine");
	plan_free(&plan);
	assert_refused("variant=probe/null trials=0", -EINVAL, "trials");
	assert_refused("variant=probe/null host=maybe", -EINVAL, "check, strict, off");
	assert_refused("variant=probe/null title=a\nb", -EINVAL, "title");
	assert_refused("variant=probe/null title=\xff", -EINVAL, "UTF-8");
}

static void plan_id_knows_cells_alone(void **state)
{
	struct plan one, other;

	(void)state;
	assert_planned("variant=probe/null threads=1,2", &one, 2);
	assert_planned("variant=probe/null threads=1..2 title=Another", &other, 2);
	assert_string_equal(one.id, other.id);
	plan_free(&other);
	assert_planned("variant=probe/null threads=1,2 trials=6", &other, 2);
	assert_string_equal(one.id, other.id);
	plan_free(&other);
	assert_planned("variant=probe/null threads=1", &other, 1);
	assert_string_not_equal(one.id, other.id);
	plan_free(&other);
	plan_free(&one);
}

/* Plans words, writes the plan as an INI file, plans that: the same cells in the same order? */
static void check_round_trip(const char *words, unsigned sections)
{
	struct plan plan, again;
	char *const folder = folder_make();
	char path[512], *text;
	unsigned found = 0;
	FILE *out;

	if (plan_words("sweep", words, &plan))
		fail_msg("%s: %s", words, cells_fault.text);
	snprintf(path, sizeof(path), "%s/campaign.ini", folder);
	out = fopen(path, "w");
	assert_int_equal(plan_write_ini(&plan, out), 0);
	fclose(out);
	text = folder_read(folder, "campaign.ini");
	for (const char *at = text; (at = strstr(at, "\n[sweep")); at++)
		found++;
	free(text);
	if (plan_words(path, "", &again))
		fail_msg("%s: %s", words, cells_fault.text);
	folder_remove(folder);
	assert_string_equal(again.title, plan.title);
	assert_int_equal(again.host, plan.host);
	assert_int_equal(again.count, plan.count);
	for (size_t i = 0; i < plan.count; i++)
		assert_string_equal(again.cells[i].id, plan.cells[i].id);
	assert_string_equal(again.id, plan.id);
	assert_int_equal(found, sections);
	plan_free(&plan);
	plan_free(&again);
}

static void plan_written_as_ini_plans_the_same_cells(void **state)
{
	(void)state;
	check_round_trip(
		"variant=probe/* threads=1,2,4 memory=local,interleave dist=uniform,zipf:1 "
		"title=A_title trials=7 host=strict",
		1);
	check_round_trip("variant=map/chained@mutex,queue/list@mutex threads=auto", 2);
	check_round_trip("variant=map/chained@mutex threads=auto mix=get:90,put:10 mix=get:100 "
			 "place=compact place=list:0,2,4-7 stall=off stall=every:1s,for:1ms",
			 2);
	check_round_trip("variant=probe/null threads=20 oversubscribe=2", 1);
}

static void plan_with_long_values_is_written_on_several_lines(void **state)
{
	char words[4096];
	int length = sprintf(words, "variant=probe/null threads=1 range=1");

	(void)state;
	for (int i = 2; i < 200; i++)
		length += sprintf(words + length, ",%d", i * 1000);
	check_round_trip(words, 1);

	/* No two PUs in a row, so that nothing of the list is written as a range. */
	length = sprintf(words, "variant=probe/null threads=1 place=list:0");
	for (int i = 1; i < 128; i++)
		length += sprintf(words + length, ",%d", i * 2);
	topology_free(cells_topology);
	assert_int_equal(topology_load("pack:2 [numa] core:64 pu:2", &cells_topology, NULL), 0);
	check_round_trip(words, 1);
	topology_free(cells_topology);
	assert_int_equal(topology_load(CELLS_MACHINE, &cells_topology, NULL), 0);
}

static void shuffle_is_a_permutation_that_the_seed_repeats(void **state)
{
	struct plan plan;
	size_t one[6], other[6];
	unsigned differ = 0;

	(void)state;
	assert_planned("variant=probe/null threads=auto", &plan, 6);
	for (unsigned lap = 0; lap < 50; lap++) {
		unsigned seen = 0;

		plan_shuffle(&plan, 7, lap, one);
		plan_shuffle(&plan, 7, lap, other);
		assert_memory_equal(one, other, sizeof(one));
		plan_shuffle(&plan, 7, lap + 1, other);
		differ += memcmp(one, other, sizeof(one)) != 0;
		for (unsigned i = 0; i < 6; i++)
			seen |= 1u << one[i];
		assert_int_equal(seen, 0x3f);
	}
	assert_true(differ > 40);
	plan_free(&plan);
}

static void shuffle_puts_each_cell_in_each_place_alike(void **state)
{
	struct plan plan;
	unsigned counts[3][3] = { { 0 } };
	double chi_square = 0;
	size_t order[3];

	(void)state;
	assert_planned("variant=probe/null threads=1,2,4", &plan, 3);
	for (unsigned lap = 0; lap < SHUFFLES; lap++) {
		plan_shuffle(&plan, 12345, lap, order);
		for (unsigned i = 0; i < 3; i++)
			counts[i][order[i]]++;
	}
	for (unsigned i = 0; i < 9; i++) {
		const double expected = SHUFFLES / 3.0;
		const double off = counts[i / 3][i % 3] - expected;

		chi_square += off * off / expected;
	}
	assert_true(chi_square < 23.5); /* 4 degrees of freedom, p = 0.0001 */
	plan_free(&plan);
}

static void shuffle_of_two_cells_goes_abba(void **state)
{
	struct plan plan;
	unsigned first[2] = { 0 };
	size_t order[2], mirrored[2];

	(void)state;
	assert_planned("variant=probe/null threads=1,2", &plan, 2);
	for (unsigned lap = 0; lap < 100; lap += 2) {
		plan_shuffle(&plan, 3, lap, order);
		plan_shuffle(&plan, 3, lap + 1, mirrored);
		assert_int_equal(order[0], mirrored[1]);
		assert_int_equal(order[1], mirrored[0]);
		first[order[0]]++;
	}
	assert_true(first[0] > 10 && first[1] > 10);
	plan_free(&plan);
}

static void expected_time_counts_every_trial(void **state)
{
	struct plan plan;

	(void)state;
	assert_planned("variant=probe/null threads=1,2 duration=2s warmup=1s trials=10", &plan, 2);
	assert_in_range(plan_expected_ns(&plan), 60000000000, 80000000000);
	plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan_of_lists_is_their_cross_product),
		cmocka_unit_test(plan_threads_turn_fastest),
		cmocka_unit_test(plan_doubling_ends_with_its_end),
		cmocka_unit_test(plan_doubling_that_cannot_be_is_refused),
		cmocka_unit_test(plan_threads_auto_picks_the_stops),
		cmocka_unit_test(plan_threads_auto_follows_each_placement),
		cmocka_unit_test(plan_threads_follow_the_roles_that_name_them),
		cmocka_unit_test(plan_glob_selects_variants),
		cmocka_unit_test(plan_glob_without_a_match_is_refused),
		cmocka_unit_test(plan_without_a_variant_is_refused),
		cmocka_unit_test(plan_cell_named_twice_appears_once),
		cmocka_unit_test(plan_values_with_commas_are_listed_by_repeating_the_key),
		cmocka_unit_test(plan_value_that_ends_with_a_comma_goes_on),
		cmocka_unit_test(plan_glob_leaves_out_what_cannot_be),
		cmocka_unit_test(plan_auto_leaves_out_threads_that_the_roles_cannot_take),
		cmocka_unit_test(plan_glob_leaves_out_variants_that_take_fewer_of_a_role),
		cmocka_unit_test(plan_named_combination_that_cannot_be_is_refused),
		cmocka_unit_test(plan_value_that_no_cell_takes_is_refused),
		cmocka_unit_test(plan_axis_that_says_nothing_to_some_cells_keeps_their_ids),
		cmocka_unit_test(plan_arrivals_apply_where_there_is_a_rate),
		cmocka_unit_test(plan_above_a_million_cells_is_refused_at_once),
		cmocka_unit_test(plan_unknown_key_gets_the_nearest),
		cmocka_unit_test(plan_campaign_keys_are_taken_from_the_command_line),
		cmocka_unit_test(plan_id_knows_cells_alone),
		cmocka_unit_test(plan_written_as_ini_plans_the_same_cells),
		cmocka_unit_test(plan_with_long_values_is_written_on_several_lines),
		cmocka_unit_test(shuffle_is_a_permutation_that_the_seed_repeats),
		cmocka_unit_test(shuffle_puts_each_cell_in_each_place_alike),
		cmocka_unit_test(shuffle_of_two_cells_goes_abba),
		cmocka_unit_test(expected_time_counts_every_trial),
	};

	return cmocka_run_group_tests(tests, cells_set_up, cells_tear_down);
}
