/*
 * hashset: the answers of kvslot/list, from one hash map of packed keys under the same lock.
 *
 * It is map/chained, as it stands, in the loop of this family: a put overwrites the entry of its key
 * in place, so that nothing grows with the work done, and each operation touches one line. Beside
 * kvslot/list it shows what the list costs; beside the rest of the family, what the lock costs.
 *
 * Source, invariants, linearization (each operation at any point while it holds the lock), progress
 *   (blocking), what may run together, reclamation (none) and memory (34 bytes an element):
 *   structures/map/chained.h.
 * Differences: (a) what is put is never removed.
 */
#ifndef STRUCTURES_KVSLOT_HASHSET_H
#define STRUCTURES_KVSLOT_HASHSET_H

#include "structures/map/chained.h"

#define CHAINED_LOOP "structures/kvslot/kvslot_loop.inc.h"

#endif
