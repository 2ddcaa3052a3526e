#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/topology/machines.h"
#include "topology/binding.h"
#include "topology/topology_private.h"

/*
 * A kernel that does not keep its word, or that is larger than this one. Off, all goes to the real
 * one: these functions stand in for the C library's.
 */
static struct {
	bool is_on;
	int refusal;              /* errno of sched_setaffinity, or 0 */
	unsigned processors;      /* of the made-up machine */
	unsigned bound;           /* what was asked for */
	unsigned extra;           /* a PU that the affinity keeps besides; 0: none */
	unsigned running;         /* what sched_getcpu() says */
	size_t largest_set_bytes; /* ever offered to sched_getaffinity */
} kernel;

int sched_setaffinity(pid_t thread, size_t bytes, const cpu_set_t *set)
{
	if (!kernel.is_on)
		return (int)syscall(SYS_sched_setaffinity, thread, bytes, set);
	if (kernel.refusal) {
		errno = kernel.refusal;
		return -1;
	}
	for (unsigned i = 0; i < kernel.processors && i < 8 * bytes; i++)
		if (CPU_ISSET_S(i, bytes, set))
			kernel.bound = i;
	return 0;
}

int sched_getaffinity(pid_t thread, size_t bytes, cpu_set_t *set)
{
	if (!kernel.is_on) {
		memset(set, 0, bytes);
		return syscall(SYS_sched_getaffinity, thread, bytes, set) < 0 ? -1 : 0;
	}
	if (bytes > kernel.largest_set_bytes)
		kernel.largest_set_bytes = bytes;
	if (8 * bytes < kernel.processors) {
		errno = EINVAL;
		return -1;
	}
	CPU_ZERO_S(bytes, set);
	CPU_SET_S(kernel.bound, bytes, set);
	if (kernel.extra)
		CPU_SET_S(kernel.extra, bytes, set);
	return 0;
}

int sched_getcpu(void)
{
	unsigned running;

	if (kernel.is_on)
		return (int)kernel.running;
	return syscall(SYS_getcpu, &running, NULL, NULL) ? -1 : (int)running;
}

/* A machine of 2000 PUs that the made-up kernel runs. */
static struct topology *large;

static int load_large(void **state)
{
	(void)state;
	large = machine_load("package:2 core:1000 pu:1");
	large->is_live = true;
	return 0;
}

static int free_large(void **state)
{
	(void)state;
	topology_free(large);
	return 0;
}

static int start_kernel(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.is_on = true;
	kernel.processors = 2000;
	return 0;
}

static int stop_kernel(void **state)
{
	(void)state;
	kernel.is_on = false;
	return 0;
}

static void binding_set_on_each_pu_holds(void **state)
{
	struct topology *const topology = machine_load(NULL);
	struct binding_saved saved;
	struct fault fault;

	(void)state;
	assert_int_equal(binding_save(&saved), 0);
	for (unsigned pu = 0; pu < topology_pu_count(topology); pu++) {
		if (binding_set(topology, pu, &fault))
			fail_msg("%s", fault.text);
		assert_int_equal(binding_where(topology), pu);
	}
	assert_int_equal(binding_restore(&saved), 0);
	topology_free(topology);
}

static void binding_restore_brings_back_the_affinity(void **state)
{
	struct topology *const topology = machine_load(NULL);
	cpu_set_t before, after;
	struct binding_saved saved;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(binding_save(&saved), 0);
	assert_int_equal(binding_set(topology, topology_pu_count(topology) - 1, NULL), 0);
	assert_int_equal(binding_restore(&saved), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	topology_free(topology);
}

static void binding_set_on_a_loaded_topology_is_refused(void **state)
{
	struct topology *const topology = machine_load("pu:2");
	struct fault fault;

	(void)state;
	assert_int_equal(binding_set(topology, 0, &fault), -ENOTSUP);
	assert_non_null(strstr(fault.text, "live machine"));
	topology_free(topology);
}

static void binding_set_above_1024_pus_holds(void **state)
{
	(void)state;
	kernel.running = topology_pu(large, 1500)->os_index;
	assert_int_equal(binding_set(large, 1500, NULL), 0);
	assert_int_equal(kernel.bound, 1500);
	assert_true(8 * kernel.largest_set_bytes >= 2000);
}

static void binding_set_with_another_pu_left_in_the_affinity_is_refused(void **state)
{
	struct fault fault;

	(void)state;
	kernel.running = 3;
	kernel.extra = 4;
	assert_int_equal(binding_set(large, 3, &fault), -ENXIO);
	assert_string_equal(fault.text, "bound to PU 3, but the kernel reports 2 PUs allowed, PU 3 "
					"among them");
}

static void binding_set_while_running_elsewhere_is_refused(void **state)
{
	struct fault fault;

	(void)state;
	kernel.running = 7;
	assert_int_equal(binding_set(large, 3, &fault), -ENXIO);
	assert_string_equal(fault.text, "bound to PU 3, but running on PU 7");
}

static void binding_set_refused_by_the_kernel_says_why(void **state)
{
	struct fault fault;

	(void)state;
	kernel.refusal = EPERM;
	assert_int_equal(binding_set(large, 3, &fault), -EPERM);
	assert_non_null(strstr(fault.text, "refused to bind a thread to PU 3"));
}

#define KERNEL_TEST(name) cmocka_unit_test_setup_teardown(name, start_kernel, stop_kernel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binding_set_on_each_pu_holds),
		cmocka_unit_test(binding_restore_brings_back_the_affinity),
		cmocka_unit_test(binding_set_on_a_loaded_topology_is_refused),
		KERNEL_TEST(binding_set_above_1024_pus_holds),
		KERNEL_TEST(binding_set_with_another_pu_left_in_the_affinity_is_refused),
		KERNEL_TEST(binding_set_while_running_elsewhere_is_refused),
		KERNEL_TEST(binding_set_refused_by_the_kernel_says_why),
	};

	return cmocka_run_group_tests(tests, load_large, free_large);
}
