/* Made-up result folders, compared. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "runners/results/comparison.h"
#include "runners/results/google.h"
#include "tests/runners/folder.h"
#include "workloads/random.h"

#define ALPHA 0.01

enum { TEXT_BYTES = 512 };

/* What a made-up trial says. */
struct made {
	const char *variant, *memory, *session, *label;
	unsigned threads, lap;
	double rate;
};

static void write_trial(FILE *file, const struct made *made)
{
	fprintf(file,
		"{\"schema\":1,\"kind\":\"trial\",\"cell\":\"%s|%s|%u\",\"variant\":\"%s\","
		"\"memory\":\"%s\",\"threads\":%u,\"session\":\"%s\",\"label\":\"%s\","
		"\"trial\":%u,\"status\":\"valid\",\"ops\":1000,\"ops_per_s\":%.17g,"
		"\"workload\":{\"mix\":\"get:100\"}}\n",
		made->variant, made->memory, made->threads, made->variant, made->memory,
		made->threads, made->session, made->label, made->lap, made->rate);
}

/* Some one per cent of noise that is the same for the same trial. */
static double noisy(double rate, const struct made *made)
{
	struct random random = random_seed(made->lap, (unsigned)made->session[0], RANDOM_VALUES);

	return rate * (1 + 0.02 * (random_unit(&random) - 0.5));
}

/* Ten laps of one cell. */
static void write_laps(FILE *file, struct made made)
{
	const double rate = made.rate;

	for (made.lap = 0; made.lap < 10; made.lap++) {
		made.rate = noisy(rate, &made);
		write_trial(file, &made);
	}
}

static FILE *open_results(const char *folder)
{
	char path[TEXT_BYTES];

	snprintf(path, sizeof(path), "%s/results.jsonl", folder);
	return fopen(path, "w");
}

struct fixture {
	char *base, *new;
	FILE *base_file, *new_file;
};

static int make_folders(void **state)
{
	struct fixture *const fixture = calloc(1, sizeof(*fixture));

	fixture->base = folder_make();
	fixture->new = folder_make();
	fixture->base_file = open_results(fixture->base);
	fixture->new_file = open_results(fixture->new);
	*state = fixture;
	return 0;
}

static int remove_folders(void **state)
{
	struct fixture *const fixture = *state;

	folder_remove(fixture->base);
	folder_remove(fixture->new);
	free(fixture);
	return 0;
}

/* The two sides of a comparison, and what came of it. */
struct outcome {
	struct side base, new;
	struct comparison comparison;
	struct fault fault;
	int error;
};

static struct outcome compare(const char *base, const char *new)
{
	struct outcome outcome = { .error = 0 };

	outcome.error = side_open(base, &outcome.base, &outcome.fault);
	if (!outcome.error)
		outcome.error = side_open(new, &outcome.new, &outcome.fault);
	if (!outcome.error)
		outcome.error = sides_match(&outcome.base, &outcome.new, &outcome.fault);
	if (!outcome.error)
		outcome.error = comparison_make(&outcome.base, &outcome.new, ALPHA,
						&outcome.comparison, &outcome.fault);
	return outcome;
}

static struct outcome compare_folders(struct fixture *fixture, const char *base_choice,
				      const char *new_choice)
{
	char base[TEXT_BYTES], new[TEXT_BYTES];

	fclose(fixture->base_file);
	fclose(fixture->new_file);
	snprintf(base, sizeof(base), "%s%s", fixture->base, base_choice);
	snprintf(new, sizeof(new), "%s%s", fixture->new, new_choice);
	return compare(base, new);
}

static void end(struct outcome *outcome)
{
	comparison_free(&outcome->comparison);
	side_close(&outcome->base);
	side_close(&outcome->new);
}

static const struct made plain = { "map/a", "local", "s1", "", 2, 0, 1e6 };

static struct made made_in(const char *session, double rate)
{
	struct made made = plain;

	made.session = session;
	made.rate = rate;
	return made;
}

static void trials_of_one_session_are_paired_by_lap(void **state)
{
	struct fixture *const fixture = *state;
	struct outcome outcome;

	write_laps(fixture->base_file, plain);
	write_laps(fixture->new_file, made_in("s1", 1.1e6));
	outcome = compare_folders(fixture, "", "");
	assert_int_equal(outcome.error, 0);
	assert_int_equal(outcome.comparison.count, 1);
	assert_true(outcome.comparison.cells[0].is_paired);
	assert_int_equal(outcome.comparison.cells[0].new_count, 10);
	assert_int_equal(outcome.comparison.cells[0].contrast.verdict, CONTRAST_BETTER);
	assert_true(fabs(outcome.comparison.geometric_mean - 1.1) < 1e-9);
	end(&outcome);
}

static void one_session_a_side_is_unpaired_and_never_better(void **state)
{
	struct fixture *const fixture = *state;
	struct outcome outcome;

	write_laps(fixture->base_file, plain);
	write_laps(fixture->new_file, made_in("t2", 2e6));
	outcome = compare_folders(fixture, "", "");
	assert_int_equal(outcome.error, 0);
	assert_false(outcome.comparison.cells[0].is_paired);
	assert_int_equal(outcome.comparison.cells[0].contrast.verdict, CONTRAST_TOO_FEW);
	assert_non_null(strstr(outcome.comparison.cells[0].contrast.reason, "one session"));
	end(&outcome);
}

static void one_session_a_side_can_be_worse(void **state)
{
	struct fixture *const fixture = *state;
	struct outcome outcome;

	write_laps(fixture->base_file, plain);
	write_laps(fixture->new_file, made_in("t2", 0.8e6));
	outcome = compare_folders(fixture, "", "");
	assert_int_equal(outcome.error, 0);
	assert_int_equal(outcome.comparison.cells[0].contrast.verdict, CONTRAST_WORSE);
	end(&outcome);
}

static void sessions_are_the_unit_where_there_are_several(void **state)
{
	static const char *const sessions[] = { "b1", "c2", "d3", "e4", "f5", "g6" };
	struct fixture *const fixture = *state;
	struct outcome outcome;

	for (unsigned i = 0; i < 6; i++)
		write_laps(i < 3 ? fixture->base_file : fixture->new_file,
			   made_in(sessions[i], i < 3 ? 1e6 : 1.5e6));
	outcome = compare_folders(fixture, "", "");
	assert_int_equal(outcome.error, 0);
	assert_int_equal(outcome.comparison.cells[0].new_sessions, 3);
	assert_true(outcome.comparison.cells[0].contrast.freedom == 4);
	assert_int_equal(outcome.comparison.cells[0].contrast.verdict, CONTRAST_BETTER);
	end(&outcome);
}

/* A host that is slower by a fifth, and a structure that is what it was. */
static void host_is_taken_out_by_the_probes(void **state)
{
	struct fixture *const fixture = *state;
	struct outcome outcome;

	for (unsigned i = 0; i < 3; i++) {
		static const char *const variants[] = { "map/a", "probe/null", "probe/faa" };
		struct made made = made_in("s1", 1e6 * (i + 1));

		made.variant = variants[i];
		write_laps(fixture->base_file, made);
		made.session = "t2";
		made.rate *= 0.8;
		write_laps(fixture->new_file, made);
	}
	outcome = compare_folders(fixture, "", "");
	assert_int_equal(outcome.error, 0);
	assert_int_equal(outcome.comparison.count, 1); /* the probes themselves are left out */
	assert_true(fabs(outcome.comparison.cells[0].host_ratio - 0.8) < 0.02);
	assert_true(fabs(outcome.comparison.cells[0].contrast.ratio - 1) < 0.02);
	assert_int_not_equal(outcome.comparison.cells[0].contrast.verdict, CONTRAST_WORSE);
	end(&outcome);
}

static void label_chooses_trials_of_one_folder(void **state)
{
	struct fixture *const fixture = *state;
	struct made made = plain;
	char base[TEXT_BYTES], new[TEXT_BYTES];
	struct outcome outcome;

	made.label = "before";
	write_laps(fixture->base_file, made);
	made = made_in("t2", 0.5e6);
	made.label = "after";
	write_laps(fixture->base_file, made);
	fclose(fixture->base_file);
	fclose(fixture->new_file);
	snprintf(base, sizeof(base), "%s@label=before", fixture->base);
	snprintf(new, sizeof(new), "%s@label=after", fixture->base);
	outcome = compare(base, new);
	assert_int_equal(outcome.error, 0);
	assert_int_equal(outcome.comparison.cells[0].contrast.verdict, CONTRAST_WORSE);
	end(&outcome);
}

static void variants_of_one_folder_are_paired(void **state)
{
	struct fixture *const fixture = *state;
	struct made made = plain;
	char base[TEXT_BYTES], new[TEXT_BYTES];
	struct outcome outcome;

	for (unsigned i = 0; i < 4; i++) {
		made.variant = i % 2 ? "map/b@spin" : "map/a";
		made.threads = 1 + i / 2;
		made.rate = i % 2 ? 1e6 : 2e6;
		write_laps(fixture->base_file, made);
	}
	fclose(fixture->base_file);
	fclose(fixture->new_file);
	snprintf(base, sizeof(base), "%s@variant=map/a", fixture->base);
	snprintf(new, sizeof(new), "%s@variant=map/b@spin", fixture->base);
	outcome = compare(base, new);
	assert_int_equal(outcome.error, 0);
	assert_int_equal(outcome.comparison.count, 2); /* by threads */
	for (unsigned i = 0; i < 2; i++) {
		assert_true(outcome.comparison.cells[i].is_paired);
		assert_int_equal(outcome.comparison.cells[i].contrast.verdict, CONTRAST_WORSE);
	}
	end(&outcome);
}

static void choice_on_one_side_alone_is_refused_where_cells_are_alike(void **state)
{
	struct fixture *const fixture = *state;
	struct made made = plain;
	struct outcome outcome;

	write_laps(fixture->base_file, made);
	write_laps(fixture->new_file, made);
	made.memory = "remote";
	write_laps(fixture->base_file, made);
	outcome = compare_folders(fixture, "", "@memory=local");
	assert_int_equal(outcome.error, -EINVAL);
	assert_non_null(strstr(outcome.fault.text, "@KEY=VALUE"));
	side_close(&outcome.base);
	side_close(&outcome.new);
}

static void choice_that_no_trial_meets_is_refused(void **state)
{
	struct fixture *const fixture = *state;
	struct outcome outcome;

	write_laps(fixture->base_file, plain);
	write_laps(fixture->new_file, plain);
	outcome = compare_folders(fixture, "@memory=moon", "");
	assert_int_equal(outcome.error, -ENOENT);
	assert_non_null(strstr(outcome.fault.text, "no valid trial is chosen"));
}

static void folders_without_a_common_cell_are_refused(void **state)
{
	struct fixture *const fixture = *state;
	struct made made = plain;
	struct outcome outcome;

	write_laps(fixture->base_file, made);
	made.threads = 7;
	write_laps(fixture->new_file, made);
	outcome = compare_folders(fixture, "", "");
	assert_int_equal(outcome.error, -ENOENT);
	assert_non_null(strstr(outcome.fault.text, "no cell in common"));
	side_close(&outcome.base);
	side_close(&outcome.new);
}

static void google_benchmark_is_written_and_read_back(void **state)
{
	struct fixture *const fixture = *state;
	char path[TEXT_BYTES];
	struct results results;
	struct fault fault;
	struct outcome outcome;

	write_laps(fixture->base_file, plain);
	fclose(fixture->base_file);
	fclose(fixture->new_file);
	snprintf(path, sizeof(path), "%s/google.json", fixture->new);
	assert_int_equal(results_load(fixture->base, &results, &fault), 0);
	assert_int_equal(google_write(&results, path, &fault), 0);
	results_free(&results);
	outcome = compare(fixture->base, path);
	assert_int_equal(outcome.error, 0);
	assert_int_equal(outcome.comparison.count, 1);
	assert_false(outcome.comparison.cells[0].is_paired);
	assert_true(fabs(outcome.comparison.cells[0].contrast.ratio - 1) < 1e-12);
	end(&outcome);
}

static void google_benchmark_of_others_is_read(void **state)
{
	static const char text[] =
		"{\"context\":{},\"benchmarks\":["
		"{\"name\":\"BM_x/8\",\"run_name\":\"BM_x/8\",\"run_type\":\"iteration\","
		"\"repetition_index\":1,\"threads\":2,\"iterations\":10,\"real_time\":2.0,"
		"\"cpu_time\":2.0,\"time_unit\":\"us\"},"
		"{\"name\":\"BM_x/8_mean\",\"run_type\":\"aggregate\",\"real_time\":2.0}]}";
	struct fixture *const fixture = *state;
	char path[TEXT_BYTES];
	struct results results;
	struct fault fault;

	fclose(fixture->base_file);
	fclose(fixture->new_file);
	folder_write(fixture->new, "g.json", text, strlen(text));
	snprintf(path, sizeof(path), "%s/g.json", fixture->new);
	assert_int_equal(google_read(path, &results, &fault), 0);
	assert_int_equal(results.trial_count, 1);
	assert_true(fabs(json_number_value(json_object_get(results.trials[0], "ops_per_s")) -
			 500000) < 1e-6);
	assert_string_equal(json_string_value(json_object_get(results.trials[0], "cell")),
			    "BM_x/8");
	results_free(&results);
}

static void file_of_another_kind_is_refused(void **state)
{
	struct fixture *const fixture = *state;
	char path[TEXT_BYTES];
	struct results results;
	struct fault fault;

	fclose(fixture->base_file);
	fclose(fixture->new_file);
	folder_write(fixture->new, "g.json", "{}", 2);
	snprintf(path, sizeof(path), "%s/g.json", fixture->new);
	assert_int_equal(google_read(path, &results, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "benchmarks"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_folders, remove_folders)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(trials_of_one_session_are_paired_by_lap),
		CASE(one_session_a_side_is_unpaired_and_never_better),
		CASE(one_session_a_side_can_be_worse),
		CASE(sessions_are_the_unit_where_there_are_several),
		CASE(host_is_taken_out_by_the_probes),
		CASE(label_chooses_trials_of_one_folder),
		CASE(variants_of_one_folder_are_paired),
		CASE(choice_on_one_side_alone_is_refused_where_cells_are_alike),
		CASE(choice_that_no_trial_meets_is_refused),
		CASE(folders_without_a_common_cell_are_refused),
		CASE(google_benchmark_is_written_and_read_back),
		CASE(google_benchmark_of_others_is_read),
		CASE(file_of_another_kind_is_refused),
	};

	return cmocka_run_group_tests_name("comparison", tests, NULL, NULL);
}
