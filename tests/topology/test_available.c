#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "topology/available.h"
#include "topology/kernel_file.h"

/* The files of a made-up kernel; these functions stand in for those of topology/kernel_file.c. */
static const struct said {
	const char *path, *text;
} * files;

static const char *text_of(const char *path)
{
	for (const struct said *file = files; file->path; file++)
		if (!strcmp(file->path, path))
			return file->text;
	return NULL;
}

int kernel_file_read(char *text, size_t room, const char *path_format, ...)
{
	char path[PATH_MAX];
	const char *found;
	va_list arguments;

	va_start(arguments, path_format);
	vsnprintf(path, sizeof(path), path_format, arguments);
	va_end(arguments);
	found = text_of(path);
	text[0] = '\0';
	return found ? snprintf(text, room, "%s", found) : -ENOENT;
}

int kernel_file_number(uint64_t *number, const char *path_format, ...)
{
	char path[PATH_MAX];
	const char *found;
	va_list arguments;

	va_start(arguments, path_format);
	vsnprintf(path, sizeof(path), path_format, arguments);
	va_end(arguments);
	found = text_of(path);
	if (!found || *found < '0' || *found > '9')
		return found ? -EINVAL : -ENOENT;
	*number = strtoull(found, NULL, 10);
	return 0;
}

int kernel_text_number(const char *text, const char *name, uint64_t *number)
{
	const char *const found = strstr(text, name);

	if (!found)
		return -ENODATA;
	*number = strtoull(found + strlen(name), NULL, 10);
	return 0;
}

#define MACHINE                                                                   \
	{                                                                         \
		"/proc/meminfo", "MemTotal:  9000 kB\nMemAvailable:    8000 kB\n" \
	}

static void available_is_what_the_machine_says(void **state)
{
	static const struct said said[] = { MACHINE, { NULL, NULL } };

	(void)state;
	files = said;
	assert_int_equal(available_bytes(NULL, 0), 8000 * 1024);
}

static void available_is_bounded_by_the_nodes(void **state)
{
	static const struct said said[] = {
		MACHINE,
		{ "/sys/devices/system/node/node3/meminfo",
		  "Node 3 MemTotal: 4000 kB\nNode 3 MemFree:  100 kB\nNode 3 Active(file): 20 kB\n"
		  "Node 3 Inactive(file): 3 kB\nNode 3 SReclaimable: 7 kB\n" },
		{ "/sys/devices/system/node/node5/meminfo", "Node 5 MemFree: 1000 kB\n" },
		{ NULL, NULL },
	};
	static const unsigned nodes[] = { 3, 5 };

	(void)state;
	files = said;
	assert_int_equal(available_bytes(nodes, 1), 130 * 1024);
	assert_int_equal(available_bytes(nodes, 2), 1130 * 1024);
}

static void available_without_nodes_in_the_kernel_is_the_machines(void **state)
{
	static const struct said said[] = { MACHINE, { NULL, NULL } };
	static const unsigned nodes[] = { 0 };

	(void)state;
	files = said;
	assert_int_equal(available_bytes(nodes, 1), 8000 * 1024);
}

/* The group itself has no limit; the one above it has, and some of its use is page cache. */
static void available_is_bounded_by_every_group_above(void **state)
{
	static const struct said said[] = {
		MACHINE,
		{ "/proc/self/cgroup", "0::/jobs/mine" },
		{ "/sys/fs/cgroup/jobs/mine/memory.max", "max" },
		{ "/sys/fs/cgroup/jobs/mine/memory.current", "1000" },
		{ "/sys/fs/cgroup/jobs/memory.max", "500000" },
		{ "/sys/fs/cgroup/jobs/memory.current", "300000" },
		{ "/sys/fs/cgroup/jobs/memory.stat", "anon 1\ninactive_file 100000\n" },
		{ NULL, NULL },
	};

	(void)state;
	files = said;
	assert_int_equal(available_bytes(NULL, 0), 300000);
}

static void available_in_a_container_is_bounded_at_its_root(void **state)
{
	static const struct said said[] = {
		MACHINE,
		{ "/proc/self/cgroup", "0::/" },
		{ "/sys/fs/cgroup/memory.max", "400000" },
		{ "/sys/fs/cgroup/memory.current", "150000" },
		{ NULL, NULL },
	};

	(void)state;
	files = said;
	assert_int_equal(available_bytes(NULL, 0), 250000);
}

static void available_is_bounded_by_groups_of_version_1(void **state)
{
	static const struct said said[] = {
		MACHINE,
		{ "/proc/self/cgroup", "12:cpuset:/jobs\n4:memory:/jobs\n1:name=systemd:/x" },
		{ "/sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "70000" },
		{ "/sys/fs/cgroup/memory/jobs/memory.usage_in_bytes", "30000" },
		{ "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712" },
		{ "/sys/fs/cgroup/memory/memory.usage_in_bytes", "50000" },
		{ NULL, NULL },
	};

	(void)state;
	files = said;
	assert_int_equal(available_bytes(NULL, 0), 40000);
}

static void available_in_a_group_beyond_its_limit_is_nothing(void **state)
{
	static const struct said said[] = {
		MACHINE,
		{ "/proc/self/cgroup", "0::/" },
		{ "/sys/fs/cgroup/memory.max", "1000" },
		{ "/sys/fs/cgroup/memory.current", "2000" },
		{ NULL, NULL },
	};

	(void)state;
	files = said;
	assert_int_equal(available_bytes(NULL, 0), 0);
}

static void available_huge_pages_are_those_free_on_the_nodes(void **state)
{
	static const struct said said[] = {
		{ "/sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages", "3" },
		{ "/sys/devices/system/node/node2/hugepages/hugepages-2048kB/free_hugepages", "4" },
		{ "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "9" },
		{ NULL, NULL },
	};
	static const unsigned nodes[] = { 1, 2, 7 };

	(void)state;
	files = said;
	assert_int_equal(available_huge_bytes(nodes, 3, 2 << 20), 7 * (2 << 20));
	assert_int_equal(available_huge_bytes(NULL, 0, 2 << 20), 9 * (2 << 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(available_is_what_the_machine_says),
		cmocka_unit_test(available_is_bounded_by_the_nodes),
		cmocka_unit_test(available_without_nodes_in_the_kernel_is_the_machines),
		cmocka_unit_test(available_is_bounded_by_every_group_above),
		cmocka_unit_test(available_in_a_container_is_bounded_at_its_root),
		cmocka_unit_test(available_is_bounded_by_groups_of_version_1),
		cmocka_unit_test(available_in_a_group_beyond_its_limit_is_nothing),
		cmocka_unit_test(available_huge_pages_are_those_free_on_the_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
