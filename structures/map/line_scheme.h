/*
 * What line+SCHEME does its own way: sections keep payloads alive, and removed keys in their slots.
 * See line.h; line_bucket.h has the same functions for line@bucket.
 */
#ifndef STRUCTURES_MAP_LINE_SCHEME_H
#define STRUCTURES_MAP_LINE_SCHEME_H

#include "structures/map/line_table.h"
#include "structures/reclaim/reclaim.h"

/* The first sweep of a chain may find its dead slots young. */
enum { LINE_SWEEPS = 2 };

_Static_assert(LINE_TICKET_SHIFT + RECLAIM_TICKET_BITS == 64, "a ticket is the top of the header");

static inline bool line_get_apart(struct line *map, struct context *context, uint64_t key,
				  uint64_t *value)
{
	uint64_t stored = 0;

	reclaim_enter(context->reclaim);
	const bool found = line_look(map, key, &stored);

	if (found)
		*value = payload_read(context, stored);
	reclaim_exit(context->reclaim);
	return found;
}

/* In a section in which no bucket moves: overwrite the value of a key of a chain, if it is there. */
static inline bool line_overwrite_in(struct line_bucket *bucket, uint64_t hash, uint64_t stored_key,
				     uint64_t value)
{
	size_t slot;

	while ((slot = line_slot(bucket, stored_key)) == LINE_SLOTS) {
		/* acquire: as in line_next(). */
		const uint64_t link = load_acquire(&bucket->words[LINE_NEXT]);

		if (!line_goes_on(link, hash))
			return false;
		bucket = line_linked(link);
	}
	/* release: as in line_occupy(); the slot is the key's while this section lasts, since the
	 * ticket of line_sweep() is not past. */
	store_release(&bucket->words[LINE_VALUES + slot], value);
	return true;
}

/* Overwrite an 8-byte value without the lock. Return: false if the key is not found, or may move. */
static inline bool line_overwrite_unlocked(struct line *map, struct context *context, uint64_t key,
					   uint64_t value)
{
	const uint64_t hash = hash_key(key);
	struct line_bucket *head;
	bool found = false;

	reclaim_enter(context->reclaim);
	/* acquire: the table is whole; pairs with the releases in line_make.h. */
	const struct line_table *const table = load_acquire(&map->table);

	/* acquire: before the slots; while this section lasts no bucket moves, since the ticket of
	 * line_open_move() is not past. */
	if (__builtin_expect(!load_acquire(&table->next), 1)) {
		head = line_bucket_of(table, hash);
		/* Else the search would fetch the line to read, and the store once more. */
		fetch_to_write(head);
		found = line_overwrite_in(head, hash, key + 1, value);
	}
	reclaim_exit(context->reclaim);
	return found;
}

/*
 * Under the lock, the ticket past: dead slots that waited for it are empty, and the young ones wait
 * for a new one. So a chain's slots wait for two grace periods at most, however often it loses keys.
 * Return: the header.
 */
static inline uint64_t line_sweep(struct line_bucket *head, uint64_t header,
				  struct context *context)
{
	for (struct line_bucket *bucket = head; bucket; bucket = line_next(bucket))
		for (unsigned i = 0; i < LINE_SLOTS; i++) {
			_Atomic uint64_t *const word = &bucket->words[LINE_KEYS + i];
			/* relaxed: only the holder of the lock writes keys. */
			const uint64_t key = load_relaxed(word);

			if (!(key & LINE_DEAD))
				continue;
			reclaim_count(context->reclaim, 0, !(key & LINE_YOUNG));
			/* relaxed: dead or empty is the same to who looks for a key; before the next
			 * value in this slot by the release in line_occupy(). */
			store_relaxed(word, key & LINE_YOUNG ? key & ~LINE_YOUNG : 0);
		}
	return (header & ((UINT64_C(1) << LINE_TICKET_SHIFT) - 1)) |
	       reclaim_ticket(context->reclaim) << LINE_TICKET_SHIFT;
}

/* Under the lock: the key is gone, its slot waits. Return: the header for the unlock. */
static inline uint64_t line_clear(struct line_bucket *head, struct line_place place,
				  struct context *context, uint64_t header)
{
	_Atomic uint64_t *const word = &place.bucket->words[LINE_KEYS + place.slot];

	/* relaxed read: only the holder of the lock writes keys. release: as in line@bucket; who meets
	 * the key alive is in a section that the ticket of a later line_sweep() waits for. */
	store_release(word, load_relaxed(word) | LINE_DEAD | LINE_YOUNG);
	reclaim_count(context->reclaim, 1, 0);
	if (reclaim_is_past(context->reclaim, header >> LINE_TICKET_SHIFT))
		header = line_sweep(head, header, context);
	return line_advance(header, header >> LINE_TICKET_SHIFT);
}

/* A value that no new reader can find. */
static inline void line_drop(struct context *context, uint64_t stored)
{
	if (payload_is_apart(context))
		reclaim_retire(context->reclaim, payload_words(stored), MEMORY_PAYLOADS,
			       context->value_bytes);
}

/* Under the lock: an empty slot of the chain, if there is one. */
static inline void line_find_empty(struct line_bucket *head, struct line_place *place)
{
	for (struct line_bucket *bucket = head; bucket; bucket = line_next(bucket)) {
		place->free_slot = line_slot(bucket, 0);
		if (place->free_slot < LINE_SLOTS) {
			place->free = bucket;
			return;
		}
	}
}

/*
 * Under the lock of a full chain: empty what has waited long enough. Rare. The thread holds nothing
 * that a scheme protects, so that it may say so: else its own announcement would stop the epoch.
 */
static __attribute__((noinline)) void line_make_room(struct line_bucket *head, uint64_t *header,
						     struct context *context,
						     struct line_place *place)
{
	for (unsigned i = 0; i < LINE_SWEEPS && !place->free; i++) {
		for (unsigned move = 0; move < RECLAIM_TICKET_GRACE; move++) {
			if (reclaim_is_past(context->reclaim, *header >> LINE_TICKET_SHIFT))
				break;
			reclaim_quiesce(context->reclaim);
			reclaim_nudge(context->reclaim);
		}
		if (!reclaim_is_past(context->reclaim, *header >> LINE_TICKET_SHIFT))
			return;
		*header = line_sweep(head, *header, context);
		line_find_empty(head, place);
	}
}

/*
 * Under the lock: a dead slot is about to get value and key. If it is the key's own, an overwrite
 * that met the key before the remove may still come, and end, between the two stores. It came in
 * order if the key is there from its value on: so until the unlock no get calls it absent.
 *
 * A get that begins after such an overwrite has ended must see the bit. The bit comes before the
 * value, but the value before the overwrite's in the order of that one word alone: enough where a
 * store becomes visible to all others at once (x86, ARMv8, RISC-V), as epoch.h relies on, too.
 */
static inline void line_revive(struct line_bucket *head, uint64_t header, struct context *context)
{
	reclaim_count(context->reclaim, 0, 1);
	if (payload_is_apart(context))
		return; /* all overwrites hold the lock */
	/* relaxed: before the value by the release in line_occupy(), gone with line_unlock(); read by
	 * the acquires in line_look() and line_look_again(). */
	store_relaxed(&head->words[LINE_HEADER], header | LINE_LOCKED | LINE_REVIVES);
}

/* Under the lock: the slot that an absent key gets. Return: false if there is none. */
static inline bool line_settle(struct line_bucket *head, uint64_t *header, struct context *context,
			       struct line_place *place)
{
	if (!place->free)
		line_make_room(head, header, context, place);
	if (!place->free)
		return false;
	/* relaxed: only the holder of the lock writes keys. */
	if (load_relaxed(&place->free->words[LINE_KEYS + place->free_slot]))
		line_revive(head, *header, context);
	return true;
}

/* The table has a successor: let buckets move once all overwrites that did not see it are over. */
static inline void line_open_move(struct line_table *table, struct context *context)
{
	/* release: who sees the ticket sees the successor; pairs with the acquire below. */
	store_release(&table->ticket, reclaim_ticket(context->reclaim) + 1);
}

static inline bool line_may_move(struct line_table *table, struct context *context)
{
	/* acquire: pairs with the release above. 0: the ticket is not drawn yet. */
	const uint64_t ticket = load_acquire(&table->ticket);

	if (ticket && reclaim_is_past(context->reclaim, ticket - 1))
		return true;
	reclaim_nudge(context->reclaim);
	return false;
}

/* The dead slots of a chain that has been moved wait for nothing any more. */
static inline void line_forget_dead(const struct line_bucket *bucket, struct context *context)
{
	for (; bucket; bucket = line_next(bucket))
		for (unsigned i = 0; i < LINE_SLOTS; i++)
			/* relaxed: only the holder of the lock writes keys. */
			if (load_relaxed(&bucket->words[LINE_KEYS + i]) & LINE_DEAD)
				reclaim_count(context->reclaim, 0, 1);
}

#endif
