/*
 * Counters of the kernel's own events: exact where they can be had, refused with the cause where
 * not.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "runners/measure/counters.h"
#include "runners/measure/start_line.h"
#include "structures/common/atomics.h"

enum { PAGES = 1000, NAPS = 20 };

static struct counter_group software;

static int load_software(void **state)
{
	(void)state;
	return counter_group_load("software", &software, NULL);
}

/* The reading of one event of the group `software`, by its name. */
static void read_named(const struct counters *counters, const char *name,
		       struct counter_reading *reading)
{
	for (size_t i = 0; i < software.count; i++) {
		if (strcmp(software.events[i].name, name) != 0)
			continue;
		counters_read(counters, i, reading);
		return;
	}
	fail_msg("the group software has no %s", name);
}

static void skip_if_unavailable(const struct counter_reading *reading)
{
	if (!reading->unavailable[0])
		return;
	print_message("unavailable here: %s\n", reading->unavailable);
	skip();
}

static struct counters *open_software(void)
{
	struct counters *counters;

	assert_int_equal(counters_open(&software, 0, &counters), 0);
	return counters;
}

/* Not instrumented: a sanitizer's own pages would be counted too. */
__attribute__((no_sanitize_address, no_sanitize_thread)) static void touch(char *block,
									   size_t page_bytes)
{
	for (size_t i = 0; i < PAGES; i++)
		block[i * page_bytes] = 1;
}

static void page_faults_are_exactly_those_taken(void **state)
{
	const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	char *const block = mmap(NULL, PAGES * page_bytes, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct counters *const counters = open_software();
	struct counter_reading reading;

	(void)state;
	assert_true(block != MAP_FAILED);
	madvise(block, PAGES * page_bytes, MADV_NOHUGEPAGE);
	counters_start(counters);
	counters_stop(counters); /* the first time round the counters' own pages are brought in */
	counters_start(counters);
	touch(block, page_bytes);
	counters_stop(counters);
	read_named(counters, "page_faults", &reading);
	counters_close(counters);
	munmap(block, PAGES * page_bytes);
	skip_if_unavailable(&reading);
	assert_in_range(reading.value, PAGES, PAGES + 2);
}

static void page_faults_of_before_the_start_are_not_counted(void **state)
{
	const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	char *const block = mmap(NULL, PAGES * page_bytes, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct counters *const counters = open_software();
	struct counter_reading reading;

	(void)state;
	assert_true(block != MAP_FAILED);
	touch(block, page_bytes);
	counters_start(counters);
	counters_stop(counters);
	read_named(counters, "page_faults", &reading);
	counters_close(counters);
	munmap(block, PAGES * page_bytes);
	skip_if_unavailable(&reading);
	assert_in_range(reading.value, 0, PAGES / 10);
}

/* In the user domain this reads 0: the switch happens in the kernel. */
static void context_switches_are_counted_in_the_full_domain(void **state)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	struct counters *const counters = open_software();
	struct counter_reading reading;

	(void)state;
	counters_start(counters);
	for (unsigned i = 0; i < NAPS; i++)
		nanosleep(&nap, NULL);
	counters_stop(counters);
	read_named(counters, "context_switches", &reading);
	counters_close(counters);
	skip_if_unavailable(&reading);
	assert_in_range(reading.value, NAPS, 10 * NAPS);
}

static void enabled_time_is_that_between_start_and_stop(void **state)
{
	const struct timespec nap = { .tv_nsec = 20000000 };
	struct counters *const counters = open_software();
	struct counter_reading reading;

	(void)state;
	counters_start(counters);
	nanosleep(&nap, NULL);
	counters_stop(counters);
	read_named(counters, "page_faults", &reading);
	counters_close(counters);
	skip_if_unavailable(&reading);
	assert_in_range(reading.enabled_ns, 20000000, 2000000000);
	assert_int_equal(reading.running_ns, reading.enabled_ns);
}

enum { OPENERS = 4, PROCESSES = 30 };

struct opening {
	struct start_line line;
	_Atomic unsigned arrived, missing;
};

/* Each on a PU of its own, as far as there are any: else they would take turns. */
static void bind_to(unsigned rank)
{
	cpu_set_t all, one;
	unsigned place;

	sched_getaffinity(0, sizeof(all), &all);
	place = rank % (unsigned)CPU_COUNT(&all);
	CPU_ZERO(&one);
	for (unsigned i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &all) && place-- == 0)
			CPU_SET(i, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void *open_together(void *argument)
{
	struct opening *const opening = argument;
	struct counter_reading reading;
	struct counters *counters;

	bind_to(fetch_add_relaxed(&opening->arrived, 1));    /* relaxed: a number */
	start_line_cross(&opening->line);
	counters = open_software();
	for (size_t i = 0; i < software.count; i++) {
		counters_read(counters, i, &reading);
		if (reading.unavailable[0])
			fetch_add_relaxed(&opening->missing, 1);    /* relaxed: joined, then read */
	}
	counters_close(counters);
	return NULL;
}

/* How many counters the threads of a fresh process do not get, all together. */
static unsigned count_missing(void)
{
	pthread_t threads[OPENERS];
	struct opening opening = { .missing = 0 };

	start_line_init(&opening.line, OPENERS);
	for (unsigned i = 0; i < OPENERS; i++)
		if (pthread_create(&threads[i], NULL, open_together, &opening))
			return OPENERS;
	for (unsigned i = 0; i < OPENERS; i++)
		pthread_join(threads[i], NULL);
	return load_relaxed(&opening.missing);    /* relaxed: all have been joined */
}

/* By itself PAPI tells threads that ask at the same time that an event does not exist. */
static void threads_that_open_together_get_all_or_nothing(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PROCESSES; i++) {
		const pid_t child = fork();
		int status;

		if (!child)
			_exit((int)count_missing());
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status) % OPENERS, 0);
	}
}

static int forbid_perf_event_open(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

enum refusal { REFUSAL_NAMED, REFUSAL_NOT_MADE, REFUSAL_SILENT, REFUSAL_COUNTED };

/* In a process of its own, where the kernel then refuses: what do the counters say? */
static enum refusal open_where_forbidden(const char *cause)
{
	struct counter_reading reading;
	struct counters *counters;

	if (forbid_perf_event_open())
		return REFUSAL_NOT_MADE;
	counters = open_software();
	counters_start(counters);
	counters_stop(counters);
	read_named(counters, "context_switches", &reading);
	counters_close(counters);
	if (!reading.unavailable[0])
		return REFUSAL_COUNTED;
	fprintf(stderr, "%s\n", reading.unavailable);
	return strstr(reading.unavailable, cause) ? REFUSAL_NAMED : REFUSAL_SILENT;
}

static void refused_counters_name_the_cause(void **state)
{
#ifdef NUMAMARK_HAVE_PAPI
	const char *const cause = "perf_event";
#else
	const char *const cause = "PAPI";
#endif
	int status;
	const pid_t child = fork();

	(void)state;
	if (!child)
		_exit((int)open_where_forbidden(cause));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == REFUSAL_NOT_MADE) {
		print_message("this kernel has no seccomp filters\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), REFUSAL_NAMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* These two first: PAPI may not have looked at anything before the forks. */
		cmocka_unit_test(refused_counters_name_the_cause),
		cmocka_unit_test(threads_that_open_together_get_all_or_nothing),
		cmocka_unit_test(page_faults_are_exactly_those_taken),
		cmocka_unit_test(page_faults_of_before_the_start_are_not_counted),
		cmocka_unit_test(context_switches_are_counted_in_the_full_domain),
		cmocka_unit_test(enabled_time_is_that_between_start_and_stop),
	};

	return cmocka_run_group_tests(tests, load_software, NULL);
}
