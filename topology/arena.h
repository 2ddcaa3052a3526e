/*
 * Per-thread, node-local allocation of objects: the allocator that takes no part in the
 * measurement.
 *
 * Each worker owns an arena, with a last-in-first-out list of free objects per part and size class.
 * The owner allocates and frees without a read-modify-write; another thread's free goes home
 * through a list that the owner takes over when its own runs dry. Which arena an object belongs to
 * is looked up in a dense table by address, not in a header beside the object: headers at aligned
 * addresses would all fall into the same few cache sets. Freed memory stays mapped, in its class
 * and with its owner until memory_destroy(), so that a late reader of a reclaimed object reads
 * stale bytes, never a fault. Under AddressSanitizer free objects are poisoned.
 *
 * In a memory made with use_malloc the objects come from malloc() instead, and what is kept here is
 * the count of bytes and a sample of addresses, whose pages memory_residency() looks up.
 */
#ifndef TOPOLOGY_ARENA_H
#define TOPOLOGY_ARENA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topology/memory.h"

/*
 * Classes: every 16 bytes up to 256, then eight to each doubling, so that an object takes at most
 * 15 bytes or an eighth more than was asked for.
 */
enum {
	ARENA_STEP_BYTES = 16,
	ARENA_FINE_LOG2 = 8,
	ARENA_FINE_CLASSES = (1 << ARENA_FINE_LOG2) / ARENA_STEP_BYTES,
	ARENA_MAX_LOG2 = 30,
	ARENA_OBJECT_MAX_BYTES = 1 << ARENA_MAX_LOG2,
	ARENA_CLASSES = ARENA_FINE_CLASSES + 8 * (ARENA_MAX_LOG2 - ARENA_FINE_LOG2),
	ARENA_BLOCK_LOG2 = 16 /* grain at which arenas take memory, and of the table of owners */
};

#if defined(__SANITIZE_ADDRESS__)
#	define ARENA_ASAN 1
#elif defined(__has_feature)
#	if __has_feature(address_sanitizer)
#		define ARENA_ASAN 1
#	endif
#endif

/*
 * When each block was taken, by a clock that counts takings: the first blocks have the birth 1. The
 * count is read by whoever needs the clock, at any time; it is written under the memory's lock.
 */
struct births {
	_Alignas(128) _Atomic uint64_t newest;
	_Alignas(128) uint32_t of_block[];    /* written before the block is handed out */
};

struct arena_object {
	struct arena_object *next;
};

/* One size class of one part. */
struct arena_class {
	_Alignas(16) struct arena_object *free; /* the owner's; head and count share a line */
	_Atomic uint64_t held_bytes; /* taken minus given back by this thread, modulo 2^64 */
	char *bump, *bump_end;       /* memory never handed out yet */
	char *rest, *rest_end;       /* a second stretch of it, taken when the first is used up */
};

struct arena_part {
	struct arena_class classes[ARENA_CLASSES];
	struct pool *pool; /* where blocks come from; NULL: objects are malloc's */
	uint64_t taken;    /* objects of use_malloc, for sampling */
	void **sampled;    /* MEMORY_SAMPLED_OBJECTS of them */
};

struct arena {
	uintptr_t base;         /* of the address space that all arenas of one memory share */
	size_t span_bytes;      /* 0 with use_malloc: no object lies there */
	const uint16_t *owners; /* by block: id of the owning arena */
	const struct births *births;    /* of blocks: see arena_birth() */
	struct memory *memory;
	_Atomic uint64_t refused; /* allocations that found no memory; written by the owner */
	uint16_t id;
	struct arena_part parts[MEMORY_PARTS];
	/* Objects that other threads gave back; taken all at once by the owner. */
	_Alignas(128) _Atomic(struct arena_object *) returned[MEMORY_PARTS][ARENA_CLASSES];
};

/* The class of a size from 1 to ARENA_OBJECT_MAX_BYTES, and the size of a class. */
static inline unsigned arena_class_index(size_t size_bytes)
{
	if (size_bytes <= 1u << ARENA_FINE_LOG2)
		return (unsigned)((size_bytes + !size_bytes - 1) / ARENA_STEP_BYTES);
	const unsigned log2 = 63u - (unsigned)__builtin_clzll(size_bytes - 1);
	const unsigned eighth = (unsigned)((size_bytes - 1) >> (log2 - 3)) & 7u;

	return ARENA_FINE_CLASSES + 8 * (log2 - ARENA_FINE_LOG2) + eighth;
}

static inline size_t arena_class_bytes(unsigned index)
{
	if (index < ARENA_FINE_CLASSES)
		return (size_t)(index + 1) * ARENA_STEP_BYTES;
	const unsigned log2 = ARENA_FINE_LOG2 + (index - ARENA_FINE_CLASSES) / 8;

	return (size_t)((index - ARENA_FINE_CLASSES) % 8 + 9) << (log2 - 3);
}

static inline void arena_count(struct arena_class *class, uint64_t bytes)
{
	/* relaxed: one thread writes it, a monitor wants a figure; a plain add on the hardware. */
	atomic_store_explicit(&class->held_bytes,
			      atomic_load_explicit(&class->held_bytes, memory_order_relaxed) +
				      bytes,
			      memory_order_relaxed);
}

#ifdef ARENA_ASAN
/* Push and pop that keep free objects poisoned, links and unused ends of objects included. */
void arena_push_poisoned(struct arena_class *class, void *object, size_t class_bytes);
void *arena_pop_poisoned(struct arena_class *class, size_t size_bytes);
#endif

/* The ways off the fast path. Not for callers. */
void *arena_alloc_slowly(struct arena *arena, enum memory_part part, size_t size_bytes);
void arena_free_away(struct arena *mine, void *object, enum memory_part part, size_t size_bytes);

/**
 * arena_alloc() - an object of at least @size_bytes.
 *
 * Aligned to the largest power of two that divides @size_bytes, between 16 and 64: enough for any
 * type of that size. Payloads are aligned to 16. Fast when @size_bytes is a constant: the class is
 * then computed at compile time. Not zeroed.
 *
 * @part:  MEMORY_NODES or MEMORY_PAYLOADS.
 *
 * Return: the object, or NULL when the bound is reached or the size is above ARENA_OBJECT_MAX_BYTES
 * (counted, see memory_exhausted()).
 * Threads: the owner of @arena only.
 */
static inline void *arena_alloc(struct arena *arena, enum memory_part part, size_t size_bytes)
{
	if (__builtin_expect(size_bytes > ARENA_OBJECT_MAX_BYTES, 0))
		return arena_alloc_slowly(arena, part, size_bytes);
	const unsigned index = arena_class_index(size_bytes);
	struct arena_class *const class = &arena->parts[part].classes[index];
	struct arena_object *const object = class->free;

	if (__builtin_expect(!object, 0))
		return arena_alloc_slowly(arena, part, size_bytes);
	arena_count(class, arena_class_bytes(index));
#ifdef ARENA_ASAN
	return arena_pop_poisoned(class, size_bytes);
#else
	class->free = object->next;
	return object;
#endif
}

/**
 * arena_free() - give an object back to the arena it came from.
 *
 * @mine:  the calling worker's own arena, or NULL from a thread that is no worker.
 * @size_bytes:  as given to arena_alloc().
 *
 * Ordering: what the caller did to the object happens before its next arena_alloc().
 * Threads: any; not while memory_create() or memory_destroy() runs if @mine is NULL.
 */
static inline void arena_free(struct arena *mine, void *object, enum memory_part part,
			      size_t size_bytes)
{
	const size_t offset = mine ? (uintptr_t)object - mine->base : 0;

	if (!mine || offset >= mine->span_bytes ||
	    mine->owners[offset >> ARENA_BLOCK_LOG2] != mine->id) {
		arena_free_away(mine, object, part, size_bytes);
		return;
	}
	const unsigned index = arena_class_index(size_bytes);
	struct arena_class *const class = &mine->parts[part].classes[index];

	arena_count(class, -(uint64_t)arena_class_bytes(index));
#ifdef ARENA_ASAN
	arena_push_poisoned(class, object, arena_class_bytes(index));
#else
	struct arena_object *const freed = object;

	freed->next = class->free;
	class->free = freed;
#endif
}

/*
 * An age of each object, without a word in it: that of its block. The clock counts how often blocks
 * were taken by the arenas of a memory; it stands still while they use what they have again.
 */

/* Whether objects have births. Not with use_malloc, where they lie in no block. */
static inline bool arena_has_births(const struct arena *arena)
{
	return arena->span_bytes != 0;
}

/**
 * arena_births() - the clock: the birth of the youngest block. One word for all arenas of a memory.
 *
 * Threads: any. A thread that met an object, by an acquire that pairs with its publication, reads
 * at least arena_birth() of it from then on, also with a relaxed load.
 */
static inline const _Atomic uint64_t *arena_births(const struct arena *arena)
{
	return &arena->births->newest;
}

/* When the block of an object was taken: before the object was allocated, each time it was. */
static inline uint64_t arena_birth(const struct arena *arena, const void *object)
{
	return arena->births->of_block[((uintptr_t)object - arena->base) >> ARENA_BLOCK_LOG2];
}

#endif
