/*
 * The slots of tagged_indexed: numbers of entries, which stand in the order in which they were first
 * filled. See tagged.h.
 *
 * Keys that were put one after the other are neighbours, four to a line. So a walk in the order of
 * the puts has its lines fetched ahead, and threads that overwrite along such a walk take a line
 * from each other once for four keys; tags and indexes, which only inserts and removes write, stay
 * shared. Keys that come at random pay for it by a third line.
 *
 * A slot gets its entry when it is first filled, and keeps it for good: so the entries of dead slots
 * wait with them, and nothing is freed. Each worker claims entries in blocks of
 * TAGGED_ENTRIES_BLOCK, so that their common counter is written rarely.
 *
 * Memory: 88 bytes a bucket at two elements a bucket, of which untouched entries are a part.
 */
#ifndef STRUCTURES_MAP_TAGGED_ENTRIES_H
#define STRUCTURES_MAP_TAGGED_ENTRIES_H

enum { TAGGED_ENTRIES_BLOCK = 64 };

struct tagged_entry {
	_Atomic uint64_t key, value;
};

/* Of one worker: the entries that it has claimed and not given to a slot yet. */
struct tagged_claim {
	CACHELINE_APART uint64_t next;
	uint64_t end;
};

struct tagged_slots {
	_Atomic uint32_t *indexes; /* TAGGED_SLOTS a bucket: number of an entry plus one, or 0 */
	struct tagged_entry *entries;
	struct tagged_claim *claims; /* by worker */
	_Atomic uint64_t *claimed;   /* entries that some worker has claimed */
};

/* Return: false for want of memory, or of numbers. */
static bool tagged_make_slots(struct tagged_slots *slots, const struct setup *setup, uint64_t count)
{
	struct memory *const memory = setup->memory;
	/* Each worker may have claimed most of a block that it does not use. */
	const uint64_t entries =
		(uint64_t)TAGGED_SLOTS * count + (uint64_t)setup->workers * TAGGED_ENTRIES_BLOCK;

	if (entries >= UINT32_MAX)
		return false;
	slots->indexes = memory_shared(memory, TAGGED_SLOTS * count * sizeof(*slots->indexes));
	slots->entries = memory_shared(memory, entries * sizeof(*slots->entries));
	slots->claims = memory_shared(memory, setup->workers * sizeof(*slots->claims));
	slots->claimed = memory_shared(memory, CACHELINE_BYTES);
	return slots->indexes && slots->entries && slots->claims && slots->claimed;
}

static inline _Atomic uint32_t *tagged_index_of(const struct tagged_slots *slots, uint64_t at,
						unsigned number)
{
	return &slots->indexes[at * TAGGED_SLOTS + number];
}

static inline struct tagged_slot tagged_slot_of_entry(const struct tagged_slots *slots,
						      uint32_t index)
{
	struct tagged_entry *const entry = &slots->entries[index - 1];

	return (struct tagged_slot){ &entry->key, &entry->value };
}

static inline struct tagged_slot tagged_slot_of(const struct tagged_slots *slots, uint64_t at,
						unsigned number)
{
	/* relaxed: written before the slot's first tag, and never again. */
	return tagged_slot_of_entry(slots, load_relaxed(tagged_index_of(slots, at, number)));
}

/* The next entry of the caller's block. There is one for each slot. */
static inline uint32_t tagged_claim(struct tagged_slots *slots, struct context *context)
{
	struct tagged_claim *const claim = &slots->claims[context->worker];

	if (claim->next == claim->end) {
		/* relaxed: claims numbers; what stands there is published with the slots' tags. */
		claim->next = fetch_add_relaxed(slots->claimed, TAGGED_ENTRIES_BLOCK);
		claim->end = claim->next + TAGGED_ENTRIES_BLOCK;
	}
	return (uint32_t)++claim->next;
}

/* Under the bucket's lock: an empty slot that is about to get a key. */
static inline struct tagged_slot tagged_slot_to_fill(struct tagged_slots *slots, uint64_t at,
						     unsigned number, struct context *context)
{
	_Atomic uint32_t *const word = tagged_index_of(slots, at, number);
	/* relaxed: only the holder of the lock writes indexes. */
	uint32_t index = load_relaxed(word);

	if (!index) {
		index = tagged_claim(slots, context);
		/* relaxed: before the slot's tag by tagged_unlock(). */
		store_relaxed(word, index);
	}
	return tagged_slot_of_entry(slots, index);
}

static inline void tagged_fetch_to_read(const struct tagged_slots *slots, uint64_t at)
{
	fetch_to_read(tagged_index_of(slots, at, 0));
}

/* The entry is known only when the index has come. */
static inline void tagged_fetch_to_write(const struct tagged_slots *slots, uint64_t at)
{
	tagged_fetch_to_read(slots, at);
}

#endif
