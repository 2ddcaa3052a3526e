/* Host checks against trees of fake /proc and /sys: a good one, a bad one, an empty one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "runners/preflight/preflight.h"
#include "tests/runners/fake_host.h"

static const struct fake_file good[] = {
	{ "proc/cpuinfo", "processor : 0\nflags : fpu vme\n" },
	{ "proc/loadavg", "0.00 0.00 0.00 1/100 4242\n" },
	{ "proc/sys/kernel/numa_balancing", "0\n" },
	{ "proc/sys/kernel/nmi_watchdog", "0\n" },
	{ "proc/sys/kernel/perf_event_paranoid", "-1\n" },
	{ "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n" },
	{ "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n" },
	{ "sys/devices/system/cpu/intel_pstate/no_turbo", "1\n" },
	{ "sys/devices/system/cpu/smt/active", "0\n" },
	{ "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n" },
	{ "sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n" },
	{ "sys/devices/system/cpu/isolated", "2-63\n" },
	{ "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "2900000\n" },
	{ "sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "2890000\n" },
	{ "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "0\n" },
	{ "sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count", "0\n" },
	{ "proc/irq/1/smp_affinity_list", "0\n" },
	{ "proc/irq/24/smp_affinity_list", "0\n" },
};

static int make_good_host(void **state)
{
	*state = folder_make();
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		fake_host_write(*state, good[i].path, good[i].text);
	return 0;
}

static const struct preflight_item *item(const struct preflight *preflight, const char *name)
{
	for (size_t i = 0; i < preflight->count; i++)
		if (!strcmp(preflight->items[i].name, name))
			return &preflight->items[i];
	fail_msg("no item %s", name);
	return NULL;
}

static void good_host_is_fit(void **state)
{
	struct preflight preflight;

	preflight_check(*state, &preflight);
	for (size_t i = 0; i < preflight.count; i++)
		if (preflight.items[i].grade != PREFLIGHT_FIT)
			fail_msg("%s: %s", preflight.items[i].name, preflight.items[i].found);
	assert_int_equal(preflight.grade, PREFLIGHT_FIT);
}

/* Each defect alone, on an otherwise good host, lowers the grade of its item and of the host. */
static void each_defect_is_found(void **state)
{
	static const struct {
		const char *path, *text, *name, *found;
		enum preflight_grade grade;
	} defects[] = {
		{ "proc/cpuinfo", "flags : fpu hypervisor vme\n", "hypervisor", "virtual machine",
		  PREFLIGHT_UNFIT },
		{ "proc/loadavg", "0.00 0.00 0.00 3/100 4242\n", "load", "2", PREFLIGHT_CAVEAT },
		{ "proc/sys/kernel/numa_balancing", "1\n", "numa-balancing", "1", PREFLIGHT_UNFIT },
		{ "proc/sys/kernel/nmi_watchdog", "1\n", "nmi-watchdog", "1", PREFLIGHT_CAVEAT },
		{ "proc/sys/kernel/perf_event_paranoid", "3\n", "perf-events", "3", PREFLIGHT_CAVEAT },
		{ "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n", "governor",
		  "powersave", PREFLIGHT_UNFIT },
		{ "sys/devices/system/cpu/intel_pstate/no_turbo", "0\n", "turbo", "on",
		  PREFLIGHT_CAVEAT },
		{ "sys/devices/system/cpu/smt/active", "1\n", "smt", "on", PREFLIGHT_CAVEAT },
		{ "sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n",
		  "transparent-huge-pages", "always", PREFLIGHT_CAVEAT },
		{ "sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n",
		  "clock-source", "hpet", PREFLIGHT_CAVEAT },
		{ "sys/devices/system/cpu/isolated", "\n", "isolated-cpus", "none",
		  PREFLIGHT_CAVEAT },
		{ "sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "2100000\n",
		  "frequency-drift", "2100 to 2900 MHz", PREFLIGHT_CAVEAT },
		{ "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3\n",
		  "thermal-throttling", "3", PREFLIGHT_CAVEAT },
		{ "proc/irq/24/smp_affinity_list", "0,4-6\n", "irq-affinity", "2 on 4 PUs",
		  PREFLIGHT_CAVEAT },
	};

	for (size_t i = 0; i < sizeof(defects) / sizeof(*defects); i++) {
		struct preflight preflight;

		fake_host_write(*state, defects[i].path, defects[i].text);
		preflight_check(*state, &preflight);
		assert_string_equal(item(&preflight, defects[i].name)->found, defects[i].found);
		assert_int_equal(item(&preflight, defects[i].name)->grade, defects[i].grade);
		assert_int_equal(preflight.grade, defects[i].grade);
		for (size_t k = 0; k < sizeof(good) / sizeof(*good); k++)
			fake_host_write(*state, good[k].path, good[k].text);
	}
}

static void amd_boost_counts_as_turbo(void **state)
{
	struct preflight preflight;
	char path[512];

	snprintf(path, sizeof(path), "%s/sys/devices/system/cpu/intel_pstate/no_turbo",
		 (char *)*state);
	assert_int_equal(remove(path), 0);
	fake_host_write(*state, "sys/devices/system/cpu/cpufreq/boost", "1\n");
	preflight_check(*state, &preflight);
	assert_string_equal(item(&preflight, "turbo")->found, "on");
}

static void silent_host_is_unknown_and_never_fit(void **state)
{
	struct preflight preflight;

	preflight_check(*state, &preflight);
	for (size_t i = 0; i < preflight.count; i++)
		assert_int_equal(preflight.items[i].grade, PREFLIGHT_UNKNOWN);
	assert_int_equal(preflight.grade, PREFLIGHT_CAVEAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(good_host_is_fit, make_good_host, remove_folder),
		cmocka_unit_test_setup_teardown(each_defect_is_found, make_good_host, remove_folder),
		cmocka_unit_test_setup_teardown(amd_boost_counts_as_turbo, make_good_host,
						remove_folder),
		cmocka_unit_test_setup_teardown(silent_host_is_unknown_and_never_fit, make_folder,
						remove_folder),
	};

	return cmocka_run_group_tests_name("preflight", tests, NULL, NULL);
}
