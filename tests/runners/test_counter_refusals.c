/* What PAPI answers, put into words; and passes, under a PAPI of our own that has two counters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <papi.h>
#include <cmocka.h>

#include "runners/measure/counters.h"
#include "tests/runners/fake_host.h"

enum { FAKE_COUNTERS = 2 };

/* The fake: an event of the name "none" does not exist, and a third one does not fit. */
static unsigned in_set;
static int start_answer;

int __wrap_PAPI_add_named_event(int set, const char *name);
int __wrap_PAPI_remove_named_event(int set, const char *name);
int __wrap_PAPI_cleanup_eventset(int set);
int __wrap_PAPI_start(int set);
int __wrap_PAPI_stop(int set, long long *values);

int __wrap_PAPI_add_named_event(int set, const char *name)
{
	(void)set;
	if (!strcmp(name, "none"))
		return PAPI_ENOEVNT;
	if (in_set == FAKE_COUNTERS)
		return PAPI_ECNFLCT;
	in_set++;
	return PAPI_OK;
}

int __wrap_PAPI_remove_named_event(int set, const char *name)
{
	(void)set, (void)name;
	in_set--;
	return PAPI_OK;
}

int __wrap_PAPI_cleanup_eventset(int set)
{
	(void)set;
	in_set = 0;
	return PAPI_OK;
}

int __wrap_PAPI_start(int set)
{
	(void)set;
	return start_answer;
}

int __wrap_PAPI_stop(int set, long long *values)
{
	(void)set;
	for (unsigned i = 0; values && i < in_set; i++)
		values[i] = i + 1;
	return PAPI_OK;
}

static int make_host(void **state)
{
	*state = folder_make();
	in_set = 0;
	start_answer = PAPI_OK;
	return 0;
}

static int remove_host(void **state)
{
	folder_remove(*state);
	return 0;
}

static void expect_cause(const char *root, const char *event, int error, const char *part)
{
	char reason[COUNTERS_REASON_BYTES];

	counter_cause(root, event, error, false, reason);
	if (!strstr(reason, part))
		fail_msg("%d: '%s', not '%s'", error, reason, part);
}

static void permission_names_the_setting_that_mends_it(void **state)
{
	fake_host_write(*state, "proc/sys/kernel/perf_event_paranoid", "3\n");
	expect_cause(*state, "X", PAPI_EPERM, "sysctl kernel.perf_event_paranoid=1");
}

static void permission_that_is_not_the_settings_is_told_apart(void **state)
{
	fake_host_write(*state, "proc/sys/kernel/perf_event_paranoid", "1\n");
	expect_cause(*state, "X", PAPI_EPERM, "--cap-add PERFMON");
}

static void machine_without_counters_is_told(void **state)
{
	expect_cause(*state, "PAPI_TOT_CYC", PAPI_ENOEVNT, "shows no hardware counters");
	expect_cause(*state, "PAPI_TOT_CYC", PAPI_ECMP_DISABLED, "shows no hardware counters");
}

static void event_that_the_processor_lacks_is_told(void **state)
{
	fake_host_write(*state, "sys/bus/event_source/devices/cpu/type", "4\n");
	expect_cause(*state, "X:Y", PAPI_ENOEVNT, "this processor has no event X:Y");
	expect_cause(*state, "X:Y", PAPI_EATTR, "this processor has no event X:Y");
	expect_cause(*state, "X", PAPI_ENOTPRESET, "this processor has no event X");
}

static void watchdog_that_holds_a_counter_is_named(void **state)
{
	fake_host_write(*state, "proc/sys/kernel/nmi_watchdog", "1\n");
	expect_cause(*state, "X", PAPI_ECNFLCT, "sysctl kernel.nmi_watchdog=0");
	expect_cause(*state, "X", PAPI_ECOUNT, "sysctl kernel.nmi_watchdog=0");
}

static void counters_that_another_holds_are_told(void **state)
{
	fake_host_write(*state, "proc/sys/kernel/nmi_watchdog", "0\n");
	expect_cause(*state, "X", PAPI_ECNFLCT, "another program holds them");
}

/* Whatever else PAPI answers is said in its own words, and never nothing. */
static void every_other_error_is_told_in_papis_words(void **state)
{
	static const int errors[] = { PAPI_EINVAL,  PAPI_ENOMEM,  PAPI_ESYS,   PAPI_ECMP,
				      PAPI_ECLOST,  PAPI_EBUG,    PAPI_ENOTRUN, PAPI_EISRUN,
				      PAPI_ENOEVST, PAPI_ENOCNTR, PAPI_EMISC,  PAPI_ENOINIT,
				      PAPI_ENOCMP,  PAPI_ENOSUPP, PAPI_ENOIMPL, PAPI_EBUF };

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		expect_cause(*state, "X", errors[i], PAPI_strerror(errors[i]));
}

/* Five events, the second of which does not exist, on two counters: passes {0, 2}, {3, 4}. */
static struct counter_group five = { .events = { { .event = "a", .name = "a" },
						 { .event = "none", .name = "none" },
						 { .event = "b", .name = "b" },
						 { .event = "c", .name = "c" },
						 { .event = "d", .name = "d" } },
				     .count = 5 };

static void expect_counted(unsigned pass, const char *counted)
{
	struct counters *counters;

	in_set = 0;
	assert_int_equal(counters_open(&five, pass, &counters), 0);
	counters_start(counters);
	counters_stop(counters);
	for (size_t i = 0; i < five.count; i++) {
		struct counter_reading reading;

		counters_read(counters, i, &reading);
		assert_int_equal(!reading.unavailable[0],
				 strchr(counted, five.events[i].name[0]) != NULL);
	}
	counters_close(counters);
}

static void events_beyond_the_budget_go_into_further_passes(void **state)
{
	(void)state;
	expect_counted(0, "ab");
	expect_counted(1, "cd");
	expect_counted(2, "ab");
}

static void event_of_another_pass_says_which(void **state)
{
	struct counter_reading reading;
	struct counters *counters;

	(void)state;
	assert_int_equal(counters_open(&five, 0, &counters), 0);
	counters_read(counters, 3, &reading);
	counters_close(counters);
	assert_non_null(strstr(reading.unavailable, "pass 2 of 2"));
}

/* Adding succeeds, starting does not: only what has been started counts as there. */
static void event_that_does_not_start_is_not_there(void **state)
{
	(void)state;
	start_answer = PAPI_ESYS;
	expect_counted(0, "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_host, remove_host)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(permission_names_the_setting_that_mends_it),
		CASE(permission_that_is_not_the_settings_is_told_apart),
		CASE(machine_without_counters_is_told),
		CASE(event_that_the_processor_lacks_is_told),
		CASE(watchdog_that_holds_a_counter_is_named),
		CASE(counters_that_another_holds_are_told),
		CASE(every_other_error_is_told_in_papis_words),
		CASE(events_beyond_the_budget_go_into_further_passes),
		CASE(event_of_another_pass_says_which),
		CASE(event_that_does_not_start_is_not_there),
	};

	/* PAPI's words for its errors are there once it is initialised. */
	PAPI_library_init(PAPI_VER_CURRENT);
	return cmocka_run_group_tests_name("counter refusals", tests, NULL, NULL);
}
