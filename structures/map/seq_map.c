#include "structures/map/seq_map.h"

#include <errno.h>

static struct seq_line *make_lines(const struct seq_map *map, uint64_t buckets)
{
	const size_t bytes = (size_t)buckets * sizeof(struct seq_line);

	if (buckets > SIZE_MAX / sizeof(struct seq_line))
		return NULL;
	return map->node == SEQ_MAP_SHARED
		       ? memory_shared(map->memory, bytes)
		       : memory_on_node(map->memory, (unsigned)map->node, bytes);
}

static void set_lines(struct seq_map *map, struct seq_line *lines, uint64_t buckets)
{
	/*
	 * relaxed: published by the lock's release; seq_map_prefetch() alone reads without the
	 * lock.
	 */
	store_relaxed(&map->lines, lines);
	store_relaxed(&map->buckets, buckets);
	map->grow_at = buckets * SEQ_MAP_FILL_MAX;
}

int seq_map_init_on(struct seq_map *map, struct memory *memory, int node, uint64_t expected)
{
	const uint64_t wanted = expected / SEQ_MAP_FILL + 1;
	const uint64_t buckets = wanted < SEQ_MAP_BUCKETS_MIN ? SEQ_MAP_BUCKETS_MIN : wanted;
	struct seq_line *lines;

	map->memory = memory;
	map->node = node;
	lines = make_lines(map, buckets);
	if (!lines)
		return -ENOMEM;
	map->entries = 0;
	set_lines(map, lines, buckets);
	return 0;
}

static void free_entries(struct context *context, const struct seq_line *line)
{
	for (unsigned i = 0; i < SEQ_LINE_ENTRIES; i++)
		if (line->keys[i] != 0 && line->keys[i] != SEQ_MAP_LINK)
			payload_free(context, seq_line_value(line, i));
}

void seq_map_destroy(struct seq_map *map, size_t value_bytes)
{
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = value_bytes };
	/* relaxed, both: nobody else is here any more. */
	struct seq_line *const lines = load_relaxed(&map->lines);
	const uint64_t buckets = load_relaxed(&map->buckets);

	for (uint64_t i = 0; i < buckets; i++) {
		struct seq_line *next, *line = &lines[i];

		for (; line; line = next) {
			next = seq_line_is_linked(line) ? seq_line_next(line) : NULL;
			free_entries(&context, line);
			if (line != &lines[i])
				arena_free(NULL, line, MEMORY_NODES, sizeof(*line));
		}
	}
	memory_release(map->memory, lines);
}

/* Lines that a split has emptied and not yet filled again, linked by their last value. */
static void spare_push(struct seq_line **spare, struct seq_line *line)
{
	seq_line_set(line, SEQ_LINE_LAST, SEQ_MAP_LINK, (uint64_t)(uintptr_t)*spare);
	*spare = line;
}

static struct seq_line *spare_pop(struct seq_line **spare)
{
	struct seq_line *const line = *spare;

	*spare = seq_line_next(line);
	return line;
}

/* Append to a chain of the new table, which takes its lines from the spare ones. */
static void split_append(struct seq_line *bucket, uint64_t word, uint64_t stored,
			 struct seq_line **spare)
{
	while (seq_line_is_linked(bucket))
		bucket = seq_line_next(bucket);
	seq_line_append(bucket, word, stored,
			seq_line_used(bucket) < SEQ_LINE_ENTRIES ? NULL : spare_pop(spare));
}

/*
 * Move the entries of one chain to the new table. This needs no memory: a chain of e > 1 entries
 * has max(0, ceil((e - 4) / 3)) chained lines, so the two that it becomes have together never more
 * than it had; and of each line the entries are copied out before it is spared.
 */
static void split_bucket(struct seq_line *old, struct seq_line *lines, uint64_t buckets,
			 struct seq_line **spare)
{
	bool is_chained = false, is_linked = true;

	while (is_linked) {
		const struct seq_line line = *old;
		const unsigned used = seq_line_used(old);

		is_linked = seq_line_is_linked(old);
		if (is_chained)
			spare_push(spare, old);
		is_chained = true;
		for (unsigned i = 0; i < used - is_linked; i++) {
			const uint64_t hash = hash_key(line.keys[i] - 1);

			split_append(&lines[seq_map_index(hash, buckets)], line.keys[i],
				     seq_line_value(&line, i), spare);
		}
		if (is_linked)
			old = seq_line_next(&line);
	}
}

void seq_map_grow(struct seq_map *map, struct context *context)
{
	/* relaxed, both: under the exclusive lock, which alone lets them change. */
	struct seq_line *const old = load_relaxed(&map->lines);
	const uint64_t buckets = load_relaxed(&map->buckets);
	struct seq_line *const lines = make_lines(map, 2 * buckets);
	struct seq_line *spare = NULL;

	if (!lines) {
		map->grow_at *= 2;
		return;
	}
	for (uint64_t i = 0; i < buckets; i++)
		split_bucket(&old[i], lines, 2 * buckets, &spare);
	while (spare)
		arena_free(context->arena, spare_pop(&spare), MEMORY_NODES, sizeof(*spare));
	set_lines(map, lines, 2 * buckets);
	memory_release(map->memory, old);
}

void seq_map_visit(const struct seq_map *map, seq_map_visitor *visit, void *argument)
{
	/* relaxed, both: under the lock, or at rest. */
	const struct seq_line *const lines = load_relaxed(&map->lines);
	const uint64_t buckets = load_relaxed(&map->buckets);

	for (uint64_t i = 0; i < buckets; i++) {
		const struct seq_line *line = &lines[i];

		for (; line; line = seq_line_is_linked(line) ? seq_line_next(line) : NULL)
			for (unsigned slot = 0; slot < SEQ_LINE_ENTRIES; slot++)
				if (line->keys[slot] != 0 && line->keys[slot] != SEQ_MAP_LINK)
					visit(argument, line->keys[slot] - 1,
					      seq_line_value(line, slot));
	}
}

/* Remember the first of them. */
static void note_broken(struct inspection *inspection, bool is_broken, const char *what)
{
	if (is_broken && !inspection->broken)
		inspection->broken = what;
}

static void inspect_line(const struct seq_line *line, bool is_chained,
			 struct inspection *inspection)
{
	const unsigned used = seq_line_used(line);

	for (unsigned i = used; i < SEQ_LINE_ENTRIES; i++)
		note_broken(inspection, line->keys[i] != 0,
			    "seq_map: a free slot before a used one");
	for (unsigned i = 0; i < SEQ_LINE_LAST; i++)
		note_broken(inspection, line->keys[i] == SEQ_MAP_LINK,
			    "seq_map: a link before the last slot");
	note_broken(inspection, is_chained && used < 2,
		    "seq_map: a chained line with fewer than two entries");
}

/* How often a key stands in the chain from @line on. */
static unsigned chain_count(const struct seq_line *line, uint64_t word)
{
	unsigned count = 0;

	for (;; line = seq_line_next(line)) {
		for (unsigned i = 0; i < SEQ_LINE_ENTRIES; i++)
			count += line->keys[i] == word;
		if (!seq_line_is_linked(line))
			return count;
	}
}

/* Return: entries of the chain. */
static uint64_t inspect_chain(const struct seq_map *map, const struct seq_line *bucket,
			      struct inspection *inspection)
{
	uint64_t entries = 0;

	for (const struct seq_line *line = bucket;; line = seq_line_next(line)) {
		const bool is_linked = seq_line_is_linked(line);
		const unsigned used = seq_line_used(line) - is_linked;

		inspect_line(line, line != bucket, inspection);
		for (unsigned i = 0; i < used; i++) {
			const uint64_t key = line->keys[i] - 1;

			note_broken(inspection, seq_map_bucket(map, key) != bucket,
				    "seq_map: a key outside its bucket");
			note_broken(inspection, chain_count(bucket, line->keys[i]) != 1,
				    "seq_map: a key that stands twice");
			inspection->sum += key;
		}
		entries += used;
		if (!is_linked)
			return entries;
	}
}

void seq_map_inspect(const struct seq_map *map, struct inspection *inspection)
{
	/* relaxed, both: at rest. */
	const struct seq_line *const lines = load_relaxed(&map->lines);
	const uint64_t buckets = load_relaxed(&map->buckets);
	uint64_t entries = 0;

	for (uint64_t i = 0; i < buckets; i++)
		entries += inspect_chain(map, &lines[i], inspection);
	inspection->elements += entries;
	note_broken(inspection, entries != map->entries,
		    "seq_map: the count of entries is not what is there");
}
