#include "structures/kvslot/slots_lossless.h"

#include <errno.h>

static int slots_lossless_create(const struct setup *setup, void **instance)
{
	struct slots_lossless *const cache = memory_shared(setup->memory, sizeof(*cache));

	if (!cache)
		return -ENOMEM;
	cache->roots_log2 = LOSSLESS_ROOTS_LOG2_MIN;
	/* One to two elements a line: few lines overflow. */
	while (UINT64_C(2) << cache->roots_log2 < setup->expected)
		cache->roots_log2++;
	cache->roots = memory_shared(setup->memory, sizeof(*cache->roots) << cache->roots_log2);
	if (!cache->roots)
		return -ENOMEM; /* what was got goes with memory_destroy() */
	cache->value_bytes = setup->value_bytes;
	*instance = cache;
	return reclaim_create(setup, &cache->reclaim);
}

static void lossless_destroy_line(const struct slots_lossless *cache, struct lossless_line *line)
{
	/* relaxed, here and below: all workers have detached. */
	struct lossless_line *const below = load_relaxed(&line->below);

	for (unsigned i = 0; i < LOSSLESS_ENTRIES; i++) {
		const uintptr_t stored = load_relaxed(&line->values[i]); /* relaxed: as above */

		if (stored && cache->value_bytes > PAYLOAD_INLINE_BYTES)
			arena_free(NULL, payload_words(stored), MEMORY_PAYLOADS,
				   cache->value_bytes);
	}
	if (!below)
		return;
	for (unsigned i = 0; i < LOSSLESS_BELOW; i++)
		lossless_destroy_line(cache, &below[i]);
	arena_free(NULL, below, MEMORY_NODES, LOSSLESS_BELOW * sizeof(*below));
}

static void slots_lossless_destroy(void *instance)
{
	struct slots_lossless *const cache = instance;

	reclaim_destroy(cache->reclaim);
	for (uint64_t i = 0; i >> cache->roots_log2 == 0; i++)
		lossless_destroy_line(cache, &cache->roots[i]);
}

/* Check and count a line and all below it. Return: the invariant that does not hold, or NULL. */
static const char *lossless_inspect_line(const struct slots_lossless *cache,
					 struct lossless_line *line, struct inspection *inspection)
{
	/* relaxed, here and below: all workers are at rest. */
	struct lossless_line *const below = load_relaxed(&line->below);
	const char *broken = NULL;
	unsigned used = 0;

	for (unsigned i = 0; i < LOSSLESS_ENTRIES; i++) {
		const uint64_t there = load_relaxed(&line->keys[i]);     /* relaxed: as above */
		const uintptr_t stored = load_relaxed(&line->values[i]); /* relaxed: as above */

		if (!there)
			continue;
		if (used++ != i)
			return "a free place before a used one";
		if (!stored)
			return "a key has no value at rest";
		/* Which also finds a key that stands twice: a walk ends at the first. */
		if (lossless_find(cache, there - 1) != &line->values[i])
			return "a key is not where its walk ends";
		inspection->elements++;
		inspection->sum += there - 1;
	}
	if (below && used < LOSSLESS_ENTRIES)
		return "lines below one that is not full";
	for (unsigned i = 0; below && i < LOSSLESS_BELOW && !broken; i++)
		broken = lossless_inspect_line(cache, &below[i], inspection);
	return broken;
}

static void slots_lossless_inspect(void *instance, struct inspection *inspection)
{
	const struct slots_lossless *const cache = instance;

	*inspection = (struct inspection){ 0 };
	for (uint64_t i = 0; i >> cache->roots_log2 == 0 && !inspection->broken; i++)
		inspection->broken = lossless_inspect_line(cache, &cache->roots[i], inspection);
}

#define STRUCTURE slots_lossless
#define VARIANT_PAPER                                                                             \
	"S. Feldman, P. LaBorde, D. Dechev, Concurrent multi-level arrays: wait-free extensible " \
	"hash maps, SAMOS 2013"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_PREFETCHES   1
#include "structures/reclaim/hooks.inc.h"

#include "structures/kvslot/kvslot_loop.inc.h"
