#include "runners/verify/converge.h"

#include "structures/map/map.h"

enum step_kind { STEP_READS, STEP_LOOKS, STEP_WRITES };

struct step {
	enum step_kind kind;
	uint8_t worker;
	uint8_t value;   /* read or written; EVENT_NO_VALUE: absent */
	bool is_present; /* of a look: all that its call tells of the version it saw */
	bool is_settled; /* after all was exchanged */
};

struct search {
	struct step steps[EVENTS_MAX];
	unsigned count;
	struct memo *memo;
};

static uint64_t bit(unsigned i)
{
	return UINT64_C(1) << i;
}

static void add_step(struct search *search, const struct event *event, bool is_settled,
		     enum step_kind kind)
{
	search->steps[search->count++] = (struct step){
		.kind = kind,
		.worker = (uint8_t)event->worker,
		.value = event->operation == MAP_REMOVE ? EVENT_NO_VALUE : event->value,
		.is_present = event->took_effect == (event->operation == MAP_REMOVE),
		.is_settled = is_settled,
	};
}

static void add_call(struct search *search, const struct event *event, bool is_settled)
{
	if (event->operation == MAP_GET) {
		add_step(search, event, is_settled, STEP_READS);
		return;
	}
	add_step(search, event, is_settled, STEP_LOOKS);
	if (event->operation == MAP_PUT || event->took_effect)
		add_step(search, event, is_settled, STEP_WRITES);
}

/* Of each worker the first that is left; after the settling, if nothing before it is left. */
static uint64_t find_next(const struct search *search, uint64_t left)
{
	const bool is_settled = search->steps[__builtin_ctzll(left)].is_settled;
	uint64_t next = 0, seen = 0;

	for (; left; left &= left - 1) {
		const struct step *const step = &search->steps[__builtin_ctzll(left)];

		if (step->is_settled != is_settled)
			break;
		next |= seen & bit(step->worker) ? 0 : left & -left;
		seen |= bit(step->worker);
	}
	return next;
}

/* Looks that fit change nothing: there is an order with them at once if there is one at all. */
static uint64_t find_fitting(const struct search *search, uint64_t next, uint8_t value)
{
	for (; next; next &= next - 1) {
		const struct step *const step = &search->steps[__builtin_ctzll(next)];

		if ((step->kind == STEP_READS && step->value == value) ||
		    (step->kind == STEP_LOOKS && step->is_present == (value != EVENT_NO_VALUE)))
			return next & -next;
	}
	return 0;
}

/* A value is written once: one that is still to be read must not be overwritten. */
static bool is_awaited(const struct search *search, uint64_t left, uint8_t value)
{
	for (; left && value != EVENT_NO_VALUE; left &= left - 1) {
		const struct step *const step = &search->steps[__builtin_ctzll(left)];

		if (step->kind == STEP_READS && step->value == value)
			return true;
	}
	return false;
}

static bool extend(const struct search *search, uint64_t left, uint8_t value)
{
	const struct state state = { .items = { value } };
	uint64_t next = 0, fitting = 0;

	do {
		left &= ~fitting;
		if (!left)
			return true;
		next = find_next(search, left);
		fitting = find_fitting(search, next, value);
	} while (fitting);
	if (is_awaited(search, left, value) || !memo_is_new(search->memo, left, &state))
		return false;
	for (; next && !memo_is_full(search->memo); next &= next - 1) {
		const struct step *const step = &search->steps[__builtin_ctzll(next)];

		if (step->kind == STEP_WRITES &&
		    extend(search, left & ~(next & -next), step->value))
			return true;
	}
	return memo_is_full(search->memo);
}

bool converge_of_key(const struct events *events, uint64_t subset, unsigned key, struct memo *memo)
{
	struct search search = { .memo = memo };

	for (unsigned i = 0; i < events->count; i++)
		if (subset & bit(i) && events->of[i].key == key)
			add_call(&search, &events->of[i], events->of[i].invoked > events->settled);
	memo_begin(memo);
	return extend(&search, search.count < EVENTS_MAX ? bit(search.count) - 1 : UINT64_MAX,
		      events->initial.items[key]);
}
