#include "topology/available.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "topology/kernel_file.h"

enum { AVAILABLE_TEXT_BYTES = 8192 };

static uint64_t available_kib(const char *text, const char *name)
{
	uint64_t kib = 0;

	kernel_text_number(text, name, &kib);
	return kib;
}

/* Return: UINT64_MAX without nodes, or if one of them tells nothing. */
static uint64_t available_on_nodes(const unsigned *os_indexes, unsigned count)
{
	char text[AVAILABLE_TEXT_BYTES];
	uint64_t kib = 0;

	for (unsigned i = 0; i < count; i++) {
		if (kernel_file_read(text, sizeof(text), "/sys/devices/system/node/node%u/meminfo",
				     os_indexes[i]) <= 0)
			return UINT64_MAX;
		kib += available_kib(text, " MemFree:") + available_kib(text, " Active(file):") +
		       available_kib(text, " Inactive(file):") +
		       available_kib(text, " SReclaimable:");
	}
	return count ? kib * 1024 : UINT64_MAX;
}

/* Return: what one control group leaves, UINT64_MAX without a limit. */
static uint64_t available_in_group(const char *folder, const char *limit_file,
				   const char *usage_file)
{
	char text[AVAILABLE_TEXT_BYTES];
	uint64_t limit, usage, reclaimable = 0;

	if (kernel_file_number(&limit, "%s/%s", folder, limit_file) ||
	    kernel_file_number(&usage, "%s/%s", folder, usage_file))
		return UINT64_MAX;
	if (kernel_file_read(text, sizeof(text), "%s/memory.stat", folder) > 0)
		kernel_text_number(text, "\ninactive_file ", &reclaimable);
	usage -= reclaimable < usage ? reclaimable : usage;
	return limit > usage ? limit - usage : 0;
}

/* The group and all above it: each has a say. */
static uint64_t available_in_groups(const char *mount, const char *group, const char *limit_file,
				    const char *usage_file)
{
	char folder[PATH_MAX];
	uint64_t least = UINT64_MAX;
	const int length = snprintf(folder, sizeof(folder), "%s%s", mount, group);

	if (length < 0 || (size_t)length >= sizeof(folder))
		return least;
	for (;;) {
		const uint64_t left = available_in_group(folder, limit_file, usage_file);

		least = left < least ? left : least;
		char *const slash = strrchr(folder, '/');

		if (!slash || (size_t)(slash - folder) < strlen(mount))
			return least;
		*slash = '\0';
	}
}

/* Lines of /proc/self/cgroup: "0::/group" for version 2, "4:memory:/group" for version 1. */
static uint64_t available_to_process(void)
{
	char text[AVAILABLE_TEXT_BYTES], *next = NULL;
	uint64_t least = UINT64_MAX;

	kernel_file_read(text, sizeof(text), "/proc/self/cgroup");
	for (char *line = strtok_r(text, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		char *const kind = strchr(line, ':');
		char *const group = kind ? strchr(kind + 1, ':') : NULL;
		uint64_t left = UINT64_MAX;

		if (!group)
			continue;
		if (!strncmp(line, "0::", 3))
			left = available_in_groups("/sys/fs/cgroup", group + 1, "memory.max",
						   "memory.current");
		else if (!strncmp(kind, ":memory:", 8))
			left = available_in_groups("/sys/fs/cgroup/memory", group + 1,
						   "memory.limit_in_bytes",
						   "memory.usage_in_bytes");
		least = left < least ? left : least;
	}
	return least;
}

uint64_t available_bytes(const unsigned *os_indexes, unsigned count)
{
	char text[AVAILABLE_TEXT_BYTES];
	const uint64_t on_nodes = available_on_nodes(os_indexes, count);
	const uint64_t to_process = available_to_process();
	uint64_t least = (uint64_t)sysconf(_SC_AVPHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

	if (kernel_file_read(text, sizeof(text), "/proc/meminfo") > 0)
		least = available_kib(text, "MemAvailable:") * 1024;
	least = on_nodes < least ? on_nodes : least;
	return to_process < least ? to_process : least;
}

uint64_t available_huge_bytes(const unsigned *os_indexes, unsigned count, uint64_t page_bytes)
{
	const unsigned kib = (unsigned)(page_bytes / 1024);
	uint64_t pages, total = 0;

	for (unsigned i = 0; i < count; i++) {
		if (!kernel_file_number(&pages,
					"/sys/devices/system/node/node%u/hugepages/"
					"hugepages-%ukB/free_hugepages",
					os_indexes[i], kib))
			total += pages;
	}
	if (!count &&
	    !kernel_file_number(&pages, "/sys/kernel/mm/hugepages/hugepages-%ukB/free_hugepages",
				kib))
		total = pages;
	return total * page_bytes;
}
