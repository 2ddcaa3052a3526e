/*
 * What only another machine would refuse: linked before topology's functions (-Wl,--wrap), so that
 * a test can make a binding fail or pages lie elsewhere.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "topology/allocator.h"
#include "topology/binding.h"
#include "topology/memory.h"

int __real_binding_set(const struct topology *topology, unsigned pu, struct fault *fault);
int __wrap_binding_set(const struct topology *topology, unsigned pu, struct fault *fault);
int __real_allocator_preload_path(const char *name, char *path, size_t room, struct fault *fault);
int __wrap_allocator_preload_path(const char *name, char *path, size_t room, struct fault *fault);
void __real_memory_residency(const struct memory *memory, struct residency *parts);
void __wrap_memory_residency(const struct memory *memory, struct residency *parts);

static bool is_told(const char *fault)
{
	const char *const told = getenv("NUMAMARK_FAULT");

	return told && !strcmp(told, fault);
}

int __wrap_binding_set(const struct topology *topology, unsigned pu, struct fault *fault)
{
	if (is_told("unbound"))
		return fault_set(fault, -EPERM, "the kernel refuses to bind");
	return __real_binding_set(topology, pu, fault);
}

/* Below the 95 % of method.md; or nothing known. */
void __wrap_memory_residency(const struct memory *memory, struct residency *parts)
{
	__real_memory_residency(memory, parts);
	if (is_told("misplaced"))
		parts[MEMORY_TABLE] = (struct residency){ .pages = 100, .share = 0.94 };
	else if (is_told("nearly-misplaced"))
		parts[MEMORY_TABLE] = (struct residency){ .pages = 100, .share = 0.96 };
	else if (is_told("small-pages"))
		parts[MEMORY_TABLE] = (struct residency){
			.pages = 100, .share = 1, .huge_bytes = 94, .mapped_bytes = 100
		};
	else if (is_told("unknown-residency"))
		parts[MEMORY_TABLE] = (struct residency){ .unavailable = "told not to look" };
}

/* A library that is not installed; or one that is found and then not loaded. */
int __wrap_allocator_preload_path(const char *name, char *path, size_t room, struct fault *fault)
{
	if (is_told("no-allocator"))
		return fault_set(fault, -ENOENT, "alloc=%s: install libnothing", name);
	if (!is_told("unloaded-allocator"))
		return __real_allocator_preload_path(name, path, room, fault);
	path[0] = '\0';
	return 0;
}
