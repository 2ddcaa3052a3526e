/*
 * Rates, overlap, fairness, the start line, the gate, and what /proc says: on figures with known
 * answers.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "runners/measure/gate.h"
#include "runners/measure/process.h"
#include "runners/measure/rates.h"
#include "runners/measure/start_line.h"
#include "structures/common/atomics.h"
#include "topology/clock.h"

static int is_near(double a, double b)
{
	return fabs(a - b) < 1e-9 * fabs(b) + 1e-12;
}

static void rate_is_operations_over_own_time(void **state)
{
	const struct span span = { 500000000, 2500000000 };

	(void)state;
	assert_true(is_near(span_rate(1000, &span), 500));
}

static void rate_of_an_empty_span_is_zero(void **state)
{
	const struct span span = { 7, 7 };

	(void)state;
	assert_true(span_rate(1000, &span) == 0);
}

static void overlap_of_one_thread_is_whole(void **state)
{
	const struct span span = { 10, 20 };

	(void)state;
	assert_true(is_near(span_overlap(&span, 1), 1));
}

static void overlap_is_common_time_over_all_time(void **state)
{
	/* Together from 20 to 90, at all from 0 to 100. */
	const struct span spans[] = { { 0, 90 }, { 20, 95 }, { 5, 100 } };

	(void)state;
	assert_true(is_near(span_overlap(spans, 3), 0.7));
}

static void overlap_of_threads_that_never_met_is_zero(void **state)
{
	const struct span spans[] = { { 0, 10 }, { 20, 30 } };

	(void)state;
	assert_true(span_overlap(spans, 2) == 0);
}

static void fairness_of_equal_rates_is_one(void **state)
{
	const double rates[] = { 5, 5, 5, 5 };
	const struct fairness fairness = fairness_of(rates, 4);

	(void)state;
	assert_true(is_near(fairness.jain, 1));
}

static void fairness_of_one_winner_is_one_nth(void **state)
{
	const double rates[] = { 8, 0, 0, 0 };
	const struct fairness fairness = fairness_of(rates, 4);

	(void)state;
	assert_true(is_near(fairness.jain, 0.25));
}

static void fairness_names_least_middle_and_most(void **state)
{
	const double rates[] = { 3, 1, 9 };
	const struct fairness fairness = fairness_of(rates, 3);

	(void)state;
	assert_true(fairness.minimum == 1 && fairness.median == 3 && fairness.maximum == 9);
}

enum { RUNNERS = 4, LAPS = 200 };

struct race {
	struct start_line line;
	_Atomic unsigned here;
	_Atomic unsigned early;    /* crossings before all had come */
};

static void *cross(void *argument)
{
	struct race *const race = argument;

	for (unsigned lap = 0; lap < LAPS; lap++) {
		/* relaxed: the line under test orders it. */
		fetch_add_relaxed(&race->here, 1);
		start_line_cross(&race->line);
		if (load_relaxed(&race->here) < RUNNERS * (lap + 1))
			fetch_add_relaxed(&race->early, 1);
		start_line_cross(&race->line);
	}
	return NULL;
}

static void start_line_lets_nobody_pass_before_all_are_there(void **state)
{
	pthread_t threads[RUNNERS];
	struct race race = { 0 };

	(void)state;
	start_line_init(&race.line, RUNNERS);
	for (unsigned i = 0; i < RUNNERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, cross, &race), 0);
	for (unsigned i = 0; i < RUNNERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(load_relaxed(&race.early), 0);    /* relaxed: all have been joined */
}

/* CPU time of the thread that calls. */
static uint64_t thread_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct early_bird {
	struct start_line line;
	uint64_t cpu_ns;    /* that the wait took */
};

static void *come_early(void *argument)
{
	struct early_bird *const bird = argument;
	const uint64_t before = thread_cpu_ns();

	start_line_cross(&bird->line);
	bird->cpu_ns = thread_cpu_ns() - before;
	return NULL;
}

static void start_line_leaves_the_processor_to_those_who_are_late(void **state)
{
	const struct timespec late = { .tv_nsec = 300000000 };
	struct early_bird bird = { 0 };
	pthread_t thread;

	(void)state;
	start_line_init(&bird.line, 2);
	assert_int_equal(pthread_create(&thread, NULL, come_early, &bird), 0);
	nanosleep(&late, NULL);
	start_line_cross(&bird.line);
	pthread_join(thread, NULL);
	assert_in_range(bird.cpu_ns, 0, (uint64_t)late.tv_nsec / 5);
}

struct visit {
	struct gate *gate;
	int steps[2];
};

static void *pass_twice(void *argument)
{
	struct visit *const visit = argument;
	unsigned lap = 0;

	for (unsigned i = 0; i < 2; i++) {
		visit->steps[i] = gate_pass(visit->gate, &lap);
		gate_finish(visit->gate);
	}
	return NULL;
}

static void gate_hands_each_worker_every_step_once(void **state)
{
	struct gate gate;
	struct visit visits[2] = { { .gate = &gate }, { .gate = &gate } };
	pthread_t threads[2];

	(void)state;
	assert_int_equal(gate_init(&gate), 0);
	for (unsigned i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, pass_twice, &visits[i]);
	for (int step = 5; step < 7; step++) {
		gate_open(&gate, step, 2);
		assert_true(gate_wait(&gate, GATE_FOREVER));
	}
	for (unsigned i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(visits[i].steps[0], 5);
		assert_int_equal(visits[i].steps[1], 6);
	}
	gate_destroy(&gate);
}

static void gate_wait_ends_at_its_time(void **state)
{
	struct gate gate;

	(void)state;
	assert_int_equal(gate_init(&gate), 0);
	gate_open(&gate, 0, 1);    /* for a worker that never comes */
	assert_false(gate_wait(&gate, clock_monotonic_ns() + 5000000));
	gate_destroy(&gate);
}

static void process_memory_grows_by_what_is_touched(void **state)
{
	const size_t size = 32 << 20;
	const uint64_t before = process_rss_bytes();
	char *const block =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(block != MAP_FAILED);
	memset(block, 1, size);
	assert_true(process_rss_bytes() >= before + size * 9 / 10);
	assert_true(process_peak_rss_bytes() >= process_rss_bytes() * 9 / 10);
	munmap(block, size);
}

static void process_task_of_this_thread_has_used_its_time(void **state)
{
	const pid_t self = (pid_t)syscall(SYS_gettid);
	const uint64_t end_ns = clock_monotonic_ns() + 100000000;
	struct process_task before, after;
	pid_t tasks[8];

	(void)state;
	assert_true(process_tasks(tasks, 8) >= 1);
	assert_int_equal(process_task_read(self, &before), 0);
	while (clock_monotonic_ns() < end_ns)
		cpu_relax();
	assert_int_equal(process_task_read(self, &after), 0);
	assert_true(after.cpu_ns > before.cpu_ns);
	assert_true(after.cpu_ns - before.cpu_ns <= 150000000);
	assert_int_not_equal(strlen(after.name), 0);
}

static void process_task_that_is_gone_is_said_to_be(void **state)
{
	struct process_task task;

	(void)state;
	assert_true(process_task_read(0x3fffffff, &task) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_is_operations_over_own_time),
		cmocka_unit_test(rate_of_an_empty_span_is_zero),
		cmocka_unit_test(overlap_of_one_thread_is_whole),
		cmocka_unit_test(overlap_is_common_time_over_all_time),
		cmocka_unit_test(overlap_of_threads_that_never_met_is_zero),
		cmocka_unit_test(fairness_of_equal_rates_is_one),
		cmocka_unit_test(fairness_of_one_winner_is_one_nth),
		cmocka_unit_test(fairness_names_least_middle_and_most),
		cmocka_unit_test(start_line_lets_nobody_pass_before_all_are_there),
		cmocka_unit_test(start_line_leaves_the_processor_to_those_who_are_late),
		cmocka_unit_test(gate_hands_each_worker_every_step_once),
		cmocka_unit_test(gate_wait_ends_at_its_time),
		cmocka_unit_test(process_memory_grows_by_what_is_touched),
		cmocka_unit_test(process_task_of_this_thread_has_used_its_time),
		cmocka_unit_test(process_task_that_is_gone_is_said_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
