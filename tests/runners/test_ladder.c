/* Ladders: factors multiply to the headline, intervals hold what they promise, missing rungs are said. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>

#include "runners/results/ladder.h"
#include "tests/plots/records.h"
#include "workloads/random.h"

static const char text[] = "; a comment\n"
			   "[From server to structure]\n"
			   "server = variant=map/server\n"
			   "transport = variant=map/unix\n"
			   "locking = variant=map/locked threads=1\n"
			   "threads = variant=map/locked threads=most\n";

static const char *const variants[] = { "map/server", "map/unix", "map/locked" };

struct fixture {
	char *folder;
	FILE *file;
	struct results results;
	struct summary_list cells;
	struct ladders ladders;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->folder = folder_make();
	fixture->file = records_open(fixture->folder);
	*state = fixture;
	return 0;
}

static void forget(struct fixture *fixture)
{
	ladders_free(&fixture->ladders);
	summary_list_free(&fixture->cells);
	results_free(&fixture->results);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	forget(fixture);
	folder_remove(fixture->folder);
	free(fixture);
	return 0;
}

static void add(struct fixture *fixture, const char *variant, unsigned threads, double rate,
		unsigned lap)
{
	records_trial(fixture->file, &(struct records_trial){ .family = "map",
							      .variant = variant,
							      .mix = "get:100",
							      .threads = threads,
							      .rate = rate,
							      .lap = lap });
}

static int climb(struct fixture *fixture, const char *ladder)
{
	struct fault fault = { "" };
	char path[512];

	fclose(fixture->file);
	assert_int_equal(folder_write(fixture->folder, "a.ladder", ladder, strlen(ladder)), 0);
	assert_int_equal(results_load(fixture->folder, &fixture->results, &fault), 0);
	assert_int_equal(results_summarise(&fixture->results, &fixture->cells), 0);
	snprintf(path, sizeof(path), "%s/a.ladder", fixture->folder);
	assert_int_equal(ladders_load(path, &fixture->ladders, &fault), 0);
	return ladder_measure(&fixture->ladders.ladders[0], &fixture->cells);
}

/* Noise of about one percent of a rate. */
static double noise(struct random *random)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (double)(random_next(random) >> 11) / (double)(UINT64_C(1) << 53);
	return exp(0.01 * (sum - 6));
}

/* Rungs of 10, 4 and 2.5 over a start of 1e5: a headline of 100. */
static void add_laps(struct fixture *fixture, uint64_t seed, unsigned laps)
{
	struct random random = random_seed(seed, 0, RANDOM_KEYS);

	for (unsigned lap = 1; lap <= laps; lap++) {
		const double host = noise(&random) * (1 + 0.3 * (lap % 3));

		add(fixture, variants[0], 1, 1e5 * host * noise(&random), lap);
		add(fixture, variants[1], 1, 1e6 * host * noise(&random), lap);
		add(fixture, variants[2], 1, 4e6 * host * noise(&random), lap);
		add(fixture, variants[2], 4, 1e7 * host * noise(&random), lap);
	}
}

static void factors_of_a_known_ladder_multiply_to_its_headline(void **state)
{
	struct fixture *const fixture = *state;
	const struct ladder *const ladder = &fixture->ladders.ladders[0];
	const double known[] = { 10, 4, 2.5 };
	double product = 1;

	add_laps(fixture, 1, 8);
	assert_int_equal(climb(fixture, text), 0);
	assert_int_equal(ladder->laps, 8);
	for (int i = 0; i < 3; i++) {
		const struct ladder_factor *const factor = &ladder->rungs[i + 1].factor;

		product *= factor->ratio;
		assert_true(fabs(factor->ratio / known[i] - 1) < 0.03);
		/* The host's 30 percent from lap to lap is in no interval. */
		assert_true(factor->low < factor->ratio && factor->high < 1.05 * factor->low);
	}
	assert_true(fabs(product / ladder->headline.ratio - 1) < 1e-9);
	assert_int_equal(ladder->rungs[3].cell->threads, 4);
}

static void intervals_hold_the_known_factor_in_95_of_100_ladders(void **state)
{
	struct fixture *const fixture = *state;
	unsigned held = 0;

	for (uint64_t seed = 1; seed <= 100; seed++) {
		if (seed > 1) {
			forget(fixture);
			fixture->file = records_open(fixture->folder);
		}
		add_laps(fixture, seed, 6);
		assert_int_equal(climb(fixture, text), 0);
		held += fixture->ladders.ladders[0].rungs[2].factor.low <= 4 &&
			fixture->ladders.ladders[0].rungs[2].factor.high >= 4;
	}
	/* Of a binomial of 100 and 0.95, less than one in a thousand lies below 88. */
	assert_in_range(held, 88, 100);
}

static void missing_rung_is_said_and_its_change_goes_to_the_next(void **state)
{
	struct fixture *const fixture = *state;
	const struct ladder *const ladder = &fixture->ladders.ladders[0];

	for (unsigned lap = 1; lap <= 3; lap++) {
		add(fixture, variants[0], 1, 1e5, lap);
		add(fixture, variants[2], 1, 4e6, lap);
		add(fixture, variants[2], 4, 1e7, lap);
	}
	assert_int_equal(climb(fixture, text), 0);
	assert_null(ladder->rungs[1].cell);
	assert_string_equal(ladder->rungs[1].why, "not measured here");
	assert_true(fabs(ladder->rungs[2].factor.ratio - 40) < 1e-6);
	assert_true(fabs(ladder->headline.ratio - 100) < 1e-6);
}

static void trials_without_common_laps_give_factors_that_multiply_too(void **state)
{
	struct fixture *const fixture = *state;
	const struct ladder *const ladder = &fixture->ladders.ladders[0];
	double product = 1;

	for (unsigned t = 0; t < 5; t++)
		for (unsigned v = 0; v < 3; v++)
			add(fixture, variants[v], 1, 1e5 * (v + 1) * (1 + 0.01 * (t * (v + 1) % 5)), 0);
	assert_int_equal(climb(fixture, "[t]\na = variant=map/server\nb = variant=map/unix\n"
					"c = variant=map/locked\n"),
			 0);
	assert_int_equal(ladder->laps, 0);
	for (int i = 1; i < 3; i++)
		product *= ladder->rungs[i].factor.ratio;
	assert_true(fabs(product / ladder->headline.ratio - 1) < 1e-9);
	assert_true(ladder->headline.low < ladder->headline.ratio);
}

static void words_that_name_two_cells_are_no_rung(void **state)
{
	struct fixture *const fixture = *state;

	add_laps(fixture, 1, 2);
	assert_int_equal(climb(fixture, "[t]\na = variant=map/server\nb = variant=map/locked\n"), -ENODATA);
	assert_string_equal(fixture->ladders.ladders[0].rungs[1].why, "2 cells answer to its words");
}

static void most_threads_that_are_one_are_no_rung(void **state)
{
	struct fixture *const fixture = *state;
	const struct ladder *const ladder = &fixture->ladders.ladders[0];

	for (unsigned lap = 1; lap <= 3; lap++)
		for (unsigned v = 0; v < 3; v++)
			add(fixture, variants[v], 1, 1e5 * (v + 1), lap);
	assert_int_equal(climb(fixture, text), 0);
	assert_null(ladder->rungs[3].cell);
	assert_string_equal(ladder->rungs[3].why, "the same cell as before it");
	assert_int_equal(ladder->last, 2);
}

static void ladder_without_its_start_is_none(void **state)
{
	struct fixture *const fixture = *state;

	add(fixture, variants[1], 1, 1e6, 1);
	add(fixture, variants[2], 1, 4e6, 1);
	assert_int_equal(climb(fixture, text), -ENODATA);
}

static void line_that_is_no_rung_is_refused_with_its_place(void **state)
{
	struct fixture *const fixture = *state;
	struct fault fault = { "" };
	const char *const bad = "[t]\na = variant=map/a\nb = nothing\n";
	char path[512];

	fclose(fixture->file);
	assert_int_equal(folder_write(fixture->folder, "b.ladder", bad, strlen(bad)), 0);
	snprintf(path, sizeof(path), "%s/b.ladder", fixture->folder);
	assert_int_equal(ladders_load(path, &fixture->ladders, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "b.ladder:3: "));
}

/* Those that come with the presets can be read, and name no change twice in one ladder. */
static void ladders_of_the_presets_are_sound(void **state)
{
	static const char *const files[] = { "workloads/presets/44s.ladder",
					     "workloads/presets/kvslot-44s.ladder" };
	struct fixture *const fixture = *state;
	struct fault fault = { "" };

	fclose(fixture->file);
	for (size_t f = 0; f < 2; f++)
		assert_int_equal(ladders_load(files[f], &fixture->ladders, &fault), 0);
	assert_int_equal(fixture->ladders.count, 9);
	for (size_t l = 0; l < fixture->ladders.count; l++) {
		const struct ladder *const ladder = &fixture->ladders.ladders[l];

		for (size_t i = 0; i < ladder->count; i++)
			for (size_t k = 0; k < i; k++)
				assert_string_not_equal(ladder->rungs[i].words, ladder->rungs[k].words);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(factors_of_a_known_ladder_multiply_to_its_headline),
		CASE(intervals_hold_the_known_factor_in_95_of_100_ladders),
		CASE(missing_rung_is_said_and_its_change_goes_to_the_next),
		CASE(trials_without_common_laps_give_factors_that_multiply_too),
		CASE(words_that_name_two_cells_are_no_rung),
		CASE(most_threads_that_are_one_are_no_rung),
		CASE(ladder_without_its_start_is_none),
		CASE(line_that_is_no_rung_is_refused_with_its_place),
		CASE(ladders_of_the_presets_are_sound),
	};

	return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
