/*
 * Where arenas take their blocks: one reserved address space per memory, carved by pools.
 *
 * A pool serves all workers with the same home for one part, so that a huge page is shared by
 * workers of one node and never by two homes, and so that few mappings are made. It opens regions
 * that grow with what it has handed out. The space knows the owner of each block.
 */
#ifndef TOPOLOGY_POOL_H
#define TOPOLOGY_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topology/region.h"

struct births;    /* topology/arena.h */

/*
 * What one node still has for pools bound to it. A node at its end does not refuse a page: it sends
 * for the OOM killer, which may choose any process of the machine.
 */
struct budget {
	size_t limit_bytes, taken_bytes;
};

struct space {
	char *base;
	size_t bytes;
	size_t next_bytes;      /* start of what no region has yet */
	uint16_t *owners;       /* by block; written before the block is handed out */
	struct births *births;
	size_t limit_bytes;     /* on what pools of objects may hand out together */
	size_t taken_bytes;     /* what these have handed out: it never shrinks */
	struct region *regions; /* of all pools, newest first */
};

struct pool {
	struct home home;
	struct page_kind kind;
	enum memory_part part;
	struct region *region; /* the newest; NULL: none yet */
	struct budget *budget; /* of the home, shared with other parts; NULL: of several nodes */
	size_t mapped_bytes;
};

/**
 * space_create() - reserve addresses for @limit_bytes of blocks from up to @pools pools.
 *
 * @kind:  of the largest pages among the pools.
 * @nodes:  that a pool may be interleaved over, at least 1.
 *
 * Return: 0, or -ENOMEM with @space->base NULL.
 */
int space_create(struct space *space, size_t limit_bytes, unsigned pools,
		 const struct page_kind *kind, unsigned nodes);
void space_destroy(struct space *space);

/**
 * pool_grow() - have a region with at least @bytes free.
 *
 * Pages from the hugetlb pool are brought in by the calling thread.
 *
 * Return: 0, or -ENOMEM.
 */
int pool_grow(struct pool *pool, struct space *space, const struct topology *topology,
	      size_t bytes);

/**
 * pool_take() - whole blocks for one owner.
 *
 * The limit is one on objects. A worker's own state is not under it: whoever has retired an object
 * must find room to note it, above all when objects have taken everything (structures/reclaim/limbo.h).
 *
 * @bytes:  a multiple of the block size.
 *
 * Return: their start, aligned to the block size, or NULL when the limit or the memory is at its
 * end.
 * Threads: one at a time per space.
 */
char *pool_take(struct pool *pool, struct space *space, const struct topology *topology,
		size_t bytes, uint16_t owner);

#endif
