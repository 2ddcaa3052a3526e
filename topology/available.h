/* How much memory a run may take without driving the machine, or its container, out of memory. */
#ifndef TOPOLOGY_AVAILABLE_H
#define TOPOLOGY_AVAILABLE_H

#include <stdint.h>

/**
 * available_bytes() - memory that this process can still have on some nodes.
 *
 * The least of what these nodes have free or can reclaim from clean file pages, what the machine as
 * a whole says is available, and what is left below the limits of this process's control groups.
 *
 * @os_indexes:  @count nodes; those without a record of their own (no NUMA in the kernel) are
 * covered by the machine as a whole.
 */
uint64_t available_bytes(const unsigned *os_indexes, unsigned count);

/* Free pages of the hugetlb pool on these nodes, in bytes; of the whole machine without nodes. */
uint64_t available_huge_bytes(const unsigned *os_indexes, unsigned count, uint64_t page_bytes);

#endif
