/*
 * ordered/skiplist@spin with one defect in its scans, chosen by a MUTANT_ macro: the conformance
 * cases must report it.
 */
#include <sched.h>

#include "structures/ordered/skiplist.h"

#if MUTANT_SCAN_MISSES
static inline void mutant_scan(struct skiplist *list, struct context *context, uint64_t from,
			       struct scan *scan)
{
	skiplist_scan(list, context, from, scan);
	for (uint64_t i = 0; i < scan->count; i++)
		if (scan->entries[i].key % 16 == 15)
			scan->count = i;
}
#endif

#if MUTANT_SCAN_FINDS_REMOVED
/* Alone it is right: only other workers see what is not there. */
static inline void mutant_scan(struct skiplist *list, struct context *context, uint64_t from,
			       struct scan *scan)
{
	skiplist_scan(list, context, from, scan);
	if (context->worker != 0 && scan->count < scan->length && from % 4 == 1 &&
	    (!scan->count || scan->entries[0].key != from)) {
		for (uint64_t i = scan->count++; i > 0; i--)
			scan->entries[i] = scan->entries[i - 1];
		scan->entries[0] = (struct scan_entry){ from, map_value(from, 0) };
	}
}
#endif

#if MUTANT_SCAN_DESCENDS
static inline void mutant_scan(struct skiplist *list, struct context *context, uint64_t from,
			       struct scan *scan)
{
	skiplist_scan(list, context, from, scan);
	if (context->worker != 0 && scan->count > 1) {
		const struct scan_entry first = scan->entries[0];

		scan->entries[0] = scan->entries[1];
		scan->entries[1] = first;
	}
}
#endif

#if MUTANT_SCAN_IN_PARTS
/* Lets writers in after a quarter of its length, and still promises a snapshot. */
static inline void mutant_scan(struct skiplist *list, struct context *context, uint64_t from,
			       struct scan *scan)
{
	const uint64_t length = scan->length;
	const struct skiplist_node *node;

	scan->length = length / 4 + 1;
	skiplist_scan(list, context, from, scan);
	if (scan->count == scan->length) {
		from = scan->entries[scan->count - 1].key + 1;
		sched_yield();
		lock_acquire_shared(&list->lock, context->lock);
		for (node = skiplist_find(list, from, NULL); node && scan->count < length;
		     node = node->next)
			scan_add(scan, node->key, payload_read(context, node->stored));
		lock_release_shared(&list->lock, context->lock);
	}
	scan->length = length;
}
#endif

#define skiplist_scan mutant_scan

#include "structures/ordered/skiplist.c"
