/* What memory asks of the kernel, on a machine of four nodes that is made up. */
#include <errno.h>
#include <numaif.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include "tests/topology/fake_kernel.h"
#include "tests/topology/machines.h"
#include "topology/arena.h"
#include "topology/memory_private.h"
#include "topology/topology_private.h"

enum { WORKERS = 4, MIB = 1 << 20 };

/* Two PUs a node; worker i sits on node i. */
static struct topology *machine;
static const unsigned worker_pus[WORKERS] = { 0, 2, 4, 6 };

static int make_machine(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.stray_node = -1;
	machine = machine_load("package:2 numa:2 core:2 pu:1");
	machine->is_live = true;
	return 0;
}

static int free_machine(void **state)
{
	(void)state;
	topology_free(machine);
	return 0;
}

static struct memory_options options_of(const char *policy)
{
	struct memory_options options = { .topology = machine,
					  .worker_pus = worker_pus,
					  .workers = WORKERS,
					  .limit_bytes = 64 * MIB };

	assert_int_equal(memory_policy_parse(policy, &options.policy, NULL), 0);
	return options;
}

static struct memory *memory_of(const struct memory_options *options)
{
	struct memory *memory;
	struct fault fault;

	if (memory_create(options, &memory, &fault))
		fail_msg("%s", fault.text);
	return memory;
}

static void assert_told(const void *address, int mode, unsigned long nodes)
{
	const struct told told = told_of(address);

	assert_non_null(address);
	assert_int_equal(told.mode, mode);
	assert_int_equal(told.nodes, nodes);
}

/* @table, @object: what the kernel must have been told of worker 1's parts and of a table. */
static void memory_tells_the_kernel(const char *policy, struct told table, struct told object)
{
	const struct memory_options options = options_of(policy);
	struct memory *const memory = memory_of(&options);
	struct arena *const arena = memory_arena(memory, 1);

	assert_told(memory_shared(memory, MIB), table.mode, table.nodes);
	assert_told(memory_shared(memory, 64), table.mode, table.nodes);
	assert_told(arena_alloc(arena, MEMORY_NODES, 32), object.mode, object.nodes);
	assert_told(arena_alloc(arena, MEMORY_PAYLOADS, 300), object.mode, object.nodes);
	assert_told(memory_thread(memory, 1, 64), MPOL_BIND, 1 << 1);
	assert_told(memory_thread(memory, 1, MIB), MPOL_BIND, 1 << 1);
	assert_told(arena, MPOL_BIND, 1 << 1);
	memory_destroy(memory);
}

static void memory_local_binds_objects_and_interleaves_tables(void **state)
{
	(void)state;
	memory_tells_the_kernel("local", (struct told){ .mode = MPOL_INTERLEAVE, .nodes = 0xf },
				(struct told){ .mode = MPOL_BIND, .nodes = 1 << 1 });
}

static void memory_first_touch_tells_nothing(void **state)
{
	(void)state;
	memory_tells_the_kernel("first-touch", (struct told){ .mode = MPOL_DEFAULT },
				(struct told){ .mode = MPOL_DEFAULT });
}

static void memory_interleave_interleaves_all(void **state)
{
	(void)state;
	memory_tells_the_kernel("interleave",
				(struct told){ .mode = MPOL_INTERLEAVE, .nodes = 0xf },
				(struct told){ .mode = MPOL_INTERLEAVE, .nodes = 0xf });
}

static void memory_on_a_node_binds_all_to_it(void **state)
{
	(void)state;
	memory_tells_the_kernel("node:3", (struct told){ .mode = MPOL_BIND, .nodes = 1 << 3 },
				(struct told){ .mode = MPOL_BIND, .nodes = 1 << 3 });
}

/* All distances are equal: the farthest is the first that is another node. */
static void memory_remote_binds_to_the_farthest_node(void **state)
{
	(void)state;
	memory_tells_the_kernel("remote", (struct told){ .mode = MPOL_BIND, .nodes = 1 << 1 },
				(struct told){ .mode = MPOL_BIND, .nodes = 1 << 0 });
}

/* Workers on two of four nodes: `local` spreads tables over those, `interleave` over all. */
static void memory_spreads_tables_over_the_workers_nodes(void **state)
{
	struct memory_options options = options_of("local");
	struct memory *memory;

	(void)state;
	options.workers = 2;
	memory = memory_of(&options);
	assert_told(memory_shared(memory, MIB), MPOL_INTERLEAVE, 0x3);
	memory_destroy(memory);
}

static void memory_interleave_of_one_worker_spreads_over_all_nodes(void **state)
{
	struct memory_options options = options_of("interleave");
	struct memory *memory;

	(void)state;
	options.workers = 1;
	memory = memory_of(&options);
	assert_told(memory_shared(memory, MIB), MPOL_INTERLEAVE, 0xf);
	memory_destroy(memory);
}

static void memory_interleave_leaves_out_closed_nodes_and_those_without_pus(void **state)
{
	const struct memory_options options = options_of("interleave");
	struct memory_options two = options;
	struct memory *memory;

	(void)state;
	two.workers = 1;
	machine->nodes[2].is_allowed = false;
	machine->nodes[3].pu_count = 0;
	memory = memory_of(&two);
	assert_told(memory_shared(memory, MIB), MPOL_INTERLEAVE, 0x3);
	memory_destroy(memory);
}

static void assert_refused(const struct memory_options *options, int error, const char *sentence)
{
	struct memory *memory;
	struct fault fault;

	assert_int_equal(memory_create(options, &memory, &fault), error);
	assert_string_equal(fault.text, sentence);
}

static void memory_on_a_closed_node_is_refused(void **state)
{
	const struct memory_options options = options_of("node:3");

	(void)state;
	machine->nodes[3].is_allowed = false;
	assert_refused(&options, -ENOENT,
		       "PU 6 sits on node 3, whose memory this process may not use");
}

/* Bound to a node that is full, the kernel kills: the arena must refuse before that. */
static void memory_of_a_node_is_bounded_by_what_the_node_has(void **state)
{
	const struct memory_options options = options_of("local");
	struct memory *const memory = memory_of(&options);

	(void)state;
	assert_true(memory->budgets[1].limit_bytes > 0);
	memory->budgets[1].limit_bytes = MIB;
	assert_null(arena_alloc(memory_arena(memory, 1), MEMORY_NODES, 2 * MIB));
	assert_non_null(arena_alloc(memory_arena(memory, 2), MEMORY_NODES, 2 * MIB));
	assert_int_equal(memory_exhausted(memory), 1);
	memory_destroy(memory);
}

static void memory_on_a_node_without_memory_is_refused(void **state)
{
	struct memory_options options = options_of("node:3");

	(void)state;
	options.workers = 2;
	machine->nodes[3].memory_bytes = 0;
	assert_refused(&options, -ENOENT, "memory=node:3: node 3 has no memory");
}

/* Each node by its own number: sparse numbers are what the kernel must be told. */
static void memory_goes_by_the_systems_numbers_of_nodes(void **state)
{
	const struct memory_options options = options_of("local");
	struct memory *memory;

	(void)state;
	machine->nodes[1].os_index = 8;
	machine->nodes[3].os_index = 40;
	memory = memory_of(&options);
	assert_told(arena_alloc(memory_arena(memory, 3), MEMORY_NODES, 32), MPOL_BIND, 1ul << 40);
	assert_told(memory_shared(memory, MIB), MPOL_INTERLEAVE, 0x5ul | 1ul << 8 | 1ul << 40);
	memory_destroy(memory);
}

static void memory_at_work(struct memory *memory, struct residency *parts)
{
	assert_non_null(memory_shared(memory, 32 * MIB));
	for (unsigned i = 0; i < WORKERS; i++) {
		const unsigned node = memory_worker_node(memory, i);

		assert_non_null(memory_on_node(memory, node, MIB));
		assert_non_null(memory_arena_on(memory, node));
		for (unsigned n = 0; n < 1000; n++)
			assert_non_null(arena_alloc(memory_arena(memory, i), MEMORY_NODES, 512));
	}
	memory_residency(memory, parts);
	memory_destroy(memory);
}

static void residency_of_a_kernel_that_complies_is_whole(void **state)
{
	static const char *const policies[] = { "local", "interleave", "node:2", "remote" };
	struct residency parts[MEMORY_PARTS];

	(void)state;
	for (unsigned i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
		const struct memory_options options = options_of(policies[i]);

		memory_at_work(memory_of(&options), parts);
		for (unsigned part = 0; part < MEMORY_PARTS; part++)
			assert_true(part == MEMORY_PAYLOADS || parts[part].share >= 0.999);
	}
}

static void residency_of_stray_pages_is_low(void **state)
{
	const struct memory_options options = options_of("local");
	struct residency parts[MEMORY_PARTS];

	(void)state;
	kernel.stray_node = 2;
	memory_at_work(memory_of(&options), parts);
	/* One worker of four sits there, and a quarter of the table belongs there. */
	assert_true(parts[MEMORY_NODES].share > 0.2 && parts[MEMORY_NODES].share < 0.3);
	assert_true(parts[MEMORY_TABLE].share > 0.2 && parts[MEMORY_TABLE].share < 0.3);
	assert_null(parts[MEMORY_NODES].refused);
}

static void residency_of_interleaved_pages_outside_the_set_is_nil(void **state)
{
	struct memory_options options = options_of("local");
	struct residency parts[MEMORY_PARTS];
	struct memory *memory;

	(void)state;
	options.workers = 2;
	kernel.stray_node = 3;
	memory = memory_of(&options);
	assert_non_null(memory_shared(memory, MIB));
	memory_residency(memory, parts);
	memory_destroy(memory);
	assert_true(parts[MEMORY_TABLE].pages == 256 && parts[MEMORY_TABLE].share <= 0);
}

static void residency_asks_for_no_more_pages_than_it_says(void **state)
{
	const struct memory_options options = options_of("local");
	struct residency parts[MEMORY_PARTS];
	struct memory *const memory = memory_of(&options);

	(void)state;
	assert_non_null(memory_shared(memory, 256 * MIB));
	memory_residency(memory, parts);
	memory_destroy(memory);
	assert_int_equal(parts[MEMORY_TABLE].pages, MEMORY_SAMPLED_PAGES);
}

static void residency_carries_a_refused_policy(void **state)
{
	const struct memory_options options = options_of("node:1");
	struct residency parts[MEMORY_PARTS];
	struct memory *memory;

	(void)state;
	kernel.mbind_refusal = EPERM;
	memory = memory_of(&options);
	assert_non_null(memory_shared(memory, MIB));
	memory_residency(memory, parts);
	assert_string_equal(parts[MEMORY_TABLE].refused, "mbind refused: Operation not permitted");
	assert_null(parts[MEMORY_NODES].refused);
	/* The pages went where the kernel pleased, and that is found out all the same. */
	assert_null(parts[MEMORY_TABLE].unavailable);
	assert_true(parts[MEMORY_TABLE].pages > 0 && parts[MEMORY_TABLE].share < 0.95);
	memory_destroy(memory);
}

static void residency_without_lookup_says_why(void **state)
{
	const struct memory_options options = options_of("local");
	struct residency parts[MEMORY_PARTS];
	struct memory *memory;

	(void)state;
	kernel.lookup_refusal = ENOSYS;
	memory = memory_of(&options);
	memory_residency(memory, parts);
	assert_string_equal(parts[MEMORY_NODES].unavailable,
			    "move_pages refused: Function not implemented");
	assert_int_equal(parts[MEMORY_NODES].pages, 0);
	memory_destroy(memory);
}

/* With another allocator the thread's own policy is all that can be set. */
static void thread_is_told(const char *policy, int mode, unsigned long nodes)
{
	struct memory_options options = options_of(policy);
	struct memory *memory;

	options.use_malloc = true;
	memory = memory_of(&options);
	kernel.thread = (struct told){ .mode = -1 };
	memory_adopt_thread(memory, 1);
	assert_int_equal(kernel.thread.mode, mode);
	assert_int_equal(kernel.thread.nodes, nodes);
	memory_destroy(memory);
}

static void adopted_thread_has_its_workers_policy(void **state)
{
	(void)state;
	thread_is_told("local", MPOL_BIND, 1 << 1);
	thread_is_told("interleave", MPOL_INTERLEAVE, 0xf);
	thread_is_told("first-touch", MPOL_DEFAULT, 0);
	thread_is_told("remote", MPOL_BIND, 1 << 0);
	thread_is_told("node:3", MPOL_BIND, 1 << 3);
}

static void adopted_thread_of_an_arena_keeps_its_policy(void **state)
{
	const struct memory_options options = options_of("node:3");
	struct memory *const memory = memory_of(&options);

	(void)state;
	kernel.thread = (struct told){ .mode = -1 };
	memory_adopt_thread(memory, 1);
	assert_int_equal(kernel.thread.mode, -1);
	memory_destroy(memory);
}

static void residency_of_malloc_carries_a_refused_policy(void **state)
{
	struct memory_options options = options_of("node:1");
	struct residency parts[MEMORY_PARTS];
	struct memory *memory;

	(void)state;
	options.use_malloc = true;
	kernel.thread_refusal = EPERM;
	memory = memory_of(&options);
	memory_adopt_thread(memory, 0);
	memory_residency(memory, parts);
	assert_string_equal(parts[MEMORY_NODES].refused,
			    "set_mempolicy refused: Operation not permitted");
	assert_null(parts[MEMORY_TABLE].refused);
	memory_destroy(memory);
}

static void residency_of_malloc_is_that_of_the_allocating_worker(void **state)
{
	struct memory_options options = options_of("local");
	struct residency parts[MEMORY_PARTS];
	void *objects[2][100];
	struct memory *memory;

	(void)state;
	options.use_malloc = true;
	kernel.stray_node = 1;
	memory = memory_of(&options);
	for (unsigned n = 0; n < 100; n++)
		for (unsigned i = 0; i < 2; i++)
			objects[i][n] = arena_alloc(memory_arena(memory, i), MEMORY_NODES, 64);
	memory_residency(memory, parts);
	/* All lie on node 1: worker 1's are at home, worker 0's are not. */
	assert_true(parts[MEMORY_NODES].share > 0.49 && parts[MEMORY_NODES].share < 0.51);
	for (unsigned n = 0; n < 100; n++)
		for (unsigned i = 0; i < 2; i++)
			arena_free(memory_arena(memory, 1), objects[i][n], MEMORY_NODES, 64);
	memory_destroy(memory);
}

static void memory_of_malloc_on_base_pages_keeps_huge_ones_out(void **state)
{
	struct memory_options options = options_of("local");
	struct memory *memory;

	(void)state;
	options.use_malloc = true;
	memory = memory_of(&options);
	assert_true(kernel.has_disabled_thp);
	memory_destroy(memory);
	assert_false(kernel.has_disabled_thp);
}

/*
 * A few small objects of many workers, interleaved: the first pages of their blocks are all that is
 * in use, and must not lie at a period of the nodes.
 */
static void memory_interleave_of_few_objects_is_even(void **state)
{
	enum { MANY = 128 };
	unsigned pus[MANY], counts[NODES] = { 0 };
	struct memory_options options = options_of("interleave");
	struct memory *memory;

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		pus[i] = i % PUS;
	options.worker_pus = pus;
	options.workers = MANY;
	memory = memory_of(&options);
	for (unsigned i = 0; i < MANY; i++)
		counts[node_of(arena_alloc(memory_arena(memory, i), MEMORY_NODES, 32))]++;
	for (unsigned node = 0; node < NODES; node++)
		assert_in_range(counts[node], MANY / NODES - 2, MANY / NODES + 2);
	memory_destroy(memory);
}

#define KERNEL_TEST(name) cmocka_unit_test_setup_teardown(name, make_machine, free_machine)

int main(void)
{
	const struct CMUnitTest tests[] = {
		KERNEL_TEST(memory_local_binds_objects_and_interleaves_tables),
		KERNEL_TEST(memory_first_touch_tells_nothing),
		KERNEL_TEST(memory_interleave_interleaves_all),
		KERNEL_TEST(memory_on_a_node_binds_all_to_it),
		KERNEL_TEST(memory_remote_binds_to_the_farthest_node),
		KERNEL_TEST(memory_spreads_tables_over_the_workers_nodes),
		KERNEL_TEST(memory_interleave_of_one_worker_spreads_over_all_nodes),
		KERNEL_TEST(memory_interleave_leaves_out_closed_nodes_and_those_without_pus),
		KERNEL_TEST(memory_on_a_closed_node_is_refused),
		KERNEL_TEST(memory_of_a_node_is_bounded_by_what_the_node_has),
		KERNEL_TEST(memory_on_a_node_without_memory_is_refused),
		KERNEL_TEST(memory_goes_by_the_systems_numbers_of_nodes),
		KERNEL_TEST(residency_of_a_kernel_that_complies_is_whole),
		KERNEL_TEST(residency_of_stray_pages_is_low),
		KERNEL_TEST(residency_of_interleaved_pages_outside_the_set_is_nil),
		KERNEL_TEST(residency_asks_for_no_more_pages_than_it_says),
		KERNEL_TEST(residency_carries_a_refused_policy),
		KERNEL_TEST(residency_without_lookup_says_why),
		KERNEL_TEST(adopted_thread_has_its_workers_policy),
		KERNEL_TEST(adopted_thread_of_an_arena_keeps_its_policy),
		KERNEL_TEST(residency_of_malloc_carries_a_refused_policy),
		KERNEL_TEST(residency_of_malloc_is_that_of_the_allocating_worker),
		KERNEL_TEST(memory_of_malloc_on_base_pages_keeps_huge_ones_out),
		KERNEL_TEST(memory_interleave_of_few_objects_is_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
