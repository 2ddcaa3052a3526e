/*
 * Discovery as on a real host, through the kernel's files, on hosts that are not at hand: a folder
 * is filled with what sysfs would show and hwloc is pointed at it.
 */
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/topology/machines.h"
#include "topology/clock.h"
#include "topology/distance.h"

enum {
	BIG_NODES = 2,
	BIG_CORES = 96, /* of a node */
	BIG_PUS = BIG_NODES * BIG_CORES * 2,
	NODE_STEP = 8, /* between node numbers: 0 and 8 */
	PATH_BYTES = 256,
	LIST_BYTES = 64
};

static char folder[PATH_BYTES / 2];

static void folders_make(char *path)
{
	for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

/* Writes one line to a file under the folder, with the folders above it. */
static void put(const char *path, const char *line)
{
	char full[PATH_BYTES];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", folder, path);
	file = fopen(full, "w");
	if (!file) {
		folders_make(full);
		file = fopen(full, "w");
	}
	assert_non_null(file);
	fprintf(file, "%s\n", line);
	assert_int_equal(fclose(file), 0);
}

static void put_cpu(unsigned cpu, const char *name, const char *line)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "sys/devices/system/cpu/cpu%u/%s", cpu, name);
	put(path, line);
}

/*
 * The mask of PUs @first to @first + @count - 1 and of those @offset higher, as sysfs prints masks.
 */
static void mask_format(unsigned first, unsigned count, unsigned offset, char *mask)
{
	uint32_t words[BIG_PUS / 32] = { 0 };

	for (unsigned i = first; i < first + count; i++) {
		words[i / 32] |= 1u << (i % 32);
		words[(i + offset) / 32] |= 1u << ((i + offset) % 32);
	}
	for (int i = BIG_PUS / 32 - 1; i >= 0; i--)
		mask += sprintf(mask, "%08" PRIx32 "%s", words[i], i ? "," : "");
}

static void put_cache(unsigned cpu, unsigned index, const char *level, const char *size,
		      const char *mask)
{
	static const char *const fields[] = { "type", "level", "size", "shared_cpu_map",
					      "coherency_line_size" };
	const char *const values[] = { index ? "Unified" : "Data", level, size, mask, "64" };
	char name[LIST_BYTES];

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		snprintf(name, sizeof(name), "cache/index%u/%s", index, fields[i]);
		put_cpu(cpu, name, values[i]);
	}
}

/*
 * One core of the big host: core c of package p has the PUs p x 96 + c, and that plus 192. All that
 * sysfs tells of siblings is the same, so that one folder serves both.
 */
static void put_big_core(unsigned pu)
{
	const unsigned package = pu / BIG_CORES;
	char core_mask[PATH_BYTES], package_mask[PATH_BYTES], name[LIST_BYTES], path[PATH_BYTES];

	mask_format(pu, 1, BIG_PUS / 2, core_mask);
	mask_format(package * BIG_CORES, BIG_CORES, BIG_PUS / 2, package_mask);
	snprintf(name, sizeof(name), "%u", package);
	put_cpu(pu, "topology/physical_package_id", name);
	snprintf(name, sizeof(name), "%u", pu % BIG_CORES);
	put_cpu(pu, "topology/core_id", name);
	put_cpu(pu, "topology/thread_siblings", core_mask);
	put_cpu(pu, "topology/core_siblings", package_mask);
	put_cache(pu, 0, "1", "48K", core_mask);
	put_cache(pu, 1, "2", "2048K", core_mask);
	put_cache(pu, 2, "3", "393216K", package_mask);
	snprintf(name, sizeof(name), "cpu%u", pu);
	snprintf(path, sizeof(path), "%s/sys/devices/system/cpu/cpu%u", folder, pu + BIG_PUS / 2);
	assert_int_equal(symlink(name, path), 0);
}

static void put_big_node(unsigned package)
{
	char path[PATH_BYTES], mask[PATH_BYTES];

	mask_format(package * BIG_CORES, BIG_CORES, BIG_PUS / 2, mask);
	snprintf(path, sizeof(path), "sys/devices/system/node/node%u/cpumap", package * NODE_STEP);
	put(path, mask);
	snprintf(path, sizeof(path), "sys/devices/system/node/node%u/meminfo", package * NODE_STEP);
	put(path, "Node 0 MemTotal: 402653184 kB");
	snprintf(path, sizeof(path), "sys/devices/system/node/node%u/distance",
		 package * NODE_STEP);
	put(path, package ? "32 10" : "10 32");
}

static int big_host_make(void **state)
{
	/* In memory where possible: some file systems take seconds for so many files. */
	const char *place = access("/dev/shm", W_OK) ? P_tmpdir : "/dev/shm";

	(void)state;
	snprintf(folder, sizeof(folder), "%s/numamark-host-XXXXXX", place);
	if (!mkdtemp(folder))
		return -1;
	put("sys/devices/system/cpu/online", "0-383");
	put("sys/devices/system/node/online", "0,8");
	for (unsigned pu = 0; pu < BIG_PUS / 2; pu++)
		put_big_core(pu);
	for (unsigned package = 0; package < BIG_NODES; package++)
		put_big_node(package);
	return setenv("HWLOC_FSROOT", folder, 1);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int big_host_remove(void **state)
{
	(void)state;
	unsetenv("HWLOC_FSROOT");
	return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void discovery_of_384_pus_finds_them_all(void **state)
{
	struct topology *topology = machine_load(NULL);

	(void)state;
	assert_int_equal(topology_pu_count(topology), BIG_PUS);
	assert_int_equal(topology_core_count(topology), BIG_PUS / 2);
	assert_int_equal(topology_package_count(topology), BIG_NODES);
	assert_int_equal(topology_l3_count(topology), BIG_NODES);
	topology_free(topology);
}

static void discovery_of_another_host_is_not_live(void **state)
{
	struct topology *topology = machine_load(NULL);

	(void)state;
	assert_false(topology_is_live(topology));
	topology_free(topology);
}

static void discovery_of_sparse_nodes_keeps_numbers_and_distances(void **state)
{
	struct topology *topology = machine_load(NULL);

	(void)state;
	assert_int_equal(topology_node_count(topology), BIG_NODES);
	assert_int_equal(topology_node(topology, 1)->os_index, NODE_STEP);
	assert_int_equal(topology_node(topology, 1)->memory_bytes, 384ull << 30);
	assert_int_equal(topology_node(topology, 1)->pu_count, BIG_PUS / 2);
	assert_int_equal(distance_between(topology, 0, 1), 32);
	topology_free(topology);
}

/* Half a second is asked for; four times that leaves room for a busy test host and sanitizers. */
static void discovery_of_384_pus_takes_under_2_seconds(void **state)
{
	const uint64_t start_ns = clock_monotonic_ns();
	struct topology *topology = machine_load(NULL);
	const uint64_t taken_ns = clock_monotonic_ns() - start_ns;

	(void)state;
	printf("384 PUs loaded in %.1f ms\n", (double)taken_ns / 1e6);
	assert_true(taken_ns < 2000000000u);
	topology_free(topology);
}

static void discovery_of_an_offline_core_counts_its_pus_as_forbidden(void **state)
{
	struct topology *topology;

	(void)state;
	put("sys/devices/system/cpu/online", "0-4,6-196,198-383");
	put_cpu(5, "online", "0");
	topology = machine_load(NULL);
	put("sys/devices/system/cpu/online", "0-383");
	put_cpu(5, "online", "1");
	assert_int_equal(topology_pu_count(topology), BIG_PUS - 2);
	assert_int_equal(topology_core_count(topology), BIG_PUS / 2 - 1);
	assert_int_equal(topology_forbidden_pu_count(topology), 2);
	assert_int_equal(topology_find_pu(topology, 197), -ENOENT);
	topology_free(topology);
}

static void discovery_under_an_affinity_mask_keeps_to_it(void **state)
{
	const int cpu = sched_getcpu();
	cpu_set_t before, one;

	(void)state;
	unsetenv("HWLOC_FSROOT");
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);

	struct topology *topology = machine_load(NULL);

	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	setenv("HWLOC_FSROOT", folder, 1);
	assert_int_equal(topology_pu_count(topology), 1);
	assert_int_equal(topology_pu(topology, 0)->os_index, cpu);
	assert_int_equal(topology_pu(topology, 0)->smt, 0);
	topology_free(topology);
}

static void discovery_leaves_the_binding_alone(void **state)
{
	cpu_set_t before, after;
	struct topology *topology;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	topology = machine_load(NULL);
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	topology_free(topology);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(discovery_of_384_pus_finds_them_all),
		cmocka_unit_test(discovery_of_another_host_is_not_live),
		cmocka_unit_test(discovery_of_sparse_nodes_keeps_numbers_and_distances),
		cmocka_unit_test(discovery_of_384_pus_takes_under_2_seconds),
		cmocka_unit_test(discovery_of_an_offline_core_counts_its_pus_as_forbidden),
		cmocka_unit_test(discovery_under_an_affinity_mask_keeps_to_it),
		cmocka_unit_test(discovery_leaves_the_binding_alone),
	};

	return cmocka_run_group_tests(tests, big_host_make, big_host_remove);
}
