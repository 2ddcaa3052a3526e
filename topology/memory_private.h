/* The inside of struct memory, for the files that implement memory.h and arena.h. */
#ifndef TOPOLOGY_MEMORY_PRIVATE_H
#define TOPOLOGY_MEMORY_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "topology/arena.h"
#include "topology/memory.h"
#include "topology/pool.h"
#include "topology/region.h"

/* Past this no machine goes, and sums of sizes stay far from overflow. */
#define MEMORY_LIMIT_MAX_BYTES ((size_t)1 << 44)

enum {
	MEMORY_ALIGN_BYTES = 128,
	MEMORY_REFUSAL_BYTES = 160,
	/* A block of one thread up to this size comes from its arena; larger ones are mapped. */
	MEMORY_ARENA_BLOCK_MAX_BYTES = 64 * 1024,
	/* A table smaller than this share of a huge page lies on base pages. */
	MEMORY_HUGE_SHARE = 16,
	/* Larger tables are compared with what there is: the kernel would promise anything. */
	MEMORY_CHECKED_BYTES = 16 << 20
};

/* What memory_shared() or memory_thread() returned. */
struct memory_block {
	void *address;
	size_t bytes;          /* as asked for */
	struct region *region; /* its own mapping; NULL: from the worker's arena */
	enum memory_part part;
	unsigned worker;
};

struct memory {
	const struct topology *topology;
	struct memory_policy policy;
	bool use_malloc;
	unsigned workers;
	unsigned *worker_pus, *worker_nodes; /* indexes */
	struct node_set spread;              /* of interleaved parts */
	struct page_kind kind, base_kind;

	/* Guards all that follows, up to the atomics, against workers and helpers of a run. */
	pthread_mutex_t lock;
	struct space space;
	struct pool *pools;
	unsigned pool_count;
	struct budget *budgets; /* by node index */
	struct memory_block *blocks;
	size_t block_count, block_room;
	struct region *tables; /* regions of blocks of their own, newest first */
	unsigned turns;        /* the worker that touches the next table's first page */
	char refusal[MEMORY_REFUSAL_BYTES];        /* of mbind; empty: none */
	char malloc_refusal[MEMORY_REFUSAL_BYTES]; /* of what use_malloc asks of the kernel */

	struct arena **arenas; /* by worker, then those of memory_arena_on() */
	unsigned arena_count;
	char lookup_refusal[MEMORY_REFUSAL_BYTES]; /* of move_pages; empty: none */
	bool has_disabled_thp;                     /* which memory_destroy() undoes */
	_Atomic uint64_t block_bytes[MEMORY_PARTS];
	_Atomic uint64_t strangers_freed[MEMORY_PARTS]; /* by threads without an arena */
	_Atomic uint64_t refused;      /* mappings that found no memory; arenas count their own */
	_Atomic(struct memory *) next; /* in the list of all memories: see arena_list_memory() */
};

/* memory_plan.c: what a policy means on a machine. */

/* Where a part of one worker lives; the worker is of no account for tables. */
struct home memory_home(const struct memory *memory, enum memory_part part, unsigned worker);

/* The first worker on a node; workers where there is none. */
unsigned memory_worker_on(const struct memory *memory, unsigned node);

/* Fill topology, policy, workers, nodes and spread. Return: as memory_create(). */
int memory_plan(struct memory *memory, const struct memory_options *options, struct fault *fault);

/* The bound on all arenas where none is given. */
size_t memory_default_limit(const struct memory *memory);

/* What is still to be had for a home, now. */
size_t memory_room(const struct memory *memory, const struct home *home);

/* What arenas bound to one node may take of it; NULL for homes of several nodes, or of none. */
struct budget *memory_budget(struct memory *memory, const struct home *home);

/* memory.c */

/* A mapping of its own for one block, among memory->tables. Return: NULL with errno set. */
struct region *memory_map(struct memory *memory, enum memory_part part, unsigned worker,
			  size_t size_bytes);

/* Keep the first refusal of a policy for residency; @error 0 is none. With the lock held. */
void memory_note_refusal(struct memory *memory, const char *call, int error);

/* arena.c */

/* Memories that arena_free() finds by an object when it is given no arena. */
void arena_list_memory(struct memory *memory);
void arena_unlist_memory(struct memory *memory);

/* Give back an object of the thread part, with the memory's lock held. */
void arena_give_block(struct arena *arena, void *block, size_t size_bytes);

/* Make the addresses of a space ordinary again. */
void arena_forget_poison(const struct space *space);

#endif
