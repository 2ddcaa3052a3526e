#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/topology/machines.h"

static void topology_of_the_live_machine_is_live(void **state)
{
	struct topology *topology = machine_load(NULL);

	(void)state;
	assert_true(topology_is_live(topology));
	assert_true(topology_pu_count(topology) <= (unsigned)sysconf(_SC_NPROCESSORS_CONF));
	topology_free(topology);
}

static void topology_of_a_text_is_not_live(void **state)
{
	struct topology *topology = machine_load("pu:2");

	(void)state;
	assert_false(topology_is_live(topology));
	topology_free(topology);
}

static void topology_free_of_nothing_does_nothing(void **state)
{
	(void)state;
	topology_free(NULL);
}

static void assert_counts(const char *machine, unsigned packages, unsigned nodes, unsigned cores,
			  unsigned pus)
{
	struct topology *topology = machine_load(machine);

	assert_int_equal(topology_package_count(topology), packages);
	assert_int_equal(topology_node_count(topology), nodes);
	assert_int_equal(topology_core_count(topology), cores);
	assert_int_equal(topology_pu_count(topology), pus);
	topology_free(topology);
}

static void topology_without_packages_or_cores_counts_pus_as_cores(void **state)
{
	(void)state;
	assert_counts("pu:4", 1, 1, 4, 4);
	assert_counts("numa:2 pu:3", 1, 2, 6, 6);
	assert_counts("core:2 pu:2", 1, 1, 2, 4);
}

static void topology_of_synthetic_machines_counts_what_they_describe(void **state)
{
	(void)state;
	assert_counts(MACHINE_2X32X2, 2, 2, 64, 128);
	assert_counts("package:8 numa:1 l3:1 core:2 pu:1", 8, 8, 16, 16);
	assert_counts("numa:2 package:2 l2:2 core:1 pu:2", 4, 2, 8, 16);
}

static void topology_of_the_emulated_machines_counts_what_was_booted(void **state)
{
	(void)state;
	assert_counts(MACHINES_OURS "emulated-2n8p.xml", 2, 2, 8, 8);
	assert_counts(MACHINES_OURS "emulated-4n16p-hmat.xml", 4, 4, 16, 16);
	assert_counts(MACHINES_OURS "emulated-2n128p-smt2.xml", 2, 2, 64, 128);
}

static void topology_smt_rank_counts_within_the_core(void **state)
{
	struct topology *topology = machine_load(MACHINE_2X32X2);
	const struct topology_pu *last = topology_pu(topology, 127);

	(void)state;
	assert_int_equal(last->os_index, 127);
	assert_int_equal(last->smt, 1);
	assert_int_equal(last->core, 63);
	assert_int_equal(last->package, 1);
	assert_int_equal(last->node, 1);
	topology_free(topology);
}

static void topology_node_around_several_packages_belongs_to_none(void **state)
{
	struct topology *topology = machine_load("numa:2 package:2 pu:2");

	(void)state;
	assert_int_equal(topology_node(topology, 1)->package, TOPOLOGY_NONE);
	assert_int_equal(topology_node(topology, 1)->pu_count, 4);
	topology_free(topology);
}

static void topology_node_inside_a_package_names_it(void **state)
{
	struct topology *topology = machine_load("package:2 numa:2 pu:2");

	(void)state;
	assert_int_equal(topology_node(topology, 2)->package, 1);
	topology_free(topology);
}

static void topology_node_around_one_package_belongs_to_it(void **state)
{
	struct topology *topology =
		machine_load("group:2 [numa(memory=1GiB)] package:1 core:2 pu:1");

	(void)state;
	assert_int_equal(topology_node(topology, 0)->package, 0);
	assert_int_equal(topology_node(topology, 1)->package, 1);
	topology_free(topology);
}

static void topology_pu_between_two_memories_takes_the_inner_one(void **state)
{
	struct topology *topology =
		machine_load("package:2 [numa(memory=4GiB)] l3:2 [numa(memory=1GiB)] core:2 pu:1");
	unsigned without_pus = 0;

	(void)state;
	assert_int_equal(topology_node_count(topology), 6);
	for (unsigned i = 0; i < 6; i++) {
		const struct topology_node *node = topology_node(topology, i);

		assert_int_equal(node->pu_count, node->memory_bytes >> 30 == 4 ? 0 : 2);
		without_pus += node->pu_count == 0;
	}
	assert_int_equal(without_pus, 2);
	topology_free(topology);
}

static void topology_memoryless_node_gives_its_pus_to_another(void **state)
{
	struct topology *topology =
		machine_load("package:2 [numa(memory=0)] l3:1 [numa(memory=1GB)] pu:2");

	(void)state;
	for (unsigned i = 0; i < topology_node_count(topology); i++) {
		const struct topology_node *node = topology_node(topology, i);

		assert_int_equal(node->is_allowed, node->memory_bytes > 0);
		assert_int_equal(node->pu_count, node->memory_bytes ? 2 : 0);
	}
	topology_free(topology);
}

static void topology_l3_groups_are_the_outermost_caches(void **state)
{
	struct topology *topology = machine_load("package:2 l3:2(size=8MiB) l2:4 core:1 pu:2");

	(void)state;
	assert_int_equal(topology_l3_count(topology), 4);
	assert_int_equal(topology_l3(topology, 3)->level, 3);
	assert_int_equal(topology_l3(topology, 3)->size_bytes, 8 << 20);
	assert_int_equal(topology_l3(topology, 3)->pu_count, 8);
	assert_int_equal(topology_pu(topology, 31)->l3, 3);
	topology_free(topology);
}

static void topology_without_level_3_groups_by_level_2(void **state)
{
	struct topology *topology = machine_load("package:1 l2:2 core:2 pu:1");

	(void)state;
	assert_int_equal(topology_l3_count(topology), 2);
	assert_int_equal(topology_l3(topology, 0)->level, 2);
	topology_free(topology);
}

static void topology_without_caches_has_no_groups(void **state)
{
	struct topology *topology = machine_load("package:1 core:2 pu:1");

	(void)state;
	assert_int_equal(topology_l3_count(topology), 0);
	assert_int_equal(topology_cache_count(topology), 0);
	assert_int_equal(topology_pu(topology, 1)->l3, TOPOLOGY_NONE);
	topology_free(topology);
}

static void topology_caches_tell_size_line_count_and_sharing(void **state)
{
	struct topology *topology = machine_load(MACHINES_OURS "emulated-2n128p-smt2.xml");
	const struct topology_cache *l2 = topology_cache(topology, 1);

	(void)state;
	assert_int_equal(topology_cache_count(topology), 3);
	assert_int_equal(topology_cache(topology, 0)->level, 1);
	assert_int_equal(l2->level, 2);
	assert_int_equal(l2->size_bytes, 4 << 20);
	assert_int_equal(l2->line_bytes, 64);
	assert_int_equal(l2->count, 64);
	assert_int_equal(l2->sharing_pus, 2);
	topology_free(topology);
}

static void topology_cpu_model_is_what_the_machine_says(void **state)
{
	struct topology *recorded = machine_load(MACHINES_OURS "emulated-2n8p.xml");
	struct topology *synthetic = machine_load("pu:2");

	(void)state;
	assert_string_equal(topology_cpu_model(recorded), "QEMU TCG CPU version 2.5+");
	assert_string_equal(topology_cpu_model(synthetic), "unknown");
	topology_free(recorded);
	topology_free(synthetic);
}

/*
 * Booted with 24 PUs in 3 nodes and a fourth node without CPUs; PU 5 offline, a control group of 11
 * PUs, nodes 1-3.
 */
static void topology_of_a_restricted_machine_keeps_what_is_usable(void **state)
{
	struct topology *topology = machine_load(MACHINES_OURS "emulated-4n24p-restricted.xml");

	(void)state;
	assert_int_equal(topology_pu_count(topology), 10);
	assert_int_equal(topology_forbidden_pu_count(topology), 14);
	assert_int_equal(topology_find_pu(topology, 5), -ENOENT);
	assert_int_equal(topology_find_pu(topology, 0), -ENOENT);
	assert_false(topology_node(topology, 0)->is_allowed);
	assert_int_equal(topology_node(topology, 3)->pu_count, 0);
	assert_true(topology_node(topology, 3)->is_allowed);
	topology_free(topology);
}

static void topology_pu_on_a_forbidden_node_takes_the_nearest_allowed(void **state)
{
	struct topology *topology = machine_load(MACHINES_OURS "emulated-4n24p-restricted.xml");
	const int pu = topology_find_pu(topology, 2);

	(void)state;
	assert_true(pu >= 0);
	assert_int_equal(topology_pu(topology, (unsigned)pu)->package, 0);
	assert_int_equal(
		topology_node(topology, (unsigned)topology_pu(topology, (unsigned)pu)->node)
			->os_index,
		1);
	topology_free(topology);
}

static void topology_find_goes_by_os_numbers(void **state)
{
	struct topology *topology = machine_load(MACHINE_2X32X2);

	(void)state;
	assert_int_equal(topology_find_pu(topology, 64), 1);
	assert_int_equal(topology_find_pu(topology, 128), -ENOENT);
	assert_int_equal(topology_find_node(topology, 1), 1);
	assert_int_equal(topology_find_node(topology, 2), -ENOENT);
	topology_free(topology);
}

static uint64_t hash_of(const char *machine)
{
	struct topology *topology = machine_load(machine);
	const uint64_t hash = topology_hash(topology);

	topology_free(topology);
	return hash;
}

static void topology_hash_of_equal_shapes_is_equal(void **state)
{
	(void)state;
	assert_int_equal(hash_of("package:2 numa:1(memory=1GB) core:4 pu:2"),
			 hash_of("package:2 numa:1(memory=2GB) core:4 pu:2(indexes=2*8:1*2)"));
}

static void topology_hash_of_different_shapes_differs(void **state)
{
	uint64_t hashes[sizeof(machines_synthetic) / sizeof(*machines_synthetic)];

	(void)state;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(*hashes); i++) {
		hashes[i] = hash_of(machines_synthetic[i]);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(hashes[i], hashes[j]);
	}
}

static void topology_hash_sees_cache_sizes(void **state)
{
	(void)state;
	assert_int_not_equal(hash_of("l3:1(size=8MB) pu:2"), hash_of("l3:1(size=9MB) pu:2"));
}

/* Indexes are dense and within their tables; counts of parts add up to the whole. */
static void check_consistency(const char *input, const struct topology *topology)
{
	const unsigned pus = topology_pu_count(topology);
	unsigned on_nodes = 0, behind_l3s = 0, with_l3 = 0;

	(void)input;
	for (unsigned i = 0; i < pus; i++) {
		const struct topology_pu *pu = topology_pu(topology, i);

		assert_int_equal(topology_find_pu(topology, pu->os_index), i);
		assert_true(pu->core < topology_core_count(topology));
		assert_true(pu->package < topology_package_count(topology));
		assert_in_range(pu->node, 0, topology_node_count(topology) - 1);
		assert_true(pu->l3 < (int)topology_l3_count(topology));
		assert_true(i == 0 || pu->core >= topology_pu(topology, i - 1)->core);
		with_l3 += pu->l3 != TOPOLOGY_NONE;
	}
	for (unsigned i = 0; i < topology_node_count(topology); i++) {
		assert_int_equal(topology_find_node(topology, topology_node(topology, i)->os_index),
				 i);
		assert_true(topology_node(topology, i)->package <
			    (int)topology_package_count(topology));
		on_nodes += topology_node(topology, i)->pu_count;
	}
	for (unsigned i = 0; i < topology_l3_count(topology); i++)
		behind_l3s += topology_l3(topology, i)->pu_count;
	assert_int_equal(topology_pu(topology, pus - 1)->core, topology_core_count(topology) - 1);
	assert_int_equal(on_nodes, pus);
	assert_int_equal(behind_l3s, with_l3);
}

static void topology_of_every_machine_is_consistent(void **state)
{
	(void)state;
	machines_each(check_consistency);
}

static void topology_of_real_hosts_is_consistent(void **state)
{
	(void)state;
	machines_each_real(check_consistency);
}

static void require_real(const char *file)
{
	if (access(file, R_OK) == 0)
		return;
	printf("skipped: no %s\n", file);
	skip();
}

static void topology_of_a_host_with_sparse_nodes_keeps_their_numbers(void **state)
{
	static const char file[] = MACHINES_REAL "48amd64-4pa2n6c-sparse.xml";

	(void)state;
	require_real(file);

	struct topology *topology = machine_load(file);

	assert_int_equal(topology_node_count(topology), 8);
	assert_int_equal(topology_find_node(topology, 45), 5);
	assert_int_equal(topology_find_node(topology, 3), -ENOENT);
	assert_int_equal(topology_node(topology, 7)->os_index, 73);
	topology_free(topology);
}

static void topology_of_a_host_with_offline_pus_counts_them(void **state)
{
	static const char file[] = MACHINES_REAL "16em64t-4s2c2t-offlines.xml";

	(void)state;
	require_real(file);

	struct topology *topology = machine_load(file);

	assert_int_equal(topology_pu_count(topology), 7);
	assert_int_equal(topology_core_count(topology), 6);
	assert_int_equal(topology_forbidden_pu_count(topology), 9);
	topology_free(topology);
}

static void topology_of_a_host_in_a_cpuset_counts_what_is_outside(void **state)
{
	static const char file[] = MACHINES_REAL "16amd64-8n2c-cpusets.xml";

	(void)state;
	require_real(file);

	struct topology *topology = machine_load(file);

	assert_int_equal(topology_pu_count(topology), 10);
	assert_int_equal(topology_forbidden_pu_count(topology), 6);
	assert_int_equal(topology_node_count(topology), 5);
	topology_free(topology);
}

/* A folder for files of these tests' own making. */
static char folder[] = P_tmpdir "/numamark-test-XXXXXX";

static int folder_make(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* The recorded machine whose packages call themselves @model, as an XML attribute. */
static struct topology *load_with_model(const char *model)
{
	static const char recorded[] = "QEMU TCG CPU version 2.5+";
	FILE *from = fopen(MACHINES_OURS "emulated-2n8p.xml", "r");
	char path[64], line[1024];

	snprintf(path, sizeof(path), "%s/model.xml", folder);

	FILE *to = fopen(path, "w");

	assert_non_null(from);
	assert_non_null(to);
	while (fgets(line, sizeof(line), from)) {
		char *at = strstr(line, recorded);

		if (at)
			fprintf(to, "%.*s%s%s", (int)(at - line), line, model,
				at + strlen(recorded));
		else
			fputs(line, to);
	}
	fclose(from);
	assert_int_equal(fclose(to), 0);

	struct topology *topology = machine_load(path);

	assert_int_equal(unlink(path), 0);
	return topology;
}

static void topology_cpu_model_with_blanks_is_trimmed(void **state)
{
	struct topology *topology = load_with_model("   Opteron 6276    ");

	(void)state;
	assert_string_equal(topology_cpu_model(topology), "Opteron 6276");
	topology_free(topology);
}

static void topology_cpu_model_keeps_only_printable_ascii(void **state)
{
	struct topology *topology = load_with_model("a&#9;b\xc3\xa9&amp;");

	(void)state;
	assert_string_equal(topology_cpu_model(topology), "a?b??&");
	topology_free(topology);
}

static void topology_cpu_model_of_blanks_is_unknown(void **state)
{
	struct topology *topology = load_with_model("   ");

	(void)state;
	assert_string_equal(topology_cpu_model(topology), "unknown");
	topology_free(topology);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topology_of_the_live_machine_is_live),
		cmocka_unit_test(topology_of_a_text_is_not_live),
		cmocka_unit_test(topology_free_of_nothing_does_nothing),
		cmocka_unit_test(topology_without_packages_or_cores_counts_pus_as_cores),
		cmocka_unit_test(topology_of_synthetic_machines_counts_what_they_describe),
		cmocka_unit_test(topology_of_the_emulated_machines_counts_what_was_booted),
		cmocka_unit_test(topology_smt_rank_counts_within_the_core),
		cmocka_unit_test(topology_node_around_several_packages_belongs_to_none),
		cmocka_unit_test(topology_node_inside_a_package_names_it),
		cmocka_unit_test(topology_node_around_one_package_belongs_to_it),
		cmocka_unit_test(topology_pu_between_two_memories_takes_the_inner_one),
		cmocka_unit_test(topology_memoryless_node_gives_its_pus_to_another),
		cmocka_unit_test(topology_l3_groups_are_the_outermost_caches),
		cmocka_unit_test(topology_without_level_3_groups_by_level_2),
		cmocka_unit_test(topology_without_caches_has_no_groups),
		cmocka_unit_test(topology_caches_tell_size_line_count_and_sharing),
		cmocka_unit_test(topology_cpu_model_is_what_the_machine_says),
		cmocka_unit_test(topology_of_a_restricted_machine_keeps_what_is_usable),
		cmocka_unit_test(topology_pu_on_a_forbidden_node_takes_the_nearest_allowed),
		cmocka_unit_test(topology_find_goes_by_os_numbers),
		cmocka_unit_test(topology_hash_of_equal_shapes_is_equal),
		cmocka_unit_test(topology_hash_of_different_shapes_differs),
		cmocka_unit_test(topology_hash_sees_cache_sizes),
		cmocka_unit_test(topology_of_every_machine_is_consistent),
		cmocka_unit_test(topology_of_real_hosts_is_consistent),
		cmocka_unit_test(topology_of_a_host_with_sparse_nodes_keeps_their_numbers),
		cmocka_unit_test(topology_of_a_host_with_offline_pus_counts_them),
		cmocka_unit_test(topology_of_a_host_in_a_cpuset_counts_what_is_outside),
		cmocka_unit_test(topology_cpu_model_with_blanks_is_trimmed),
		cmocka_unit_test(topology_cpu_model_keeps_only_printable_ascii),
		cmocka_unit_test(topology_cpu_model_of_blanks_is_unknown),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
