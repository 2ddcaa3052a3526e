/*
 * What line@bucket does its own way: all under the lock of the chain. See line.h; line_scheme.h has
 * the same functions for line+SCHEME.
 */
#ifndef STRUCTURES_MAP_LINE_BUCKET_H
#define STRUCTURES_MAP_LINE_BUCKET_H

#include "structures/map/line_table.h"

/* Values above 8 bytes: no scheme keeps them alive, so the lock does. */
static inline bool line_get_apart(struct line *map, struct context *context, uint64_t key,
				  uint64_t *value)
{
	struct line_table *table;
	uint64_t header, stored = 0;
	const uint64_t hash = hash_key(key);
	struct line_bucket *const head = line_lock_key(map, context, hash, &header, &table);
	const bool found = line_read(head, hash, key + 1, &stored);

	if (found)
		*value = payload_read(context, stored);
	line_unlock(head, header);
	return found;
}

/* Nothing is written without the lock. */
static inline bool line_overwrite_unlocked(struct line *map, struct context *context, uint64_t key,
					   uint64_t value)
{
	(void)map, (void)context, (void)key, (void)value;
	return false;
}

/* Under the lock: the key is gone, its slot is empty. Return: the header for the unlock. */
static inline uint64_t line_clear(struct line_bucket *head, struct line_place place,
				  struct context *context, uint64_t header)
{
	(void)head, (void)context;
	/* release: the slot is empty from here on; pairs with the acquire in line_slot(). */
	store_release(&place.bucket->words[LINE_KEYS + place.slot], 0);
	return line_advance(header, 0);
}

/* A value that no new reader can find, and no old one holds. */
static inline void line_drop(struct context *context, uint64_t stored)
{
	payload_free(context, stored);
}

/* Under the lock: the slot that an absent key gets. Return: false if there is none. */
static inline bool line_settle(struct line_bucket *head, uint64_t *header, struct context *context,
			       struct line_place *place)
{
	(void)head, (void)header, (void)context;
	return place->free;
}

/* Every write of a bucket holds its lock, so that buckets may move at once. */
static inline void line_open_move(struct line_table *table, struct context *context)
{
	(void)table, (void)context;
}

static inline bool line_may_move(struct line_table *table, struct context *context)
{
	(void)table, (void)context;
	return true;
}

/* There are none. */
static inline void line_forget_dead(const struct line_bucket *bucket, struct context *context)
{
	(void)bucket, (void)context;
}

#endif
