#include "topology/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topology/binding.h"
#include "topology/memory_private.h"

static size_t memory_round_up(size_t bytes, size_t grain_bytes)
{
	return (bytes + grain_bytes - 1) / grain_bytes * grain_bytes;
}

void memory_note_refusal(struct memory *memory, const char *call, int error)
{
	if (error && !memory->refusal[0])
		snprintf(memory->refusal, sizeof(memory->refusal), "%s refused: %s", call,
			 strerror(error));
}

struct region *memory_map(struct memory *memory, enum memory_part part, unsigned worker,
			  size_t size_bytes)
{
	struct region *const region = malloc(sizeof(*region));
	const struct page_kind kind =
		part != MEMORY_THREAD && size_bytes >= memory->kind.unit_bytes / MEMORY_HUGE_SHARE
			? memory->kind
			: memory->base_kind;

	if (!region)
		return NULL;
	*region = (struct region){ .bytes = memory_round_up(size_bytes, kind.unit_bytes),
				   .used_bytes = size_bytes,
				   .home = memory_home(memory, part, worker),
				   .kind = kind,
				   .part = part };
	if ((size_bytes >= MEMORY_CHECKED_BYTES && !page_kind_is_reserved(&kind) &&
	     region->bytes > memory_room(memory, &region->home)) ||
	    region_open(region, memory->topology)) {
		free(region);
		errno = ENOMEM;
		return NULL;
	}
	memory_note_refusal(memory, "mbind", region->refused);
	region->next = memory->tables;
	memory->tables = region;
	return region;
}

static void memory_unmap(struct memory *memory, struct region *region)
{
	struct region **link = &memory->tables;

	while (*link != region)
		link = &(*link)->next;
	*link = region->next;
	region_close(region);
	free(region);
}

/* Each worker's PU touches its share of a table's pages; the calling thread goes there to do it. */
static int memory_touch_in_turns(struct memory *memory, struct region *region)
{
	const size_t units = region->bytes / region->kind.unit_bytes;
	struct binding_saved saved;
	int error = binding_save(&saved);

	if (error)
		return error;
	region->first_toucher = memory->turns;
	for (unsigned turn = 0; turn < memory->workers && turn < units && !error; turn++) {
		const unsigned worker = (region->first_toucher + turn) % memory->workers;

		error = binding_set(memory->topology, memory->worker_pus[worker], NULL);
		for (size_t unit = turn; unit < units && !error; unit += memory->workers)
			error = region_touch(region, unit);
	}
	memory->turns = (unsigned)((memory->turns + units) % memory->workers);

	const int restored = binding_restore(&saved);

	return error ? error : restored;
}

static struct memory_block *memory_new_block(struct memory *memory)
{
	if (memory->block_count == memory->block_room) {
		const size_t room = memory->block_room ? 2 * memory->block_room : 64;
		struct memory_block *const blocks =
			realloc(memory->blocks, room * sizeof(*memory->blocks));

		if (!blocks)
			return NULL;
		memory->blocks = blocks;
		memory->block_room = room;
	}
	return &memory->blocks[memory->block_count];
}

static struct region *memory_map_touched(struct memory *memory, const struct memory_block *block)
{
	struct region *const region = memory_map(memory, block->part, block->worker, block->bytes);
	const size_t units = region ? region->bytes / region->kind.unit_bytes : 0;
	int error = 0;

	for (size_t unit = 0; unit < units && !error; unit++)
		error = region_touch(region, unit);
	if (!error)
		return region;
	memory_unmap(memory, region);
	errno = -error;
	return NULL;
}

/* What is left to the kernel on one node is mapped and touched by the PU of a worker there. */
static struct region *memory_map_on_node(struct memory *memory, const struct memory_block *block)
{
	struct region *region = NULL;
	struct binding_saved saved;
	int error = binding_save(&saved);

	if (error) {
		errno = -error;
		return NULL;
	}
	if (!binding_set(memory->topology, memory->worker_pus[block->worker], NULL))
		region = memory_map_touched(memory, block);
	error = binding_restore(&saved);
	if (!region || !error)
		return region;
	memory_unmap(memory, region);
	errno = -error;
	return NULL;
}

static struct region *memory_map_block(struct memory *memory, const struct memory_block *block)
{
	const struct home home = memory_home(memory, block->part, block->worker);
	struct region *region;
	int error;

	if (home.kind == HOME_TOUCHER)
		return memory_map_on_node(memory, block);
	region = memory_map(memory, block->part, block->worker, block->bytes);
	if (!region || home.kind != HOME_TURNS)
		return region;
	error = memory_touch_in_turns(memory, region);
	if (!error)
		return region;
	memory_unmap(memory, region);
	errno = -error;
	return NULL;
}

/* Powers of two: each is a class, and objects of these lie at multiples of the alignment. */
static size_t memory_arena_block_bytes(size_t size_bytes)
{
	size_t bytes = MEMORY_ALIGN_BYTES;

	while (bytes < size_bytes)
		bytes *= 2;
	return bytes;
}

static void *memory_take_arena_block(struct memory *memory, const struct memory_block *block)
{
	const size_t bytes = memory_arena_block_bytes(block->bytes);
	void *const address = arena_alloc(memory->arenas[block->worker], MEMORY_THREAD, bytes);

	return address ? memset(address, 0, bytes) : NULL;
}

static bool memory_is_of_arena(const struct memory_block *block)
{
	return block->part == MEMORY_THREAD && block->bytes <= MEMORY_ARENA_BLOCK_MAX_BYTES;
}

/* With the lock held. Return: the address, NULL with errno set. */
static void *memory_take(struct memory *memory, struct memory_block wanted)
{
	struct memory_block *const block = memory_new_block(memory);

	errno = ENOMEM;
	if (!block || wanted.bytes > MEMORY_LIMIT_MAX_BYTES)
		return NULL;
	if (memory_is_of_arena(&wanted)) {
		wanted.address = memory_take_arena_block(memory, &wanted);
	} else {
		wanted.region = memory_map_block(memory, &wanted);
		wanted.address = wanted.region ? wanted.region->base : NULL;
	}
	if (!wanted.address)
		return NULL;
	*block = wanted;
	memory->block_count++;
	return wanted.address;
}

static void *memory_take_locked(struct memory *memory, struct memory_block wanted)
{
	void *address;

	wanted.bytes += !wanted.bytes;
	pthread_mutex_lock(&memory->lock);
	address = memory_take(memory, wanted);
	pthread_mutex_unlock(&memory->lock);
	/* relaxed, both: counts that are read at rest, or for a figure. */
	atomic_fetch_add_explicit(&memory->block_bytes[wanted.part], address ? wanted.bytes : 0,
				  memory_order_relaxed);
	atomic_fetch_add_explicit(&memory->refused, !address && !memory_is_of_arena(&wanted),
				  memory_order_relaxed);
	return address;
}

void *memory_shared(struct memory *memory, size_t size_bytes)
{
	return memory_take_locked(
		memory, (struct memory_block){ .bytes = size_bytes, .part = MEMORY_TABLE });
}

void *memory_thread(struct memory *memory, unsigned worker, size_t size_bytes)
{
	return memory_take_locked(memory, (struct memory_block){ .bytes = size_bytes,
								 .part = MEMORY_THREAD,
								 .worker = worker });
}

void *memory_on_node(struct memory *memory, unsigned node, size_t size_bytes)
{
	const unsigned worker = memory_worker_on(memory, node);

	assert(worker < memory->workers);
	return memory_take_locked(memory, (struct memory_block){ .bytes = size_bytes,
								 .part = MEMORY_HOMED,
								 .worker = worker });
}

void memory_release(struct memory *memory, void *block)
{
	bool is_found = !block;

	pthread_mutex_lock(&memory->lock);
	/* From the end: what was made last is mostly released first. */
	for (size_t i = memory->block_count; i-- > 0 && !is_found;) {
		const struct memory_block found = memory->blocks[i];

		if (found.address != block)
			continue;
		is_found = true;
		memory->blocks[i] = memory->blocks[--memory->block_count];
		if (found.region)
			memory_unmap(memory, found.region);
		else
			arena_give_block(memory->arenas[found.worker], block,
					 memory_arena_block_bytes(found.bytes));
		/* relaxed: a count that is read at rest, or for a figure. */
		atomic_fetch_sub_explicit(&memory->block_bytes[found.part], found.bytes,
					  memory_order_relaxed);
	}
	pthread_mutex_unlock(&memory->lock);
	assert(is_found);
}

struct arena *memory_arena(struct memory *memory, unsigned worker)
{
	return memory->arenas[worker];
}

unsigned memory_workers(const struct memory *memory)
{
	return memory->workers;
}

unsigned memory_worker_node(const struct memory *memory, unsigned worker)
{
	return memory->worker_nodes[worker];
}

uint64_t memory_exhausted(const struct memory *memory)
{
	/* relaxed, here and below: counts, exact once their writers are at rest. */
	uint64_t refused = atomic_load_explicit(&memory->refused, memory_order_relaxed);

	for (unsigned i = 0; i < memory->arena_count; i++)
		refused += atomic_load_explicit(&memory->arenas[i]->refused, memory_order_relaxed);
	return refused;
}

uint64_t memory_in_use_bytes(const struct memory *memory, enum memory_part part)
{
	/* relaxed, here and below: counts, exact once their writers are at rest. */
	uint64_t bytes = atomic_load_explicit(&memory->block_bytes[part], memory_order_relaxed) -
			 atomic_load_explicit(&memory->strangers_freed[part], memory_order_relaxed);

	if (part == MEMORY_THREAD)
		return bytes;
	for (unsigned i = 0; i < memory->arena_count; i++) {
		const struct arena_class *const classes = memory->arenas[i]->parts[part].classes;

		for (unsigned index = 0; index < ARENA_CLASSES; index++)
			/* relaxed: as above. */
			bytes += atomic_load_explicit(&classes[index].held_bytes,
						      memory_order_relaxed);
	}
	return bytes;
}
