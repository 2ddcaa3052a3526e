#include "runners/data_path.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Joins two parts; a path that is cut would name another file. Return: 0, or -ENAMETOOLONG. */
static int join(const char *folder, const char *name, char *path, size_t room, struct fault *fault)
{
	const int length = snprintf(path, room, "%s/%s", folder, name);

	if (length < 0 || (size_t)length >= room)
		return fault_set(fault, -ENAMETOOLONG, "the path of %s is too long", name);
	return 0;
}

static bool is_below(const char *path, const char *folder)
{
	const size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static int find_installed(const char *program, const char *name, char *path, size_t room,
			  struct fault *fault)
{
	char beside[PATH_MAX];
	const int length = (int)(strrchr(program, '/') - program);
	const int written = snprintf(beside, sizeof(beside), "%.*s/%s", length, program,
				     NUMAMARK_DATA_BESIDE);
	int error;

	if (written < 0 || (size_t)written >= sizeof(beside))
		return fault_set(fault, -ENAMETOOLONG, "the path of %s is too long", program);
	error = join(beside, name, path, room, fault);
	if (error || access(path, R_OK) == 0)
		return error;
	error = join(NUMAMARK_DATA_DIR, name, path, room, fault);
	if (error || access(path, R_OK) == 0)
		return error;
	return fault_set(fault, -ENOENT, "%s is neither in %s nor in %s: install numamark again",
			 name, beside, NUMAMARK_DATA_DIR);
}

int data_path_find_for(const char *program, const char *name, char *path, size_t room,
		       struct fault *fault)
{
	int error;

	if (!is_below(program, NUMAMARK_BUILD_DIR))
		return find_installed(program, name, path, room, fault);
	error = join(NUMAMARK_SOURCE_DIR, name, path, room, fault);
	if (error || access(path, R_OK) == 0)
		return error;
	return fault_set(fault, -ENOENT, "there is no %s in %s", name, NUMAMARK_SOURCE_DIR);
}

int data_path_find(const char *name, char *path, size_t room, struct fault *fault)
{
	char program[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length < 0)
		return fault_set(fault, -errno, "cannot read /proc/self/exe: %s", strerror(errno));
	program[length] = '\0';
	return data_path_find_for(program, name, path, room, fault);
}
