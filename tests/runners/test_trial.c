/*
 * What a trial says of itself: each flag of the method is raised when it is deserved, and not
 * otherwise; each figure is the one it claims to be.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "trials.h"

static int is_near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fabs(b);
}

static void skip_on_one_pu(void)
{
	if (trials_pus() >= 2)
		return;
	print_message("this machine lets us use one PU alone\n");
	skip();
}

static void trial_of_a_correct_map_is_valid(void **state)
{
	json_t *const record = trials_run(NULL, "threads=1");

	(void)state;
	assert_string_equal(trials_status(record), "valid");
	assert_int_equal(json_array_size(trials_at(record, "flags")), 0);
	assert_true(json_is_null(trials_at(record, "reason")));
	assert_true(json_is_true(trials_at(record, "check.passed")));
	assert_true(trials_number(record, "ops") > 0);
	json_decref(record);
}

static void record_says_what_was_measured(void **state)
{
	json_t *const record = trials_run(NULL, "threads=1 range=500 value_bytes=8 dist=zipf:0.5");

	(void)state;
	assert_string_equal(trials_text(record, "variant"), "map/faulty");
	assert_string_equal(trials_text(record, "family"), "map");
	assert_string_equal(trials_text(record, "update"), "in-place");
	assert_string_equal(trials_text(record, "workload.dist"), "zipf:0.5");
	assert_true(trials_number(record, "workload.range") == 500);
	assert_true(trials_number(record, "threads") == 1);
	assert_int_equal(json_array_size(trials_at(record, "pus")), 1);
	json_decref(record);
}

static void rate_is_the_sum_over_threads_of_operations_over_own_time(void **state)
{
	json_t *const record = trials_run("late", "threads=2 oversubscribe=2");
	const json_t *const ops = trials_at(record, "per_thread.ops");
	const json_t *const seconds = trials_at(record, "per_thread.measured_s");
	double sum = 0, all = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const double own = json_number_value(json_array_get(ops, i));

		sum += own / json_number_value(json_array_get(seconds, i));
		all += own;
	}
	assert_true(is_near(trials_number(record, "ops_per_s"), sum));
	assert_true(is_near(trials_number(record, "ops"), all));
	json_decref(record);
}

static void own_time_is_measured_not_asked_for(void **state)
{
	json_t *const record = trials_run("late", "threads=1 duration=50ms");

	(void)state;
	/* 50 ms of operations, and 100 ms that the thread was late to leave. */
	assert_true(trials_number(record, "measured_s") >= 0.15);
	assert_true(trials_number(record, "ops_per_s") <=
		    trials_number(record, "ops") / 0.15 * 1.0001);
	json_decref(record);
}

static void thread_that_leaves_late_makes_the_trial_ragged(void **state)
{
	json_t *const record = trials_run("late", "threads=2 oversubscribe=2");

	(void)state;
	assert_string_equal(trials_status(record), "invalid");
	assert_true(trials_has_flag(record, "ragged"));
	assert_true(trials_number(record, "overlap") < 0.95);
	json_decref(record);
}

static void trial_of_a_number_of_operations_is_never_ragged(void **state)
{
	json_t *const record = trials_run("late", "threads=2 oversubscribe=2 duration=ops:10001");

	(void)state;
	assert_true(trials_number(record, "overlap") < 0.95);
	assert_false(trials_has_flag(record, "ragged"));
	assert_true(trials_has_flag(record, "apart"));
	assert_string_equal(trials_status(record), "valid");
	assert_true(trials_number(record, "ops") == 10001);
	json_decref(record);
}

static void size_that_changes_in_a_steady_mix_is_drift(void **state)
{
	json_t *const record =
		trials_run(NULL, "mix=put:50,remove:50 range=1M prefill=10% duration=200ms");

	(void)state;
	assert_string_equal(trials_status(record), "invalid");
	assert_true(trials_has_flag(record, "drift"));
	assert_true(trials_number(record, "size.start") == 100000);
	assert_true(trials_number(record, "size.stop") > 102000);
	json_decref(record);
}

static void size_that_swings_by_chance_is_no_drift(void **state)
{
	/* 25 +- 3.5 keys at either end: above 2 % in nearly every trial. */
	json_t *const record = trials_run(NULL, "mix=put:50,remove:50 range=50");

	(void)state;
	assert_false(trials_has_flag(record, "drift"));
	json_decref(record);
}

static void size_that_grows_in_a_mix_without_removal_is_no_drift(void **state)
{
	json_t *const record = trials_run(NULL, "mix=put:100 range=1M prefill=0");

	(void)state;
	assert_true(trials_number(record, "size.stop") > trials_number(record, "size.start"));
	assert_false(trials_has_flag(record, "drift"));
	json_decref(record);
}

/* An invalid trial that names the check. */
static void assert_check_fails(const char *fault, const char *axes, const char *check)
{
	json_t *const record = trials_run(fault, axes);

	assert_string_equal(trials_status(record), "invalid");
	assert_true(trials_has_flag(record, "check-failed"));
	assert_true(trials_says(record, check));
	assert_true(json_is_false(trials_at(record, "check.passed")));
	assert_string_equal(trials_text(record, "check.failed"), check);
	json_decref(record);
}

static void element_too_many_fails_the_check_of_counts(void **state)
{
	(void)state;
	assert_check_fails("miscount", "threads=1", "count");
}

/* Without puts all that is there was prefilled. */
static void key_that_no_replica_added_fails_the_check_of_additions(void **state)
{
	(void)state;
	assert_check_fails("miscount", "variant=map/faulty_replica mix=get:100", "additions");
}

static void other_key_than_put_fails_the_check_of_sums(void **state)
{
	(void)state;
	assert_check_fails("missum", "threads=1", "sum");
}

static void value_of_another_key_fails_the_check_of_values(void **state)
{
	(void)state;
	assert_check_fails("lie", "threads=1", "values");
}

static void torn_payload_fails_the_check_of_payloads(void **state)
{
	(void)state;
	assert_check_fails("tear", "threads=1 value_bytes=16", "payloads");
}

static void broken_invariant_fails_the_check_and_is_quoted(void **state)
{
	json_t *const record = trials_run("break", "threads=1");

	(void)state;
	assert_true(trials_has_flag(record, "check-failed"));
	assert_true(trials_says(record, "told to be broken"));
	json_decref(record);
}

static void operation_without_memory_exhausts_the_trial(void **state)
{
	json_t *const record = trials_run("exhaust", "threads=1");

	(void)state;
	assert_string_equal(trials_status(record), "invalid");
	assert_true(trials_has_flag(record, "exhausted"));
	json_decref(record);
}

static void structure_that_finds_no_memory_exhausts_the_trial(void **state)
{
	json_t *const record = trials_run("no-memory", "threads=1");

	(void)state;
	assert_string_equal(trials_status(record), "invalid");
	assert_true(trials_has_flag(record, "exhausted"));
	assert_true(json_is_null(trials_at(record, "ops_per_s")));
	json_decref(record);
}

static void worker_that_cannot_attach_is_named(void **state)
{
	json_t *const record = trials_run("unattached", "threads=2 oversubscribe=2");

	(void)state;
	assert_true(trials_has_flag(record, "exhausted"));
	assert_true(trials_says(record, "worker 1"));
	json_decref(record);
}

static void pages_elsewhere_make_the_trial_misplaced(void **state)
{
	json_t *const record = trials_run("misplaced", "threads=1");

	(void)state;
	assert_string_equal(trials_status(record), "invalid");
	assert_true(trials_has_flag(record, "misplaced"));
	assert_true(trials_says(record, "94.0 % of the pages of table"));
	assert_true(is_near(trials_number(record, "residency.table.share"), 0.94));
	json_decref(record);
}

static void pages_nearly_all_in_place_are_good_enough(void **state)
{
	json_t *const record = trials_run("nearly-misplaced", "threads=1");

	(void)state;
	assert_string_equal(trials_status(record), "valid");
	json_decref(record);
}

static void pages_of_another_size_make_the_trial_misplaced(void **state)
{
	json_t *const record = trials_run("small-pages", "threads=1 pages=thp");
	const char *const status = trials_status(record);

	(void)state;
	if (!strcmp(status, "skipped")) {
		print_message("%s\n", trials_text(record, "reason"));
		json_decref(record);
		skip();
	}
	assert_string_equal(status, "invalid");
	assert_true(trials_has_flag(record, "misplaced"));
	assert_true(trials_says(record, "94.0 % of table lie on the pages of pages=thp"));
	json_decref(record);
}

static void pages_that_cannot_be_looked_up_are_said_to_be_so(void **state)
{
	json_t *const record = trials_run("unknown-residency", "threads=1");

	(void)state;
	assert_string_equal(trials_status(record), "valid");
	assert_true(json_is_null(trials_at(record, "residency.table.share")));
	assert_string_equal(trials_text(record, "residency.table.unavailable"), "told not to look");
	json_decref(record);
}

static void refused_binding_makes_the_trial_misplaced(void **state)
{
	json_t *const record = trials_run("unbound", "threads=1");

	(void)state;
	assert_string_equal(trials_status(record), "invalid");
	assert_true(trials_has_flag(record, "misplaced"));
	assert_true(trials_says(record, "the kernel refuses to bind"));
	json_decref(record);
}

static void more_threads_than_pus_are_flagged(void **state)
{
	char axes[64];
	json_t *record;

	(void)state;
	snprintf(axes, sizeof(axes), "threads=%u oversubscribe=2", trials_pus() + 1);
	record = trials_run(NULL, axes);
	assert_true(trials_has_flag(record, "oversubscribed"));
	json_decref(record);
}

static void as_many_threads_as_pus_are_not_flagged(void **state)
{
	json_t *record;

	(void)state;
	skip_on_one_pu();
	record = trials_run(NULL, "threads=2 oversubscribe=2");
	assert_false(trials_has_flag(record, "oversubscribed"));
	json_decref(record);
}

static void operations_in_a_cycle_are_flagged(void **state)
{
	json_t *const record = trials_run(NULL, "op_order=cycle mix=put:50,get:50");

	(void)state;
	assert_string_equal(trials_status(record), "valid");
	assert_true(trials_has_flag(record, "correlated"));
	json_decref(record);
}

static void attempted_and_effective_operations_are_both_told(void **state)
{
	json_t *const record = trials_run(NULL, "mix=get:50,put:25,remove:25");
	const double attempted = trials_number(record, "attempted.get") +
				 trials_number(record, "attempted.put") +
				 trials_number(record, "attempted.remove");

	(void)state;
	assert_true(is_near(attempted, trials_number(record, "ops")));
	assert_true(trials_number(record, "effective.added") <
		    trials_number(record, "attempted.put"));
	assert_true(is_near(trials_number(record, "effective.hit_ratio"),
			    trials_number(record, "effective.found") /
				    trials_number(record, "attempted.get")));
	json_decref(record);
}

static void sizes_before_and_after_differ_by_what_went_in_and_out(void **state)
{
	json_t *const record = trials_run(NULL, "mix=put:50,remove:50 warmup=50ms");

	(void)state;
	assert_true(trials_number(record, "size.stop") - trials_number(record, "size.start") ==
		    trials_number(record, "effective.added") -
			    trials_number(record, "effective.removed"));
	json_decref(record);
}

static void skew_of_the_draws_is_told(void **state)
{
	json_t *const record = trials_run(NULL, "dist=zipf:1.2 range=10k");

	(void)state;
	/* The most frequent key of zipf 1.2 over 10,000 keys has 20.8 % of the draws. */
	assert_true(fabs(trials_number(record, "skew.top1") - 0.208) < 0.01);
	assert_true(trials_number(record, "skew.distinct") > 0);
	json_decref(record);
}

static void fairness_is_told_by_thread_and_by_node(void **state)
{
	json_t *const record = trials_run("late", "threads=2 oversubscribe=2");

	(void)state;
	assert_true(trials_number(record, "fairness.per_thread.jain") < 1);
	assert_true(trials_number(record, "fairness.per_thread.min") <
		    trials_number(record, "fairness.per_thread.max"));
	assert_true(trials_number(record, "fairness.per_node.median") > 0);
	json_decref(record);
}

static void series_covers_the_measured_time(void **state)
{
	json_t *const record = trials_run(NULL, "duration=350ms");
	const json_t *const at = trials_at(record, "series.at_ms");
	const json_t *const ops = trials_at(record, "series.ops");
	const size_t count = json_array_size(at);

	(void)state;
	assert_true(count >= 3);
	assert_int_equal(json_array_size(trials_at(record, "series.rss_bytes")), count);
	assert_int_equal(json_array_size(trials_at(record, "series.garbage")), count);
	assert_true(json_integer_value(json_array_get(at, count - 1)) >= 350);
	assert_true(json_integer_value(json_array_get(ops, count - 1)) ==
		    (json_int_t)trials_number(record, "ops"));
	json_decref(record);
}

static void memory_and_garbage_are_told(void **state)
{
	json_t *const record = trials_run(NULL, "range=1M prefill=50%");

	(void)state;
	assert_true(trials_number(record, "memory_bytes.peak_rss") > 8e6);
	/* One word to each key of the range, half of them there. */
	assert_true(fabs(trials_number(record, "memory_bytes.per_element") - 16) < 1);
	assert_true(trials_number(record, "memory_bytes.garbage_objects.peak") == 3);
	assert_true(trials_number(record, "memory_bytes.garbage_objects.retired") == 5);
	json_decref(record);
}

static void thread_of_the_structure_is_listed_with_its_time(void **state)
{
	json_t *const record = trials_run("helper", "duration=300ms");
	const json_t *const helpers = trials_at(record, "helpers");
	const json_t *burner = NULL;

	(void)state;
	for (size_t i = 0; i < json_array_size(helpers); i++)
		if (!strcmp(json_string_value(json_object_get(json_array_get(helpers, i), "what")),
			    "burner"))
			burner = json_array_get(helpers, i);
	assert_non_null(burner);
	assert_true(trials_number(burner, "cpu_s") > 0.02);
	assert_true(trials_number(burner, "cpu_s") < 1);
	assert_true(json_string_length(json_object_get(burner, "pus")) > 0);
	json_decref(record);
}

static void replicas_that_converge_tell_how_far_apart_they_were(void **state)
{
	static const char *const ages[] = { "p50", "p90", "p99", "max" };
	json_t *const record = trials_run(NULL, "variant=map/gossip shards=2 threads=2 "
						"oversubscribe=2 mix=get:50,put:25,remove:25");
	const json_t *const staleness = trials_at(record, "consistency.staleness_ns");
	double last = 0;

	(void)state;
	assert_true(json_is_true(trials_at(record, "convergent")));
	assert_true(trials_number(record, "consistency.replicas") == 2);
	assert_true(trials_number(record, "consistency.convergence_ns") > 0);
	assert_true(trials_number(staleness, "samples") > 0);
	for (size_t i = 0; i < sizeof(ages) / sizeof(*ages); i++) {
		assert_true(trials_number(staleness, ages[i]) >= last);
		last = trials_number(staleness, ages[i]);
	}
	json_decref(record);
}

/* Their sums need not balance. */
static void replicas_are_checked_for_equality_and_for_what_was_added(void **state)
{
	json_t *const record = trials_run(NULL, "variant=map/gossip shards=2 threads=2 "
						"oversubscribe=2 mix=put:50,remove:50 range=10");
	const json_t *const checked = trials_at(record, "check.checked");

	(void)state;
	assert_true(json_is_true(trials_at(record, "check.passed")));
	assert_string_equal(json_string_value(json_array_get(checked, 0)), "additions");
	assert_string_equal(json_string_value(json_array_get(checked, 1)), "replicas");
	json_decref(record);
}

static void map_with_one_truth_has_no_consistency_to_tell(void **state)
{
	json_t *const record = trials_run(NULL, "threads=1");

	(void)state;
	assert_true(json_is_false(trials_at(record, "convergent")));
	assert_true(json_is_null(trials_at(record, "consistency")));
	json_decref(record);
}

static void counters_are_there_or_say_why_not(void **state)
{
	json_t *const record = trials_run(NULL, "counters=software");
	const json_t *const faults = trials_at(record, "counters.page_faults");

	(void)state;
	assert_non_null(faults);
	if (json_object_get(faults, "unavailable")) {
		assert_true(json_string_length(json_object_get(faults, "unavailable")) > 10);
	} else {
		assert_true(trials_number(faults, "value") >= 0);
		assert_true(is_near(trials_number(faults, "per_op"),
				    trials_number(faults, "value") / trials_number(record, "ops")));
		assert_true(trials_number(faults, "enabled_ns") >= 5e7);
		assert_true(trials_number(faults, "running_ns") >= 5e7);
	}
	json_decref(record);
}

static void counters_that_are_off_are_null(void **state)
{
	json_t *const record = trials_run(NULL, "counters=off");

	(void)state;
	assert_true(json_is_null(trials_at(record, "counters")));
	json_decref(record);
}

static void missing_allocator_skips_the_trial(void **state)
{
	json_t *const record = trials_run("no-allocator", "alloc=jemalloc");

	(void)state;
	assert_string_equal(trials_status(record), "skipped");
	assert_true(trials_says(record, "install libnothing"));
	json_decref(record);
}

static void allocator_that_is_not_loaded_skips_the_trial(void **state)
{
	json_t *const record = trials_run("unloaded-allocator", "alloc=jemalloc");

	(void)state;
	assert_string_equal(trials_status(record), "skipped");
	assert_true(trials_says(record, "was not loaded"));
	json_decref(record);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trial_of_a_correct_map_is_valid),
		cmocka_unit_test(record_says_what_was_measured),
		cmocka_unit_test(rate_is_the_sum_over_threads_of_operations_over_own_time),
		cmocka_unit_test(own_time_is_measured_not_asked_for),
		cmocka_unit_test(thread_that_leaves_late_makes_the_trial_ragged),
		cmocka_unit_test(trial_of_a_number_of_operations_is_never_ragged),
		cmocka_unit_test(size_that_changes_in_a_steady_mix_is_drift),
		cmocka_unit_test(size_that_swings_by_chance_is_no_drift),
		cmocka_unit_test(size_that_grows_in_a_mix_without_removal_is_no_drift),
		cmocka_unit_test(element_too_many_fails_the_check_of_counts),
		cmocka_unit_test(key_that_no_replica_added_fails_the_check_of_additions),
		cmocka_unit_test(other_key_than_put_fails_the_check_of_sums),
		cmocka_unit_test(value_of_another_key_fails_the_check_of_values),
		cmocka_unit_test(torn_payload_fails_the_check_of_payloads),
		cmocka_unit_test(broken_invariant_fails_the_check_and_is_quoted),
		cmocka_unit_test(operation_without_memory_exhausts_the_trial),
		cmocka_unit_test(structure_that_finds_no_memory_exhausts_the_trial),
		cmocka_unit_test(worker_that_cannot_attach_is_named),
		cmocka_unit_test(pages_elsewhere_make_the_trial_misplaced),
		cmocka_unit_test(pages_nearly_all_in_place_are_good_enough),
		cmocka_unit_test(pages_of_another_size_make_the_trial_misplaced),
		cmocka_unit_test(pages_that_cannot_be_looked_up_are_said_to_be_so),
		cmocka_unit_test(refused_binding_makes_the_trial_misplaced),
		cmocka_unit_test(more_threads_than_pus_are_flagged),
		cmocka_unit_test(as_many_threads_as_pus_are_not_flagged),
		cmocka_unit_test(operations_in_a_cycle_are_flagged),
		cmocka_unit_test(attempted_and_effective_operations_are_both_told),
		cmocka_unit_test(sizes_before_and_after_differ_by_what_went_in_and_out),
		cmocka_unit_test(skew_of_the_draws_is_told),
		cmocka_unit_test(fairness_is_told_by_thread_and_by_node),
		cmocka_unit_test(series_covers_the_measured_time),
		cmocka_unit_test(memory_and_garbage_are_told),
		cmocka_unit_test(thread_of_the_structure_is_listed_with_its_time),
		cmocka_unit_test(replicas_that_converge_tell_how_far_apart_they_were),
		cmocka_unit_test(replicas_are_checked_for_equality_and_for_what_was_added),
		cmocka_unit_test(map_with_one_truth_has_no_consistency_to_tell),
		cmocka_unit_test(counters_are_there_or_say_why_not),
		cmocka_unit_test(counters_that_are_off_are_null),
		cmocka_unit_test(missing_allocator_skips_the_trial),
		cmocka_unit_test(allocator_that_is_not_loaded_skips_the_trial),
	};

	trials_be_child(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
