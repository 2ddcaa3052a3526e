/*
 * Per-thread, node-local allocation of fixed-size objects: the allocator that takes no part in the measurement.
 *
 * Each worker owns an arena that carves chunks of its node's memory into objects of one size class each. The owner
 * allocates and frees without an atomic operation; another thread's free goes home through a list that the owner
 * takes over when its own runs dry. Freed memory stays mapped and stays in its class until memory_destroy(), so that
 * a late reader of a reclaimed object reads stale bytes, never a fault. Under AddressSanitizer free objects are
 * poisoned.
 */
#ifndef TOPOLOGY_ARENA_H
#define TOPOLOGY_ARENA_H

#include <stddef.h>

#include "topology/memory.h"

enum { ARENA_OBJECT_MAX_BYTES = 64 * 1024 };

/**
 * arena_alloc() - an object of at least @size_bytes, aligned to 16 bytes (to 64 from 64 bytes on).
 *
 * Fast when @size_bytes is a constant: the class is then computed at compile time. Not zeroed.
 *
 * Return: the object, or NULL when the bound is reached (counted, see memory_exhausted()).
 * Threads: the owner of @arena only.
 */
static inline void *arena_alloc(struct arena *arena, enum memory_part part, size_t size_bytes);

/**
 * arena_free() - give an object back to the arena it came from.
 *
 * @mine:  the calling worker's own arena, or NULL from a thread that is no worker.
 * @size_bytes:  as given to arena_alloc().
 *
 * Threads: any.
 */
static inline void arena_free(struct arena *mine, void *object, enum memory_part part,
			      size_t size_bytes);

#endif
