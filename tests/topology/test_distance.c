#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/topology/machines.h"
#include "topology/distance.h"
#include "topology/topology_private.h"

static void distance_of_the_emulated_machine_is_what_firmware_said(void **state)
{
	static const unsigned expected[4][4] = {
		{ 10, 21, 21, 28 }, { 21, 10, 21, 24 }, { 21, 21, 10, 17 }, { 28, 24, 17, 10 }
	};
	struct topology *topology = machine_load(MACHINES_OURS "emulated-4n24p-restricted.xml");

	(void)state;
	assert_true(distance_is_known(topology));
	for (unsigned from = 0; from < 4; from++)
		for (unsigned to = 0; to < 4; to++)
			assert_int_equal(distance_between(topology, from, to), expected[from][to]);
	topology_free(topology);
}

static void distance_without_firmware_is_10_and_20_and_said_to_be_unknown(void **state)
{
	struct topology *topology = machine_load("package:3 numa:1 pu:1");

	(void)state;
	assert_false(distance_is_known(topology));
	assert_int_equal(distance_between(topology, 1, 1), 10);
	assert_int_equal(distance_between(topology, 1, 2), 20);
	topology_free(topology);
}

static void distance_farthest_goes_by_the_matrix(void **state)
{
	struct topology *topology = machine_load(MACHINES_OURS "emulated-4n24p-restricted.xml");

	(void)state;
	assert_int_equal(distance_farthest(topology, 0), 3);
	assert_int_equal(distance_farthest(topology, 2), 1);
	topology_free(topology);
}

/* Node 0 would be the farthest from node 3, but this process may not allocate there. */
static void distance_farthest_leaves_out_forbidden_nodes(void **state)
{
	struct topology *topology = machine_load(MACHINES_OURS "emulated-4n24p-restricted.xml");

	(void)state;
	assert_int_equal(distance_farthest(topology, 3), 1);
	topology_free(topology);
}

/* Nodes of PUs alone are real: memory cannot be bound to them. */
static void distance_farthest_leaves_out_nodes_without_memory(void **state)
{
	struct topology *topology = machine_load("package:4 numa:1 pu:1");

	(void)state;
	topology->nodes[1].memory_bytes = 0;
	assert_int_equal(distance_farthest(topology, 0), 2);
	topology_free(topology);
}

static void distance_farthest_among_equals_is_the_first(void **state)
{
	struct topology *topology = machine_load("package:4 numa:1 pu:1");

	(void)state;
	assert_int_equal(distance_farthest(topology, 0), 1);
	assert_int_equal(distance_farthest(topology, 3), 0);
	topology_free(topology);
}

static void distance_farthest_on_one_node_is_the_node(void **state)
{
	struct topology *topology = machine_load("pu:2");

	(void)state;
	assert_int_equal(distance_farthest(topology, 0), 0);
	topology_free(topology);
}

/* The emulated firmware tells all pairs; Linux passes on those of the nearest initiator. */
static void distance_attributes_come_from_hmat(void **state)
{
	struct topology *topology = machine_load(MACHINES_OURS "emulated-4n16p-hmat.xml");
	uint64_t latency_ns = 0, bandwidth_mib_per_s = 0;

	(void)state;
	assert_int_equal(distance_latency_ns(topology, 2, 2, &latency_ns), 0);
	assert_int_equal(latency_ns, 80);
	assert_int_equal(distance_bandwidth_mib_per_s(topology, 2, 2, &bandwidth_mib_per_s), 0);
	assert_int_equal(bandwidth_mib_per_s, 200 * 1024);
	topology_free(topology);
}

static void distance_attributes_of_a_silent_pair_are_left_alone(void **state)
{
	struct topology *topology = machine_load(MACHINES_OURS "emulated-4n16p-hmat.xml");
	uint64_t value = 7;

	(void)state;
	assert_int_equal(distance_latency_ns(topology, 0, 1, &value), -ENODATA);
	assert_int_equal(distance_bandwidth_mib_per_s(topology, 0, 1, &value), -ENODATA);
	assert_int_equal(value, 7);
	topology_free(topology);
}

static void distance_attributes_without_hmat_are_absent(void **state)
{
	struct topology *topology = machine_load(MACHINES_OURS "emulated-2n8p.xml");
	uint64_t value;

	(void)state;
	assert_int_equal(distance_latency_ns(topology, 0, 0, &value), -ENODATA);
	assert_int_equal(distance_bandwidth_mib_per_s(topology, 0, 0, &value), -ENODATA);
	topology_free(topology);
}

static void check_distances(const char *input, const struct topology *topology)
{
	const unsigned nodes = topology_node_count(topology);

	(void)input;
	for (unsigned from = 0; from < nodes; from++) {
		const unsigned farthest = distance_farthest(topology, from);

		for (unsigned to = 0; to < nodes; to++) {
			assert_true(distance_between(topology, from, to) >= 10);
			if (to != from && topology_node(topology, to)->is_allowed)
				assert_true(distance_between(topology, from, to) <=
					    distance_between(topology, from, farthest));
		}
		assert_int_equal(distance_between(topology, from, from), 10);
	}
}

static void distance_on_every_machine_is_least_to_itself(void **state)
{
	(void)state;
	machines_each(check_distances);
}

static void distance_on_real_hosts_is_least_to_itself(void **state)
{
	(void)state;
	machines_each_real(check_distances);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_of_the_emulated_machine_is_what_firmware_said),
		cmocka_unit_test(distance_without_firmware_is_10_and_20_and_said_to_be_unknown),
		cmocka_unit_test(distance_farthest_goes_by_the_matrix),
		cmocka_unit_test(distance_farthest_leaves_out_forbidden_nodes),
		cmocka_unit_test(distance_farthest_leaves_out_nodes_without_memory),
		cmocka_unit_test(distance_farthest_among_equals_is_the_first),
		cmocka_unit_test(distance_farthest_on_one_node_is_the_node),
		cmocka_unit_test(distance_attributes_come_from_hmat),
		cmocka_unit_test(distance_attributes_of_a_silent_pair_are_left_alone),
		cmocka_unit_test(distance_attributes_without_hmat_are_absent),
		cmocka_unit_test(distance_on_every_machine_is_least_to_itself),
		cmocka_unit_test(distance_on_real_hosts_is_least_to_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
