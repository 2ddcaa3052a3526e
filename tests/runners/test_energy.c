/* Energy from trees of fake powercap files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "runners/measure/energy.h"
#include "tests/runners/fake_host.h"

#define RAPL "sys/class/powercap/intel-rapl:"

static struct energy energy;

static void write_domain(const char *root, const char *domain, const char *name, const char *uj)
{
	char path[256];

	snprintf(path, sizeof(path), RAPL "%s/name", domain);
	fake_host_write(root, path, name);
	snprintf(path, sizeof(path), RAPL "%s/max_energy_range_uj", domain);
	fake_host_write(root, path, "10000000\n");
	snprintf(path, sizeof(path), RAPL "%s/energy_uj", domain);
	if (uj)
		fake_host_write(root, path, uj);
}

static int make_host(void **state)
{
	*state = folder_make();
	return 0;
}

static int remove_host(void **state)
{
	folder_remove(*state);
	return 0;
}

static void energy_is_the_sum_of_the_packages(void **state)
{
	write_domain(*state, "0", "package-0\n", "1000000\n");
	write_domain(*state, "1", "package-1\n", "2000000\n");
	energy_begin(*state, &energy);
	write_domain(*state, "0", "package-0\n", "1500000\n");
	write_domain(*state, "1", "package-1\n", "4000000\n");
	energy_end(&energy);
	assert_string_equal(energy.unavailable, "");
	assert_true(energy.joules > 2.49 && energy.joules < 2.51);
}

static void count_that_went_round_is_put_right(void **state)
{
	write_domain(*state, "0", "package-0\n", "9000000\n");
	energy_begin(*state, &energy);
	write_domain(*state, "0", "package-0\n", "1000000\n");
	energy_end(&energy);
	assert_true(energy.joules > 1.99 && energy.joules < 2.01);
}

static void parts_of_a_package_are_not_counted_twice(void **state)
{
	write_domain(*state, "0", "package-0\n", "0\n");
	write_domain(*state, "0:0", "core\n", "0\n");
	write_domain(*state, "1", "psys\n", "0\n");
	energy_begin(*state, &energy);
	assert_int_equal(energy.count, 1);
}

static void machine_without_counters_says_so(void **state)
{
	energy_begin(*state, &energy);
	energy_end(&energy);
	assert_non_null(strstr(energy.unavailable, "no energy counters"));
}

static void count_that_cannot_be_read_says_why(void **state)
{
	write_domain(*state, "0", "package-0\n", NULL);
	energy_begin(*state, &energy);
	energy_end(&energy);
	assert_non_null(strstr(energy.unavailable, "energy_uj"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_host, remove_host)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(energy_is_the_sum_of_the_packages),
		CASE(count_that_went_round_is_put_right),
		CASE(parts_of_a_package_are_not_counted_twice),
		CASE(machine_without_counters_says_so),
		CASE(count_that_cannot_be_read_says_why),
	};

	return cmocka_run_group_tests_name("energy", tests, NULL, NULL);
}
