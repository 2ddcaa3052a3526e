#include "topology/mappings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The amount of a line such as "AnonHugePages:  2048 kB", 0 if it is of something else. */
static uint64_t mappings_huge_bytes(const char *line)
{
	static const char *const names[] = { "AnonHugePages:", "Private_Hugetlb:",
					     "Shared_Hugetlb:" };
	uint64_t kib;

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const size_t length = strlen(names[i]);

		if (!strncmp(line, names[i], length) &&
		    sscanf(line + length, "%" SCNu64, &kib) == 1)
			return kib * 1024;
	}
	return 0;
}

int mappings_visit(void (*visit)(const struct mapping *mapping, void *cookie), void *cookie)
{
	FILE *const file = fopen("/proc/self/smaps", "re");
	struct mapping mapping = { .end = 0 };
	uintptr_t start, end;
	char line[512];

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		/* A new mapping begins with its range; all else is "Name: amount". */
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &start, &end) == 2) {
			if (mapping.end)
				visit(&mapping, cookie);
			mapping = (struct mapping){ .start = start, .end = end };
		} else {
			mapping.huge_bytes += mappings_huge_bytes(line);
		}
	}
	if (mapping.end)
		visit(&mapping, cookie);
	fclose(file);
	return 0;
}
