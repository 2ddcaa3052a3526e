/*
 * Measurement loop of every ordered map, compiled once inside each of them, and its catalogue
 * entry. Expects STRUCTURE, the operations of ordered.h, the facts that map_loop.inc.h wants, and
 * VARIANT_SCAN.
 */
#include "structures/map/map_step.inc.h"
#include "structures/ordered/ordered.h"

/* What is found counts as `scanned`, key by key; a scan is one operation, whatever its length. */
ALWAYS_INLINE struct answer OP(step_of_scan)(struct STRUCTURE *map, struct worker *w,
					     struct tally *tally, uint64_t from)
{
	struct scan *const scan = w->scan;
	uint64_t least = from;

	OP(scan)(map, &w->context, from, scan);
	tally->attempted[ORDERED_SCAN]++;
	tally->succeeded[ORDERED_SCAN] += scan->count;
	for (uint64_t i = 0; i < scan->count; i++) {
		const struct scan_entry *const entry = &scan->entries[i];

		tally->mismatched += !map_value_fits(entry->key, entry->value) |
				     (entry->key < least);
		tally->sink += entry->value;
		least = entry->key + 1;
	}
	return (struct answer){ scan->count > 0, scan->count };
}

ALWAYS_INLINE struct answer OP(step)(struct STRUCTURE *map, struct worker *w, struct tally *tally,
				     const struct draw draw)
{
	if (draw.operation == ORDERED_SCAN)
		return OP(step_of_scan)(map, w, tally, draw.key);
	return OP(step_of_key)(map, w, tally, draw);
}

#include "structures/common/loop.inc.h"

#undef STRUCTURE
