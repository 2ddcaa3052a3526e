/*
 * michael: a hash table of sorted linked lists without locks.
 *
 * A bucket is the head of a list sorted by key. A node is removed in two steps: its `next` is
 * marked first, which freezes it and settles who removed it, then it is unlinked from the node
 * before. Who meets a marked node on the way unlinks it, so that nobody waits for a remover that
 * sleeps. The number of buckets is fixed at create, a power of two from the number of elements that
 * the mix leads to.
 *
 * Papers: M. Michael, "High performance dynamic lock-free hash tables and list-based sets", SPAA
 *   2002; marking after T. Harris, "A pragmatic implementation of non-blocking linked-lists", DISC
 *   2001.
 * Differences: (a) no version counter beside the pointers: reclamation keeps an address from coming
 *   back while anyone compares with it; (b) under a scheme that protects sections, get only reads
 *   and passes by marked nodes, as Harris' search could; under hazard pointers it must unlink them,
 *   for what a marked node points to may be gone already; (c) a set there, a map here: see the
 *   values.
 *
 * A put on a key that is there comes in two variants:
 *   michael (in place)         writes the node's `value`: with 8-byte values a plain store, with
 *                              payloads a CAS, whose winner retires the old payload.
 *   michael_replace (replace)  swaps in a new node: the old one's `next` becomes the new node, with
 *                              the mark, so that in one step the old node is out and the new one
 *                              in. The key is never absent in between: who meets the marked node
 *                              goes on to the new one.
 *
 * Invariants
 *   1. A bucket head is never marked, and a marked `next` never changes again.
 *   2. Reachable unmarked nodes of a bucket have strictly ascending keys that hash to it.
 *   3. A node is retired by the thread whose CAS unlinked it, once, with its payload.
 *   4. At rest no marked node is reachable: a remove or replace does not return before that.
 *   5. In place, with payloads: `value` is MICHAEL_TAKEN only in a node that is marked and
 *      unlinked, and then for ever. Replace: `value` never changes.
 *
 * Linearization
 *   get found      at the load of `value` whose node is seen unmarked after it. Under replace the
 *                  order of the two does not matter.
 *   get absent     when the last link crossed was part of the list, or, if a marked node of the key
 *                  was passed by, at a moment in this call when that node was marked and still
 *                  reachable, hence no other of its key was (a put unlinks it before it inserts).
 *   put added      at the CAS that links the node.
 *   put replaced   at the CAS on the old node's `next`.
 *   put in place   at the store of `value`, if the node is unmarked then. Otherwise a remove marked
 *                  it after this put had seen it unmarked: the put counts as just before that mark.
 *                  No get can tell: whoever loads the late value also loaded, or will load, a
 *                  `next`; a get that sees the mark after the value answers absent, and a get that
 *                  saw the node unmarked before it loaded the value overlaps the mark, and counts
 *                  as just after the put. All such late calls span the mark, so their order is
 *                  free. With payloads a late put may find MICHAEL_TAKEN: then nobody would free
 *                  its payload, so it starts over, and inserts.
 *   remove         at the CAS that marks; a remove that finds nothing: as get absent.
 *
 * Progress: lock-free. get is wait-free for a given list under a scheme that protects sections.
 * May run together: all of them. create, destroy and inspect: alone.
 * Reclamation: any scheme. Hazard pointers use three slots for the node before, the node and the
 *   next one, validated by the link that was crossed, which changes or gets marked when its target
 *   is unlinked; and one slot for a payload, valid if the node is seen unmarked after it was
 *   published.
 * Memory: 24 bytes a node (32 of the arena) and one bucket of 8 bytes for each 1 to 2 elements.
 */
#ifndef STRUCTURES_MAP_MICHAEL_H
#define STRUCTURES_MAP_MICHAEL_H

#include <stdbool.h>
#include <stdint.h>

#include "structures/common/hash.h"
#include "structures/map/michael_list.h"

struct michael {
	_Atomic uintptr_t *buckets;
	uint64_t mask;
	struct reclaim *reclaim;
	size_t value_bytes;
};

static inline _Atomic uintptr_t *michael_bucket(const struct michael *map, uint64_t key)
{
	return &map->buckets[hash_key(key) & map->mask];
}

static inline struct michael_sought michael_sought(const struct michael *map, uint64_t key)
{
	_Atomic uintptr_t *const bucket = michael_bucket(map, key);

	/* On its way before the scheme's fence, which loads wait for. */
	__builtin_prefetch((const void *)bucket);
	return (struct michael_sought){ bucket, key, false };
}

/**
 * michael_get() - read the value of a key.
 *
 * Progress: see above.    Threads: any, each with its own context.
 */
static inline bool michael_get(struct michael *map, struct context *context, uint64_t key,
			       uint64_t *value)
{
	return michael_list_get(context, michael_sought(map, key), value);
}

/**
 * michael_put() - set the value of a key.
 *
 * Return: true if the key was not there; false also without memory, which is counted.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool michael_put(struct michael *map, struct context *context, uint64_t key,
			       uint64_t value)
{
	return michael_list_put(context, michael_sought(map, key), value);
}

/**
 * michael_remove() - take a key out.
 *
 * Return: whether it was there.
 * Progress: lock-free.    Threads: any, each with its own context.
 */
static inline bool michael_remove(struct michael *map, struct context *context, uint64_t key)
{
	return michael_list_remove(context, michael_sought(map, key));
}

/* The buckets of all, then the first node of each: an address only, which nobody looks into. */
static inline void michael_prefetch(struct michael *map, struct context *context,
				    const struct draw *draws, unsigned count)
{
	(void)context;
	for (unsigned i = 0; i < count; i++)
		__builtin_prefetch((const void *)michael_bucket(map, draws[i].key));
	for (unsigned i = 0; i < count; i++)
		/* relaxed: a hint. */
		__builtin_prefetch((const void *)load_relaxed(michael_bucket(map, draws[i].key)));
}

#endif
