#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/topology/machines.h"
#include "topology/placement.h"
#include "topology/ranges.h"

enum { TEXT_BYTES = 1024, STOPS_ROOM = 40 };

/* The whole order of a policy as OS numbers in one text. */
static void order_of(const struct topology *topology, const char *policy, char *text)
{
	static struct placement placement;
	struct fault fault;

	assert_int_equal(placement_parse(policy, &placement, &fault), 0);

	const int capacity = placement_capacity(topology, &placement, &fault);

	assert_true(capacity > 0);

	unsigned *pus = calloc((size_t)capacity, sizeof(*pus));

	assert_non_null(pus);
	assert_int_equal(placement_plan(topology, &placement, (unsigned)capacity, pus, &fault), 0);
	for (int i = 0; i < capacity; i++)
		pus[i] = topology_pu(topology, pus[i])->os_index;
	ranges_format(pus, (unsigned)capacity, 0, text, TEXT_BYTES);
	free(pus);
}

static void assert_order(const char *machine, const char *policy, const char *expected)
{
	struct topology *topology = machine_load(machine);
	char text[TEXT_BYTES];

	order_of(topology, policy, text);
	topology_free(topology);
	assert_string_equal(text, expected);
}

static void assert_stops(const char *machine, const char *policy, const char *expected)
{
	static struct placement placement;
	struct topology *topology = machine_load(machine);
	unsigned stops[STOPS_ROOM];
	char text[TEXT_BYTES] = "";

	assert_int_equal(placement_parse(policy, &placement, NULL), 0);

	const int count = placement_auto_threads(topology, &placement, stops, STOPS_ROOM, NULL);

	for (int i = 0; i < count; i++)
		sprintf(text + strlen(text), i ? ",%u" : "%u", stops[i]);
	topology_free(topology);
	assert_string_equal(text, expected);
}

static void assert_refused(const char *machine, const char *policy, int error, const char *sentence)
{
	static struct placement placement;
	struct topology *topology = machine_load(machine);
	struct fault fault = { "" };
	unsigned pu;

	assert_int_equal(placement_parse(policy, &placement, &fault), 0);
	assert_int_equal(placement_plan(topology, &placement, 1, &pu, &fault), error);
	topology_free(topology);
	assert_string_equal(fault.text, sentence);
}

/* 2 nodes of 2 cores of 2 PUs, numbered as Linux does: siblings in the upper half. */
#define SMALL "package:2 numa:1 core:2 pu:2(indexes=2*4:1*2)"

static void placement_compact_fills_a_core_before_the_next(void **state)
{
	(void)state;
	assert_order(SMALL, "compact", "0,4,1,5,2,6,3,7");
}

static void placement_scatter_alternates_nodes_and_puts_siblings_last(void **state)
{
	(void)state;
	assert_order(SMALL, "scatter", "0,2,1,3-4,6,5,7");
}

static void placement_cores_first_takes_every_core_before_a_sibling(void **state)
{
	(void)state;
	assert_order(SMALL, "cores-first", "0-7");
}

static void placement_node_stays_on_the_node(void **state)
{
	(void)state;
	assert_order(SMALL, "node:1", "2-3,6-7");
}

static void placement_list_is_taken_as_given(void **state)
{
	(void)state;
	assert_order(SMALL, "list:7,0,2-4", "7,0,2-4");
}

static void placement_two_packages_of_two_nodes_visits_all_nodes_in_turn(void **state)
{
	(void)state;
	assert_order("package:2 numa:2 core:2 pu:1", "scatter", "0,2,4,6,1,3,5,7");
	assert_order("package:2 numa:2 core:2 pu:1", "compact", "0-7");
}

static void placement_nodes_above_packages_are_taken_as_nodes(void **state)
{
	(void)state;
	assert_order("numa:2 package:2 core:1 pu:2", "scatter", "0,4,2,6,1,5,3,7");
	assert_order("numa:2 package:2 core:1 pu:2", "node:1", "4,6,5,7");
}

static void placement_without_cores_takes_each_pu_as_a_core(void **state)
{
	(void)state;
	assert_order("numa:2 pu:2", "cores-first", "0-3");
	assert_order("numa:2 pu:2", "scatter", "0,2,1,3");
}

static void placement_of_the_recorded_smt_machine_has_siblings_last(void **state)
{
	static const char file[] = MACHINES_OURS "emulated-2n128p-smt2.xml";

	(void)state;
	assert_stops(file, "cores-first", "1,2,4,8,16,32,33,64,128");
	assert_order(file, "compact", "0-127");
}

static void placement_on_a_restricted_machine_uses_only_what_is_allowed(void **state)
{
	static const char file[] = MACHINES_OURS "emulated-4n24p-restricted.xml";

	(void)state;
	assert_order(file, "compact", "2-4,6,10-15");
	assert_order(file, "cores-first", "2,4,6,10,12,14,3,11,13,15");
}

static void placement_more_workers_than_pus_starts_over(void **state)
{
	static struct placement placement;
	struct topology *topology = machine_load(SMALL);
	const unsigned expected[] = { 4, 6, 5, 7, 4, 6, 5, 7, 4 };
	unsigned pus[9];

	(void)state;
	assert_int_equal(placement_parse("node:1", &placement, NULL), 0);
	assert_int_equal(placement_plan(topology, &placement, 9, pus, NULL), 0);
	topology_free(topology);
	assert_memory_equal(pus, expected, sizeof(expected));
}

static void placement_no_workers_refuses(void **state)
{
	static struct placement placement;
	struct topology *topology = machine_load("pu:2");
	unsigned pu;

	(void)state;
	assert_int_equal(placement_parse("compact", &placement, NULL), 0);
	assert_int_equal(placement_plan(topology, &placement, 0, &pu, NULL), -EINVAL);
	topology_free(topology);
}

static void placement_absent_node_names_those_that_are_there(void **state)
{
	(void)state;
	assert_refused(
		"package:3 numa:1 pu:2", "node:7", -ENOENT,
		"place=node:7: this machine has no such NUMA node; nodes with usable PUs are 0-2");
}

static void placement_node_without_pus_says_so(void **state)
{
	(void)state;
	assert_refused(
		MACHINES_OURS "emulated-4n24p-restricted.xml", "node:3", -ENOENT,
		"place=node:3: no usable PU has its memory on this NUMA node; nodes with usable "
		"PUs are 1");
}

static void placement_absent_pu_names_those_that_are_usable(void **state)
{
	(void)state;
	assert_refused("pu:4", "list:0,9", -ENOENT,
		       "place=list: PU 9 is absent, offline or forbidden here; usable PUs are 0-3");
	assert_refused(MACHINES_OURS "emulated-4n24p-restricted.xml", "list:5", -ENOENT,
		       "place=list: PU 5 is absent, offline or forbidden here; usable PUs are "
		       "2-4,6,10-15");
}

static void placement_parse_unknown_name_suggests_the_nearest(void **state)
{
	static struct placement placement;
	struct fault fault;

	(void)state;
	assert_int_equal(placement_parse("core-first", &placement, &fault), -EINVAL);
	assert_string_equal(fault.text,
			    "place=core-first is unknown; did you mean cores-first? Allowed: "
			    "compact, scatter, cores-first, node:N, list:0,2,4-7");
}

static void placement_parse_what_is_wrong_refuses_with_a_sentence(void **state)
{
	static const char *const wrong[] = {
		"",           "Compact",        "compact ",   "node",      "node:",
		"node:x",     "node:-1",        "node:1,2",   "node:0-0x", "node:4294967296",
		"list",       "list:",          "list:0,,1",  "list:3-1",  "list:0,0",
		"list:0-4,2", "list:0-9999999", "list:0-5000"
	};
	static struct placement placement;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct fault fault = { "" };

		assert_int_equal(placement_parse(wrong[i], &placement, &fault), -EINVAL);
		assert_int_equal(strncmp(fault.text, "place=", 6), 0);
	}
}

static void placement_parse_longest_list_is_taken(void **state)
{
	static struct placement placement;

	(void)state;
	assert_int_equal(placement_parse("list:0-4095", &placement, NULL), 0);
	assert_int_equal(placement.list_length, PLACEMENT_LIST_MAX);
}

static void auto_threads_leave_out_stops_that_do_not_exist(void **state)
{
	(void)state;
	assert_stops("pu:1", "cores-first", "1");
	assert_stops("pu:2", "cores-first", "1,2");
	assert_stops("core:3 pu:1", "cores-first", "1,2,3");
	assert_stops("core:3 pu:2", "cores-first", "1,2,3,4,6");
}

static void auto_threads_have_node_core_and_pu_boundaries(void **state)
{
	(void)state;
	assert_stops(MACHINE_2X32X2, "cores-first", "1,2,4,8,16,32,33,64,128");
	assert_stops(MACHINE_2X32X2, "compact", "1,2,4,8,16,32,64,65,128");
	assert_stops(MACHINE_2X32X2, "scatter", "1,2,4,8,16,32,64,128");
	assert_stops(MACHINE_2X32X2, "node:1", "1,2,4,8,16,32,64");
	assert_stops("package:2 numa:1 core:24 pu:2", "cores-first",
		     "1,2,4,8,16,24,25,32,48,64,96");
	assert_stops(MACHINE_2X32X2, "list:0,64,32,1,96", "1,2,3,4,5");
}

static void auto_threads_without_room_refuse(void **state)
{
	static struct placement placement;
	struct topology *topology = machine_load(MACHINE_2X32X2);
	unsigned stops[9];

	(void)state;
	assert_int_equal(placement_parse("cores-first", &placement, NULL), 0);
	assert_int_equal(placement_auto_threads(topology, &placement, stops, 8, NULL), -E2BIG);
	assert_int_equal(placement_auto_threads(topology, &placement, stops, 9, NULL), 9);
	topology_free(topology);
}

/* One policy's whole order on one machine. */
struct plan {
	const struct topology *topology;
	unsigned *pus;
	unsigned count;
};

static struct plan plan_make(const struct topology *topology, const char *policy)
{
	static struct placement placement;
	struct plan plan = { .topology = topology };

	assert_int_equal(placement_parse(policy, &placement, NULL), 0);
	plan.count = (unsigned)placement_capacity(topology, &placement, NULL);
	plan.pus = calloc(plan.count, sizeof(*plan.pus));
	assert_non_null(plan.pus);
	assert_int_equal(placement_plan(topology, &placement, plan.count, plan.pus, NULL), 0);
	return plan;
}

static void assert_no_pu_twice(const struct plan *plan)
{
	bool *is_taken = calloc(topology_pu_count(plan->topology), sizeof(*is_taken));

	assert_non_null(is_taken);
	for (unsigned i = 0; i < plan->count; i++) {
		assert_false(is_taken[plan->pus[i]]);
		is_taken[plan->pus[i]] = true;
	}
	free(is_taken);
}

static void assert_siblings_last(const struct plan *plan)
{
	for (unsigned i = 1; i < plan->count; i++)
		assert_true(topology_pu(plan->topology, plan->pus[i - 1])->smt <=
			    topology_pu(plan->topology, plan->pus[i])->smt);
}

/* How many of the plan from @first on are on @node with SMT rank @smt. */
static unsigned count_left(const struct plan *plan, unsigned first, int node, unsigned smt)
{
	unsigned count = 0;

	for (unsigned i = first; i < plan->count; i++) {
		const struct topology_pu *pu = topology_pu(plan->topology, plan->pus[i]);

		count += pu->node == node && pu->smt == smt;
	}
	return count;
}

/*
 * At every length, a node that could take one more worker of this rank is at most one behind the
 * fullest.
 */
static void assert_balanced(const struct plan *plan)
{
	const unsigned nodes = topology_node_count(plan->topology);
	unsigned *placed = calloc(nodes, sizeof(*placed));

	assert_non_null(placed);
	for (unsigned i = 0; i < plan->count; i++) {
		const struct topology_pu *pu = topology_pu(plan->topology, plan->pus[i]);

		placed[pu->node]++;
		for (unsigned node = 0; node < nodes; node++)
			if (placed[node] + 1 < placed[pu->node])
				assert_int_equal(count_left(plan, i + 1, (int)node, pu->smt), 0);
	}
	free(placed);
}

static void check_whole_machine(const char *input, const struct topology *topology,
				const char *policy)
{
	struct plan plan = plan_make(topology, policy);

	(void)input;
	assert_int_equal(plan.count, topology_pu_count(topology));
	assert_no_pu_twice(&plan);
	if (strcmp(policy, "compact") != 0)
		assert_siblings_last(&plan);
	if (!strcmp(policy, "scatter"))
		assert_balanced(&plan);
	free(plan.pus);
}

static void check_node(const struct topology *topology, unsigned node)
{
	char policy[32];

	snprintf(policy, sizeof(policy), "node:%u", topology_node(topology, node)->os_index);

	struct plan plan = plan_make(topology, policy);

	assert_int_equal(plan.count, topology_node(topology, node)->pu_count);
	assert_no_pu_twice(&plan);
	assert_siblings_last(&plan);
	for (unsigned i = 0; i < plan.count; i++)
		assert_int_equal(topology_pu(topology, plan.pus[i])->node, node);
	free(plan.pus);
}

static void check_policies(const char *input, const struct topology *topology)
{
	check_whole_machine(input, topology, "compact");
	check_whole_machine(input, topology, "scatter");
	check_whole_machine(input, topology, "cores-first");
	for (unsigned node = 0; node < topology_node_count(topology); node++)
		if (topology_node(topology, node)->pu_count)
			check_node(topology, node);
}

/*
 * Whoever asks for fewer workers gets the beginning of the same order: curves compare like with
 * like.
 */
static void check_prefixes(const char *input, const struct topology *topology)
{
	static const char *const policies[] = { "compact", "scatter", "cores-first" };
	static struct placement placement;

	(void)input;
	for (size_t p = 0; p < 3; p++) {
		struct plan plan = plan_make(topology, policies[p]);
		unsigned *pus = calloc(plan.count, sizeof(*pus));

		assert_non_null(pus);
		assert_int_equal(placement_parse(policies[p], &placement, NULL), 0);
		for (unsigned n = 1; n <= plan.count; n += 1 + n / 4) {
			assert_int_equal(placement_plan(topology, &placement, n, pus, NULL), 0);
			assert_memory_equal(pus, plan.pus, n * sizeof(*pus));
		}
		free(pus);
		free(plan.pus);
	}
}

static void check_stops(const char *input, const struct topology *topology)
{
	static struct placement placement;
	unsigned stops[STOPS_ROOM];

	(void)input;
	assert_int_equal(placement_parse("cores-first", &placement, NULL), 0);

	const int count = placement_auto_threads(topology, &placement, stops, STOPS_ROOM, NULL);

	assert_true(count > 0);
	assert_int_equal(stops[0], 1);
	assert_int_equal(stops[count - 1], topology_pu_count(topology));
	for (int i = 1; i < count; i++)
		assert_true(stops[i - 1] < stops[i]);
}

static void placement_on_every_machine_holds_its_properties(void **state)
{
	(void)state;
	machines_each(check_policies);
}

static void placement_on_real_hosts_holds_its_properties(void **state)
{
	(void)state;
	machines_each_real(check_policies);
}

static void placement_of_fewer_workers_is_a_prefix(void **state)
{
	(void)state;
	machines_each(check_prefixes);
}

static void auto_threads_on_every_machine_ascend_from_one_to_all(void **state)
{
	(void)state;
	machines_each(check_stops);
}

static void auto_threads_on_real_hosts_ascend_from_one_to_all(void **state)
{
	(void)state;
	machines_each_real(check_stops);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(placement_compact_fills_a_core_before_the_next),
		cmocka_unit_test(placement_scatter_alternates_nodes_and_puts_siblings_last),
		cmocka_unit_test(placement_cores_first_takes_every_core_before_a_sibling),
		cmocka_unit_test(placement_node_stays_on_the_node),
		cmocka_unit_test(placement_list_is_taken_as_given),
		cmocka_unit_test(placement_two_packages_of_two_nodes_visits_all_nodes_in_turn),
		cmocka_unit_test(placement_nodes_above_packages_are_taken_as_nodes),
		cmocka_unit_test(placement_without_cores_takes_each_pu_as_a_core),
		cmocka_unit_test(placement_of_the_recorded_smt_machine_has_siblings_last),
		cmocka_unit_test(placement_on_a_restricted_machine_uses_only_what_is_allowed),
		cmocka_unit_test(placement_more_workers_than_pus_starts_over),
		cmocka_unit_test(placement_no_workers_refuses),
		cmocka_unit_test(placement_absent_node_names_those_that_are_there),
		cmocka_unit_test(placement_node_without_pus_says_so),
		cmocka_unit_test(placement_absent_pu_names_those_that_are_usable),
		cmocka_unit_test(placement_parse_unknown_name_suggests_the_nearest),
		cmocka_unit_test(placement_parse_what_is_wrong_refuses_with_a_sentence),
		cmocka_unit_test(placement_parse_longest_list_is_taken),
		cmocka_unit_test(auto_threads_leave_out_stops_that_do_not_exist),
		cmocka_unit_test(auto_threads_have_node_core_and_pu_boundaries),
		cmocka_unit_test(auto_threads_without_room_refuse),
		cmocka_unit_test(placement_on_every_machine_holds_its_properties),
		cmocka_unit_test(placement_on_real_hosts_holds_its_properties),
		cmocka_unit_test(placement_of_fewer_workers_is_a_prefix),
		cmocka_unit_test(auto_threads_on_every_machine_ascend_from_one_to_all),
		cmocka_unit_test(auto_threads_on_real_hosts_ascend_from_one_to_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
