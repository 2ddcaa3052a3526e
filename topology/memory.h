/*
 * The memory of one structure instance: every part of it has a stated home, and the home is read back.
 *
 * A structure asks for shared tables (memory_shared), for memory of one thread (memory_thread), and takes nodes and
 * payloads from its workers' arenas (topology/arena.h). What the policy means for each part is the table in README,
 * "What memory= means". memory_residency() samples the pages of every part and asks the kernel where they are.
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
	unsigned node_os_index;    /* MEMORY_NODE */
};

/* Page size asked for. What was got is in struct memory_pages_got. */
enum memory_pages { MEMORY_PAGES_BASE, MEMORY_PAGES_THP, MEMORY_PAGES_HUGE2M, MEMORY_PAGES_HUGE1G };

/* The parts of a structure; names are the keys of `residency` in a record. */
enum memory_part {
	MEMORY_TABLE,     /* bucket arrays, heads, locks: shared by all workers */
	MEMORY_NODES,     /* list and tree nodes, from arenas */
	MEMORY_PAYLOADS,  /* values above 8 bytes, from arenas */
	MEMORY_THREAD,    /* state of one worker: draw, tallies, limbo lists, hazard slots */
	MEMORY_PARTS
};

extern const char *const memory_part_names[MEMORY_PARTS];    /* "table", "nodes", "payloads", "thread" */

struct memory;
struct arena;

struct memory_options {
	const struct topology *topology;
	struct memory_policy policy;
	enum memory_pages pages;
	bool use_malloc;            /* nodes and payloads from malloc (an allocator under test), not from arenas */
	const unsigned *worker_pus; /* index into topology_pu() of each worker; copied */
	unsigned workers;
	size_t limit_bytes;         /* bound on all arenas together; 0: half of the memory available */
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
 * On a topology that is not live, memory is placed by nobody and residency is reported as unavailable.
 *
 * Return: 0, -ENOENT if the policy names an absent node, -ENOMEM, or the errno with which the kernel refused a
 * policy or a page size (sentence in @fault).
 */
int memory_create(const struct memory_options *options, struct memory **memory,
		  struct fault *fault);

/* Returns every region and arena. All objects of the instance are gone afterwards. */
void memory_destroy(struct memory *memory);

/**
 * memory_shared() - a zeroed table that all workers share, homed as the policy says for tables.
 *
 * The result is aligned to 128 bytes (to the page if it is a page or larger). Under first-touch the pages are touched
 * by the PUs of the workers in turn.
 *
 * Return: the memory, or NULL with errno set.
 * Threads: one at a time (also during a run, for tables that grow).
 * Ownership: the memory object; released with memory_release() or memory_destroy().
 */
void *memory_shared(struct memory *memory, size_t size_bytes);

/* A zeroed block for the state of one worker, on the worker's node. Aligned to 128 bytes. */
void *memory_thread(struct memory *memory, unsigned worker, size_t size_bytes);

/* Give back what memory_shared() or memory_thread() returned. Threads: one at a time. */
void memory_release(struct memory *memory, void *block);

/* The arena of a worker: see topology/arena.h. */
struct arena *memory_arena(struct memory *memory, unsigned worker);

/* Workers and their nodes, for structures that keep something per node. */
unsigned memory_workers(const struct memory *memory);
unsigned memory_worker_node(const struct memory *memory, unsigned worker);    /* index of the node */

/* Allocations refused for want of memory, over all arenas: above 0, the trial is `exhausted`. */
uint64_t memory_exhausted(const struct memory *memory);

/* Bytes now handed out by the arenas for one part, and their highest sum seen at chunk grain. */
uint64_t memory_in_use_bytes(const struct memory *memory, enum memory_part part);

/* What one part's sampled pages say. */
struct residency {
	uint64_t pages;            /* sampled and present; 0: nothing of this part is there */
	double share;              /* of them on the intended node, 0 to 1 */
	uint64_t huge_bytes;       /* of this part's memory backed by huge pages, as the kernel reports it */
	uint64_t mapped_bytes;
	const char *unavailable;   /* reason, or NULL */
};

/**
 * memory_residency() - ask the kernel where a sample of each part's pages is (move_pages(2) without moving).
 *
 * Interleaved parts: a page counts as intended if it is on one of the nodes interleaved over, and the share is
 * lowered by any imbalance (total variation distance from an even spread). First-touch: the intended node is that
 * of the worker that touched.
 *
 * @parts:  out, MEMORY_PARTS entries.
 */
void memory_residency(const struct memory *memory, struct residency *parts);

#endif
