/* The mappings of this process and how much of each is huge, as the kernel tells them. */
#ifndef TOPOLOGY_MAPPINGS_H
#define TOPOLOGY_MAPPINGS_H

#include <stdint.h>

struct mapping {
	uintptr_t start, end;
	uint64_t huge_bytes; /* transparent or from the hugetlb pool */
};

/**
 * mappings_visit() - call for each mapping, in ascending order of addresses.
 *
 * Takes time in proportion to the memory mapped: the kernel walks its page tables.
 *
 * Return: 0, or the errno with which /proc/self/smaps was refused.
 */
int mappings_visit(void (*visit)(const struct mapping *mapping, void *cookie), void *cookie);

#endif
