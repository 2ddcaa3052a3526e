/* Children that crash, hang, lie or are interrupted: the parent survives and says what happened. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "trials.h"

enum { INHERITED_FD = 50, HALF_SECOND_NS = 500000000 };

static void nap_ms(long ms)
{
	const struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

/* An invalid trial, flagged, with the reason and without figures. */
static void assert_fails(const char *fault, const char *flag, const char *reason)
{
	json_t *record = NULL;

	assert_int_equal(trials_try(fault, "threads=1", 5000000000, &record), 0);
	assert_string_equal(trials_status(record), "invalid");
	assert_true(trials_has_flag(record, flag));
	if (!trials_says(record, reason))
		fail_msg("the reason is: %s", json_string_value(json_object_get(record, "reason")));
	assert_true(json_is_null(trials_at(record, "ops_per_s")));
	assert_string_equal(trials_text(record, "variant"), "map/faulty");
	json_decref(record);
}

static void crash_is_recorded_with_its_signal_and_last_words(void **state)
{
	(void)state;
	assert_fails("crash", "crashed", "SIGABRT");
	assert_fails("crash", "crashed", ": last words");
}

static void crash_after_the_measurement_is_recorded_too(void **state)
{
	(void)state;
	assert_fails("crash-late", "crashed", "SIGABRT");
}

static void kill_from_outside_is_taken_for_want_of_memory(void **state)
{
	(void)state;
	assert_fails("kill", "crashed", "probably for want of memory");
}

static void exit_status_is_recorded(void **state)
{
	(void)state;
	assert_fails("status", "crashed", "exit status 7");
}

static void garbage_is_not_taken_for_a_record(void **state)
{
	(void)state;
	assert_fails("garbage", "crashed", "not JSON");
}

static void truncated_record_is_not_taken_for_one(void **state)
{
	(void)state;
	assert_fails("truncate", "crashed", "not JSON");
}

static void silence_is_not_taken_for_a_record(void **state)
{
	(void)state;
	assert_fails("silence", "crashed", "not JSON (0 bytes)");
}

static void record_without_figures_is_not_believed(void **state)
{
	(void)state;
	assert_fails("empty", "crashed", "it has no pus");
}

static void record_that_contradicts_itself_is_not_believed(void **state)
{
	(void)state;
	assert_fails("contradict", "crashed", "flags");
}

static void record_without_end_is_cut_off(void **state)
{
	(void)state;
	assert_fails("flood", "crashed", "above 16 MiB");
}

static void hang_is_killed_after_the_time_out(void **state)
{
	json_t *record = NULL;

	(void)state;
	assert_int_equal(trials_try("hang", "threads=1", HALF_SECOND_NS, &record), 0);
	assert_string_equal(trials_status(record), "invalid");
	assert_true(trials_has_flag(record, "timeout"));
	assert_true(trials_says(record, "0.5 s"));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);    /* nobody is left to wait for */
	json_decref(record);
}

static void child_inherits_nothing(void **state)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;
	sigset_t mask;
	json_t *record;

	(void)state;
	assert_int_equal(dup2(STDERR_FILENO, INHERITED_FD), INHERITED_FD);
	sigaction(SIGUSR2, &ignore, &before);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	record = trials_run("inherit", "threads=1");
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	sigaction(SIGUSR2, &before, NULL);
	close(INHERITED_FD);
	assert_string_equal(trials_status(record), "valid");
	json_decref(record);
}

static volatile sig_atomic_t interrupts;

static void count_interrupt(int signal)
{
	(void)signal;
	interrupts++;
}

/* A process that sends this one SIGINT in a while. */
static pid_t interrupt_soon(void)
{
	const pid_t parent = getpid();
	const pid_t id = fork();

	if (!id) {
		nap_ms(200);
		kill(parent, SIGINT);
		_exit(0);
	}
	return id;
}

static void interrupt_ends_the_trial_and_reaches_the_caller(void **state)
{
	const struct sigaction count = { .sa_handler = count_interrupt };
	struct sigaction before;
	json_t *record = NULL;
	pid_t sender;

	(void)state;
	interrupts = 0;
	sigaction(SIGINT, &count, &before);
	sender = interrupt_soon();
	assert_int_equal(trials_try("hang", "threads=1", 0, &record), -EINTR);
	assert_int_equal(waitpid(sender, NULL, 0), sender);
	sigaction(SIGINT, &before, NULL);
	assert_null(record);
	assert_int_equal(interrupts, 1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);    /* the child is gone */
}

static void ignored_interrupt_does_not_end_the_trial(void **state)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;
	json_t *record;
	pid_t sender;

	(void)state;
	sigaction(SIGINT, &ignore, &before);
	sender = interrupt_soon();
	record = trials_run(NULL, "threads=1 duration=300ms");
	assert_int_equal(waitpid(sender, NULL, 0), sender);
	sigaction(SIGINT, &before, NULL);
	assert_string_equal(trials_status(record), "valid");
	json_decref(record);
}

/* Orphans of the process that is killed become children of this one. */
static void child_dies_with_its_parent(void **state)
{
	json_t *record = NULL;
	int status = 0;
	pid_t parent, orphan;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	parent = fork();
	if (!parent)
		_exit(trials_try("hang", "threads=1", 0, &record));
	nap_ms(300);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	orphan = waitpid(-1, &status, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	assert_true(orphan > 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crash_is_recorded_with_its_signal_and_last_words),
		cmocka_unit_test(crash_after_the_measurement_is_recorded_too),
		cmocka_unit_test(kill_from_outside_is_taken_for_want_of_memory),
		cmocka_unit_test(exit_status_is_recorded),
		cmocka_unit_test(garbage_is_not_taken_for_a_record),
		cmocka_unit_test(truncated_record_is_not_taken_for_one),
		cmocka_unit_test(silence_is_not_taken_for_a_record),
		cmocka_unit_test(record_without_figures_is_not_believed),
		cmocka_unit_test(record_that_contradicts_itself_is_not_believed),
		cmocka_unit_test(record_without_end_is_cut_off),
		cmocka_unit_test(hang_is_killed_after_the_time_out),
		cmocka_unit_test(child_inherits_nothing),
		cmocka_unit_test(interrupt_ends_the_trial_and_reaches_the_caller),
		cmocka_unit_test(ignored_interrupt_does_not_end_the_trial),
		cmocka_unit_test(child_dies_with_its_parent),
	};

	trials_be_child(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
