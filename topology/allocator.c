#include "topology/allocator.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALLOCATOR_SONAMES_MAX = 3 };

struct allocator {
	const char *name;
	const char *sonames[ALLOCATOR_SONAMES_MAX]; /* newest first */
	const char *package;                        /* as Debian and Ubuntu name it */
	const char *marker;                         /* a function that it alone defines */
};

static const struct allocator allocators[] = {
	{ .name = "glibc", .marker = "gnu_get_libc_version" },
	{ .name = "jemalloc",
	  .sonames = { "libjemalloc.so.2" },
	  .package = "libjemalloc2",
	  .marker = "mallctl" },
	{ .name = "mimalloc",
	  .sonames = { "libmimalloc.so.3", "libmimalloc.so.2" },
	  .package = "libmimalloc2.0 (libmimalloc3 from Debian 13 on)",
	  .marker = "mi_version" },
	/* The minimal one first: the other brings a profiler along. */
	{ .name = "tcmalloc",
	  .sonames = { "libtcmalloc_minimal.so.4", "libtcmalloc.so.4" },
	  .package = "libtcmalloc-minimal4",
	  .marker = "tc_version" },
};

enum { ALLOCATORS = sizeof(allocators) / sizeof(*allocators) };

#if defined(__x86_64__)
#	define ALLOCATOR_TRIPLET "x86_64-linux-gnu"
#	define ALLOCATOR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#	define ALLOCATOR_TRIPLET "aarch64-linux-gnu"
#	define ALLOCATOR_MACHINE EM_AARCH64
#endif

static const char *const allocator_folders[] = {
	"/usr/local/lib/" ALLOCATOR_TRIPLET,
	"/usr/local/lib",
	"/usr/lib/" ALLOCATOR_TRIPLET,
	"/lib/" ALLOCATOR_TRIPLET,
	"/usr/lib64",
	"/lib64",
	"/usr/lib",
	"/lib",
};

/* The dynamic linker ignores a library of another architecture, so that must not be the answer. */
static bool allocator_is_library(const char *path)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	Elf64_Ehdr header;
	bool fits = false;

	if (file < 0)
		return false;
	if (read(file, &header, sizeof(header)) == (ssize_t)sizeof(header))
		fits = !memcmp(header.e_ident, ELFMAG, SELFMAG) &&
		       header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_type == ET_DYN &&
		       header.e_machine == ALLOCATOR_MACHINE;
	close(file);
	return fits;
}

/* Return: 0 with the path, -ENOENT if it is not there, -ENAMETOOLONG. */
static int allocator_try(const char *folder, size_t folder_length, const char *soname, char *path,
			 size_t room)
{
	char candidate[4096];
	const int length = snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)folder_length,
				    folder, soname);

	if (length < 0 || (size_t)length >= sizeof(candidate) || !allocator_is_library(candidate))
		return -ENOENT;
	if ((size_t)length >= room)
		return -ENAMETOOLONG;
	memcpy(path, candidate, (size_t)length + 1);
	return 0;
}

static int allocator_search(const char *soname, char *path, size_t room)
{
	const char *folder = getenv("LD_LIBRARY_PATH");
	int error = -ENOENT;

	while (folder && *folder && error == -ENOENT) {
		const size_t length = strcspn(folder, ":;");

		if (length)
			error = allocator_try(folder, length, soname, path, room);
		folder += length + (folder[length] != '\0');
	}
	for (size_t i = 0; i < sizeof(allocator_folders) / sizeof(*allocator_folders); i++) {
		if (error == -ENOENT)
			error = allocator_try(allocator_folders[i], strlen(allocator_folders[i]),
					      soname, path, room);
	}
	return error;
}

static const struct allocator *allocator_find(const char *name)
{
	for (size_t i = 0; i < ALLOCATORS; i++) {
		if (!strcmp(allocators[i].name, name))
			return &allocators[i];
	}
	return NULL;
}

int allocator_preload_path(const char *name, char *path, size_t room, struct fault *fault)
{
	const struct allocator *const allocator = allocator_find(name);
	int error = -ENOENT;

	if (!allocator)
		return fault_set(
			fault, -EINVAL,
			"alloc=%s: allowed are arena, glibc, jemalloc, mimalloc and tcmalloc",
			name);
	if (!allocator->sonames[0]) {
		path[0] = '\0';
		return 0;
	}
	for (int i = 0; i < ALLOCATOR_SONAMES_MAX && allocator->sonames[i]; i++) {
		if (error == -ENOENT)
			error = allocator_search(allocator->sonames[i], path, room);
	}
	if (error == -ENOENT)
		return fault_set(fault, error, "alloc=%s: %s is not installed; the package is %s",
				 name, allocator->sonames[0], allocator->package);
	if (error)
		return fault_set(fault, error, "alloc=%s: the library's path is too long", name);
	return 0;
}

/* The object file, by its load address, that defines a function; NULL if there is none. */
static const void *allocator_object_of(const char *function)
{
	void *const address = dlsym(RTLD_DEFAULT, function);
	Dl_info info;

	return address && dladdr(address, &info) ? info.dli_fbase : NULL;
}

const char *allocator_active(void)
{
	const void *const provider = allocator_object_of("malloc");

	for (size_t i = 0; provider && i < ALLOCATORS; i++) {
		if (allocator_object_of(allocators[i].marker) == provider)
			return allocators[i].name;
	}
	return "other";
}
