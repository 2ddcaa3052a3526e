/*
 * What a scan fills: room for the keys it finds, in memory of the worker that scans.
 */
#ifndef STRUCTURES_COMMON_SCAN_H
#define STRUCTURES_COMMON_SCAN_H

#include <stddef.h>
#include <stdint.h>

enum { SCAN_LENGTH_MAX = 1000000 };

struct scan_entry {
	uint64_t key;
	uint64_t value;
};

struct scan {
	uint64_t length; /* keys asked for: the room in entries[] */
	uint64_t count;  /* of them, found by the latest scan */
	struct scan_entry entries[];
};

static inline size_t scan_bytes(uint64_t length)
{
	return sizeof(struct scan) + length * sizeof(struct scan_entry);
}

/* Append what was found. The caller has seen that there is room. */
static inline void scan_add(struct scan *scan, uint64_t key, uint64_t value)
{
	scan->entries[scan->count++] = (struct scan_entry){ key, value };
}

#endif
