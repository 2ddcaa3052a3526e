/*
 * The memory of one structure instance: every part of it has a stated home, and the home is read
 * back.
 *
 * A structure asks for shared tables (memory_shared), for memory of one thread (memory_thread), and
 * takes nodes and payloads from its workers' arenas (topology/arena.h). What the policy means for
 * each part:
 *
 *   policy        nodes, payloads              tables                        thread state
 *   local         node of the worker           interleaved over the nodes    worker's node
 *                                              of the workers
 *   first-touch   left to the kernel, touched  touched by the workers in     worker's node
 *                 by the allocating worker     turn, page by page
 *   interleave    interleaved over the nodes   likewise                      worker's node
 *                 with PUs open to this process
 *   node:N        N                            N                             N
 *   remote        the node farthest from the   the node farthest from        worker's node
 *                 worker                       worker 0
 *
 * A structure that gives parts of itself to nodes asks for a table of one node (memory_on_node) and
 * for arenas there (memory_arena_on): these are placed as the nodes of a worker on that node are.
 *
 * Retired objects stay where they were allocated. No huge page ever holds memory of two homes: a
 * page that a neighbour's touch brought in would sit on the neighbour's node.
 *
 * memory_residency() samples the pages of every part and asks the kernel where they are.
 */
#ifndef TOPOLOGY_MEMORY_H
#define TOPOLOGY_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topology/topology.h"

enum memory_policy_kind {
	MEMORY_LOCAL,
	MEMORY_FIRST_TOUCH,
	MEMORY_INTERLEAVE,
	MEMORY_NODE,
	MEMORY_REMOTE
};

struct memory_policy {
	enum memory_policy_kind kind;
	unsigned node_os_index; /* MEMORY_NODE */
};

/*
 * Page size asked for, of tables, nodes and payloads; thread state lies on base pages. What was got
 * is in struct residency.
 */
enum memory_pages { MEMORY_PAGES_BASE, MEMORY_PAGES_THP, MEMORY_PAGES_HUGE2M, MEMORY_PAGES_HUGE1G };

/* The parts of a structure; names are the keys of `residency` in a record. */
enum memory_part {
	MEMORY_TABLE,    /* bucket arrays, heads, locks: shared by all workers */
	MEMORY_NODES,    /* list and tree nodes, from arenas */
	MEMORY_PAYLOADS, /* values above 8 bytes, from arenas */
	MEMORY_THREAD,   /* state of one worker: draw, tallies, limbo lists, hazard slots */
	MEMORY_HOMED,    /* tables of one node: shards, replicas, logs */
	MEMORY_PARTS
};

/* "table", "nodes", "payloads", "thread", "homed" */
extern const char *const memory_part_names[MEMORY_PARTS];

enum {
	MEMORY_SAMPLED_PAGES = 4096, /* of one part, at most */
	MEMORY_SAMPLED_OBJECTS = 256 /* addresses kept per worker and part with use_malloc */
};

struct memory;
struct arena;

struct memory_options {
	const struct topology *topology;
	struct memory_policy policy;
	enum memory_pages pages;
	bool use_malloc;            /* nodes and payloads from malloc(), the allocator under test */
	const unsigned *worker_pus; /* index into topology_pu() of each worker; copied */
	unsigned workers;
	size_t limit_bytes; /* on nodes and payloads together; 0: half of what their nodes have free */
};

/**
 * memory_policy_parse(), memory_pages_parse() - read an axis value from its text.
 *
 * Return: 0, or -EINVAL with the sentence in @fault.
 */
int memory_policy_parse(const char *text, struct memory_policy *policy, struct fault *fault);
int memory_pages_parse(const char *text, enum memory_pages *pages, struct fault *fault);

/**
 * memory_create() - prepare the arenas and thread memory of all workers.
 *
 * On a topology that is not live, memory is placed by nobody and residency is reported as
 * unavailable. Where the kernel refuses to take a policy (a container, a kernel without NUMA) the
 * memory is made all the same, residency carries the refusal, and what is read back decides.
 *
 * @memory:  out; released with memory_destroy().
 *
 * Return: 0, or with the sentence in @fault: -EINVAL without workers or with too many, -ENOENT if
 * the policy needs a node that is absent or closed to this process (`remote` needs a second one),
 * -ENOTSUP if the kernel cannot give these pages or an allocator other than the arena is asked for
 * pages that only the arena can have, -ENOMEM if the pages or the address space are not to be had.
 * Threads: one at a time, and no worker inside arena_free(NULL, ...).
 */
int memory_create(const struct memory_options *options, struct memory **memory,
		  struct fault *fault);

/* Gives back every region; all objects of the instance are gone. Threads: as memory_create(). */
void memory_destroy(struct memory *memory);

/**
 * memory_adopt_thread() - put the calling thread under the policy of a worker.
 *
 * To be called by each worker on its own, bound thread before it allocates. With use_malloc the
 * kernel is given the policy for all that the thread allocates from here on (set_mempolicy); a
 * refusal is carried by residency. Without use_malloc it changes nothing.
 */
void memory_adopt_thread(struct memory *memory, unsigned worker);

/**
 * memory_shared() - a zeroed table that all workers share, homed as the policy says for tables.
 *
 * Aligned to 128 bytes, and to the page if it is a page or larger. Under first-touch the pages are
 * touched by the PUs of the workers in turn: the calling thread visits them and comes back.
 *
 * Return: the memory, or NULL with errno set.
 * Threads: any (also during a run, for tables that grow).
 * Ownership: the memory object; released with memory_release() or memory_destroy().
 */
void *memory_shared(struct memory *memory, size_t size_bytes);

/* A zeroed block for the state of one worker, on its node; otherwise as memory_shared(). */
void *memory_thread(struct memory *memory, unsigned worker, size_t size_bytes);

/**
 * memory_on_node() - a zeroed table of one node, placed as the nodes of a worker there are.
 *
 * @node:  index of a node that a worker sits on.
 *
 * Otherwise as memory_shared(); under first-touch the PU of such a worker touches all of it.
 */
void *memory_on_node(struct memory *memory, unsigned node, size_t size_bytes);

/* Give back what one of these three returned; NULL is allowed. Threads: any. */
void memory_release(struct memory *memory, void *block);

/* The arena of a worker: see topology/arena.h. */
struct arena *memory_arena(struct memory *memory, unsigned worker);

/**
 * memory_arena_on() - one more arena, for objects that belong to a part of the structure and not to
 * the worker that makes them.
 *
 * For one thread at a time, which the structure's lock sees to; its objects may be freed by any.
 * With use_malloc its objects are malloc's, placed as those of the thread that asks for them, and
 * residency does not look at them. Under first-touch they are bound to the node, as any worker may
 * be the first to touch them.
 *
 * @node:  index of a node that a worker sits on.
 *
 * Return: the arena, or NULL with errno set.
 * Threads: one, before any worker attaches.
 * Ownership: the memory object.
 */
struct arena *memory_arena_on(struct memory *memory, unsigned node);

/* Workers and their nodes, for structures that keep something per node. */
unsigned memory_workers(const struct memory *memory);
unsigned memory_worker_node(const struct memory *memory, unsigned worker); /* its index */

/* Allocations refused for want of memory: above 0, the trial is `exhausted`. Threads: any. */
uint64_t memory_exhausted(const struct memory *memory);

/*
 * Bytes of one part now handed out: objects at the size of their class (as asked for with
 * use_malloc), blocks as asked for. Threads: any; exact at rest.
 */
uint64_t memory_in_use_bytes(const struct memory *memory, enum memory_part part);

/* What one part's sampled pages say. */
struct residency {
	uint64_t pages; /* sampled and present; 0: nothing of this part is there */
	double share;   /* of them on the intended node, 0 to 1 */
	double remote;  /* of them on another node than a worker, 0 to 1; mean over the workers */
	/*
	 * Mapped for this part, and how much of that the kernel reports as backed by huge pages;
	 * UINT64_MAX where it does not say. With use_malloc: of all mappings with a sampled object.
	 */
	uint64_t mapped_bytes, huge_bytes;
	const char *unavailable; /* why the pages could not be looked up, or NULL */
	const char *refused;     /* why the kernel took no policy or page size for it, or NULL */
};

/**
 * memory_residency() - ask the kernel where a sample of each part's pages is (move_pages(2) without
 * moving) and how much of it is huge.
 *
 * Interleaved parts: a page counts as intended if it is on one of the nodes interleaved over and is
 * not above that node's even share by more than two standard deviations. First-touch: the intended
 * node is that of the worker that touched. Objects of use_malloc: that of the worker that
 * allocated.
 *
 * @parts:  out, MEMORY_PARTS entries; their texts live as long as @memory.
 *
 * Threads: one, while no worker allocates.
 */
void memory_residency(const struct memory *memory, struct residency *parts);

#endif
