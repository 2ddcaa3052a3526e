#include "topology/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "topology/arena.h"

enum {
	POOL_BLOCK_BYTES = 1 << ARENA_BLOCK_LOG2,
	POOL_REGION_FIRST_BYTES = 1 << 20,
	POOL_REGION_MAX_BYTES = 256 << 20
};

static size_t round_up(size_t bytes, size_t grain_bytes)
{
	return (bytes + grain_bytes - 1) / grain_bytes * grain_bytes;
}

/* Of a table with an entry for each block. */
static size_t space_table_bytes(const struct space *space, size_t head_bytes, size_t entry_bytes)
{
	return round_up(head_bytes + (space->bytes >> ARENA_BLOCK_LOG2) * entry_bytes,
			(size_t)sysconf(_SC_PAGESIZE));
}

static size_t space_owners_bytes(const struct space *space)
{
	return space_table_bytes(space, 0, sizeof(*space->owners));
}

static size_t space_births_bytes(const struct space *space)
{
	return space_table_bytes(space, sizeof(*space->births),
				 sizeof(*space->births->of_block));
}

/* Zeroed; a page of it costs memory when it is touched. Return: NULL without address space. */
static void *space_map_table(size_t bytes)
{
	void *const table = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return table == MAP_FAILED ? NULL : table;
}

/* Regions begin at whole blocks and whole pages. */
static size_t page_kind_align_bytes(const struct page_kind *kind)
{
	return kind->unit_bytes > POOL_BLOCK_BYTES ? kind->unit_bytes : POOL_BLOCK_BYTES;
}

int space_create(struct space *space, size_t limit_bytes, unsigned pools,
		 const struct page_kind *kind, unsigned nodes)
{
	const size_t align = page_kind_align_bytes(kind);
	const size_t first = nodes * align + POOL_REGION_FIRST_BYTES;

	/*
	 * A region overshoots what is taken by half at most, and the page of no access behind it
	 * costs up to its own size where regions are single huge pages. Notes of retired objects
	 * take as much as the objects at most, on base pages.
	 */
	*space = (struct space){ .limit_bytes = limit_bytes };
	space->bytes = round_up(5 * limit_bytes + 4 * pools * first, align);
	space->base = region_reserve(space->bytes, align);
	if (!space->base)
		return -ENOMEM;
	space->owners = space_map_table(space_owners_bytes(space));
	space->births = space_map_table(space_births_bytes(space));
	if (space->owners && space->births)
		return 0;
	space_destroy(space);
	space->base = NULL;
	return -ENOMEM;
}

void space_destroy(struct space *space)
{
	while (space->regions) {
		struct region *const region = space->regions;

		space->regions = region->next;
		free(region);
	}
	if (space->owners)
		munmap(space->owners, space_owners_bytes(space));
	if (space->births)
		munmap(space->births, space_births_bytes(space));
	munmap(space->base, space->bytes);
}

/*
 * Interleaved regions of huge pages have the same number on each node. The kernel interleaves by
 * address, so that single pages at some period would all come from the same few nodes.
 */
static size_t pool_grain_bytes(const struct pool *pool)
{
	const size_t align = page_kind_align_bytes(&pool->kind);

	return pool->home.kind == HOME_SPREAD ? align * pool->home.spread->count : align;
}

/* Half of what the pool has: few regions, and not much more than is asked for. */
static size_t pool_wanted_bytes(const struct pool *pool)
{
	const size_t half = pool->mapped_bytes / 2;

	if (half < POOL_REGION_FIRST_BYTES)
		return POOL_REGION_FIRST_BYTES;
	return half < POOL_REGION_MAX_BYTES ? half : POOL_REGION_MAX_BYTES;
}

static int pool_add_region(struct pool *pool, struct space *space, const struct topology *topology,
			   size_t bytes)
{
	const size_t start = round_up(space->next_bytes, page_kind_align_bytes(&pool->kind));
	struct region *const region = malloc(sizeof(*region));

	if (!region)
		return -ENOMEM;
	*region = (struct region){ .next = space->regions,
				   .base = space->base + start,
				   .bytes = round_up(bytes, pool_grain_bytes(pool)),
				   .home = pool->home,
				   .kind = pool->kind,
				   .part = pool->part,
				   .is_reserved = true };
	if (start >= space->bytes || region->bytes >= space->bytes - start ||
	    region_open(region, topology)) {
		free(region);
		return -ENOMEM;
	}
	/* One byte more, rounded up by the next region: a page of no access lies between them. */
	space->next_bytes = start + region->bytes + 1;
	space->regions = region;
	pool->region = region;
	pool->mapped_bytes += region->bytes;
	return 0;
}

int pool_grow(struct pool *pool, struct space *space, const struct topology *topology, size_t bytes)
{
	const size_t wanted = pool_wanted_bytes(pool);

	/* Memory that is nearly at its end may still have what is needed now. */
	if (wanted > bytes && !pool_add_region(pool, space, topology, wanted))
		return 0;
	return pool_add_region(pool, space, topology, bytes);
}

/* Whose the blocks are, and since when. */
static void space_enter_blocks(struct space *space, size_t start, size_t bytes, uint16_t owner)
{
	struct births *const births = space->births;
	/* relaxed: written with the memory's lock held. */
	const uint64_t now =
		atomic_load_explicit(&births->newest, memory_order_relaxed) + 1;

	for (size_t block = start >> ARENA_BLOCK_LOG2;
	     block << ARENA_BLOCK_LOG2 < start + bytes; block++) {
		space->owners[block] = owner;
		births->of_block[block] = (uint32_t)now;
	}
	/* relaxed: who meets an object of these blocks acquired it from the thread that made it, or
	 * from one that did, and reads this count or a newer one; see arena_births(). */
	atomic_store_explicit(&births->newest, now, memory_order_relaxed);
}

/* Whether so much more would be more than objects may take, or than the node has. */
static bool pool_is_at_limit(const struct pool *pool, const struct space *space, size_t bytes)
{
	const struct budget *const budget = pool->budget;

	if (budget && budget->limit_bytes - budget->taken_bytes < bytes)
		return true;
	return pool->part != MEMORY_THREAD && space->limit_bytes - space->taken_bytes < bytes;
}

char *pool_take(struct pool *pool, struct space *space, const struct topology *topology,
		size_t bytes, uint16_t owner)
{
	char *taken;

	if (pool_is_at_limit(pool, space, bytes))
		return NULL;
	if (!pool->region || pool->region->bytes - pool->region->used_bytes < bytes) {
		if (pool_grow(pool, space, topology, bytes))
			return NULL;
	}
	taken = pool->region->base + pool->region->used_bytes;
	pool->region->used_bytes += bytes;
	if (pool->part != MEMORY_THREAD)
		space->taken_bytes += bytes;
	if (pool->budget)
		pool->budget->taken_bytes += bytes;
	space_enter_blocks(space, (size_t)(taken - space->base), bytes, owner);
	return taken;
}
