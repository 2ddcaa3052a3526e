#include "topology/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "topology/memory_private.h"

#ifdef ARENA_ASAN
#	include <sanitizer/asan_interface.h>
#	define ARENA_UNCHECKED static __attribute__((no_sanitize_address, noinline))
#else
#	define ARENA_UNCHECKED                             static inline
#	define ASAN_POISON_MEMORY_REGION(address, bytes)   ((void)(address), (void)(bytes))
#	define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#endif

enum {
	ARENA_BLOCK_BYTES = 1 << ARENA_BLOCK_LOG2,
	/* Objects above ARENA_SMALL_BYTES are taken several at a time while that is this much. */
	ARENA_SMALL_BYTES = ARENA_BLOCK_BYTES / 8,
	ARENA_RUN_BYTES = 8 * ARENA_BLOCK_BYTES,
	/* Runs begin at this grain, each at another of so many places: see arena_run_skew(). */
	ARENA_SKEW_BYTES = 128,
	ARENA_SKEWS = ARENA_BLOCK_BYTES / ARENA_SKEW_BYTES,
	/* With use_malloc one object in so many is remembered; odd, so that no period aliases. */
	ARENA_SAMPLE_EVERY = 61
};

/*
 * All memories, for threads that free without an arena. A trial has one. Changed by
 * memory_create() and memory_destroy() alone, which do not run beside such a free.
 */
static _Atomic(struct memory *) arena_memories;

void arena_list_memory(struct memory *memory)
{
	/* relaxed: what was written to @memory is published by the release below. */
	atomic_store_explicit(&memory->next,
			      atomic_load_explicit(&arena_memories, memory_order_relaxed),
			      memory_order_relaxed);
	/* release: publishes the memory; pairs with the acquire in arena_find_memory(). */
	atomic_store_explicit(&arena_memories, memory, memory_order_release);
}

void arena_unlist_memory(struct memory *memory)
{
	_Atomic(struct memory *) *link = &arena_memories;
	struct memory *found;

	/* relaxed: memories are listed and unlisted by one thread at a time. */
	while ((found = atomic_load_explicit(link, memory_order_relaxed)) != memory)
		link = &found->next;
	/* relaxed: takes one away and publishes nothing new. */
	atomic_store_explicit(link, atomic_load_explicit(&memory->next, memory_order_relaxed),
			      memory_order_relaxed);
}

/* Where an object is from: its space, or else the newest memory whose objects are malloc's. */
static struct memory *arena_find_memory(const void *object)
{
	/* acquire: the memory is filled; pairs with the release in arena_list_memory(). */
	struct memory *memory = atomic_load_explicit(&arena_memories, memory_order_acquire);
	struct memory *newest = NULL;

	while (memory) {
		if ((uintptr_t)object - (uintptr_t)memory->space.base < memory->space.bytes)
			return memory;
		if (!newest && memory->use_malloc)
			newest = memory;
		/* acquire: as above, for memories listed earlier. */
		memory = atomic_load_explicit(&memory->next, memory_order_acquire);
	}
	return newest;
}

/* Written and read past AddressSanitizer: the link of a free object lies in poisoned memory. */
ARENA_UNCHECKED void arena_write_link(struct arena_object *object, struct arena_object *next)
{
	object->next = next;
}

#ifdef ARENA_ASAN
void arena_push_poisoned(struct arena_class *class, void *object, size_t class_bytes)
{
	ASAN_POISON_MEMORY_REGION(object, class_bytes);
	arena_write_link(object, class->free);
	class->free = object;
}

void *arena_pop_poisoned(struct arena_class *class, size_t size_bytes)
{
	struct arena_object *const object = class->free;

	/* What is above the size asked for stays poisoned. */
	ASAN_UNPOISON_MEMORY_REGION(object, sizeof(*object));
	class->free = object->next;
	ASAN_POISON_MEMORY_REGION(object, sizeof(*object));
	ASAN_UNPOISON_MEMORY_REGION(object, size_bytes);
	return object;
}
#endif

void arena_forget_poison(const struct space *space)
{
	for (const struct region *region = space->regions; region; region = region->next)
		ASAN_UNPOISON_MEMORY_REGION(region->base, region->used_bytes);
}

static void *arena_refuse(struct arena *arena)
{
	/* relaxed: a count that is read at rest, or for a figure. */
	atomic_fetch_add_explicit(&arena->refused, 1, memory_order_relaxed);
	return NULL;
}

/* An object under test: counted, and now and then remembered for residency. */
static void *arena_alloc_by_malloc(struct arena *arena, enum memory_part part, size_t size_bytes)
{
	struct arena_part *const from = &arena->parts[part];
	const size_t align = size_bytes & -size_bytes;
	void *object;

	assert(from->sampled); /* else it is no part that has objects */
	/* Types aligned above malloc's 16 bytes have such sizes; payloads are bytes. */
	if (part == MEMORY_NODES && align > ARENA_STEP_BYTES)
		object = aligned_alloc(align < 64 ? align : 64, size_bytes);
	else
		object = malloc(size_bytes);
	if (!object)
		return arena_refuse(arena);
	arena_count(&from->classes[arena_class_index(size_bytes)], size_bytes);
	if (from->taken++ % ARENA_SAMPLE_EVERY == 0)
		from->sampled[from->taken / ARENA_SAMPLE_EVERY % MEMORY_SAMPLED_OBJECTS] = object;
	return object;
}

/* Bytes to take at a time for a class: a block, or several objects, or one very large one. */
static size_t arena_run_bytes(size_t class_bytes)
{
	const size_t several = class_bytes < ARENA_RUN_BYTES
				       ? ARENA_RUN_BYTES / class_bytes * class_bytes
				       : class_bytes;

	if (class_bytes <= ARENA_SMALL_BYTES)
		return ARENA_BLOCK_BYTES;
	return (several + ARENA_BLOCK_BYTES - 1) & ~(size_t)(ARENA_BLOCK_BYTES - 1);
}

/*
 * Where the first object of a run lies, which is all that is in use of many runs. At the start of
 * their blocks the first objects of all workers would fall into the same few cache sets, and, where
 * memory is interleaved by address, onto one node. So each run begins a page and a pair of lines
 * further into its block than the one before; what lies in front is used when the rest is full.
 */
static size_t arena_run_skew(const char *run, size_t class_bytes)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t step = page < ARENA_BLOCK_BYTES ? page / ARENA_SKEW_BYTES + 1 : 1;

	if (class_bytes > page)
		return 0;
	return ((uintptr_t)run >> ARENA_BLOCK_LOG2) * step % ARENA_SKEWS * ARENA_SKEW_BYTES;
}

static bool arena_take_run(struct arena *arena, enum memory_part part, struct arena_class *class,
			   size_t class_bytes)
{
	struct memory *const memory = arena->memory;
	struct pool *const pool = arena->parts[part].pool;
	const size_t bytes = arena_run_bytes(class_bytes);
	char *run;

	/* The thread part is used under the lock already, by whichever thread prepares a block. */
	if (part != MEMORY_THREAD)
		pthread_mutex_lock(&memory->lock);
	run = pool_take(pool, &memory->space, memory->topology, bytes, arena->id);
	memory_note_refusal(memory, "mbind", run ? pool->region->refused : 0);
	if (part != MEMORY_THREAD)
		pthread_mutex_unlock(&memory->lock);
	if (!run)
		return false;
	ASAN_POISON_MEMORY_REGION(run, bytes);
	class->bump = run + arena_run_skew(run, class_bytes);
	class->bump_end = run + bytes;
	class->rest = run;
	class->rest_end = class->bump;
	return true;
}

/* The next object of memory that was never handed out. */
static struct arena_object *arena_carve(struct arena *arena, enum memory_part part,
					struct arena_class *class, size_t class_bytes)
{
	char *object;

	while ((size_t)(class->bump_end - class->bump) < class_bytes) {
		if ((size_t)(class->rest_end - class->rest) >= class_bytes) {
			class->bump = class->rest;
			class->bump_end = class->rest_end;
			class->rest = class->rest_end;
		} else if (!arena_take_run(arena, part, class, class_bytes)) {
			return NULL;
		}
	}
	object = class->bump;
	class->bump += class_bytes;
	return (struct arena_object *)object;
}

void *arena_alloc_slowly(struct arena *arena, enum memory_part part, size_t size_bytes)
{
	if (size_bytes > ARENA_OBJECT_MAX_BYTES)
		return arena_refuse(arena);
	if (!arena->parts[part].pool)
		return arena_alloc_by_malloc(arena, part, size_bytes);
	const unsigned index = arena_class_index(size_bytes);
	const size_t class_bytes = arena_class_bytes(index);
	struct arena_class *const class = &arena->parts[part].classes[index];
	_Atomic(struct arena_object *) *const returned = &arena->returned[part][index];
	struct arena_object *object;

	/* relaxed: a look that spares the line a write; the exchange below takes what is there. */
	if (atomic_load_explicit(returned, memory_order_relaxed)) {
		/* acquire: what the others did to the objects; pairs with arena_push_away(). */
		class->free = atomic_exchange_explicit(returned, NULL, memory_order_acquire);
		return arena_alloc(arena, part, size_bytes);
	}
	object = arena_carve(arena, part, class, class_bytes);
	if (!object)
		return arena_refuse(arena);
	arena_count(class, class_bytes);
	ASAN_UNPOISON_MEMORY_REGION(object, size_bytes);
	return object;
}

static void arena_push_away(_Atomic(struct arena_object *) *returned, struct arena_object *object)
{
	/* relaxed: only a guess at the head; the CAS below validates it. */
	struct arena_object *head = atomic_load_explicit(returned, memory_order_relaxed);

	/*
	 * release: publishes the link, and that this thread is done with the object; pairs with
	 * the acquire in arena_alloc_slowly(). A head that was taken and came back in between
	 * does no harm, since the list is only ever taken as a whole.
	 */
	do
		arena_write_link(object, head);
	while (!atomic_compare_exchange_weak_explicit(returned, &head, object, memory_order_release,
						      memory_order_relaxed));
}

void arena_free_away(struct arena *mine, void *object, enum memory_part part, size_t size_bytes)
{
	struct memory *const memory = mine ? mine->memory : arena_find_memory(object);
	const unsigned index = arena_class_index(size_bytes);
	const size_t bytes = memory->use_malloc ? size_bytes : arena_class_bytes(index);

	if (mine)
		arena_count(&mine->parts[part].classes[index], -(uint64_t)bytes);
	else
		/* relaxed: a count that is read at rest, or for a figure. */
		atomic_fetch_add_explicit(&memory->strangers_freed[part], bytes,
					  memory_order_relaxed);
	if (memory->use_malloc) {
		free(object);
		return;
	}
	const size_t offset = (uintptr_t)object - (uintptr_t)memory->space.base;

	assert(offset < memory->space.bytes);
	const uint16_t owner = memory->space.owners[offset >> ARENA_BLOCK_LOG2];

	ASAN_POISON_MEMORY_REGION(object, bytes);
	arena_push_away(&memory->arenas[owner]->returned[part][index], object);
}

void arena_give_block(struct arena *arena, void *block, size_t size_bytes)
{
	/* In a memory of malloc the arena's addresses do not count as its own: see arena.h. */
	const unsigned index = arena_class_index(size_bytes);
	struct arena_class *const class = &arena->parts[MEMORY_THREAD].classes[index];

	arena_count(class, -(uint64_t)arena_class_bytes(index));
	ASAN_POISON_MEMORY_REGION(block, arena_class_bytes(index));
	arena_write_link(block, class->free);
	class->free = block;
}
