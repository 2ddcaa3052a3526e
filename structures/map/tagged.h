/*
 * tagged: seven bits of each key's hash apart from the keys, four keys and values a line.
 *
 * A bucket is three things in three arrays: a word of 4 bytes with a tag for each slot, a line with
 * four keys and their values, and a state of 4 bytes, which is looked at under the lock alone. The
 * tags are a sixteenth of the table, so that most of them stay in a near cache. A search asks for the
 * line and compares all tags of the bucket at once: whether a key is there, and in which slot, is
 * known before the line has come, so that the one branch which no processor predicts does not wait
 * for far memory. Inserts and removes lock and unlock the state, and their stores into the line wait
 * for nobody.
 *
 * Gets take no lock. A put of a key that is there overwrites an 8-byte value by one plain store,
 * without lock or atomic read-modify-write: a slot whose key was removed gets another one only after
 * a grace period, so a late store can only hit a slot that is still its key's.
 *
 * tagged_indexed has the numbers of entries in a bucket instead of keys and values; the entries stand
 * in the order of the puts that made them. See tagged_entries.h.
 *
 * A key whose bucket is full goes to the spill, a map/line of its own, which grows. The state counts
 * these in four classes of hashes, and a flag beside the tags says that there are some, so that few
 * searches have to go on there.
 *
 * Papers: B. Fan, D. G. Andersen, M. Kaminsky, "MemC3: compact and concurrent MemCache with dumber
 *   caching and smarter hashing", NSDI 2013 (tags, read without a lock); T. David, R. Guerraoui,
 *   V. Trigonakis, "Asynchronized concurrency", ASPLOS 2015 (one line a bucket, updated in place).
 * Differences: (a) a key has one bucket and the spill, not two buckets between which keys are moved,
 *   so that no reader has to look again; (b) the tags are no part of the line; (c) a scheme instead
 *   of versions: what a search has met in its section stays what it was; (d) the overwrite without a
 *   lock is ours.
 *
 * Invariants
 *   1. tags: bits 0 to 27 the tags of slots 0 to 3, from bit 28 on the flags of the four classes.
 *      state: bits 0 to 7 the counts of these, bit 8 the lock, from bit 10 on the ticket of the last
 *      sweep. Only the holder of the lock changes either, and anything in the line but the 8-byte
 *      values of its keys.
 *   2. A tag is TAGGED_EMPTY, TAGGED_YOUNG or TAGGED_DEAD (removed, the slot waits), or that of the
 *      hash of the key in the slot, which is in the map then.
 *   3. A slot's value and key are written before its tag (release). A dead slot keeps its key until
 *      every section that began before the remove has ended: a sweep of the bucket draws a ticket,
 *      and the sweep after that ticket is past empties what was dead before it. So the slot of a
 *      live tag that a section has read holds the key of that tag as long as the section lasts.
 *   4. A key stands in at most one slot with a live tag, or in the spill. It does not change its
 *      place while it is there. Whether it is inserted or removed is decided under its bucket's lock.
 *   5. A bucket's keys of a class that are in the spill are counted before they come, and until they
 *      are gone; so long is the flag of the class set. A count that has reached TAGGED_COUNT_MOST
 *      stays.
 *
 * Linearization: put at its store of the value (overwrite), or of the tag (insert); remove at its
 *   store of the young tag. A get that finds, at its load of the value, or just before the remove
 *   that came since its load of the tags. A get or remove that finds neither a tag nor a flag: at its
 *   load of the tags, which is all it goes by. One whose tag is another key's: there as well, by
 *   invariant 3. One that goes on to the spill: as map/line does, or, if the key came to a slot of
 *   the bucket between the two looks, at the moment before, when it was absent.
 *   An overwrite whose store comes when its key is dead linearizes just before the remove: it read
 *   the tags before, and the slot is not used again, not even for the same key, while it lasts.
 * Progress: a get is wait-free in the bucket, in the spill as one of map/line; an overwrite of 8 bytes
 *   is wait-free in the bucket; all else blocks, also an overwrite in the spill, but a remove of an
 *   absent key.
 * May run together: all. create, destroy and inspect: alone.
 * Reclamation: sections with tickets (RECLAIM_HAS_TICKETS): slots are used again, not freed. A
 *   thread stalled in a section keeps dead slots from all keys: these go to the spill, which gives a
 *   key its own dead slot back. Payloads are retired.
 * Memory: 72 bytes a bucket at two elements a bucket, which do not grow, and the spill, of one
 *   element in 27 at the expected size: about 38 bytes an element there; tagged_indexed 46.
 */
#ifndef STRUCTURES_MAP_TAGGED_H
#define STRUCTURES_MAP_TAGGED_H

#include "structures/map/line_make.h"

enum {
	TAGGED_SLOTS = 4,
	TAGGED_PER_BUCKET = 2,   /* elements a bucket at the expected size */
	TAGGED_SPILL_SHARE = 27, /* of as many elements one is in the spill, at that size */
	TAGGED_TAG_BITS = 7,
	TAGGED_FLAG_SHIFT = TAGGED_SLOTS * TAGGED_TAG_BITS,
	TAGGED_CLASSES = 32 - TAGGED_FLAG_SHIFT,
	TAGGED_COUNT_BITS = 2,
	TAGGED_COUNT_MOST = (1 << TAGGED_COUNT_BITS) - 1,
	TAGGED_LOCK_SHIFT = TAGGED_CLASSES * TAGGED_COUNT_BITS,
	TAGGED_TICKET_SHIFT = 32 - RECLAIM_TICKET_BITS,
	TAGGED_SWEEPS = 2 /* the first one of a bucket may find its dead slots young */
};

_Static_assert(TAGGED_LOCK_SHIFT < TAGGED_TICKET_SHIFT, "the lock is below the ticket");

/*
 * Tags of slots without a key: empty, removed since the bucket's ticket, and before. Those of keys are
 * TAGGED_LIVE and above.
 */
enum { TAGGED_EMPTY, TAGGED_YOUNG, TAGGED_DEAD, TAGGED_LIVE = 4 };

_Static_assert(
	TAGGED_LIVE > TAGGED_DEAD && TAGGED_LIVE % 2 == 0,
	"what differs from a live tag in the lowest bit alone is live: see tagged_matches()");

#define TAGGED_LOCKED (UINT32_C(1) << TAGGED_LOCK_SHIFT)
#define TAGGED_EACH   (UINT32_C(1) | 1 << 7 | 1 << 14 | 1 << 21) /* one in each tag */
#define TAGGED_UPPER  (TAGGED_EACH << (TAGGED_TAG_BITS - 1))

/* A bucket's words as the holder of its lock found them, and will leave them. */
struct tagged_view {
	uint32_t tags, state;
};

/* Where a slot's key and value are. */
struct tagged_slot {
	_Atomic uint64_t *key, *value;
};

#ifdef TAGGED_INDEXED
#	include "structures/map/tagged_entries.h"
#else
#	include "structures/map/tagged_lines.h"
#endif

struct tagged {
	CACHELINE_APART _Atomic uint32_t *tags; /* one a bucket, as states are */
	_Atomic uint32_t *states;
	struct tagged_slots slots;
	uint64_t count; /* buckets */
	struct line *spill;
	struct reclaim *reclaim;
	size_t value_bytes;
};

/* A key's bucket. */
struct tagged_place {
	uint64_t hash;
	uint64_t at;
};

static inline struct tagged_place tagged_place_of(const struct tagged *map, uint64_t key)
{
	const uint64_t hash = hash_key(key);

	return (struct tagged_place){ hash,
				      (uint64_t)(((unsigned __int128)hash * map->count) >> 64) };
}

/* Bits of the hash that do not choose the bucket, in tables of up to 2^25 buckets. */
static inline uint32_t tagged_tag(uint64_t hash)
{
	const uint32_t tag = (uint32_t)hash % (1u << TAGGED_TAG_BITS);

	return tag < TAGGED_LIVE ? tag + TAGGED_LIVE : tag;
}

static inline unsigned tagged_class(uint64_t hash)
{
	return (unsigned)(hash >> TAGGED_TAG_BITS) % TAGGED_CLASSES;
}

/* The bit beside the tags that says that keys of a hash's class are in the spill. */
static inline uint32_t tagged_flag(uint64_t hash)
{
	return UINT32_C(1) << (TAGGED_FLAG_SHIFT + tagged_class(hash));
}

/*
 * The upper bit of each tag that is @tag, and perhaps of those right above such a one that differ from
 * it in the lowest bit alone. So the lowest one is exact; and for a live tag all are live, of which a
 * look at the key finds the false ones.
 */
static inline uint32_t tagged_matches(uint32_t tags, uint32_t tag)
{
	const uint32_t differing = tags ^ tag * TAGGED_EACH;

	return (differing - TAGGED_EACH) & ~differing & TAGGED_UPPER;
}

/* The slot of the lowest match: upper bits are 6, 13, 20 and 27. */
static inline unsigned tagged_first(uint32_t matches)
{
	return (unsigned)__builtin_ctz(matches) / 8;
}

/* In a section, or under the lock: the slot that has a key, or TAGGED_SLOTS.
 * @value: out, only if found: where the slot's value is. */
static inline unsigned tagged_find(const struct tagged *map, struct tagged_place place,
				   uint32_t tags, uint64_t key, _Atomic uint64_t **value)
{
	for (uint32_t left = tagged_matches(tags, tagged_tag(place.hash)); left; left &= left - 1) {
		const unsigned number = tagged_first(left);
		const struct tagged_slot slot = tagged_slot_of(&map->slots, place.at, number);

		/* relaxed: written before the tag, and does not change under it. */
		if (__builtin_expect(load_relaxed(slot.key) != key, 0))
			continue;
		*value = slot.value;
		return number;
	}
	return TAGGED_SLOTS;
}

/* The slow paths are out of line, so that the loop keeps what comes before them in registers. */
#define TAGGED_SLOW static __attribute__((noinline))

TAGGED_SLOW bool tagged_get_spilled(struct tagged *map, struct context *context, uint64_t key,
				    uint64_t *value)
{
	return line_get(map->spill, context, key, value);
}

/**
 * tagged_get() - the value of a key.
 *
 * @value:  out, only if found.
 *
 * Return: true if found.
 * Linearizes: see above.   Progress: wait-free in the bucket, in the spill as line_get().
 */
static inline bool tagged_get(struct tagged *map, struct context *context, uint64_t key,
			      uint64_t *value)
{
	const struct tagged_place place = tagged_place_of(map, key);

	/* Before it is known whether it is wanted: it comes while the tags are compared. */
	tagged_fetch_to_read(&map->slots, place.at);
	reclaim_enter(context->reclaim);
	/* acquire: their keys and values are visible; pairs with tagged_unlock(). */
	const uint32_t tags = load_acquire(&map->tags[place.at]);
	_Atomic uint64_t *word;
	uint64_t spilled;

	if (tagged_find(map, place, tags, key, &word) < TAGGED_SLOTS) {
		/* acquire: a payload is whole; pairs with the releases of values below. */
		*value = payload_read(context, load_acquire(word));
		reclaim_exit(context->reclaim);
		return true;
	}
	reclaim_exit(context->reclaim);
	if (__builtin_expect(!(tags & tagged_flag(place.hash)), 1) ||
	    !tagged_get_spilled(map, context, key, &spilled))
		return false;
	*value = spilled;
	return true;
}

/* Return: the bucket as it is but for the lock, which this thread holds. */
static inline struct tagged_view tagged_lock(struct tagged *map, uint64_t at)
{
	_Atomic uint32_t *const state = &map->states[at];
	struct backoff backoff = { 0 };

	for (;;) {
		/* relaxed: a guess for the exchange. */
		uint32_t seen = load_relaxed(state);

		/* acquire: the last holder's stores are visible; pairs with tagged_unlock(). */
		if (!(seen & TAGGED_LOCKED) && cas_weak_acquire(state, &seen, seen | TAGGED_LOCKED))
			/* relaxed: only holders of the lock write tags. */
			return (struct tagged_view){ load_relaxed(&map->tags[at]), seen };
		backoff_grow(&backoff);
	}
}

static inline void tagged_unlock(struct tagged *map, uint64_t at, struct tagged_view after)
{
	/* release: publishes keys, values and the spill; pairs with the acquires of tags. */
	store_release(&map->tags[at], after.tags);
	/* release: publishes what the holder did; pairs with the acquire in tagged_lock(). */
	store_release(&map->states[at], after.state);
}

/* Tags with one changed. */
static inline uint32_t tagged_with(uint32_t tags, unsigned slot, uint32_t tag)
{
	const unsigned shift = slot * TAGGED_TAG_BITS;
	const uint32_t all = (1u << TAGGED_TAG_BITS) - 1;

	return (tags & ~(all << shift)) | tag << shift;
}

static inline uint32_t tagged_tag_of(uint32_t tags, unsigned slot)
{
	return tags >> slot * TAGGED_TAG_BITS & ((1u << TAGGED_TAG_BITS) - 1);
}

/*
 * Under the lock, the ticket past: dead slots that waited for it are empty, and the young ones wait
 * for a new one. So slots wait for two grace periods at most, however often a bucket loses keys.
 */
static inline void tagged_sweep(struct tagged_view *view, struct context *context)
{
	const uint32_t ticket = (uint32_t)reclaim_ticket(context->reclaim);

	for (unsigned slot = 0; slot < TAGGED_SLOTS; slot++) {
		const uint32_t tag = tagged_tag_of(view->tags, slot);

		if (tag == TAGGED_DEAD)
			reclaim_count(context->reclaim, 0, 1);
		if (tag == TAGGED_DEAD || tag == TAGGED_YOUNG)
			view->tags = tagged_with(view->tags, slot,
						 tag == TAGGED_YOUNG ? TAGGED_DEAD : TAGGED_EMPTY);
	}
	view->state = (view->state & ((UINT32_C(1) << TAGGED_TICKET_SHIFT) - 1)) |
		      ticket << TAGGED_TICKET_SHIFT;
}

static inline bool tagged_may_sweep(uint32_t state, struct context *context)
{
	return reclaim_is_past(context->reclaim, state >> TAGGED_TICKET_SHIFT);
}

/* Under the lock: the tags that are empty, a bit each; the lowest one is exact. */
static inline uint32_t tagged_empty(uint32_t tags)
{
	return tagged_matches(tags, TAGGED_EMPTY);
}

/* Under the lock: does a slot wait? */
static inline bool tagged_waits(uint32_t tags)
{
	return tagged_matches(tags, TAGGED_YOUNG) || tagged_matches(tags, TAGGED_DEAD);
}

/*
 * Under the lock of a full bucket: empty what has waited long enough, if anything waits. The thread
 * holds nothing that a scheme protects, so that it may say so: else its own announcement would stop
 * the epoch.
 */
TAGGED_SLOW void tagged_make_room(struct tagged_view *view, struct context *context)
{
	for (unsigned i = 0;
	     i < TAGGED_SWEEPS && !tagged_empty(view->tags) && tagged_waits(view->tags); i++) {
		for (unsigned n = 0;
		     n < RECLAIM_TICKET_GRACE && !tagged_may_sweep(view->state, context); n++) {
			reclaim_quiesce(context->reclaim);
			reclaim_nudge(context->reclaim);
		}
		if (!tagged_may_sweep(view->state, context))
			return; /* a section lasts: in vain */
		tagged_sweep(view, context);
	}
}

/* Under the lock: an absent key, into an empty slot. */
static inline void tagged_occupy(struct tagged *map, struct tagged_place place,
				 struct tagged_view *view, struct context *context, uint64_t key,
				 uint64_t stored)
{
	const unsigned number = tagged_first(tagged_empty(view->tags));
	const struct tagged_slot slot = tagged_slot_to_fill(&map->slots, place.at, number, context);

	/* release: a get that finds it, sees its payload; pairs with the acquire in tagged_get(). */
	store_release(slot.value, stored);
	/* relaxed: before the tag by tagged_unlock(). */
	store_relaxed(slot.key, key);
	view->tags = tagged_with(view->tags, number, tagged_tag(place.hash));
}

/* Spilled keys of a hash's class; TAGGED_COUNT_MOST means as many at least once. */
static inline unsigned tagged_spilled(uint32_t state, uint64_t hash)
{
	return state >> tagged_class(hash) * TAGGED_COUNT_BITS & TAGGED_COUNT_MOST;
}

/* Under the lock: one spilled key of a hash's class more, or less. */
static inline void tagged_count_spilled(struct tagged_view *view, uint64_t hash, bool more)
{
	const uint32_t one = UINT32_C(1) << tagged_class(hash) * TAGGED_COUNT_BITS;
	const unsigned before = tagged_spilled(view->state, hash);

	if (before < TAGGED_COUNT_MOST)
		view->state += more ? one : -one;
	if (tagged_spilled(view->state, hash))
		view->tags |= tagged_flag(hash);
	else
		view->tags &= ~tagged_flag(hash);
}

/* Under the lock of a full bucket: an absent key. Return: false for want of memory. */
TAGGED_SLOW bool tagged_spill(struct tagged *map, struct tagged_place place,
			      struct tagged_view *view, struct context *context, uint64_t key,
			      uint64_t value)
{
	const struct tagged_view before = *view;

	tagged_count_spilled(view, place.hash, true);
	/* release: the flag before the key, which comes to the spill by a release of its own;
	 * whoever begins after the put has ended sees it. */
	store_release(&map->tags[place.at], view->tags);
	if (line_put(map->spill, context, key, value))
		return true;
	*view = before;
	return false;
}

/* Under the lock: take a key out of the spill, if it is there. */
TAGGED_SLOW bool tagged_unspill(struct tagged *map, struct tagged_place place,
				struct tagged_view *view, struct context *context, uint64_t key)
{
	if (!(view->tags & tagged_flag(place.hash)) || !line_remove(map->spill, context, key))
		return false;
	tagged_count_spilled(view, place.hash, false);
	return true;
}

/* Under the lock: is a key in the spill? */
static inline bool tagged_is_spilled(struct tagged *map, struct tagged_place place, uint32_t tags,
				     uint64_t key)
{
	uint64_t stored;

	return tags & tagged_flag(place.hash) && line_look(map->spill, key, &stored);
}

/* Under the lock: a key that no slot has. Return: true if the key was not there. */
static inline bool tagged_insert(struct tagged *map, struct tagged_place place,
				 struct tagged_view *view, struct context *context, uint64_t key,
				 uint64_t value)
{
	uint64_t stored;

	if (__builtin_expect(tagged_is_spilled(map, place, view->tags, key), 0))
		return line_put(map->spill, context, key, value);
	if (__builtin_expect(!tagged_empty(view->tags), 0))
		tagged_make_room(view, context);
	if (__builtin_expect(!tagged_empty(view->tags), 0))
		return tagged_spill(map, place, view, context, key, value);
	if (!payload_make(context, value, &stored))
		return false;
	tagged_occupy(map, place, view, context, key, stored);
	return true;
}

/* A value that no new reader can find. */
static inline void tagged_drop(struct context *context, uint64_t stored)
{
	if (payload_is_apart(context))
		reclaim_retire(context->reclaim, payload_words(stored), MEMORY_PAYLOADS,
			       context->value_bytes);
}

/* Under the lock: overwrite. */
static inline void tagged_overwrite(_Atomic uint64_t *word, struct context *context, uint64_t value)
{
	uint64_t stored;
	/* relaxed: payloads are written under the lock alone, and others are not used. */
	const uint64_t old = load_relaxed(word);

	if (!payload_make(context, value, &stored))
		return;
	/* release: as in tagged_occupy(). */
	store_release(word, stored);
	tagged_drop(context, old);
}

/* The put of a key that is not there, or of a payload. */
TAGGED_SLOW bool tagged_put_locked(struct tagged *map, struct tagged_place place,
				   struct context *context, uint64_t key, uint64_t value)
{
	struct tagged_view view = tagged_lock(map, place.at);
	_Atomic uint64_t *word;
	bool added = false;

	if (tagged_find(map, place, view.tags, key, &word) < TAGGED_SLOTS)
		tagged_overwrite(word, context, value);
	else
		added = tagged_insert(map, place, &view, context, key, value);
	tagged_unlock(map, place.at, view);
	return added;
}

/* Overwrite an 8-byte value without the lock. Return: false if no slot has the key. */
static inline bool tagged_overwrite_unlocked(const struct tagged *map, struct tagged_place place,
					     struct context *context, uint64_t key, uint64_t value)
{
	_Atomic uint64_t *word;
	bool found;

	reclaim_enter(context->reclaim);
	/* acquire: as in tagged_get(). */
	found = tagged_find(map, place, load_acquire(&map->tags[place.at]), key, &word) <
		TAGGED_SLOTS;
	if (found)
		/* release: as in tagged_occupy(); the slot is the key's while this section lasts. */
		store_release(word, value);
	reclaim_exit(context->reclaim);
	return found;
}

/**
 * tagged_put() - insert or overwrite.
 *
 * Return: true if the key was not there.
 * Linearizes: at the store of the value or tag.   Progress: see above.
 */
static inline bool tagged_put(struct tagged *map, struct context *context, uint64_t key,
			      uint64_t value)
{
	const struct tagged_place place = tagged_place_of(map, key);

	tagged_fetch_to_write(&map->slots, place.at);
	if (!payload_is_apart(context) &&
	    tagged_overwrite_unlocked(map, place, context, key, value))
		return false;
	return tagged_put_locked(map, place, context, key, value);
}

/* Under the lock: the key is gone, its slot waits. */
static inline void tagged_clear(struct tagged *map, struct tagged_place place,
				struct tagged_view *view, struct context *context, unsigned slot)
{
	reclaim_count(context->reclaim, 1, 0);
	view->tags = tagged_with(view->tags, slot, TAGGED_YOUNG);
	/* release: out of sight before the sweep draws its ticket. */
	store_release(&map->tags[place.at], view->tags);
	if (tagged_may_sweep(view->state, context))
		tagged_sweep(view, context);
}

/* The remove of a key that may be there. */
TAGGED_SLOW bool tagged_remove_locked(struct tagged *map, struct tagged_place place,
				      struct context *context, uint64_t key)
{
	struct tagged_view view = tagged_lock(map, place.at);
	_Atomic uint64_t *word;
	const unsigned slot = tagged_find(map, place, view.tags, key, &word);
	uint64_t stored = 0;
	bool removed = true;

	if (slot < TAGGED_SLOTS) {
		/* relaxed: payloads are written under the lock alone, and others are not used. */
		stored = load_relaxed(word);
		tagged_clear(map, place, &view, context, slot);
	} else {
		removed = tagged_unspill(map, place, &view, context, key);
	}
	tagged_unlock(map, place.at, view);
	if (slot < TAGGED_SLOTS)
		tagged_drop(context, stored);
	return removed;
}

/**
 * tagged_remove() - take a key out.
 *
 * Return: true if the key was there.
 * Linearizes: at the store of the dead tag, or as a get that does not find.
 * Progress: blocking; of an absent key as a get.
 */
static inline bool tagged_remove(struct tagged *map, struct context *context, uint64_t key)
{
	const struct tagged_place place = tagged_place_of(map, key);
	/* acquire: as in tagged_get(). */
	const uint32_t tags = load_acquire(&map->tags[place.at]);

	/* An absent key costs no lock. */
	if (!tagged_matches(tags, tagged_tag(place.hash)) && !(tags & tagged_flag(place.hash)))
		return false;
	return tagged_remove_locked(map, place, context, key);
}

/* The tags and lines of the next operations. */
static inline void tagged_prefetch(struct tagged *map, struct context *context,
				   const struct draw *draws, unsigned count)
{
	(void)context;
	for (unsigned i = 0; i < count; i++) {
		const struct tagged_place place = tagged_place_of(map, draws[i].key);

		fetch_to_read(&map->tags[place.at]);
		tagged_fetch_to_read(&map->slots, place.at);
	}
}

#endif
