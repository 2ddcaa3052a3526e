/*
 * line: one cache line a bucket, read without a lock, updated in place.
 *
 * A bucket is 64 bytes: a header, three keys, three values, and a link to an overflow bucket of the
 * same form. So a typical operation touches one line. Readers write nothing: they look for the key,
 * take the value, and check that no slot of the bucket has changed hands meanwhile. Inserts and
 * removes hold the lock bit of the header for a few stores. The table doubles under load: the
 * writers that meet a table being replaced each move some of its buckets.
 *
 * line@bucket overwrites under the lock, too. line+SCHEME overwrites 8-byte values by one plain
 * store, without lock or atomic read-modify-write: a slot whose key was removed goes to another key
 * only after a grace period, so a late store can only hit a slot that is still its key's.
 *
 * Paper: T. David, R. Guerraoui, V. Trigonakis, "Asynchronized concurrency: the secret to scaling
 *   concurrent search data structures", ASPLOS 2015 (CLHT, the lock-based form).
 * Differences: (a) the header carries a version, which a remove advances; a reader that compares the
 *   key again instead, as in the paper, can meet a slot that was emptied and filled with the same key
 *   twice, and return a value that the key never had at one moment with it; (b) lock, version and
 *   "moved" are one word, so that locking and validating touch no other line; (c) a bucket found by
 *   multiplication, so that tables of any size are even; (d) growth is shared by the writers, and old
 *   tables are kept until destroy, since readers may still be in them: together they are smaller
 *   than the current one; (e) values above 8 bytes are read under the lock in line@bucket, in a
 *   section in line+SCHEME; (f) the overwrite without a lock and the filter in the links are ours;
 *   (g) a remove looks first, as in the paper, but by the reader's validated look.
 *
 * Invariants
 *   1. header: bit 0 locked, bit 1 moved, bit 2 a dead slot is being filled (line+SCHEME), above them
 *      the version, and on top the ticket of the last sweep (line+SCHEME). Only the holder of the
 *      lock changes anything in a chain but the 8-byte values of line+SCHEME; the head's lock and
 *      version stand for all buckets of its chain.
 *   2. A slot is empty while its key is 0; keys are stored plus one. A value is written before its
 *      key (release), and while the key stands in the slot the value is that key's.
 *   3. A key leaves its slot only under a lock whose release advances the version.
 *   4. A key stands alive in at most one slot of the tables' buckets that are not moved.
 *   5. A moved bucket never changes again, and its chain's keys are in the next table.
 *   6. Links only go from NULL to a bucket; overflow buckets live as long as the map. Above the
 *      address a link has sixteen bits, one for each class of hashes: it is set before a key of its
 *      class is further on, and stays. So a search for an absent key rarely goes on: most of those
 *      mispredictions and second lines are spared.
 *   7. line+SCHEME: a removed key stays in its slot with LINE_DEAD on it. The slot may be its again
 *      at once, and is empty when every section that began before the remove has ended: a sweep of
 *      the chain draws a ticket, and the sweep after that ticket is past empties what was dead
 *      before it. No bucket is moved until every section that began before the next table was there
 *      has ended.
 *
 * Linearization: put at its store of the value (overwrite) or of the key (insert, publication of an
 *   overflow bucket); remove at its store of the empty or dead key; get that finds at its load of
 *   the value, or just before the remove that came between its loads of the key and of the value
 *   and has not advanced the version yet; a get that does not find: at a moment when the key was
 *   absent, which exists, since a key that is present throughout does not change its slot except
 *   with a move, and a move changes the header.
 *   line+SCHEME: an overwrite whose store comes while its key is dead linearizes just before the
 *   remove: it met the key alive, so it began before it, and so did a get that reads its value. If
 *   the key comes back to the slot meanwhile, the store may fall between the insert's value and key:
 *   such an insert linearizes at its store of the value, and until the key is there gets wait
 *   (LINE_REVIVES), lest they call it absent when the overwrite has ended.
 * Progress: get is lock-free (a retry means that an operation or a move has taken the lock or given
 *   it back, which each does once for a chain), but waits in line+SCHEME for the few stores by which
 *   a key gets a dead slot; an overwrite of line+SCHEME is lock-free while the table does not grow;
 *   all else blocks.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: line@bucket none; line+SCHEME sections with tickets (RECLAIM_HAS_TICKETS): slots are
 *   used again, not freed. A thread stalled in a section keeps dead slots from other keys: chains
 *   grow by at most one slot for each key that comes by. Payloads are retired.
 * Memory: 64 bytes a bucket at two elements a bucket, and 64 bytes for each overflow bucket: about
 *   37 bytes an element at the expected size.
 */
#ifndef STRUCTURES_MAP_LINE_H
#define STRUCTURES_MAP_LINE_H

#include "structures/map/line_table.h"
#if LINE_HAS_SCHEME
#	include "structures/map/line_scheme.h"
#else
#	include "structures/map/line_bucket.h"
#endif

/**
 * line_get() - the value of a key.
 *
 * @value:  out, only if found.
 *
 * Return: true if found.
 * Linearizes: see above.   Progress: see above (line@bucket: blocking above 8 bytes).
 */
static inline bool line_get(struct line *map, struct context *context, uint64_t key,
			    uint64_t *value)
{
	uint64_t stored;

	if (__builtin_expect(payload_is_apart(context), 0))
		return line_get_apart(map, context, key, value);
	if (!line_look(map, key, &stored))
		return false;
	*value = stored;
	return true;
}

/* Under the lock: overwrite. */
static inline void line_overwrite(struct line_place place, struct context *context, uint64_t stored)
{
	_Atomic uint64_t *const word = &place.bucket->words[LINE_VALUES + place.slot];
	/* relaxed: payloads are written under the lock alone, and others are not used. */
	const uint64_t old = load_relaxed(word);

	/* release: as in line_occupy(). */
	store_release(word, stored);
	line_drop(context, old);
}

/* Under the lock: a key that is not there. Return: false for want of memory. */
static inline bool line_insert(struct line_bucket *head, uint64_t *header, struct context *context,
			       struct line_place place, const struct line_entry entry)
{
	const uint64_t hash = hash_key(entry.key - 1);

	if (!line_settle(head, header, context, &place)) {
		line_let_pass(head, place.last, hash);
		return line_append(place.last, context, hash, entry);
	}
	line_let_pass(head, place.free, hash);
	line_occupy(place.free, place.free_slot, entry);
	return true;
}

/* The put of a key that is not there, of a payload, or while the table grows. Out of line, so that
 * the loop inlines what comes before it. */
static LINE_SLOW bool line_put_locked(struct line *map, struct context *context, uint64_t key,
				      uint64_t value)
{
	struct line_table *table;
	struct line_bucket *head;
	struct line_place place;
	uint64_t header, stored;
	bool added = false;

	if (!payload_make(context, value, &stored))
		return false;
	head = line_lock_key(map, context, hash_key(key), &header, &table);
	place = line_search(head, key + 1);
	if (place.bucket)
		line_overwrite(place, context, stored);
	else
		added = line_insert(head, &header, context, place,
				    (struct line_entry){ key + 1, stored });
	line_unlock(head, header);
	if (!place.bucket && !added)
		payload_free(context, stored);
	if (__builtin_expect(place.length > LINE_CHAIN_MAX, 0))
		line_grow(map, table, context);
	return added;
}

/**
 * line_put() - insert or overwrite.
 *
 * Return: true if the key was not there.
 * Linearizes: at the store of the value or key.   Progress: see above.
 */
static inline bool line_put(struct line *map, struct context *context, uint64_t key, uint64_t value)
{
	if (!payload_is_apart(context) && line_overwrite_unlocked(map, context, key, value))
		return false;
	return line_put_locked(map, context, key, value);
}

/**
 * line_remove() - take a key out.
 *
 * Return: true if the key was there.
 * Linearizes: at the store of the empty or dead key, or as a get that does not find.
 * Progress: blocking; of an absent key as a get.
 */
static inline bool line_remove(struct line *map, struct context *context, uint64_t key)
{
	struct line_table *table;
	uint64_t header, stored;
	struct line_bucket *head;
	struct line_place place;

	/* An absent key costs no lock, and its line stays shared. */
	if (!line_look(map, key, &stored))
		return false;
	head = line_lock_key(map, context, hash_key(key), &header, &table);
	place = line_search(head, key + 1);
	if (!place.bucket) {
		line_unlock(head, header);
		return false;
	}
	/* relaxed: payloads are written under the lock alone, and others are not used. */
	stored = load_relaxed(&place.bucket->words[LINE_VALUES + place.slot]);
	line_unlock(head, line_clear(head, place, context, header));
	line_drop(context, stored);
	return true;
}

#endif
