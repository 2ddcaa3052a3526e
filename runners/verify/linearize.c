#include "runners/verify/linearize.h"

#include <stdlib.h>
#include <string.h>

#include "workloads/random.h"

enum { MEMO_SLOTS = 1 << 13, MEMO_FULL = MEMO_SLOTS / 2 };

/* Which events are in the order already, and what the object holds after them. */
struct memo_entry {
	uint64_t search; /* number of the search that wrote it: older ones count as free */
	uint64_t done;
	struct state state;
};

struct memo {
	uint64_t search;
	unsigned used;
	struct memo_entry entries[MEMO_SLOTS];
};

struct search {
	const struct events *events;
	uint64_t all;
	state_step *step;
	struct memo *memo;
};

struct memo *memo_create(void)
{
	return calloc(1, sizeof(struct memo));
}

void memo_destroy(struct memo *memo)
{
	free(memo);
}

static uint64_t hash_of(uint64_t done, const struct state *state)
{
	uint64_t words[sizeof(*state) / sizeof(uint64_t)], hash = random_mix(done);

	_Static_assert(sizeof(*state) % sizeof(uint64_t) == 0, "a state is whole words");
	memcpy(words, state, sizeof(words));
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
		hash = words[i] ? random_mix(hash ^ (words[i] + i)) : hash;
	return hash;
}

void memo_begin(struct memo *memo)
{
	memo->search++;
	memo->used = 0;
}

bool memo_is_full(const struct memo *memo)
{
	return memo->used == MEMO_FULL;
}

/* A full memo forgets, and the search only repeats. */
bool memo_is_new(struct memo *memo, uint64_t done, const struct state *state)
{
	uint64_t at = hash_of(done, state) % MEMO_SLOTS;

	while (memo->entries[at].search == memo->search) {
		if (memo->entries[at].done == done &&
		    !memcmp(&memo->entries[at].state, state, sizeof(*state)))
			return false;
		at = (at + 1) % MEMO_SLOTS;
	}
	if (memo->used < MEMO_FULL) {
		memo->entries[at] = (struct memo_entry){ memo->search, done, *state };
		memo->used++;
	}
	return true;
}

/* The earliest end among the events that are not in the order yet: what begins later must wait. */
static uint64_t horizon_of(const struct search *search, uint64_t done)
{
	uint64_t horizon = UINT64_MAX;

	for (uint64_t left = search->all & ~done; left; left &= left - 1) {
		const uint64_t returned = search->events->of[__builtin_ctzll(left)].returned;

		horizon = returned < horizon ? returned : horizon;
	}
	return horizon;
}

static bool extend(const struct search *search, uint64_t done, const struct state *state)
{
	uint64_t horizon;

	if (done == search->all)
		return true;
	if (!memo_is_new(search->memo, done, state))
		return false;
	horizon = horizon_of(search, done);
	for (uint64_t left = search->all & ~done; left; left &= left - 1) {
		const struct event *const event = &search->events->of[__builtin_ctzll(left)];
		struct state next = *state;

		if (event->invoked > horizon)
			return false;
		if (search->step(search->events, &next, event) &&
		    extend(search, done | (left & -left), &next))
			return true;
	}
	return false;
}

bool linearize(const struct events *events, uint64_t subset, state_step *step, struct memo *memo)
{
	const struct search search = { events, subset, step, memo };

	memo_begin(memo);
	return extend(&search, 0, &events->initial);
}
