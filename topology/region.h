/*
 * One mapped range with a home and a page size: how memory.c and pool.c get memory from the kernel.
 *
 * A region is mapped without access first, then given its page size and its policy, and only then
 * opened: at no moment can a touch of the neighbouring mapping, or of this one, bring in a page
 * that ignores them. Between regions lies a page without access, so that the kernel neither merges
 * them nor accounts for them together.
 */
#ifndef TOPOLOGY_REGION_H
#define TOPOLOGY_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topology/memory.h"

/* Node numbers as the kernel takes them. 1024 is the most that Linux can be built for. */
enum {
	NODE_SET_NODES = 1024,
	NODE_SET_WORD_BITS = 8 * sizeof(unsigned long),
	NODE_SET_WORDS = NODE_SET_NODES / NODE_SET_WORD_BITS
};

struct node_set {
	unsigned long words[NODE_SET_WORDS]; /* by OS index */
	unsigned count;
};

enum home_kind {
	HOME_NODE,    /* bound to one node */
	HOME_SPREAD,  /* interleaved over a set of nodes */
	HOME_TOUCHER, /* left to the kernel, touched by workers of one node alone */
	HOME_TURNS,   /* left to the kernel, touched by the workers in turn */
	HOME_NOWHERE  /* the topology is not this machine */
};

struct home {
	enum home_kind kind;
	unsigned node;                 /* index: HOME_NODE, HOME_TOUCHER */
	const struct node_set *spread; /* HOME_SPREAD */
};

/* What a page size asks of the kernel. */
struct page_kind {
	enum memory_pages pages;
	size_t unit_bytes; /* size and alignment of one page */
};

struct region {
	struct region *next;
	char *base;
	size_t bytes;      /* open to use; a multiple of the page kind's unit */
	size_t used_bytes; /* handed out, from the start */
	struct home home;
	struct page_kind kind;
	enum memory_part part;
	bool is_reserved;       /* lies in address space reserved by someone else */
	unsigned first_toucher; /* HOME_TURNS: the worker that touches the first page */
	int refused;            /* errno with which the kernel refused the policy, or 0 */
};

/**
 * home_policy() - a home in the kernel's words.
 *
 * @nodes:  out: the node set of the policy, empty where it has none.
 *
 * Return: MPOL_BIND, MPOL_INTERLEAVE, or MPOL_DEFAULT where pages are left to the kernel.
 */
int home_policy(const struct home *home, const struct topology *topology, struct node_set *nodes);

/* Pages of the hugetlb pool, which are reserved by an administrator. */
bool page_kind_is_reserved(const struct page_kind *kind);

void node_set_add(struct node_set *set, unsigned os_index);
bool node_set_has(const struct node_set *set, unsigned os_index);

/**
 * page_kind_find() - what this machine has for a page size.
 *
 * @topology:  NULL if the pages need not lie on particular nodes.
 *
 * Return: 0, or -ENOTSUP with the sentence, and the command that mends it, in @fault.
 */
int page_kind_find(enum memory_pages pages, struct page_kind *kind, struct fault *fault);

/**
 * region_reserve() - address space without memory behind it.
 *
 * @align_bytes:  a power of two.
 *
 * Return: the start, or NULL with errno set. Given back with munmap().
 */
char *region_reserve(size_t bytes, size_t align_bytes);

/**
 * region_open() - make memory of a region.
 *
 * @region:  home, kind, part and bytes are set, and base if is_reserved; gets the rest. Pages from
 * the hugetlb pool are brought in at once, since one that is missing later would end the process.
 * Not so for HOME_TURNS, whose pages region_touch() brings in.
 *
 * Return: 0, or -ENOMEM. A refused policy is no failure: see @region->refused.
 */
int region_open(struct region *region, const struct topology *topology);

/**
 * region_touch() - bring in one page, on the node of the calling thread if the kernel decides.
 *
 * Return: 0, or -ENOMEM.
 */
int region_touch(const struct region *region, size_t unit);

/* Give back a region that is not reserved. */
void region_close(struct region *region);

#endif
