/*
 * lcrq: an unbounded queue of rings, whose cells are claimed by fetch-and-add and used again.
 *
 * A claim cannot fail, so that it costs a contended line one transfer, where a compare-and-swap
 * may need any number; what is done by compare-and-swap is done in a cell that two threads share
 * at most now and then. lcrq_ring.h says how a ring works, ring_list.h how rings make a queue.
 *
 * Paper: A. Morrison, Y. Afek, "Fast concurrent queues for x86 processors", PPoPP 2013.
 * Differences: (a) a dequeue looks at the cell that it would claim, and where nothing is there at
 *   the tail, before it claims anything; (b) it looks a few times at an empty cell before it
 *   moves it on; (c) threads that meet at a counter take turns (turns.h), and cells lie side by
 *   side, so that a run of one thread uses whole lines; (d) a drained ring is looked at once more
 *   after it is seen to have a next one, without which an element could be left behind; (e) rings
 *   are reclaimed under any scheme, and a few at a time.
 *
 * Invariants: those of lcrq_ring.h and ring_list.h.
 *
 * Linearization: an enqueue at the fetch-and-add that drew the position it kept, or at the CAS that
 *   linked its ring; a dequeue that takes a value at the later of its own fetch-and-add and that
 *   one; an empty one at its load of the last ring's tail.
 * Progress: lock-free up to the allocator. An enqueuer that draws LCRQ_STARVING positions in vain
 *   closes the ring, and whoever links the next one has stored its value with that.
 * May run together: enqueue and dequeue, any number of each. create, destroy and inspect: alone.
 * Reclamation: any scheme; see ring_list.h.
 * Needs: a compare-and-swap of 16 bytes (structures/common/atomic_pair.h). x86-64 has an
 *   instruction; on arm64 it is a loop of load and store exclusive.
 * Memory: 16 bytes an element of a full ring; rings of LCRQ_CELLS and three lines, 18 KiB of an
 *   arena; at least one.
 */
#ifndef STRUCTURES_QUEUE_LCRQ_H
#define STRUCTURES_QUEUE_LCRQ_H

#include "structures/queue/lcrq_ring.h"

#define STRUCTURE   lcrq
#define RING_PAUSES 0
#include "structures/queue/ring_queue.inc.h"

#endif
