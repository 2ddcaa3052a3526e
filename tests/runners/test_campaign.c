#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "runners/results/results.h"
#include "runners/trial/campaign.h"
#include "tests/runners/cells.h"
#include "tests/runners/folder.h"

enum { CELLS = 3, TRIALS = 4, ALL = CELLS * TRIALS, NEVER = 1000 };

/* What the trials of a case do instead of measuring. */
static struct {
	unsigned started;         /* trials begun since the case began */
	unsigned interrupt_at;    /* the trial that a signal reaches; NEVER */
	unsigned fail_at;         /* the trial that cannot be started */
	unsigned stop_before;     /* told between trials */
	const char *status;       /* of every trial whose cell has this many threads: */
	unsigned status_threads;
	double harness_ns;
	uint64_t seeds[ALL];
	unsigned tells;
	struct campaign_progress told[ALL + 1];
} fake;

static char *folder;
static struct plan plan;

static int fake_run(const struct trial_request *request, json_t **record, struct fault *fault)
{
	const unsigned number = fake.started++;
	const char *status = "valid";

	if (number == fake.interrupt_at)
		return fault_set(fault, -EINTR, "interrupted");
	if (number == fake.fail_at)
		return fault_set(fault, -EAGAIN, "no process can be started");
	if (fake.status && request->cell->threads == fake.status_threads)
		status = fake.status;
	if (number < ALL)
		fake.seeds[number] = request->seed;
	*record = json_pack("{s:s, s:s, s:i, s:s, s:[s], s:f, s:n}", "family", "probe", "variant",
			    request->cell->variant->name, "threads", (int)request->cell->threads,
			    "status", status, "flags", "correlated", "ops_per_s", 1e6 + number,
			    "harness_ns_per_op");
	return 0;
}

static int fake_harness(struct trial_harness *harness, const struct cell *cell, double *ns_per_op,
			struct fault *fault)
{
	(void)harness, (void)cell, (void)fault;
	*ns_per_op = fake.harness_ns;
	return 0;
}

static void fake_progress(void *context, const struct campaign_progress *progress)
{
	(void)context;
	if (fake.tells <= ALL)
		fake.told[fake.tells] = *progress;
	fake.tells++;
}

static bool fake_is_interrupted(void *context)
{
	(void)context;
	return fake.started >= fake.stop_before;
}

static const struct campaign_hands fake_hands = {
	.run = fake_run,
	.harness_ns = fake_harness,
	.progress = fake_progress,
	.is_interrupted = fake_is_interrupted,
};

static struct campaign_request new_request(bool resume)
{
	return (struct campaign_request){ .plan = &plan,
					  .topology = cells_topology,
					  .directory = folder,
					  .resume = resume,
					  .hands = &fake_hands };
}

static int run_request(const struct campaign_request *request, struct campaign_outcome *outcome)
{
	memset(&cells_fault, 0, sizeof(cells_fault));
	return campaign_run(request, outcome, &cells_fault);
}

static void assert_run(bool resume, struct campaign_outcome *outcome)
{
	const struct campaign_request request = new_request(resume);

	if (run_request(&request, outcome))
		fail_msg("%s", cells_fault.text);
}

static void make_plan_of(const char *threads, const char *trials, struct plan *made)
{
	const char *const words[] = { "variant=probe/null", threads, trials, "title=Fake", NULL };
	const struct plan_request request = { .preset = "sweep",
					      .words = words,
					      .topology = cells_topology };

	assert_int_equal(plan_make(&request, made, NULL), 0);
}

static void make_plan(const char *threads, struct plan *made)
{
	make_plan_of(threads, "trials=4", made);
}

static int set_up(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.interrupt_at = NEVER;
	fake.fail_at = NEVER;
	fake.stop_before = NEVER;
	fake.harness_ns = 2.5;
	make_plan("threads=1,2,4", &plan);
	folder = folder_make();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	plan_free(&plan);
	folder_remove(folder);
	return 0;
}

static struct results load(void)
{
	struct results results;

	if (results_load(folder, &results, &cells_fault))
		fail_msg("%s", cells_fault.text);
	return results;
}

static const char *text_of(const json_t *record, const char *key)
{
	return json_string_value(json_object_get(record, key));
}

/* Every (cell, lap) exactly once, and nothing else. */
static void assert_complete(void)
{
	struct results results = load();
	unsigned seen[CELLS][TRIALS] = { { 0 } };

	assert_int_equal(results.trial_count, ALL);
	for (size_t i = 0; i < results.trial_count; i++) {
		const json_int_t lap =
			json_integer_value(json_object_get(results.trials[i], "trial"));

		assert_in_range(lap, 0, TRIALS - 1);
		for (unsigned c = 0; c < CELLS; c++)
			if (!strcmp(plan.cells[c].id, text_of(results.trials[i], "cell")))
				seen[c][lap]++;
	}
	for (unsigned i = 0; i < ALL; i++)
		assert_int_equal(seen[i / TRIALS][i % TRIALS], 1);
	results_free(&results);
}

static void campaign_runs_every_cell_once_in_every_lap(void **state)
{
	struct campaign_outcome outcome;
	struct results results;

	(void)state;
	assert_run(false, &outcome);
	assert_int_equal(outcome.total, ALL);
	assert_int_equal(outcome.done, ALL);
	assert_false(outcome.was_interrupted);
	assert_complete();
	results = load();
	for (size_t i = 0; i < ALL; i++)
		assert_int_equal(json_integer_value(json_object_get(results.trials[i], "trial")),
				 i / CELLS);
	results_free(&results);
}

static void campaign_records_say_what_they_belong_to(void **state)
{
	struct campaign_request request = new_request(false);
	struct campaign_outcome outcome;
	struct results results;
	const json_t *trial, *session;

	(void)state;
	request.label = "mine";
	assert_int_equal(run_request(&request, &outcome), 0);
	results = load();
	trial = results.trials[5];
	session = results.sessions[0];
	assert_int_equal(json_integer_value(json_object_get(trial, "schema")), 1);
	assert_string_equal(text_of(trial, "campaign"), plan.id);
	assert_string_equal(text_of(trial, "session"), text_of(session, "session"));
	assert_string_equal(text_of(trial, "label"), "mine");
	assert_int_equal(strlen(text_of(trial, "time_utc")), 20);
	assert_string_equal(text_of(trial, "variant"), "probe/null");
	assert_true(json_real_value(json_object_get(trial, "harness_ns_per_op")) == 2.5);
	assert_int_equal(results.session_count, 2);
	assert_string_equal(text_of(session, "event"), "begin");
	assert_string_equal(text_of(session, "title"), "Fake");
	assert_non_null(json_object_get(session, "topology_hash"));
	assert_non_null(json_object_get(session, "build"));
	assert_string_equal(text_of(results.sessions[1], "event"), "end");
	results_free(&results);
}

static void campaign_seed_gives_each_trial_its_own(void **state)
{
	struct campaign_request request = new_request(false);
	struct campaign_outcome outcome;
	uint64_t first[ALL];

	(void)state;
	request.has_seed = true;
	request.seed = 42;
	assert_int_equal(run_request(&request, &outcome), 0);
	assert_int_equal(outcome.seed, 42);
	memcpy(first, fake.seeds, sizeof(first));
	for (unsigned i = 0; i < ALL; i++)
		for (unsigned j = 0; j < i; j++)
			assert_true(first[i] != first[j]);
	folder_remove(folder);
	folder = folder_make();
	fake.started = 0;
	request = new_request(false);
	request.has_seed = true;
	request.seed = 42;
	assert_int_equal(run_request(&request, &outcome), 0);
	assert_memory_equal(first, fake.seeds, sizeof(first));
}

static void campaign_without_a_seed_draws_another_each_time(void **state)
{
	struct campaign_outcome one, other;

	(void)state;
	assert_run(false, &one);
	folder_remove(folder);
	folder = folder_make();
	assert_run(false, &other);
	assert_true(one.seed != other.seed);
	assert_int_equal(one.seed >> 63, 0);
}

static void campaign_goes_on_after_invalid_trials(void **state)
{
	struct campaign_outcome outcome;

	(void)state;
	fake.status = "invalid";
	fake.status_threads = 2;
	assert_run(false, &outcome);
	assert_int_equal(outcome.done, ALL);
	assert_int_equal(outcome.invalid, TRIALS);
	assert_complete();
}

static void campaign_interrupted_in_a_trial_keeps_what_is_finished(void **state)
{
	struct campaign_outcome outcome;

	(void)state;
	fake.interrupt_at = 7;
	assert_run(false, &outcome);
	assert_true(outcome.was_interrupted);
	assert_int_equal(outcome.done, 7);
	fake.interrupt_at = NEVER;
	assert_run(true, &outcome);
	assert_int_equal(outcome.before, 7);
	assert_int_equal(outcome.done, ALL - 7);
	assert_complete();
}

static void campaign_interrupted_between_trials_ends_at_once(void **state)
{
	struct campaign_outcome outcome;

	(void)state;
	fake.stop_before = 5;
	assert_run(false, &outcome);
	assert_true(outcome.was_interrupted);
	assert_int_equal(fake.started, 5);
	fake.stop_before = NEVER;
	assert_run(true, &outcome);
	assert_complete();
}

static void campaign_interrupted_many_times_runs_each_trial_once(void **state)
{
	struct campaign_outcome outcome;

	(void)state;
	for (unsigned i = 1; i <= ALL; i++) {
		fake.stop_before = i;
		assert_run(i > 1, &outcome);
		assert_int_equal(fake.started, i);
	}
	assert_complete();
}

static void campaign_resumed_after_a_torn_line_repeats_that_trial_alone(void **state)
{
	struct campaign_outcome outcome;
	char path[512];
	char *text;

	(void)state;
	fake.stop_before = 8;
	assert_run(false, &outcome);
	text = folder_read(folder, "results.jsonl");
	/* Killed in the eighth trial's line: the end of the session is gone too. */
	*strrchr(text, '\n') = '\0';
	*strrchr(text, '\n') = '\0';
	snprintf(path, sizeof(path), "%s/results.jsonl", folder);
	assert_int_equal(truncate(path, (off_t)strlen(text) - 20), 0);
	free(text);
	fake.stop_before = NEVER;
	assert_run(true, &outcome);
	assert_int_equal(outcome.before, 7);
	assert_int_equal(outcome.done, ALL - 7);
	assert_complete();
}

static void campaign_resumed_goes_on_with_its_seed(void **state)
{
	struct campaign_request request = new_request(false);
	struct campaign_outcome outcome;

	(void)state;
	request.has_seed = true;
	request.seed = 42;
	fake.stop_before = 5;
	assert_int_equal(run_request(&request, &outcome), 0);
	fake.stop_before = NEVER;
	assert_run(true, &outcome);
	assert_int_equal(outcome.seed, 42);
}

static void campaign_resumed_with_more_trials_adds_laps(void **state)
{
	struct campaign_outcome outcome;
	struct results results;

	(void)state;
	assert_run(false, &outcome);
	plan_free(&plan);
	make_plan_of("threads=1,2,4", "trials=6", &plan);
	assert_run(true, &outcome);
	assert_int_equal(outcome.before, ALL);
	assert_int_equal(outcome.done, 2 * 3);
	assert_int_equal(results_load(folder, &results, &cells_fault), 0);
	assert_int_equal(results.trial_count, ALL + 2 * 3);
	assert_int_equal(json_integer_value(json_object_get(results.trials[ALL], "trial")), 4);
	results_free(&results);
}

static void campaign_resumed_with_another_seed_is_refused(void **state)
{
	struct campaign_request request = new_request(false);
	struct campaign_outcome outcome;

	(void)state;
	request.has_seed = true;
	request.seed = 42;
	fake.stop_before = 5;
	assert_int_equal(run_request(&request, &outcome), 0);
	request.resume = true;
	request.seed = 43;
	assert_int_equal(run_request(&request, &outcome), -EINVAL);
	assert_non_null(strstr(cells_fault.text, "42"));
}

static void campaign_resumed_tries_skipped_trials_again(void **state)
{
	struct campaign_outcome outcome;

	(void)state;
	fake.status = "skipped";
	fake.status_threads = 1;
	assert_run(false, &outcome);
	assert_int_equal(outcome.skipped, TRIALS);
	fake.status = NULL;
	assert_run(true, &outcome);
	assert_int_equal(outcome.done, TRIALS);
}

static void campaign_with_nothing_left_to_do_writes_nothing(void **state)
{
	struct campaign_outcome outcome;
	char *before, *after;

	(void)state;
	assert_run(false, &outcome);
	before = folder_read(folder, "results.jsonl");
	assert_run(true, &outcome);
	after = folder_read(folder, "results.jsonl");
	assert_int_equal(outcome.done, 0);
	assert_int_equal(outcome.before, ALL);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void campaign_that_cannot_start_trials_says_why(void **state)
{
	struct campaign_request request = new_request(false);
	struct campaign_outcome outcome;

	(void)state;
	fake.fail_at = 3;
	assert_int_equal(run_request(&request, &outcome), -EAGAIN);
	assert_string_equal(cells_fault.text, "no process can be started");
	assert_int_equal(outcome.done, 3);
}

static void campaign_of_a_folder_with_results_needs_resume(void **state)
{
	struct campaign_request request = new_request(false);
	struct campaign_outcome outcome;

	(void)state;
	assert_run(false, &outcome);
	assert_int_equal(run_request(&request, &outcome), -EEXIST);
	assert_non_null(strstr(cells_fault.text, "--resume"));
}

static void campaign_of_another_plan_is_refused(void **state)
{
	struct campaign_request request = new_request(true);
	struct campaign_outcome outcome;
	struct plan other;

	(void)state;
	assert_run(false, &outcome);
	make_plan("threads=8", &other);
	request.plan = &other;
	assert_int_equal(run_request(&request, &outcome), -EINVAL);
	assert_non_null(strstr(cells_fault.text, other.id));
	plan_free(&other);
}

static void campaign_in_a_folder_that_is_full_ends_and_can_be_resumed(void **state)
{
	struct campaign_request request;
	struct campaign_outcome outcome;
	struct rlimit before, small;
	char *text;
	int error;

	(void)state;
	/* Once in full, to know its size; then there is room for all but the last trials. */
	assert_run(false, &outcome);
	text = folder_read(folder, "results.jsonl");
	folder_remove(folder);
	folder = folder_make();
	request = new_request(false);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = strlen(text) - 1000;
	free(text);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	error = run_request(&request, &outcome);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(error == -EFBIG || error == -ENOSPC);    /* nothing, or a part, was written */
	assert_non_null(strstr(cells_fault.text, "results.jsonl"));
	assert_in_range(outcome.done, 1, ALL - 1);
	assert_run(true, &outcome);
	assert_complete();
}

static void campaign_on_an_unfit_host_flags_every_trial(void **state)
{
	struct campaign_request request = new_request(false);
	const struct preflight unfit = { .count = 1,
					 .items[0] = { .name = "turbo",
						       .wanted = "off",
						       .why = "",
						       .mend = "",
						       .grade = PREFLIGHT_UNFIT },
					 .grade = PREFLIGHT_UNFIT };
	struct campaign_outcome outcome;
	struct results results;
	json_t *flags;

	(void)state;
	request.preflight = &unfit;
	assert_int_equal(run_request(&request, &outcome), 0);
	results = load();
	flags = json_object_get(results.trials[0], "flags");
	assert_int_equal(json_array_size(flags), 2);
	assert_string_equal(json_string_value(json_array_get(flags, 1)), "unfit-host");
	assert_int_equal(json_array_size(json_object_get(results.sessions[0], "preflight")), 1);
	assert_true(json_array_size(json_object_get(results.sessions[1], "preflight")) > 1);
	results_free(&results);
}

static void campaign_with_an_unknown_harness_cost_records_null(void **state)
{
	struct campaign_outcome outcome;
	struct results results;

	(void)state;
	fake.harness_ns = NAN;
	assert_run(false, &outcome);
	results = load();
	assert_true(json_is_null(json_object_get(results.trials[0], "harness_ns_per_op")));
	results_free(&results);
}

static void campaign_progress_counts_up_and_time_down(void **state)
{
	struct campaign_outcome outcome;

	(void)state;
	assert_run(false, &outcome);
	assert_int_equal(fake.tells, ALL + 1);
	for (unsigned i = 0; i <= ALL; i++) {
		assert_int_equal(fake.told[i].done, i);
		assert_int_equal(fake.told[i].total, ALL);
		assert_int_equal(fake.told[i].cell != NULL, i < ALL);
	}
	assert_true(fake.told[0].left_ns > 0);
	assert_int_equal(fake.told[ALL].left_ns, 0);
}

static void campaign_ini_of_the_folder_plans_the_same_campaign(void **state)
{
	struct campaign_outcome outcome;
	char path[512];
	const struct plan_request request = { .preset = path, .topology = cells_topology };
	struct plan again;

	(void)state;
	assert_run(false, &outcome);
	snprintf(path, sizeof(path), "%s/campaign.ini", folder);
	assert_int_equal(plan_make(&request, &again, NULL), 0);
	assert_string_equal(again.id, plan.id);
	plan_free(&again);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(campaign_runs_every_cell_once_in_every_lap),
		CASE(campaign_records_say_what_they_belong_to),
		CASE(campaign_seed_gives_each_trial_its_own),
		CASE(campaign_without_a_seed_draws_another_each_time),
		CASE(campaign_goes_on_after_invalid_trials),
		CASE(campaign_interrupted_in_a_trial_keeps_what_is_finished),
		CASE(campaign_interrupted_between_trials_ends_at_once),
		CASE(campaign_interrupted_many_times_runs_each_trial_once),
		CASE(campaign_resumed_after_a_torn_line_repeats_that_trial_alone),
		CASE(campaign_resumed_goes_on_with_its_seed),
		CASE(campaign_resumed_with_more_trials_adds_laps),
		CASE(campaign_resumed_with_another_seed_is_refused),
		CASE(campaign_resumed_tries_skipped_trials_again),
		CASE(campaign_with_nothing_left_to_do_writes_nothing),
		CASE(campaign_that_cannot_start_trials_says_why),
		CASE(campaign_of_a_folder_with_results_needs_resume),
		CASE(campaign_of_another_plan_is_refused),
		CASE(campaign_in_a_folder_that_is_full_ends_and_can_be_resumed),
		CASE(campaign_on_an_unfit_host_flags_every_trial),
		CASE(campaign_with_an_unknown_harness_cost_records_null),
		CASE(campaign_progress_counts_up_and_time_down),
		CASE(campaign_ini_of_the_folder_plans_the_same_campaign),
	};

	return cmocka_run_group_tests(tests, cells_set_up, cells_tear_down);
}
