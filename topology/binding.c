#include "topology/binding.h"

#include <errno.h>
#include <string.h>

enum {
	/* The kernel is asked with growing sets: it refuses one that is smaller than its own. */
	BINDING_PROCESSORS_FIRST = 1024,
	BINDING_PROCESSORS_MAX = 1 << 20
};

/* The calling thread's affinity in a set large enough for this kernel. Release with CPU_FREE(). */
static int binding_read(cpu_set_t **processors, size_t *size_bytes)
{
	for (unsigned room = BINDING_PROCESSORS_FIRST; room <= BINDING_PROCESSORS_MAX; room *= 2) {
		const size_t size = CPU_ALLOC_SIZE(room);
		cpu_set_t *const set = CPU_ALLOC(room);

		if (!set)
			return -ENOMEM;
		if (!sched_getaffinity(0, size, set)) {
			*processors = set;
			*size_bytes = size;
			return 0;
		}
		const int error = -errno;

		CPU_FREE(set);
		if (error != -EINVAL)
			return error;
	}
	return -EINVAL;
}

static int binding_write(unsigned os_index)
{
	const size_t size = CPU_ALLOC_SIZE(os_index + 1);
	cpu_set_t *const set = CPU_ALLOC(os_index + 1);

	if (!set)
		return -ENOMEM;
	CPU_ZERO_S(size, set);
	CPU_SET_S(os_index, size, set);
	const int error = sched_setaffinity(0, size, set) ? -errno : 0;

	CPU_FREE(set);
	return error;
}

static int binding_verify(unsigned os_index, struct fault *fault)
{
	cpu_set_t *set;
	size_t size;
	int error = binding_read(&set, &size);

	if (error)
		return fault_set(fault, error, "the affinity of a thread cannot be read back: %s",
				 strerror(-error));
	const int count = CPU_COUNT_S(size, set);
	const bool is_there = CPU_ISSET_S(os_index, size, set);

	CPU_FREE(set);
	if (count != 1 || !is_there)
		return fault_set(fault, -ENXIO,
				 "bound to PU %u, but the kernel reports %d PUs allowed, PU %u %s",
				 os_index, count, os_index,
				 is_there ? "among them" : "not among them");
	/* The kernel migrates the caller before sched_setaffinity() returns: no need to wait. */
	const int running = sched_getcpu();

	if (running < 0 || (unsigned)running != os_index)
		return fault_set(fault, -ENXIO, "bound to PU %u, but running on PU %d", os_index,
				 running);
	return 0;
}

int binding_set(const struct topology *topology, unsigned pu, struct fault *fault)
{
	const unsigned os_index = topology_pu(topology, pu)->os_index;

	if (!topology_is_live(topology))
		return fault_set(
			fault, -ENOTSUP,
			"threads can be bound on the live machine only, not on a loaded topology");
	const int error = binding_write(os_index);

	if (error)
		return fault_set(fault, error, "the kernel refused to bind a thread to PU %u: %s",
				 os_index, strerror(-error));
	return binding_verify(os_index, fault);
}

int binding_where(const struct topology *topology)
{
	const int running = sched_getcpu();

	return running < 0 ? -ENOENT : topology_find_pu(topology, (unsigned)running);
}

int binding_save(struct binding_saved *saved)
{
	return binding_read(&saved->processors, &saved->size_bytes);
}

int binding_restore(struct binding_saved *saved)
{
	const int error = sched_setaffinity(0, saved->size_bytes, saved->processors) ? -errno : 0;

	CPU_FREE(saved->processors);
	saved->processors = NULL;
	return error;
}
