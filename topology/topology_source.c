#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "topology/topology_private.h"

enum { FILE_LIMIT_BYTES = 64 * 1024 * 1024 };

/*
 * Allocates a topology that looks only for what numamark reads: no devices, no instruction caches.
 */
static int machine_prepare(hwloc_topology_t *machine)
{
	unsigned long flags =
		HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED | HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING;
	hwloc_topology_t made;

#if HWLOC_API_VERSION >= 0x00020800
	flags |= HWLOC_TOPOLOGY_FLAG_NO_CPUKINDS;
#endif
	/* hwloc prints what it dislikes about firmware or a file; our sentence says it once. */
	setenv("HWLOC_HIDE_ERRORS", "2", 0);
	if (hwloc_topology_init(&made))
		return -ENOMEM;
	if (hwloc_topology_set_flags(made, flags) ||
	    hwloc_topology_set_io_types_filter(made, HWLOC_TYPE_FILTER_KEEP_NONE) ||
	    hwloc_topology_set_icache_types_filter(made, HWLOC_TYPE_FILTER_KEEP_NONE) ||
	    hwloc_topology_set_type_filter(made, HWLOC_OBJ_MISC, HWLOC_TYPE_FILTER_KEEP_NONE) ||
	    hwloc_topology_set_type_filter(made, HWLOC_OBJ_MEMCACHE, HWLOC_TYPE_FILTER_KEEP_NONE)) {
		hwloc_topology_destroy(made);
		return -EINVAL;
	}
	*machine = made;
	return 0;
}

static int live_load(hwloc_topology_t machine, struct fault *fault)
{
	if (hwloc_topology_load(machine))
		return fault_set(fault, -EIO, "hwloc cannot read this machine's topology: %s",
				 strerror(errno));
	return 0;
}

/*
 * Opens a regular file of at most the limit. O_NONBLOCK: a named pipe without a writer must not
 * hang us.
 */
static int file_open(const char *path, size_t *size_bytes, struct fault *fault)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	int error = 0;

	if (file < 0)
		return fault_set(fault, errno == ENOENT || errno == ENOTDIR ? -ENOENT : -EIO,
				 "%.300s: cannot be opened: %s", path, strerror(errno));
	if (fstat(file, &status))
		error = fault_set(fault, -EIO, "%.300s: %s", path, strerror(errno));
	else if (S_ISDIR(status.st_mode))
		error = fault_set(fault, -EINVAL, "%.300s: is a directory, not an hwloc XML file",
				  path);
	else if (!S_ISREG(status.st_mode))
		error = fault_set(fault, -EINVAL,
				  "%.300s: is a device or a pipe, not an hwloc XML file", path);
	else if (status.st_size == 0)
		error = fault_set(fault, -EINVAL, "%.300s: is empty, not an hwloc XML file", path);
	else if (status.st_size > FILE_LIMIT_BYTES)
		error = fault_set(fault, -E2BIG,
				  "%.300s: has %lld bytes; an hwloc XML file has at most %d", path,
				  (long long)status.st_size, FILE_LIMIT_BYTES);
	if (error) {
		close(file);
		return error;
	}
	*size_bytes = (size_t)status.st_size;
	return file;
}

/*
 * @text: out, @length bytes and a NUL; released with free(). The file may shrink while it is read.
 */
static int file_read(const char *path, char **text, size_t *length, struct fault *fault)
{
	size_t size_bytes = 0, used = 0;
	const int file = file_open(path, &size_bytes, fault);
	ssize_t got = 1;

	if (file < 0)
		return file;

	char *buffer = malloc(size_bytes + 1);

	if (!buffer) {
		close(file);
		return fault_set(fault, -ENOMEM, "%.300s: no memory to read it", path);
	}
	while (used < size_bytes && got > 0) {
		got = read(file, buffer + used, size_bytes - used);
		used += got > 0 ? (size_t)got : 0;
	}
	if (got < 0) {
		const int reason = errno;

		close(file);
		free(buffer);
		return fault_set(fault, -EIO, "%.300s: cannot be read: %s", path, strerror(reason));
	}
	close(file);
	buffer[used] = '\0';
	*text = buffer;
	*length = used;
	return 0;
}

/* Cheap looks that name the mistake better than a parser does. */
static int file_check_text(const char *path, const char *text, size_t length, struct fault *fault)
{
	const char *start = text;

	if (memchr(text, '\0', length))
		return fault_set(fault, -EINVAL, "%.300s: is binary, not an hwloc XML file", path);
	if (!strncmp(start, "\xef\xbb\xbf", 3))
		start += 3;
	start += strspn(start, " \t\r\n");
	if (*start != '<')
		return fault_set(fault, -EINVAL,
				 "%.300s: is not XML; an hwloc XML file is wanted, as "
				 "'lstopo FILE.xml' writes it",
				 path);
	if (!strstr(start, "<topology"))
		return fault_set(fault, -EINVAL,
				 "%.300s: is XML, but not of hwloc: it has no <topology>", path);
	return 0;
}

static int file_load(hwloc_topology_t machine, const char *path, struct fault *fault)
{
	char *text = NULL;
	size_t length = 0;
	int error = file_read(path, &text, &length, fault);

	if (error)
		return error;
	error = file_check_text(path, text, length, fault);
	/* hwloc reads the buffer until it is loaded, and counts the NUL. */
	if (!error && (hwloc_topology_set_xmlbuffer(machine, text, (int)length + 1) ||
		       hwloc_topology_load(machine)))
		error = fault_set(fault, -EINVAL,
				  "%.300s: hwloc cannot read it: the XML is malformed, cut "
				  "short, or not a topology",
				  path);
	free(text);
	return error;
}

/*
 * Product of the arities of a synthetic string, cut at just above the limit. Attached nodes in
 * brackets and attributes in parentheses do not multiply. Whatever is no number here is left for
 * hwloc to judge.
 */
static unsigned long synthetic_size(const char *text)
{
	unsigned long product = 1;
	unsigned depth = 0;

	for (const char *at = text; *at; at++) {
		const bool starts_number = at == text || at[-1] == ' ' || at[-1] == ':';

		if (*at == '(' || *at == '[')
			depth++;
		else if ((*at == ')' || *at == ']') && depth)
			depth--;
		if (depth || !starts_number || *at < '0' || *at > '9')
			continue;

		const unsigned long arity = strtoul(at, NULL, 0);

		if (arity > TOPOLOGY_PU_LIMIT || product * arity > TOPOLOGY_PU_LIMIT)
			return TOPOLOGY_PU_LIMIT + 1ul;
		product *= arity;
	}
	return product;
}

static int synthetic_load(hwloc_topology_t machine, const char *text, struct fault *fault)
{
	if (synthetic_size(text) > TOPOLOGY_PU_LIMIT)
		return fault_set(fault, -E2BIG, "'%.200s' describes more than %d PUs", text,
				 TOPOLOGY_PU_LIMIT);
	if (hwloc_topology_set_synthetic(machine, text) || hwloc_topology_load(machine))
		return fault_set(fault, -EINVAL,
				 "'%.200s' is neither a file nor an hwloc synthetic string "
				 "such as 'package:2 numa:1 core:4 pu:2'",
				 text);
	return 0;
}

/*
 * A name with a slash or the ending .xml is meant as a file even if it is missing: then the
 * sentence says so.
 */
bool topology_source_is_file(const char *input)
{
	const size_t length = strlen(input);

	return strchr(input, '/') || (length >= 4 && !strcmp(input + length - 4, ".xml")) ||
	       access(input, F_OK) == 0;
}

int topology_source_open(const char *input, hwloc_topology_t *machine, struct fault *fault)
{
	hwloc_topology_t made;
	int error;

	if (input && !*input)
		return fault_set(fault, -EINVAL,
				 "the machine to load is an empty text; allowed are an "
				 "hwloc XML file and an hwloc synthetic string");
	error = machine_prepare(&made);
	if (error)
		return fault_set(fault, error, "hwloc cannot be started: %s", strerror(-error));
	if (!input)
		error = live_load(made, fault);
	else if (topology_source_is_file(input))
		error = file_load(made, input, fault);
	else
		error = synthetic_load(made, input, fault);
	if (error) {
		hwloc_topology_destroy(made);
		return error;
	}
	*machine = made;
	return 0;
}
