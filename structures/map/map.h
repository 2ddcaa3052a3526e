/*
 * The contract of a map: 64-bit keys, values of setup.value_bytes.
 *
 * A structure NAME of this family defines, as static inline functions:
 *
 *   bool NAME_get(struct NAME *, struct context *, uint64_t key, uint64_t *value)    true if found; *value only then
 *   bool NAME_put(struct NAME *, struct context *, uint64_t key, uint64_t value)     true if the key was not there
 *   bool NAME_remove(struct NAME *, struct context *, uint64_t key)                  true if the key was there
 *   void NAME_quiesce(struct NAME *, struct context *)            once per batch, holding nothing
 *   void NAME_online(struct NAME *, struct context *)             before the first operation of a phase
 *   void NAME_offline(struct NAME *, struct context *)            after the last one
 *   void NAME_stall(struct NAME *, struct worker *)               worker_sleep_stalled() inside an operation: between
 *                                                                 enter and exit, or with the lock held
 *   void NAME_prefetch(struct NAME *, struct context *, const struct draw *, unsigned count)
 *                                                                 optional, with VARIANT_PREFETCHES 1: fetch the
 *                                                                 lines that the next operations will touch first
 *                                                                 with VARIANT_PIPELINES 1 as well: send what these
 *                                                                 operations ask, whose answers they then wait for
 * and the create, destroy, attach, detach, inspect and garbage of struct variant. The loop adds NAME_step, NAME_fill,
 * NAME_loop and NAME_run.
 *
 * Values go through payload_make(), payload_read() and payload_free() (structures/common/payload.h): with 8-byte
 * values these are the value itself; above, a put makes a new payload and retires the old one, and a get reads all of
 * it before it leaves its protection. A put that finds no memory counts context->exhausted and answers false.
 *
 * A map that cannot tell whether a key was there says VARIANT_BLIND true, and its put always true.
 *
 * A map of replicas that agree only in the end answers from the worker's own one, is not linearizable, and gives
 * VARIANT_CONVERGENCE (struct convergence in structures/variant.h): tests and trials then ask for what that promises.
 */
#ifndef STRUCTURES_MAP_MAP_H
#define STRUCTURES_MAP_MAP_H

#include "structures/variant.h"

enum map_operation { MAP_GET, MAP_PUT, MAP_REMOVE };

extern const struct family map_family;

/* The high half of every value names its key, so that each get proves that it read what was put there. */
static inline uint64_t map_value(uint64_t key, uint64_t random)
{
	return key << 32 | (random & 0xffffffffu);
}

static inline bool map_value_fits(uint64_t key, uint64_t value)
{
	return (uint32_t)(value >> 32) == (uint32_t)key;
}

#endif
