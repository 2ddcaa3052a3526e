/*
 * The slots of tagged: a bucket's four keys and their values in one line. See tagged.h.
 */
#ifndef STRUCTURES_MAP_TAGGED_LINES_H
#define STRUCTURES_MAP_TAGGED_LINES_H

struct tagged_line {
	CACHELINE_ALIGNED _Atomic uint64_t keys[TAGGED_SLOTS];
	_Atomic uint64_t values[TAGGED_SLOTS];
};

_Static_assert(sizeof(struct tagged_line) == CACHELINE_BYTES, "a bucket's slots are one line");

struct tagged_slots {
	struct tagged_line *lines; /* one a bucket */
};

/* Return: false for want of memory. */
static bool tagged_make_slots(struct tagged_slots *slots, const struct setup *setup, uint64_t count)
{
	slots->lines = memory_shared(setup->memory, count * sizeof(*slots->lines));
	return slots->lines;
}

static inline struct tagged_slot tagged_slot_of(const struct tagged_slots *slots, uint64_t at,
						unsigned number)
{
	struct tagged_line *const line = &slots->lines[at];

	return (struct tagged_slot){ &line->keys[number], &line->values[number] };
}

/* Under the bucket's lock: an empty slot that is about to get a key. */
static inline struct tagged_slot tagged_slot_to_fill(struct tagged_slots *slots, uint64_t at,
						     unsigned number, struct context *context)
{
	(void)context;
	return tagged_slot_of(slots, at, number);
}

static inline void tagged_fetch_to_read(const struct tagged_slots *slots, uint64_t at)
{
	fetch_to_read(&slots->lines[at]);
}

static inline void tagged_fetch_to_write(const struct tagged_slots *slots, uint64_t at)
{
	fetch_to_write(&slots->lines[at]);
}

#endif
