#include "structures/kvslot/list.h"

static int list_create(const struct setup *setup, void **instance)
{
	struct list *const list = memory_shared(setup->memory, sizeof(*list));
	int error = list ? lock_init(&list->lock, setup->memory) : -ENOMEM;

	if (!error)
		error = seq_map_init(&list->map, setup->memory,
				     setup->expected / KVSLOT_POSITIONS + 1);
	if (!error)
		error = lock_threads_init(&list->threads, setup->memory, setup->workers);
	if (error)
		return error;
	list->value_bytes = setup->value_bytes;
	*instance = list;
	return 0;
}

static void list_destroy(void *instance)
{
	struct list *const list = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = list->value_bytes };

	for (struct list_entries *entries = list->made_last, *before; entries; entries = before) {
		before = entries->made_before;
		for (uint64_t i = 0; i < entries->count; i++)
			payload_free(&context, entries->entries[i].stored);
		if (entries->room)
			arena_free(NULL, entries->entries, MEMORY_NODES,
				   entries->room * sizeof(*entries->entries));
		arena_free(NULL, entries, MEMORY_NODES, sizeof(*entries));
	}
	seq_map_destroy(&list->map, PAYLOAD_INLINE_BYTES);
	lock_destroy(&list->lock);
}

/* The lists are the elements of the map, hence its own counts are of no use here. */
static void list_inspect(void *instance, struct inspection *inspection)
{
	const struct list *const list = instance;
	struct inspection of_map = { 0 };
	uint64_t lists = 0;

	*inspection = (struct inspection){ 0 };
	seq_map_inspect(&list->map, &of_map);
	for (const struct list_entries *entries = list->made_last; entries;
	     entries = entries->made_before) {
		const uint64_t first = entries->number << KVSLOT_POSITION_BITS;

		if (list_find(list, first) != entries)
			inspection->broken = "a list is not the one that the map has";
		for (uint64_t i = 0; i < entries->count; i++) {
			if (entries->entries[i].position >= KVSLOT_POSITIONS)
				inspection->broken = "a position is none";
			inspection->sum += first + entries->entries[i].position;
		}
		inspection->elements += entries->count;
		lists++;
	}
	if (of_map.elements != lists)
		inspection->broken = "the map has not as many lists as were made";
	if (of_map.broken)
		inspection->broken = of_map.broken;
}

#define STRUCTURE list
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"D. Knuth, The Art of Computer Programming vol. 3, 1973, section 6.1, under one lock, as " \
	"in the "                                                                                  \
	"44s benchmark"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_REPLACE /* by a newer entry, behind the old one */
#define VARIANT_LINEARIZABLE true
#include "structures/kvslot/kvslot_loop.inc.h"
