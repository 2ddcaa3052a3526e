/*
 * What becomes of line as a whole: its making, growth and end, and how it is inspected. See line.h.
 */
#ifndef STRUCTURES_MAP_LINE_MAKE_H
#define STRUCTURES_MAP_LINE_MAKE_H

#include <errno.h>

#include "structures/map/line.h"

static struct line_table *line_table_make(struct memory *memory, uint64_t count)
{
	struct line_table *const table = memory_shared(memory, sizeof(*table));

	if (!table)
		return NULL;
	table->count = count;
	table->buckets = memory_shared(memory, count * sizeof(*table->buckets));
	if (!table->buckets) {
		memory_release(memory, table);
		return NULL;
	}
	return table;
}

/* Under is_growing: give the current table a successor. */
static void line_make_next(struct line *map, struct line_table *table, struct context *context)
{
	struct line_table *next;

	/* relaxed: both change only under is_growing or after a move that this thread has not seen end. */
	if (load_relaxed(&map->table) != table || load_relaxed(&table->next))
		return;
	next = line_table_make(map->memory, table->count * 2);
	if (!next) {
		/* relaxed: a hint that keeps others from trying. */
		store_relaxed(&map->is_full, true);
		return;
	}
	next->older = table;
	/* release: publishes the table; pairs with the acquires of next in line.h and below. */
	store_release(&table->next, next);
	line_open_move(table, context);
}

static void line_grow(struct line *map, struct line_table *table, struct context *context)
{
	/* relaxed: hints; acquire: the last grower's tables are visible; pairs with the release below. */
	if (load_relaxed(&map->is_full) || load_relaxed(&table->next) ||
	    exchange_acquire(&map->is_growing, true))
		return;
	line_make_next(map, table, context);
	/* release: pairs with the exchange above. */
	store_release(&map->is_growing, false);
}

/* Put one key into the table that is being filled. Return: false for want of memory. */
static bool line_copy(struct line_table *to, struct context *context, struct line_entry entry)
{
	struct line_bucket *const head = line_bucket_of(to, hash_key(entry.key - 1));
	uint64_t header = line_lock(head);
	const bool copied =
		line_insert(head, &header, context, line_search(head, entry.key), entry);

	line_unlock(head, header);
	return copied;
}

/* Take a copy out again: its chain stays where it was. Nobody overwrites unlocked in that table. */
static void line_uncopy(struct line_table *to, uint64_t stored_key)
{
	struct line_bucket *const head = line_bucket_of(to, hash_key(stored_key - 1));
	const uint64_t header = line_lock(head);
	const struct line_place place = line_search(head, stored_key);

	if (place.bucket)
		/* release: as in line_clear(). */
		store_release(&place.bucket->words[LINE_KEYS + place.slot], 0);
	line_unlock(head, line_advance(header, header >> LINE_TICKET_SHIFT));
}

/* Visit the keys of a chain that this thread holds: copy them all, or take all copies out again. */
static bool line_copy_chain(const struct line_bucket *bucket, struct line_table *to,
			    struct context *context, bool undo)
{
	for (; bucket; bucket = line_next(bucket)) {
		for (unsigned i = 0; i < LINE_SLOTS; i++) {
			/* relaxed: only the holder of the lock writes the chain. */
			const struct line_entry entry = {
				load_relaxed(&bucket->words[LINE_KEYS + i]),
				load_relaxed(&bucket->words[LINE_VALUES + i])
			};

			if (!line_is_live(entry.key))
				continue;
			if (undo)
				line_uncopy(to, entry.key);
			else if (!line_copy(to, context, entry))
				return false;
		}
	}
	return true;
}

/* A chain that finds no memory in the new table stays in the old one, for good. */
static bool line_move(struct line_bucket *head, struct line_table *to, struct context *context)
{
	const uint64_t header = line_lock(head);

	if (!line_copy_chain(head, to, context, false)) {
		line_copy_chain(head, to, context, true);
		line_unlock(head, header);
		return false;
	}
	line_forget_dead(head, context);
	line_unlock(head, line_advance(header, header >> LINE_TICKET_SHIFT) | LINE_MOVED);
	return true;
}

static void line_help_move(struct line *map, struct line_table *table, struct context *context)
{
	/* acquire: the new table is whole; pairs with the release in line_make_next(). */
	struct line_table *const next = load_acquire(&table->next);
	uint64_t from, to, moved = 0;

	/* relaxed: a guess that spares the line when all is claimed; the fetch-and-add decides. */
	if (load_relaxed(&table->claimed) >= table->count || !line_may_move(table, context))
		return;
	/* relaxed: claims numbers; the locks of the buckets order what is done with them. */
	from = fetch_add_relaxed(&table->claimed, LINE_MOVE_BUCKETS);
	to = from + LINE_MOVE_BUCKETS < table->count ? from + LINE_MOVE_BUCKETS : table->count;
	for (uint64_t i = from; i < to; i++)
		moved += line_move(&table->buckets[i], next, context);
	/* acq_rel: the last one to count sees all moves; pairs with itself in the other movers. */
	if (moved && fetch_add_acq_rel(&table->moved, moved) + moved == table->count)
		/* release: whoever begins in the new table sees it filled; pairs with the acquires of
		 * table in line.h. */
		store_release(&map->table, next);
}

/* A map for as many keys; its scheme is its owner's. What was got before an error goes with
 * memory_destroy(). */
static int line_make(const struct setup *setup, uint64_t expected, struct line **made)
{
	struct line *const map = memory_shared(setup->memory, sizeof(*map));
	struct line_table *table;

	if (!map)
		return -ENOMEM;
	table = line_table_make(setup->memory, expected / LINE_PER_BUCKET + 1);
	if (!table)
		return -ENOMEM;
	map->memory = setup->memory;
	map->value_bytes = setup->value_bytes;
	/* plain: nobody shares the map yet. */
	atomic_init(&map->table, table);
	*made = map;
	return 0;
}

/* The oldest table; from there, next leads through all of them. */
static struct line_table *line_oldest(struct line *map)
{
	/* relaxed: alone. */
	struct line_table *table = load_relaxed(&map->table);

	while (table->older)
		table = table->older;
	return table;
}

/* The payloads of a chain, which a moved chain no longer owns. */
static void line_free_values(const struct line_bucket *bucket, size_t value_bytes)
{
	for (; bucket; bucket = line_next(bucket))
		for (unsigned i = 0; i < LINE_SLOTS; i++)
			/* relaxed: alone. */
			if (line_is_live(load_relaxed(&bucket->words[LINE_KEYS + i])))
				arena_free(NULL,
					   payload_words(
						   load_relaxed(&bucket->words[LINE_VALUES + i])),
					   MEMORY_PAYLOADS, value_bytes);
}

static void line_free_chain(struct line_bucket *head, size_t value_bytes)
{
	struct line_bucket *bucket = line_next(head);

	/* relaxed: alone. */
	if (value_bytes > PAYLOAD_INLINE_BYTES &&
	    !(load_relaxed(&head->words[LINE_HEADER]) & LINE_MOVED))
		line_free_values(head, value_bytes);
	while (bucket) {
		struct line_bucket *const next = line_next(bucket);

		arena_free(NULL, bucket, MEMORY_NODES, sizeof(*bucket));
		bucket = next;
	}
}

/* Alone, before the scheme goes. */
static void line_unmake(struct line *map)
{
	/* relaxed: alone. */
	for (struct line_table *table = line_oldest(map); table; table = load_relaxed(&table->next))
		for (uint64_t i = 0; i < table->count; i++)
			line_free_chain(&table->buckets[i], map->value_bytes);
}

/* Does a search that heeds the links' filters come to a key? */
static bool line_is_found(const struct line_bucket *head, uint64_t stored_key)
{
	uint64_t stored;

	return line_read(head, hash_key(stored_key - 1), stored_key, &stored);
}

/* Is the key's own bucket this one, and is no other slot behind it of the same key? */
static const char *line_check_slot(const struct line_table *table, const struct line_bucket *head,
				   const struct line_bucket *bucket, size_t slot)
{
	/* relaxed: alone. */
	const uint64_t key = load_relaxed(&bucket->words[LINE_KEYS + slot]);

	if (line_bucket_of(table, hash_key(key - 1)) != head)
		return "a key stands in a bucket that its hash does not choose";
	if (!line_is_found(head, key))
		return "a key stands where a search does not pass";
	/* relaxed: alone. */
	for (size_t i = slot + 1; i < LINE_SLOTS; i++)
		if (load_relaxed(&bucket->words[LINE_KEYS + i]) == key)
			return "a key stands twice in one bucket";
	for (bucket = line_next(bucket); bucket; bucket = line_next(bucket))
		if (line_slot(bucket, key) < LINE_SLOTS)
			return "a key stands twice in one chain";
	return NULL;
}

static void line_inspect_chain(const struct line_table *table, const struct line_bucket *head,
			       struct inspection *inspection)
{
	/* relaxed: alone. */
	const uint64_t header = load_relaxed(&head->words[LINE_HEADER]);

	if (header & LINE_LOCKED)
		inspection->broken = "a bucket is locked at rest";
	if (header & LINE_MOVED)
		return;
	for (const struct line_bucket *bucket = head; bucket; bucket = line_next(bucket)) {
		for (unsigned i = 0; i < LINE_SLOTS; i++) {
			/* relaxed: alone. */
			const uint64_t key = load_relaxed(&bucket->words[LINE_KEYS + i]);

			if (!line_is_live(key))
				continue;
			inspection->elements++;
			inspection->sum += key - 1;
			if (!inspection->broken)
				inspection->broken = line_check_slot(table, head, bucket, i);
		}
	}
}

static void line_inspect(void *instance, struct inspection *inspection)
{
	struct line *const map = instance;

	*inspection = (struct inspection){ 0 };
	/* relaxed: alone. */
	for (struct line_table *table = line_oldest(map); table; table = load_relaxed(&table->next))
		for (uint64_t i = 0; i < table->count; i++)
			line_inspect_chain(table, &table->buckets[i], inspection);
}

#endif
