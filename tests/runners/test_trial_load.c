/*
 * How load is offered and watched: open and closed loops, stalls, roles, the cost of the harness.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "runners/trial/roles.h"
#include "runners/trial/trial.h"
#include "trials.h"

static void throughput_trial_times_no_operation(void **state)
{
	json_t *const record = trials_run(NULL, "threads=1");

	(void)state;
	assert_true(json_is_null(trials_at(record, "latency_ns")));
	json_decref(record);
}

static void every_operation_is_a_sample_if_all_are_timed(void **state)
{
	json_t *const record = trials_run(NULL, "latency=all duration=ops:5000");

	(void)state;
	assert_true(trials_number(record, "latency_ns.samples") == 5000);
	json_decref(record);
}

static void one_operation_in_so_many_is_a_sample(void **state)
{
	json_t *const record = trials_run(NULL, "latency=sample:10 duration=ops:5000");

	(void)state;
	assert_true(trials_number(record, "latency_ns.samples") == 500);
	assert_true(trials_number(record, "latency_ns.sampled_one_in") == 10);
	json_decref(record);
}

/* Of put, get, put, get... an even interval would see nothing but one of the two. */
static void sampling_keeps_out_of_step_with_a_cycle(void **state)
{
	json_t *const record = trials_run(
		NULL, "latency=sample:10 duration=ops:5000 op_order=cycle mix=put:50,get:50");

	(void)state;
	assert_true(trials_number(record, "latency_ns.sampled_one_in") == 11);
	json_decref(record);
}

static void samples_of_the_warm_up_are_forgotten(void **state)
{
	json_t *const record = trials_run(NULL, "latency=all duration=ops:5000 warmup=50ms");

	(void)state;
	assert_true(trials_number(record, "latency_ns.samples") == 5000);
	json_decref(record);
}

static void percentiles_ascend_and_the_histogram_holds_all_samples(void **state)
{
	static const char *const names[] = { "p50", "p90", "p95", "p99", "p999", "p9999", "max" };
	json_t *const record = trials_run(NULL, "latency=all");
	const json_t *const latency = trials_at(record, "latency_ns");
	const json_t *const pairs = json_object_get(latency, "histogram");
	double last = 0, samples = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_true(trials_number(latency, names[i]) >= last);
		last = trials_number(latency, names[i]);
	}
	for (size_t i = 1; i < json_array_size(pairs); i += 2)
		samples += json_number_value(json_array_get(pairs, i));
	assert_true(samples == trials_number(latency, "samples"));
	json_decref(record);
}

/* Buckets are told by their lower bounds, and are at most 1/128 wide: so much more may the mean be, no less. */
static void mean_is_what_the_histogram_allows(void **state)
{
	json_t *const record = trials_run(NULL, "latency=all");
	const json_t *const pairs = trials_at(record, "latency_ns.histogram");
	const double mean = trials_number(record, "latency_ns.mean");
	double least = 0;

	(void)state;
	for (size_t i = 1; i < json_array_size(pairs); i += 2)
		least += json_number_value(json_array_get(pairs, i - 1)) *
			 json_number_value(json_array_get(pairs, i));
	least /= trials_number(record, "latency_ns.samples");
	/* Lower bounds are rounded to 1 ns. */
	assert_true(mean >= least - 0.5);
	assert_true(mean <= least * (1 + 1.0 / 128) + 1.5);
	json_decref(record);
}

static void closed_loop_is_called_so(void **state)
{
	json_t *const record = trials_run(NULL, "latency=sample:100");

	(void)state;
	assert_string_equal(trials_text(record, "latency_ns.kind"), "closed-loop");
	assert_true(json_is_null(trials_at(record, "latency_ns.lag")));
	assert_true(trials_number(record, "latency_ns.clock.read_max_ns") > 0);
	json_decref(record);
}

/* The structure sleeps for 100 ms in every 500: a fifth of the arrivals comes while it does. */
static void open_loop_sees_the_sleeper(void **state)
{
	json_t *const record = trials_run("sleep", "rate=10k duration=600ms");

	(void)state;
	assert_string_equal(trials_text(record, "latency_ns.kind"), "open-loop");
	assert_true(trials_number(record, "latency_ns.p99") > 50e6);
	assert_true(trials_number(record, "latency_ns.lag") > 90e6);
	json_decref(record);
}

static void closed_loop_does_not_see_the_sleeper(void **state)
{
	json_t *const record = trials_run("sleep", "latency=all duration=600ms");

	(void)state;
	assert_true(trials_number(record, "latency_ns.p99") < 1e6);
	json_decref(record);
}

static void open_loop_offers_the_rate_asked_for(void **state)
{
	json_t *const constant = trials_run(NULL, "rate=20k duration=500ms");
	json_t *const poisson = trials_run(NULL, "rate=20k arrivals=poisson duration=500ms");

	(void)state;
	/* Arrivals are on a schedule, whatever else runs on this machine; chance moves 1 %. */
	assert_true(fabs(trials_number(constant, "ops") - 10000) < 500);
	assert_true(fabs(trials_number(poisson, "ops") - 10000) < 500);
	assert_true(trials_number(constant, "workload.rate_ops_per_s") == 20000);
	json_decref(poisson);
	json_decref(constant);
}

/* Thoughts alone must fit into the time that was measured; without them there are a thousand times more. */
static void thinking_leaves_less_time_for_operations(void **state)
{
	json_t *const record = trials_run(NULL, "think_ns=20k");
	const double thought_ns =
		trials_number(record, "ops") * trials_number(record, "think_ns.measured");

	(void)state;
	assert_true(trials_number(record, "workload.think_ns") == 20000);
	assert_true(trials_number(record, "think_ns.asked") == 20000);
	assert_true(trials_number(record, "think_ns.measured_min") > 0);
	assert_true(thought_ns < 3e9 * trials_number(record, "measured_s"));
	assert_true(json_is_null(trials_at(record, "latency_ns")));
	json_decref(record);
}

static void latency_begins_after_the_thought(void **state)
{
	json_t *const record = trials_run(NULL, "think_ns=1M latency=all duration=ops:50");

	(void)state;
	assert_true(trials_number(record, "latency_ns.samples") == 50);
	assert_true(trials_number(record, "latency_ns.p50") <
		    trials_number(record, "think_ns.measured") / 2);
	json_decref(record);
}

static void trial_without_think_time_tells_none(void **state)
{
	json_t *const record = trials_run(NULL, "latency=all");

	(void)state;
	assert_true(json_is_null(trials_at(record, "think_ns")));
	assert_true(json_is_null(trials_at(record, "workload.think_ns")));
	json_decref(record);
}

static bool is_met(const json_t *probe)
{
	return json_is_true(json_object_get(probe, "met"));
}

static double offered(const json_t *probe)
{
	return json_number_value(json_object_get(probe, "rate_ops_per_s"));
}

/* Probes that halve the rates, the highest that met the objective found, and measured last. */
static void sweep_finds_the_highest_rate_that_meets_the_objective(void **state)
{
	json_t *const record = trials_run(NULL, "rate=sweep slo=p50:20ms duration=20ms");
	const json_t *const probes = trials_at(record, "sweep.probes");
	const size_t last = json_array_size(probes) - 1;
	const double found = trials_number(record, "sweep.found_ops_per_s");

	(void)state;
	assert_in_range(last, 1, 9);
	assert_true(offered(json_array_get(probes, 0)) ==
		    trials_number(record, "sweep.capacity_ops_per_s") / 2);
	for (size_t i = 0; i < last; i++) {
		const json_t *const probe = json_array_get(probes, i);

		assert_true(is_met(probe) ? offered(probe) <= found : offered(probe) > found);
	}
	assert_true(offered(json_array_get(probes, last)) == found);
	assert_string_equal(trials_text(record, "latency_ns.kind"), "open-loop");
	json_decref(record);
}

static void objective_that_no_rate_meets_makes_the_trial_invalid(void **state)
{
	json_t *const record = trials_run(NULL, "rate=sweep slo=p99:1ns duration=10ms");

	(void)state;
	assert_string_equal(trials_status(record), "invalid");
	assert_true(trials_has_flag(record, "unmet"));
	assert_true(trials_says(record, "slo=p99:1ns"));
	assert_true(json_is_null(trials_at(record, "sweep.found_ops_per_s")));
	json_decref(record);
}

static void stalls_strike_as_often_as_told(void **state)
{
	json_t *const record =
		trials_run(NULL, "stall=every:100ms,for:20ms,who:any duration=550ms");

	(void)state;
	/* At 100, 200, 300, 400 and 500 ms; a late look of the monitor may lose one. */
	assert_in_range((uint64_t)trials_number(record, "stalls"), 3, 5);
	json_decref(record);
}

static void stalled_thread_does_less(void **state)
{
	json_t *const record =
		trials_run(NULL, "stall=every:50ms,for:200ms,who:thread:1 duration=600ms threads=2 "
				 "oversubscribe=2");
	const json_t *const ops = trials_at(record, "per_thread.ops");

	(void)state;
	assert_true(trials_number(record, "stalls") >= 1);
	assert_true(json_number_value(json_array_get(ops, 1)) <
		    json_number_value(json_array_get(ops, 0)));
	json_decref(record);
}

static void trial_without_stalls_suffers_none(void **state)
{
	json_t *const record = trials_run(NULL, "threads=1");

	(void)state;
	assert_true(trials_number(record, "stalls") == 0);
	json_decref(record);
}

static void producers_enqueue_and_consumers_dequeue(void **state)
{
	json_t *const record = trials_run(NULL, "variant=queue/two_lock@mutex roles=1:1 threads=2 "
						"oversubscribe=2 duration=ops:20000");

	(void)state;
	/* Worker 0 does nothing but enqueue, worker 1 nothing but dequeue. */
	assert_true(trials_number(record, "attempted.enqueue") == 10000);
	assert_true(trials_number(record, "attempted.dequeue") == 10000);
	assert_true(json_is_true(trials_at(record, "check.passed")));
	json_decref(record);
}

static void operations_of_a_queue_are_elements_moved(void **state)
{
	json_t *const record = trials_run(NULL, "variant=queue/two_lock@mutex mix=dequeue:100 "
						"prefill=1000 duration=ops:5000");

	(void)state;
	assert_true(trials_number(record, "ops") == 1000);
	assert_true(trials_number(record, "effective.dequeued") == 1000);
	assert_true(trials_number(record, "effective.empty") == 4000);
	assert_true(trials_number(record, "attempted.dequeue") == 5000);
	json_decref(record);
}

static void roles_spread_evenly_and_match_their_numbers(void **state)
{
	const struct cell cell = { .threads = 8, .producers = 2, .consumers = 6 };
	unsigned producers = 0;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		producers += roles_is_producer(&cell, i);
		assert_true(roles_is_producer(&cell, i) != roles_is_consumer(&cell, i));
	}
	assert_int_equal(producers, 2);
	assert_true(roles_is_producer(&cell, 0) && roles_is_producer(&cell, 4));
}

static void prefill_is_cut_into_slices_without_a_gap(void **state)
{
	const struct cell cell = { .threads = 7, .prefill = 1000 };
	uint64_t next = 0;

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		uint64_t from, to;

		roles_fill_slice(&cell, 5, i, &from, &to);    /* two workers share a PU */
		if (i >= 5)
			assert_true(from == to);
		else
			assert_true(from == next && to > from);
		next = i < 5 ? to : next;
	}
	assert_int_equal(next, 1000);
}

static struct trial_harness harness_of_this_machine(struct topology **topology)
{
	struct fault fault;

	assert_int_equal(topology_load(NULL, topology, &fault), 0);
	return (struct trial_harness){ .topology = *topology, .seed = 1 };
}

static void harness_cost_is_measured_once_for_a_workload(void **state)
{
	static const char axes[] = "variant=probe/faa range=1000";
	struct topology *topology;
	struct trial_harness harness = harness_of_this_machine(&topology);
	struct fault fault;
	double first = 0, second = 0, other = 0;
	struct cell cell = { 0 }, skewed = { 0 };

	(void)state;
	trials_make_cell(axes, &cell);
	trials_make_cell("variant=probe/faa range=1000 dist=zipf:0.9", &skewed);
	assert_int_equal(trial_harness_ns(&harness, &cell, &first, &fault), 0);
	assert_int_equal(trial_harness_ns(&harness, &cell, &second, &fault), 0);
	assert_int_equal(trial_harness_ns(&harness, &skewed, &other, &fault), 0);
	print_message("harness: uniform %.2f ns, zipf:0.9 %.2f ns an operation\n", first, other);
	assert_true(first > 0 && first < 1e4);
	assert_true(first == second);    /* to the last bit: not measured again */
	assert_int_equal(harness.count, 2);
	trial_harness_free(&harness);
	cell_free(&skewed);
	cell_free(&cell);
	topology_free(topology);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(throughput_trial_times_no_operation),
		cmocka_unit_test(every_operation_is_a_sample_if_all_are_timed),
		cmocka_unit_test(one_operation_in_so_many_is_a_sample),
		cmocka_unit_test(sampling_keeps_out_of_step_with_a_cycle),
		cmocka_unit_test(samples_of_the_warm_up_are_forgotten),
		cmocka_unit_test(percentiles_ascend_and_the_histogram_holds_all_samples),
		cmocka_unit_test(mean_is_what_the_histogram_allows),
		cmocka_unit_test(closed_loop_is_called_so),
		cmocka_unit_test(open_loop_sees_the_sleeper),
		cmocka_unit_test(closed_loop_does_not_see_the_sleeper),
		cmocka_unit_test(open_loop_offers_the_rate_asked_for),
		cmocka_unit_test(thinking_leaves_less_time_for_operations),
		cmocka_unit_test(latency_begins_after_the_thought),
		cmocka_unit_test(trial_without_think_time_tells_none),
		cmocka_unit_test(sweep_finds_the_highest_rate_that_meets_the_objective),
		cmocka_unit_test(objective_that_no_rate_meets_makes_the_trial_invalid),
		cmocka_unit_test(stalls_strike_as_often_as_told),
		cmocka_unit_test(stalled_thread_does_less),
		cmocka_unit_test(trial_without_stalls_suffers_none),
		cmocka_unit_test(producers_enqueue_and_consumers_dequeue),
		cmocka_unit_test(operations_of_a_queue_are_elements_moved),
		cmocka_unit_test(roles_spread_evenly_and_match_their_numbers),
		cmocka_unit_test(prefill_is_cut_into_slices_without_a_gap),
		cmocka_unit_test(harness_cost_is_measured_once_for_a_workload),
	};

	trials_be_child(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
