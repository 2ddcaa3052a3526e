/*
 * A kernel of four nodes and eight PUs that is made up: these functions stand in for the system
 * calls about memory, remember what they were told, and answer as a kernel would that keeps to it,
 * or that refuses. Included by one source of a test, after cmocka.h.
 */
#ifndef TESTS_TOPOLOGY_FAKE_KERNEL_H
#define TESTS_TOPOLOGY_FAKE_KERNEL_H

#include <errno.h>
#include <numaif.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>

enum { NODES = 4, PUS = 8, POLICIES_MAX = 256, PAGE = 4096 };

struct told {
	uintptr_t start, end;
	int mode;
	unsigned long nodes;
};

static struct {
	struct told policies[POLICIES_MAX]; /* by mbind, the latest last */
	unsigned count;
	struct told thread; /* by set_mempolicy */
	int mbind_refusal, lookup_refusal, thread_refusal;
	int stray_node; /* where all pages are instead; -1: where they belong */
	unsigned bound; /* PU of the calling thread */
	unsigned asked_pages;
	bool has_disabled_thp;
} kernel;

long mbind(void *start, unsigned long length, int mode, const unsigned long *nodes,
	   unsigned long max_node, unsigned flags)
{
	if (kernel.mbind_refusal) {
		errno = kernel.mbind_refusal;
		return -1;
	}
	assert_true(max_node > NODES && !flags && kernel.count < POLICIES_MAX);
	kernel.policies[kernel.count++] = (struct told){
		.start = (uintptr_t)start,
		.end = (uintptr_t)start + length,
		.mode = mode,
		.nodes = nodes[0],
	};
	return 0;
}

long set_mempolicy(int mode, const unsigned long *nodes, unsigned long max_node)
{
	if (kernel.thread_refusal) {
		errno = kernel.thread_refusal;
		return -1;
	}
	kernel.thread = (struct told){ .mode = mode, .nodes = max_node ? nodes[0] : 0 };
	return 0;
}

static struct told told_of(const void *address)
{
	struct told found = { .mode = MPOL_DEFAULT };

	for (unsigned i = 0; i < kernel.count; i++)
		if ((uintptr_t)address >= kernel.policies[i].start &&
		    (uintptr_t)address < kernel.policies[i].end)
			found = kernel.policies[i];
	return found;
}

/* The node of the page at @address, in a kernel that interleaves by address as Linux does. */
static int node_of(const void *address)
{
	const struct told told = told_of(address);
	unsigned turn;

	if (kernel.stray_node >= 0)
		return kernel.stray_node;
	if (told.mode == MPOL_DEFAULT)
		return 0;
	turn = told.mode == MPOL_INTERLEAVE ? (unsigned)((uintptr_t)address / PAGE %
							 (unsigned)__builtin_popcountl(told.nodes))
					    : 0;
	for (int node = 0; node < 64; node++)
		if (told.nodes >> node & 1 && !turn--)
			return node;
	return -EINVAL;
}

long move_pages(int process, unsigned long count, void **pages, const int *nodes, int *status,
		int flags)
{
	assert_true(!process && !nodes && !flags);
	if (kernel.lookup_refusal) {
		errno = kernel.lookup_refusal;
		return -1;
	}
	kernel.asked_pages = (unsigned)count;
	for (unsigned long i = 0; i < count; i++)
		status[i] = node_of(pages[i]);
	return 0;
}

int sched_setaffinity(pid_t thread, size_t bytes, const cpu_set_t *set)
{
	(void)thread;
	for (unsigned pu = 0; pu < PUS; pu++)
		if (CPU_ISSET_S(pu, bytes, set))
			kernel.bound = pu;
	return 0;
}

int sched_getaffinity(pid_t thread, size_t bytes, cpu_set_t *set)
{
	(void)thread;
	CPU_ZERO_S(bytes, set);
	CPU_SET_S(kernel.bound, bytes, set);
	return 0;
}

int sched_getcpu(void)
{
	return (int)kernel.bound;
}

int prctl(int option, ...)
{
	va_list arguments;

	va_start(arguments, option);
	if (option == PR_SET_THP_DISABLE)
		kernel.has_disabled_thp = va_arg(arguments, int);
	va_end(arguments);
	return option == PR_GET_THP_DISABLE && kernel.has_disabled_thp;
}

#endif
