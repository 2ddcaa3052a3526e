#include "structures/map/probing.h"

#include <errno.h>

static int probing_make_workers(struct probing *map, const struct setup *setup)
{
	map->workers = memory_shared(setup->memory, setup->workers * sizeof(*map->workers));
	if (!map->workers)
		return -ENOMEM;
	for (unsigned i = 0; i < setup->workers; i++) {
		map->workers[i] = memory_thread(setup->memory, i, sizeof(*map->workers[i]));
		if (!map->workers[i])
			return -ENOMEM;
	}
	return 0;
}

static int probing_create(const struct setup *setup, void **instance)
{
	struct probing *const map = memory_shared(setup->memory, sizeof(*map));
	const uint64_t wanted = setup->expected / PROBING_PER_LINE + 1;
	struct probing_table *table;
	int error;

	if (!map)
		return -ENOMEM;    /* what was got goes with memory_destroy(), here and below */
	table = probing_table_make(setup->memory,
				   wanted < PROBING_LINES_MIN ? PROBING_LINES_MIN : wanted);
	if (!table)
		return -ENOMEM;
	error = probing_make_workers(map, setup);
	if (!error)
		error = reclaim_create(setup, &map->reclaim);
	if (error)
		return error;
	map->memory = setup->memory;
	map->value_bytes = setup->value_bytes;
	/* plain: nobody shares the map yet. */
	atomic_init(&map->table, (uintptr_t)table);
	*instance = map;
	return 0;
}

/* The one table that there is at rest. */
static struct probing_table *probing_at_rest(struct probing *map)
{
	/* relaxed: all workers are at rest. */
	return (struct probing_table *)load_relaxed(&map->table);
}

static void probing_free_payloads(struct probing_line *line, size_t value_bytes)
{
	for (unsigned i = 0; i < PROBING_CELLS; i++) {
		/* relaxed: all workers have detached. */
		const uint64_t word = load_relaxed(&line->words[i]);

		if (probing_is_present(word))
			arena_free(NULL, payload_words(word ^ PROBING_PRESENT), MEMORY_PAYLOADS,
				   value_bytes);
	}
}

static void probing_destroy(void *instance)
{
	struct probing *const map = instance;
	struct probing_table *const table = probing_at_rest(map);

	reclaim_destroy(map->reclaim);
	for (uint64_t i = 0; map->value_bytes > PAYLOAD_INLINE_BYTES && i < table->count; i++)
		probing_free_payloads(&table->lines[i], map->value_bytes);
	memory_release(map->memory, table);
}

/* Return: the invariant that a cell breaks, or NULL. */
static const char *probing_inspect_cell(struct probing_table *table, struct probing_line *line,
					unsigned slot)
{
	/* relaxed, both: all workers are at rest. */
	const uint64_t stored = load_relaxed(&line->keys[slot]);
	const uint64_t word = load_relaxed(&line->words[slot]);
	struct probing_place place;

	if (stored == PROBING_CLOSED)
		return "a cell is closed at rest";
	if (word & PROBING_FROZEN)
		return "a word is frozen at rest";
	if (stored == PROBING_EMPTY)
		return word != PROBING_NEVER ? "a cell without a key has a value" : NULL;
	place = probing_find(table, probing_key(stored - 1));
	if (place.line != line || place.slot != slot)
		return "a key is there twice, or in a place where a look-up misses it";
	return NULL;
}

static void probing_inspect(void *instance, struct inspection *inspection)
{
	struct probing_table *const table = probing_at_rest(instance);

	*inspection = (struct inspection){ 0 };
	if (probing_next(table))
		inspection->broken = "a move has not ended at rest";
	for (uint64_t i = 0; i < table->count; i++) {
		struct probing_line *const line = &table->lines[i];

		for (unsigned slot = 0; slot < PROBING_CELLS; slot++) {
			/* relaxed, both: all workers are at rest. */
			const uint64_t stored = load_relaxed(&line->keys[slot]);
			const bool is_there = probing_is_present(load_relaxed(&line->words[slot]));

			if (!inspection->broken)
				inspection->broken = probing_inspect_cell(table, line, slot);
			inspection->elements += is_there;
			inspection->sum += is_there ? stored - 1 : 0;
		}
	}
}

#define STRUCTURE probing
#define VARIANT_PAPER                                                                              \
	"Maier, Sanders, Dementiev, Concurrent hash tables: fast and general(?)!, ACM Trans. "     \
	"Parallel Comput. 5(4), 2019"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_PREFETCHES   1
#define HOOKS_OWN_QUIESCE
#include "structures/reclaim/hooks.inc.h"

#include "structures/map/map_loop.inc.h"
