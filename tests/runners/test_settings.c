/* Settings applied to trees of fake /proc and /sys, read back, and put back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "runners/preflight/preflight.h"
#include "runners/preflight/settings.h"
#include "tests/runners/fake_host.h"

#define CPUS     "sys/devices/system/cpu/"
#define GOVERNOR CPUS "cpu1/cpufreq/scaling_governor"

/* Everything that can be set is wrong. */
static const struct fake_file bad[] = {
	{ "proc/sys/kernel/numa_balancing", "1\n" },
	{ "proc/sys/kernel/nmi_watchdog", "1\n" },
	{ "proc/sys/kernel/perf_event_paranoid", "4\n" },
	{ CPUS "cpu0/cpufreq/scaling_governor", "performance\n" },
	{ GOVERNOR, "powersave\n" },
	{ CPUS "intel_pstate/no_turbo", "0\n" },
	{ "sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n" },
};

enum { BAD_FILES = sizeof(bad) / sizeof(*bad), TO_CHANGE = BAD_FILES - 1 };

/* A fake host and where its state is kept; freed by tear_down(). */
struct host {
	char *root;
	char state[512];
	json_t *rows;
	struct fault fault;
};

static int set_up(void **state)
{
	struct host *const host = calloc(1, sizeof(*host));

	host->root = folder_make();
	snprintf(host->state, sizeof(host->state), "%s/kept/deep/before.json", host->root);
	for (size_t i = 0; i < BAD_FILES; i++)
		fake_host_write(host->root, bad[i].path, bad[i].text);
	host->rows = json_array();
	*state = host;
	return 0;
}

static int tear_down(void **state)
{
	struct host *const host = *state;

	folder_remove(host->root);
	json_decref(host->rows);
	free(host);
	return 0;
}

static int apply(struct host *host)
{
	return settings_apply(host->root, host->state, host->rows, &host->fault);
}

static int restore(struct host *host)
{
	json_array_clear(host->rows);
	return settings_restore(host->state, host->rows, &host->fault);
}

static void expect(const struct host *host, const char *path, const char *text)
{
	char *const found = folder_read(host->root, path);

	found[strcspn(found, "\n")] = '\0';
	assert_string_equal(found, text);
	free(found);
}

/* What a crash leaves: the file is there, and names the values of before. */
static void expect_kept(const struct host *host, const char *path, const char *value)
{
	json_t *const before = settings_before(host->state);
	char full[1024];

	snprintf(full, sizeof(full), "%s/%s", host->root, path);
	assert_string_equal(json_string_value(json_object_get(before, full)), value);
	json_decref(before);
}

static void apply_sets_what_is_not_fit(void **state)
{
	struct host *const host = *state;

	assert_int_equal(apply(host), 0);
	assert_int_equal(json_array_size(host->rows), TO_CHANGE);
	expect(host, GOVERNOR, "performance");
	expect(host, CPUS "intel_pstate/no_turbo", "1");
	expect(host, "sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	expect(host, "proc/sys/kernel/numa_balancing", "0");
	expect(host, "proc/sys/kernel/nmi_watchdog", "0");
	expect(host, "proc/sys/kernel/perf_event_paranoid", "1");
}

static void apply_twice_finds_nothing_to_do(void **state)
{
	struct host *const host = *state;

	fake_host_write(host->root, "sys/kernel/mm/transparent_hugepage/enabled",
			"always [madvise] never\n");
	assert_int_equal(apply(host), 0);
	json_array_clear(host->rows);
	assert_int_equal(apply(host), 0);
	assert_int_equal(json_array_size(host->rows), 0);
}

static void state_of_before_is_kept_for_a_crash(void **state)
{
	struct host *const host = *state;

	assert_int_equal(apply(host), 0);
	expect_kept(host, GOVERNOR, "powersave");
	expect_kept(host, "sys/kernel/mm/transparent_hugepage/enabled", "always");
}

static void restore_puts_back_and_forgets(void **state)
{
	struct host *const host = *state;

	assert_int_equal(apply(host), 0);
	assert_int_equal(restore(host), 0);
	expect(host, GOVERNOR, "powersave");
	expect(host, CPUS "intel_pstate/no_turbo", "0");
	expect(host, "sys/kernel/mm/transparent_hugepage/enabled", "always");
	expect(host, "proc/sys/kernel/perf_event_paranoid", "4");
	assert_int_equal(access(host->state, F_OK), -1);
}

/* Applied, crashed, changed by hand, applied again: before is what it was at first. */
static void second_application_keeps_the_first_state(void **state)
{
	struct host *const host = *state;

	assert_int_equal(apply(host), 0);
	fake_host_write(host->root, GOVERNOR, "schedutil\n");
	assert_int_equal(apply(host), 0);
	expect_kept(host, GOVERNOR, "powersave");
	assert_int_equal(restore(host), 0);
	expect(host, GOVERNOR, "powersave");
}

/* A setting that takes what is written and holds something else is found out by reading it. */
static void setting_that_does_not_take_is_told(void **state)
{
	struct host *const host = *state;
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", host->root, GOVERNOR);
	assert_int_equal(remove(path), 0);
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_int_equal(apply(host), -EPERM);
	assert_non_null(strstr(host->fault.text, "1 of"));
	expect(host, "proc/sys/kernel/numa_balancing", "0");
}

static void state_that_cannot_be_kept_changes_nothing(void **state)
{
	struct host *const host = *state;

	/* The folder of the state is a file: nobody, not even root, makes one in it. */
	fake_host_write(host->root, "kept", "");
	assert_true(apply(host) < 0);
	assert_non_null(strstr(host->fault.text, "nothing was changed"));
	for (size_t i = 0; i < BAD_FILES; i++) {
		char text[64];

		snprintf(text, sizeof(text), "%.*s", (int)strcspn(bad[i].text, "\n"), bad[i].text);
		expect(host, bad[i].path, text);
	}
}

static void restore_without_an_application_is_refused(void **state)
{
	struct host *const host = *state;

	assert_int_equal(restore(host), -ENOENT);
}

/* A file that is gone cannot be put back, and stays in the state for another time. */
static void restore_keeps_what_it_cannot_put_back(void **state)
{
	struct host *const host = *state;
	char path[1024], kept[1024];

	assert_int_equal(apply(host), 0);
	snprintf(path, sizeof(path), "%s/" CPUS "cpu1", host->root);
	snprintf(kept, sizeof(kept), "%s/" CPUS "gone", host->root);
	assert_int_equal(rename(path, kept), 0);
	assert_int_equal(restore(host), -EPERM);
	expect_kept(host, GOVERNOR, "powersave");
	expect(host, "proc/sys/kernel/numa_balancing", "1");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(apply_sets_what_is_not_fit),
		CASE(apply_twice_finds_nothing_to_do),
		CASE(state_of_before_is_kept_for_a_crash),
		CASE(restore_puts_back_and_forgets),
		CASE(second_application_keeps_the_first_state),
		CASE(setting_that_does_not_take_is_told),
		CASE(state_that_cannot_be_kept_changes_nothing),
		CASE(restore_without_an_application_is_refused),
		CASE(restore_keeps_what_it_cannot_put_back),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
