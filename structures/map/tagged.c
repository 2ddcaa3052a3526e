#include "structures/map/tagged.h"

static int tagged_create(const struct setup *setup, void **instance)
{
	struct tagged *const map = memory_shared(setup->memory, sizeof(*map));
	int error;

	if (!map)
		return -ENOMEM; /* what was got goes with memory_destroy(), here and below */
	map->value_bytes = setup->value_bytes;
	map->count = setup->expected / TAGGED_PER_BUCKET + 1;
	map->tags = memory_shared(setup->memory, map->count * sizeof(*map->tags));
	map->states = memory_shared(setup->memory, map->count * sizeof(*map->states));
	if (!map->tags || !map->states || !tagged_make_slots(&map->slots, setup, map->count))
		return -ENOMEM;
	error = line_make(setup, setup->expected / TAGGED_SPILL_SHARE, &map->spill);
	if (!error)
		error = reclaim_create(setup, &map->reclaim);
	if (!error)
		*instance = map;
	return error;
}

static bool tagged_is_live(const struct tagged *map, uint64_t at, unsigned slot)
{
	/* relaxed: alone. */
	return tagged_tag_of(load_relaxed(&map->tags[at]), slot) >= TAGGED_LIVE;
}

static void tagged_free_value(struct tagged *map, uint64_t at, unsigned number)
{
	const struct tagged_slot slot = tagged_slot_of(&map->slots, at, number);

	/* relaxed: alone. */
	arena_free(NULL, payload_words(load_relaxed(slot.value)), MEMORY_PAYLOADS,
		   map->value_bytes);
}

static void tagged_destroy(void *instance)
{
	struct tagged *const map = instance;

	for (uint64_t i = 0; map->value_bytes > PAYLOAD_INLINE_BYTES && i < map->count; i++)
		for (unsigned slot = 0; slot < TAGGED_SLOTS; slot++)
			if (tagged_is_live(map, i, slot))
				tagged_free_value(map, i, slot);
	line_unmake(map->spill);
	reclaim_destroy(map->reclaim);
}

/* Is the key of a live slot where a search finds it, and only there? */
static const char *tagged_check_slot(const struct tagged *map, uint64_t at, unsigned number)
{
	/* relaxed: alone. */
	const uint64_t key = load_relaxed(tagged_slot_of(&map->slots, at, number).key);
	const struct tagged_place place = tagged_place_of(map, key);
	_Atomic uint64_t *word;
	uint64_t stored;

	if (place.at != at)
		return "a key stands in a bucket that its hash does not choose";
	/* relaxed: alone. */
	if (tagged_find(map, place, load_relaxed(&map->tags[at]), key, &word) != number)
		return "a key has another key's tag, or stands twice in one bucket";
	if (line_look(map->spill, key, &stored))
		return "a key stands in its bucket and in the spill";
	return NULL;
}

/* Is every class that has spilled keys counted flagged, and no other? */
static bool tagged_flags_are_right(const struct tagged *map, uint64_t at)
{
	/* relaxed, both: alone. */
	const uint32_t tags = load_relaxed(&map->tags[at]), state = load_relaxed(&map->states[at]);

	for (uint64_t number = 0; number < TAGGED_CLASSES; number++) {
		const uint64_t hash = number << TAGGED_TAG_BITS; /* one of the class */

		if (!(tags & tagged_flag(hash)) != !tagged_spilled(state, hash))
			return false;
	}
	return true;
}

static void tagged_inspect_bucket(const struct tagged *map, uint64_t at,
				  struct inspection *inspection)
{
	/* relaxed: alone. */
	if (load_relaxed(&map->states[at]) & TAGGED_LOCKED)
		inspection->broken = "a bucket is locked at rest";
	if (!tagged_flags_are_right(map, at))
		inspection->broken = "a bucket's flags do not follow its counts";
	for (unsigned slot = 0; slot < TAGGED_SLOTS; slot++) {
		if (!tagged_is_live(map, at, slot))
			continue;
		inspection->elements++;
		/* relaxed: alone. */
		inspection->sum += load_relaxed(tagged_slot_of(&map->slots, at, slot).key);
		if (!inspection->broken)
			inspection->broken = tagged_check_slot(map, at, slot);
	}
}

static void tagged_inspect(void *instance, struct inspection *inspection)
{
	const struct tagged *const map = instance;

	line_inspect(map->spill, inspection);
	for (uint64_t i = 0; i < map->count; i++)
		tagged_inspect_bucket(map, i, inspection);
}

/* Asleep with the lock of one bucket held: gets and overwrites go on; inserts and removes wait. */
static void tagged_stall_writing(struct tagged *map, struct worker *worker)
{
	const uint64_t at = tagged_place_of(map, worker->context.worker).at;
	const struct tagged_view view = tagged_lock(map, at);

	worker_sleep_stalled(worker);
	tagged_unlock(map, at, view);
}

#define STRUCTURE tagged
#define HOOKS_WRITERS_LOCK
#include "structures/reclaim/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"B. Fan, D. G. Andersen, M. Kaminsky, MemC3: compact and concurrent MemCache with dumber " \
	"caching and smarter hashing, NSDI 2013 (tags)"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_PREFETCHES   1
#include "structures/map/map_loop.inc.h"
