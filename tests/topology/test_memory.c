#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/topology/machines.h"
#include "topology/arena.h"
#include "topology/binding.h"
#include "topology/kernel_file.h"

enum { WORKERS = 3, MIB = 1 << 20 };

static struct topology *machine;

static int load_machine(void **state)
{
	(void)state;
	machine = machine_load(NULL);
	return 0;
}

static int free_machine(void **state)
{
	(void)state;
	topology_free(machine);
	return 0;
}

static int try_memory(const char *policy, const char *pages, bool use_malloc,
		      struct memory **memory, struct fault *fault)
{
	unsigned pus[WORKERS];
	struct memory_options options = { .topology = machine,
					  .use_malloc = use_malloc,
					  .worker_pus = pus,
					  .workers = WORKERS,
					  .limit_bytes = 64 * MIB };

	for (unsigned i = 0; i < WORKERS; i++)
		pus[i] = i % topology_pu_count(machine);
	if (memory_policy_parse(policy, &options.policy, fault) ||
	    memory_pages_parse(pages, &options.pages, fault))
		fail_msg("%s", fault->text);
	return memory_create(&options, memory, fault);
}

static struct memory *memory_of(const char *policy)
{
	struct memory *memory;
	struct fault fault;

	if (try_memory(policy, "base", false, &memory, &fault))
		fail_msg("%s", fault.text);
	return memory;
}

static void memory_without_workers_is_refused(void **state)
{
	const struct memory_options options = { .topology = machine };
	struct memory *memory;
	struct fault fault;

	(void)state;
	assert_int_equal(memory_create(&options, &memory, &fault), -EINVAL);
	assert_string_equal(fault.text, "0 workers: allowed are 1 to 65535");
}

static void memory_on_an_absent_node_is_refused(void **state)
{
	struct memory *memory;
	struct fault fault;

	(void)state;
	assert_int_equal(try_memory("node:1023", "base", false, &memory, &fault), -ENOENT);
	assert_string_equal(fault.text, "memory=node:1023: this machine has no node 1023");
}

static void memory_remote_on_one_node_is_refused(void **state)
{
	struct memory *memory;
	struct fault fault;

	(void)state;
	if (topology_node_count(machine) > 1) {
		printf("skipped: this machine has more than one NUMA node\n");
		skip();
	}
	assert_int_equal(try_memory("remote", "base", false, &memory, &fault), -ENOENT);
	assert_non_null(strstr(fault.text, "needs a second NUMA node"));
}

static bool is_zeroed(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i])
			return false;
	return true;
}

static void memory_shared_is_zeroed_and_aligned(void **state)
{
	static const size_t sizes[] = { 1, 128, 200, 4095, 4096, 5000, 3 * MIB };
	struct memory *const memory = memory_of("local");

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char *const table = memory_shared(memory, sizes[i]);

		assert_non_null(table);
		assert_int_equal((uintptr_t)table % (sizes[i] < 4096 ? 128 : 4096), 0);
		assert_true(is_zeroed(table, sizes[i]));
		memset(table, 1, sizes[i]);
	}
	memory_destroy(memory);
}

static void memory_thread_is_zeroed_and_aligned(void **state)
{
	static const size_t sizes[] = { 1, 128, 129, 4096, 60000, 70000, 2 * MIB };
	struct memory *const memory = memory_of("local");

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char *const block = memory_thread(memory, i % WORKERS, sizes[i]);

		assert_non_null(block);
		assert_int_equal((uintptr_t)block % 128, 0);
		assert_true(is_zeroed(block, sizes[i]));
		memset(block, 1, sizes[i]);
	}
	memory_destroy(memory);
}

static void memory_released_block_is_reused_and_zeroed(void **state)
{
	struct memory *const memory = memory_of("local");
	char *const first = memory_thread(memory, 1, 1000);
	char *second;

	(void)state;
	memset(first, 1, 1000);
	memory_release(memory, first);
	second = memory_thread(memory, 1, 600);
	assert_ptr_equal(second, first);
	assert_true(is_zeroed(second, 600));
	memory_destroy(memory);
}

static void memory_released_table_is_unmapped(void **state)
{
	struct memory *const memory = memory_of("local");
	char *const table = memory_shared(memory, MIB);
	int ends[2];

	(void)state;
	memory_release(memory, table);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], table, 1), -1);
	assert_int_equal(errno, EFAULT);
	close(ends[0]);
	close(ends[1]);
	memory_destroy(memory);
}

static void memory_release_of_nothing_does_nothing(void **state)
{
	struct memory *const memory = memory_of("local");

	(void)state;
	memory_release(memory, NULL);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_TABLE), 0);
	memory_destroy(memory);
}

static void memory_in_use_counts_blocks_as_asked_for(void **state)
{
	struct memory *const memory = memory_of("local");
	void *const table = memory_shared(memory, 5000), *const block =
								 memory_thread(memory, 0, 100);

	(void)state;
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_TABLE), 5000);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_THREAD), 100);
	memory_release(memory, table);
	memory_release(memory, block);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_TABLE), 0);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_THREAD), 0);
	memory_destroy(memory);
}

static void memory_shared_too_large_is_refused_and_counted(void **state)
{
	struct memory *const memory = memory_of("local");

	(void)state;
	errno = 0;
	assert_null(memory_shared(memory, SIZE_MAX / 2));
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(memory_exhausted(memory), 1);
	memory_destroy(memory);
}

static void memory_tells_workers_and_their_nodes(void **state)
{
	struct memory *const memory = memory_of("local");

	(void)state;
	assert_int_equal(memory_workers(memory), WORKERS);
	assert_int_equal(memory_worker_node(memory, 1),
			 topology_pu(machine, 1 % topology_pu_count(machine))->node);
	memory_destroy(memory);
}

/* Some of each part, all of it touched. */
static void fill_memory(struct memory *memory)
{
	memset(memory_shared(memory, 2 * MIB), 1, 2 * MIB);
	memset(memory_on_node(memory, memory_worker_node(memory, 0), MIB), 1, MIB);
	for (unsigned i = 0; i < WORKERS; i++) {
		memset(memory_thread(memory, i, 10000), 1, 10000);
		for (unsigned n = 0; n < 5000; n++)
			memset(arena_alloc(memory_arena(memory, i), MEMORY_NODES, 32), 1, 32);
		for (unsigned n = 0; n < 500; n++)
			memset(arena_alloc(memory_arena(memory, i), MEMORY_PAYLOADS, 700), 1, 700);
	}
}

static void skip_without_lookup(const struct residency *parts)
{
	if (parts[MEMORY_TABLE].unavailable) {
		printf("skipped: %s\n", parts[MEMORY_TABLE].unavailable);
		skip();
	}
}

/* On more than one node each worker would have to do its own touching: see placed_memory.c. */
static void memory_is_where_it_belongs(const char *policy)
{
	struct residency parts[MEMORY_PARTS];
	struct memory *memory;

	if (topology_node_count(machine) > 1) {
		printf("skipped: topology/placed_memory tests machines of several nodes\n");
		skip();
	}
	memory = memory_of(policy);
	fill_memory(memory);
	memory_residency(memory, parts);
	memory_destroy(memory);
	skip_without_lookup(parts);
	for (unsigned part = 0; part < MEMORY_PARTS; part++) {
		assert_true(parts[part].pages > 0 && parts[part].pages <= MEMORY_SAMPLED_PAGES);
		assert_true(parts[part].share >= 0.95);
		assert_true(parts[part].mapped_bytes > 0);
		assert_int_equal(parts[part].huge_bytes, 0);
	}
}

static void memory_local_is_where_it_belongs(void **state)
{
	(void)state;
	memory_is_where_it_belongs("local");
}

static void memory_first_touch_is_where_it_belongs(void **state)
{
	(void)state;
	memory_is_where_it_belongs("first-touch");
}

static void memory_interleave_is_where_it_belongs(void **state)
{
	(void)state;
	memory_is_where_it_belongs("interleave");
}

static void memory_on_a_node_is_where_it_belongs(void **state)
{
	char policy[32];

	(void)state;
	snprintf(policy, sizeof(policy), "node:%u", topology_node(machine, 0)->os_index);
	memory_is_where_it_belongs(policy);
}

static void memory_untouched_has_no_pages(void **state)
{
	struct memory *const memory = memory_of("local");
	struct residency parts[MEMORY_PARTS];

	(void)state;
	assert_non_null(memory_shared(memory, MIB));
	memory_residency(memory, parts);
	memory_destroy(memory);
	skip_without_lookup(parts);
	assert_int_equal(parts[MEMORY_TABLE].pages, 0);
	assert_int_equal(parts[MEMORY_NODES].pages, 0);
}

static void memory_first_touch_brings_in_the_whole_table(void **state)
{
	struct memory *const memory = memory_of("first-touch");
	struct residency parts[MEMORY_PARTS];

	(void)state;
	assert_non_null(memory_shared(memory, MIB));
	memory_residency(memory, parts);
	memory_destroy(memory);
	skip_without_lookup(parts);
	assert_int_equal(parts[MEMORY_TABLE].pages, MIB / (unsigned)sysconf(_SC_PAGESIZE));
}

static void memory_first_touch_leaves_the_caller_where_it_was(void **state)
{
	struct memory *const memory = memory_of("first-touch");
	const int last = (int)topology_pu_count(machine) - 1;
	struct binding_saved saved;

	(void)state;
	/* The last worker to touch sits on another PU, where there is one. */
	assert_int_equal(binding_save(&saved), 0);
	assert_int_equal(binding_set(machine, (unsigned)last, NULL), 0);
	assert_non_null(memory_shared(memory, MIB));
	assert_int_equal(binding_where(machine), last);
	assert_int_equal(binding_restore(&saved), 0);
	memory_destroy(memory);
}

static void memory_of_malloc_is_looked_up_too(void **state)
{
	struct residency parts[MEMORY_PARTS];
	struct memory *memory;
	struct fault fault;

	(void)state;
	if (try_memory("local", "base", true, &memory, &fault))
		fail_msg("%s", fault.text);
	for (unsigned i = 0; i < WORKERS; i++) {
		void *nodes[1000];

		for (unsigned n = 0; n < 1000; n++) {
			nodes[n] = arena_alloc(memory_arena(memory, i), MEMORY_NODES, 3000);
			memset(nodes[n], 1, 3000);
		}
		if (i == WORKERS - 1)
			memory_residency(memory, parts);
		for (unsigned n = 0; n < 1000; n++)
			arena_free(memory_arena(memory, i), nodes[n], MEMORY_NODES, 3000);
	}
	memory_destroy(memory);
	skip_without_lookup(parts);
	assert_true(parts[MEMORY_NODES].pages > 10);
	assert_true(parts[MEMORY_NODES].mapped_bytes > 1000 * 3000);
	assert_int_equal(parts[MEMORY_PAYLOADS].pages, 0);
}

static void memory_of_transparent_huge_pages_has_them(void **state)
{
	struct residency parts[MEMORY_PARTS];
	struct memory *memory;
	struct fault fault;

	(void)state;
	if (try_memory("local", "thp", false, &memory, &fault)) {
		printf("skipped: %s\n", fault.text);
		skip();
	}
	memset(memory_shared(memory, 16 * MIB), 1, 16 * MIB);
	memory_residency(memory, parts);
	memory_destroy(memory);
	skip_without_lookup(parts);
	assert_int_equal(parts[MEMORY_TABLE].mapped_bytes, 16 * MIB);
	assert_true(parts[MEMORY_TABLE].huge_bytes > 0);
	assert_true(parts[MEMORY_TABLE].huge_bytes <= 16 * MIB);
	assert_int_equal(parts[MEMORY_THREAD].huge_bytes, 0);
}

/* Reserving huge pages is for an administrator: where there are none, the refusal is tested. */
static void memory_of_huge_pages_is_had_or_refused_with_the_remedy(void **state)
{
	uint64_t free_pages = 0;
	struct memory *memory;
	struct fault fault;
	int error;

	(void)state;
	kernel_file_number(&free_pages, "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
	error = try_memory("local", "huge2m", false, &memory, &fault);
	if (!error) {
		memory_destroy(memory);
		assert_true(free_pages > 0);
		return;
	}
	assert_true(error == -ENOMEM || error == -ENOTSUP);
	assert_true(error == -ENOTSUP || strstr(fault.text, "nr_hugepages"));
}

static void memory_of_malloc_on_huge_pages_is_refused(void **state)
{
	struct memory *memory;
	struct fault fault;

	(void)state;
	assert_int_equal(try_memory("local", "huge2m", true, &memory, &fault), -ENOTSUP);
	assert_non_null(strstr(fault.text, "need alloc=arena"));
}

static void memory_of_a_loaded_topology_is_made_and_placed_by_nobody(void **state)
{
	struct topology *const other = machine_load("package:2 numa:1 core:4 pu:1");
	const unsigned pus[] = { 0, 7 };
	const struct memory_options options = {
		.topology = other, .worker_pus = pus, .workers = 2, .limit_bytes = MIB
	};
	struct residency parts[MEMORY_PARTS];
	struct memory *memory;

	(void)state;
	assert_int_equal(memory_create(&options, &memory, NULL), 0);
	memset(memory_shared(memory, MIB), 1, MIB);
	memset(arena_alloc(memory_arena(memory, 1), MEMORY_NODES, 100), 1, 100);
	memory_residency(memory, parts);
	assert_string_equal(parts[MEMORY_TABLE].unavailable, "the topology is not this machine");
	assert_int_equal(memory_worker_node(memory, 1), 1);
	memory_destroy(memory);
	topology_free(other);
}

static void memory_without_a_limit_takes_one_from_the_machine(void **state)
{
	const unsigned pus[] = { 0 };
	const struct memory_options options = { .topology = machine,
						.worker_pus = pus,
						.workers = 1 };
	struct memory *memory;

	(void)state;
	assert_int_equal(memory_create(&options, &memory, NULL), 0);
	assert_non_null(arena_alloc(memory_arena(memory, 0), MEMORY_PAYLOADS, MIB));
	memory_destroy(memory);
}

/* In a child that may map little. Return: 0 if refused, 1 if not, 2 without such a bound. */
static int create_in_little_space(void)
{
	const struct rlimit limit = { .rlim_cur = 64 * MIB, .rlim_max = 64 * MIB };
	const unsigned pus[] = { 0 };
	const struct memory_options options = {
		.topology = machine, .worker_pus = pus, .workers = 1, .limit_bytes = (size_t)1 << 32
	};
	struct fault fault = { "" };
	struct memory *memory;

	if (setrlimit(RLIMIT_AS, &limit) ||
	    mmap(NULL, 128 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		return 2;
	return memory_create(&options, &memory, &fault) != -ENOMEM ||
	       !strstr(fault.text, "ulimit -v");
}

static void memory_without_address_space_is_refused(void **state)
{
	int status;
	const pid_t child = fork();

	(void)state;
	if (!child)
		_exit(create_in_little_space());
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
		printf("skipped: address space cannot be bounded here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void *use_blocks(void *cookie)
{
	struct memory *const memory = cookie;

	for (unsigned i = 0; i < 300; i++) {
		char *const table = memory_shared(memory, 5000 + i);
		char *const block = memory_thread(memory, i % WORKERS, 100 + i);

		memset(table, 1, 5000 + i);
		memset(block, 1, 100 + i);
		memory_release(memory, i % 2 ? table : block);
	}
	return NULL;
}

static void memory_blocks_may_be_taken_by_several_threads(void **state)
{
	struct memory *const memory = memory_of("local");
	pthread_t threads[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, use_blocks, memory), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	/* Tables of even rounds are left. */
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_TABLE), 3 * (150 * 5000 + 149 * 150));
	memory_destroy(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_without_workers_is_refused),
		cmocka_unit_test(memory_on_an_absent_node_is_refused),
		cmocka_unit_test(memory_remote_on_one_node_is_refused),
		cmocka_unit_test(memory_shared_is_zeroed_and_aligned),
		cmocka_unit_test(memory_thread_is_zeroed_and_aligned),
		cmocka_unit_test(memory_released_block_is_reused_and_zeroed),
		cmocka_unit_test(memory_released_table_is_unmapped),
		cmocka_unit_test(memory_release_of_nothing_does_nothing),
		cmocka_unit_test(memory_in_use_counts_blocks_as_asked_for),
		cmocka_unit_test(memory_shared_too_large_is_refused_and_counted),
		cmocka_unit_test(memory_tells_workers_and_their_nodes),
		cmocka_unit_test(memory_local_is_where_it_belongs),
		cmocka_unit_test(memory_first_touch_is_where_it_belongs),
		cmocka_unit_test(memory_interleave_is_where_it_belongs),
		cmocka_unit_test(memory_on_a_node_is_where_it_belongs),
		cmocka_unit_test(memory_untouched_has_no_pages),
		cmocka_unit_test(memory_first_touch_brings_in_the_whole_table),
		cmocka_unit_test(memory_first_touch_leaves_the_caller_where_it_was),
		cmocka_unit_test(memory_of_malloc_is_looked_up_too),
		cmocka_unit_test(memory_of_transparent_huge_pages_has_them),
		cmocka_unit_test(memory_of_huge_pages_is_had_or_refused_with_the_remedy),
		cmocka_unit_test(memory_of_malloc_on_huge_pages_is_refused),
		cmocka_unit_test(memory_of_a_loaded_topology_is_made_and_placed_by_nobody),
		cmocka_unit_test(memory_without_a_limit_takes_one_from_the_machine),
		cmocka_unit_test(memory_without_address_space_is_refused),
		cmocka_unit_test(memory_blocks_may_be_taken_by_several_threads),
	};

	return cmocka_run_group_tests(tests, load_machine, free_machine);
}
