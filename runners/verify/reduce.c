#include "runners/verify/reduce.h"

#include <string.h>

struct reduction {
	struct events *events;
	const struct promise *promise;
	struct memo *memo;
	uint64_t subset; /* what is left */
};

static uint64_t bit(unsigned i)
{
	return UINT64_C(1) << i;
}

static bool try_without(struct reduction *reduction, uint64_t going)
{
	const uint64_t rest = reduction->subset & ~going;

	if (rest == reduction->subset ||
	    reduction->promise->is_kept(reduction->events, rest, reduction->memo))
		return false;
	reduction->subset = rest;
	return true;
}

static void drop_keys(struct reduction *reduction)
{
	/* A scan that stays would miss what happened to the key. */
	for (unsigned i = 0; i < reduction->events->count; i++)
		if (reduction->events->of[i].covered)
			return;
	for (unsigned key = 0; key < EVENT_KEYS_MAX; key++) {
		uint64_t of_key = 0;

		for (unsigned i = 0; i < reduction->events->count; i++)
			of_key |= reduction->events->of[i].key == key ? bit(i) : 0;
		try_without(reduction, of_key);
	}
}

/* Was everything else over before event @i began (@is_last), or did all begin after its end? */
static bool stands_apart(const struct reduction *reduction, unsigned i, bool is_last)
{
	const struct events *const events = reduction->events;

	for (unsigned other = 0; other < events->count; other++) {
		if (other == i || !(reduction->subset & bit(other)))
			continue;
		if (is_last ? events->of[other].returned > events->of[i].invoked
			    : events->of[other].invoked < events->of[i].returned)
			return false;
	}
	return true;
}

/*
 * A call that was over before all others comes first in every order: so does what it did. Two stay,
 * since one alone would not show what contradicts it.
 */
static bool fold_first(struct reduction *reduction, unsigned i)
{
	struct events *const events = reduction->events;
	const struct state before = events->initial;
	struct state after = before;

	if (!reduction->promise->step || __builtin_popcountll(reduction->subset) <= 2 ||
	    !stands_apart(reduction, i, false) ||
	    !reduction->promise->step(events, &after, &events->of[i]))
		return false;
	events->initial = after;
	if (try_without(reduction, bit(i)))
		return true;
	events->initial = before;
	return false;
}

static bool drop_one(struct reduction *reduction, unsigned i)
{
	const struct promise *const promise = reduction->promise;

	return try_without(reduction, promise->without(reduction->events, reduction->subset, i)) ||
	       (promise->step && stands_apart(reduction, i, true) &&
		try_without(reduction, bit(i))) ||
	       fold_first(reduction, i);
}

static void keep_the_rest(struct reduction *reduction)
{
	struct events *const events = reduction->events;
	unsigned kept = 0;

	for (unsigned i = 0; i < events->count; i++)
		if (reduction->subset & bit(i))
			events->of[kept++] = events->of[i];
	events->count = kept;
}

void reduce(struct events *events, const struct promise *promise, struct memo *memo)
{
	struct reduction reduction = { events, promise, memo, 0 };
	bool has_dropped = true;

	for (unsigned i = 0; i < events->count; i++)
		reduction.subset |= bit(i);
	drop_keys(&reduction);
	while (has_dropped) {
		has_dropped = false;
		for (unsigned i = 0; i < events->count; i++)
			has_dropped |= (reduction.subset & bit(i)) && drop_one(&reduction, i);
	}
	keep_the_rest(&reduction);
}
