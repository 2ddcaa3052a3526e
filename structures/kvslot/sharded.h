/*
 * sharded: kvslot/hashset in many shards, each with a lock of its own.
 *
 * It is map/sharded, as it stands, in the loop of this family: a packed key's hash chooses the
 * shard. Entries of one sequence lie in all shards, so that threads at one sequence seldom meet.
 *
 * Source, number of shards, invariants, linearization (each operation at any point while it holds
 *   the lock of its shard), progress (blocking), what may run together, reclamation (none) and memory
 *   (34 bytes an element, 256 a shard): structures/map/sharded.h.
 * Differences: (a) what is put is never removed.
 */
#ifndef STRUCTURES_KVSLOT_SHARDED_H
#define STRUCTURES_KVSLOT_SHARDED_H

#include "structures/map/sharded.h"

#define SHARDED_LOOP "structures/kvslot/kvslot_loop.inc.h"

#endif
