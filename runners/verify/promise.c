#include "runners/verify/promise.h"

#include <stddef.h>
#include <string.h>

#include "runners/verify/converge.h"
#include "structures/kvblock/kvblock.h"
#include "structures/kvslot/kvslot.h"
#include "structures/map/map.h"
#include "structures/ordered/ordered.h"
#include "structures/queue/queue.h"
#include "workloads/prefix_tree.h"

static uint64_t bit(unsigned i)
{
	return UINT64_C(1) << i;
}

static bool step_map(const struct events *events, struct state *state, const struct event *event)
{
	uint8_t *const item = &state->items[event->key];
	const bool was_present = *item != EVENT_NO_VALUE;

	(void)events;
	switch (event->operation) {
	case MAP_GET:
		return event->took_effect == was_present && (!was_present || *item == event->value);
	case MAP_PUT: *item = event->value; return event->took_effect != was_present;
	default: *item = EVENT_NO_VALUE; return event->took_effect == was_present;
	}
}

/* The same, but that a put always says added. */
static bool step_blind(const struct events *events, struct state *state, const struct event *event)
{
	if (event->operation != MAP_PUT)
		return step_map(events, state, event);
	state->items[event->key] = event->value;
	return event->took_effect;
}

static bool step_queue(const struct events *events, struct state *state, const struct event *event)
{
	if (event->operation == QUEUE_ENQUEUE) {
		if (!event->took_effect)
			return events->capacity && state->count >= events->capacity;
		state->items[state->count++] = event->value;
		return true;
	}
	if (!event->took_effect || !state->count)
		return !event->took_effect && !state->count;
	if (state->items[0] != event->value)
		return false;
	memmove(state->items, state->items + 1, --state->count);
	state->items[state->count] = EVENT_NO_VALUE;
	return true;
}

/* A scan that is a snapshot: all that it looked at, at one moment. */
static bool step_ordered(const struct events *events, struct state *state,
			 const struct event *event)
{
	if (event->operation != ORDERED_SCAN)
		return step_map(events, state, event);
	return !memcmp(state->items + event->key, event->seen + event->key,
		       (size_t)event->covered - event->key);
}

/* A weak scan: of each key by itself, a get. */
static bool step_key(const struct events *events, struct state *state, const struct event *event)
{
	if (event->operation != ORDERED_SCAN)
		return step_map(events, state, event);
	return state->items[events->focus] == event->seen[events->focus];
}

/* A register for each key. Whether a put added to it says nothing here: a list may have several. */
static bool step_register(const struct events *events, struct state *state,
			  const struct event *event)
{
	uint8_t *const item = &state->items[event->key];
	const bool was_present = *item != EVENT_NO_VALUE;

	(void)events;
	if (event->operation == KVSLOT_GET)
		return event->took_effect == was_present && (!was_present || *item == event->value);
	*item = event->value;
	return true;
}

/* The same, but a get may miss: then the value was lost before it, and stays lost. */
static bool step_lossy(const struct events *events, struct state *state, const struct event *event)
{
	if (event->operation == KVSLOT_GET && !event->took_effect) {
		state->items[event->key] = EVENT_NO_VALUE;
		return true;
	}
	return step_register(events, state, event);
}

static bool touches(const struct event *event, unsigned key)
{
	return event->key == key || (event->key < key && key < event->covered);
}

/*
 * Keys are objects of their own, and a history is linearizable if each object's part of it is (M.
 * Herlihy, J. Wing, ACM TOPLAS 12(3), 1990; for searching: A. Horn, D. Kroening, "Faster
 * linearizability checking via P-compositionality", FORTE 2015).
 */
static bool each_key_keeps(const struct events *events, uint64_t subset, state_step *step,
			   struct memo *memo)
{
	struct events focused = *events;

	for (unsigned key = 0; key < EVENT_KEYS_MAX; key++) {
		uint64_t of_key = 0;

		focused.focus = key;
		for (unsigned i = 0; i < events->count; i++)
			of_key |= touches(&events->of[i], key) ? bit(i) : 0;
		if (!linearize(&focused, subset & of_key, step, memo))
			return false;
	}
	return true;
}

static bool keys_are_linearizable(const struct events *events, uint64_t subset, struct memo *memo)
{
	return each_key_keeps(events, subset, step_key, memo);
}

static bool blind_are_linearizable(const struct events *events, uint64_t subset, struct memo *memo)
{
	return each_key_keeps(events, subset, step_blind, memo);
}

static bool registers_are_linearizable(const struct events *events, uint64_t subset,
				       struct memo *memo)
{
	return each_key_keeps(events, subset, step_register, memo);
}

static bool lossy_are_linearizable(const struct events *events, uint64_t subset, struct memo *memo)
{
	return each_key_keeps(events, subset, step_lossy, memo);
}

static bool ordered_is_linearizable(const struct events *events, uint64_t subset, struct memo *memo)
{
	return linearize(events, subset, step_ordered, memo);
}

static bool queue_is_linearizable(const struct events *events, uint64_t subset, struct memo *memo)
{
	return linearize(events, subset, step_queue, memo);
}

/*
 * Versions of a key have one order, in which no worker ever goes back and its own writes lie ahead
 * of all that it saw; once all is exchanged, everybody sees the last one.
 */
static bool keys_converge(const struct events *events, uint64_t subset, struct memo *memo)
{
	for (unsigned key = 0; key < EVENT_KEYS_MAX; key++)
		if (!converge_of_key(events, subset, key, memo))
			return false;
	return true;
}

/* What only looks. */
static uint64_t replica_without(const struct events *events, uint64_t subset, unsigned i)
{
	const struct event *const event = &events->of[i];

	(void)subset;
	return event->operation == MAP_GET ||
			       (event->operation == MAP_REMOVE && !event->took_effect)
		       ? bit(i)
		       : 0;
}

static bool is_read(const struct events *events, uint64_t subset, uint8_t value)
{
	for (unsigned i = 0; i < events->count; i++) {
		const struct event *const event = &events->of[i];

		if (!(subset & bit(i)))
			continue;
		if ((event->operation == MAP_GET && event->value == value) ||
		    memchr(event->seen, value, sizeof(event->seen)))
			return true;
	}
	return false;
}

/* Reads; and puts that replace a value by one that nobody read. */
static uint64_t map_without(const struct events *events, uint64_t subset, unsigned i)
{
	const struct event *const event = &events->of[i];

	if (event->operation == MAP_PUT)
		return event->took_effect || is_read(events, subset, event->value) ? 0 : bit(i);
	return event->operation != MAP_REMOVE || !event->took_effect ? bit(i) : 0;
}

/* Gets; and puts of values that nobody read. */
static uint64_t register_without(const struct events *events, uint64_t subset, unsigned i)
{
	const struct event *const event = &events->of[i];

	return event->operation == KVSLOT_PUT && is_read(events, subset, event->value) ? 0 : bit(i);
}

/* The events of @subset with this operation and value that took effect. */
static uint64_t queue_events(const struct events *events, uint64_t subset, unsigned operation,
			     uint8_t value)
{
	uint64_t found = 0;

	for (unsigned i = 0; i < events->count; i++)
		if (subset & bit(i) && events->of[i].operation == operation &&
		    events->of[i].took_effect && events->of[i].value == value)
			found |= bit(i);
	return found;
}

/* Refusals; and, where nothing was refused for want of room, a value with all that it did. */
static uint64_t queue_without(const struct events *events, uint64_t subset, unsigned i)
{
	const struct event *const event = &events->of[i];

	if (!event->took_effect)
		return bit(i);
	for (unsigned other = 0; other < events->count; other++)
		if (subset & bit(other) && events->of[other].operation == QUEUE_ENQUEUE &&
		    !events->of[other].took_effect)
			return 0;
	if (event->operation == QUEUE_DEQUEUE)
		return 0;
	return bit(i) | queue_events(events, subset, QUEUE_DEQUEUE, event->value);
}

/* Set in [0] the enqueue and in [1] the dequeue of a value. Return: whether there is one of each. */
static bool find_both(const struct events *events, uint64_t subset, uint8_t value,
		      const struct event *both[2])
{
	const uint64_t in = queue_events(events, subset, QUEUE_ENQUEUE, value);
	const uint64_t out = queue_events(events, subset, QUEUE_DEQUEUE, value);

	if (__builtin_popcountll(in) != 1 || __builtin_popcountll(out) != 1)
		return false;
	both[0] = &events->of[__builtin_ctzll(in)];
	both[1] = &events->of[__builtin_ctzll(out)];
	return both[0]->invoked < both[1]->returned;
}

/* One value of a producer must not come out after a later one of the same producer is out. */
static bool are_in_order(const struct event *first[2], const struct event *second[2])
{
	if (first[0]->worker != second[0]->worker)
		return true;
	if (first[0]->invoked < second[0]->invoked)
		return second[1]->returned > first[1]->invoked;
	return first[1]->returned > second[1]->invoked;
}

/* For queues that are not linearizable: each value comes out once, in its producer's order. */
static bool queue_keeps_values(const struct events *events, uint64_t subset, struct memo *memo)
{
	const struct event *known[EVENTS_MAX][2];
	unsigned count = 0;

	(void)memo;
	for (unsigned i = 0; i < events->count; i++) {
		if (!(subset & bit(i)) || !events->of[i].took_effect)
			continue;
		if (!find_both(events, subset, events->of[i].value, known[count]))
			return false;
		for (unsigned other = 0; other < count; other++)
			if (known[other][0] != known[count][0] &&
			    !are_in_order(known[other], known[count]))
				return false;
		count++;
	}
	return true;
}

static bool is_alone(const struct events *events, unsigned i)
{
	for (unsigned other = 0; other < events->count; other++)
		if (other != i && events->of[other].invoked < events->of[i].returned &&
		    events->of[i].invoked < events->of[other].returned)
			return false;
	return true;
}

/* Blocks that the chains of two keys begin with alike. */
static unsigned common_blocks(const struct events *events, uint8_t key, uint8_t other)
{
	struct prefix_tree tree = prefix_tree_init(TEAM_BRANCHING, TEAM_CHAIN, TEAM_CHAIN, 0);
	uint64_t chain[TEAM_CHAIN], others[TEAM_CHAIN];
	unsigned blocks = 0;

	prefix_tree_chain(&tree, events->first_key + key, chain);
	prefix_tree_chain(&tree, events->first_key + other, others);
	while (blocks < TEAM_CHAIN && chain[blocks] == others[blocks])
		blocks++;
	return blocks;
}

/*
 * A cache that holds one chain and no more, as far as the calls so far tell. A request that runs
 * alone leaves its chain there and nothing else: there is room for it, which nobody pins, and for
 * no more.
 */
struct cache_state {
	bool is_known; /* some request has run alone */
	bool is_exact; /* and no other since */
	uint8_t key;   /* whose chain was there then, alone */
	uint64_t since;
};

/*
 * What a call found while others ran is open, since they evict what nobody pins. But it was there
 * when the state was last known, or is of a request that has begun since.
 */
static bool has_source(const struct events *events, const struct cache_state *state,
		       const struct event *event)
{
	if (!state->is_known || common_blocks(events, state->key, event->key) >= event->value)
		return true;
	for (unsigned i = 0; i < events->count; i++) {
		const struct event *const other = &events->of[i];

		if (other != event && other->operation == KVBLOCK_REQUEST &&
		    other->invoked > state->since && other->invoked < event->returned &&
		    common_blocks(events, other->key, event->key) >= event->value)
			return true;
	}
	return false;
}

/* The sequential specification, as far as the state is known; follows the call. */
static bool step_cache(const struct events *events, struct cache_state *state, unsigned i)
{
	const struct event *const event = &events->of[i];
	const bool alone = is_alone(events, i);

	if (event->value > TEAM_CHAIN || event->took_effect != (event->value > 0))
		return false;
	if (alone && state->is_exact ? event->value != common_blocks(events, state->key, event->key)
				     : !has_source(events, state, event))
		return false;
	if (event->operation != KVBLOCK_REQUEST)
		return true;
	if (alone)
		*state = (struct cache_state){ true, true, event->key, event->returned };
	state->is_exact = alone;
	return true;
}

/* What must hold of the blocks (parents, capacity, pins, sums) is judged at rest besides. */
static bool cache_keeps_requests(const struct events *events, uint64_t subset, struct memo *memo)
{
	struct cache_state state = { 0 };

	(void)subset, (void)memo;
	for (unsigned i = 0; i < events->count; i++)
		if (!step_cache(events, &state, i))
			return false;
	return true;
}

/* What was cached may rest on any of them. */
static uint64_t cache_without(const struct events *events, uint64_t subset, unsigned i)
{
	(void)events, (void)subset, (void)i;
	return 0;
}

static const struct promise cache_promise = { "one that finds what it has room for", NULL,
					      cache_keeps_requests, cache_without };
static const struct promise snapshot_promise = { "linearizable, scans as well", step_ordered,
						 ordered_is_linearizable, map_without };
static const struct promise weak_promise = { "linearizable, scans key by key", step_ordered,
					     keys_are_linearizable, map_without };
static const struct promise map_promise = { "linearizable", step_map, keys_are_linearizable,
					    map_without };
static const struct promise blind_promise = { "linearizable, but a put does not tell", step_blind,
					      blind_are_linearizable, map_without };
static const struct promise register_promise = { "linearizable", step_register,
						 registers_are_linearizable, register_without };
static const struct promise lossy_promise = { "linearizable, but entries may be lost", step_lossy,
					      lossy_are_linearizable, register_without };
static const struct promise convergent_promise = { "convergent, monotonic, own writes read", NULL,
						   keys_converge, replica_without };
static const struct promise queue_promise = { "linearizable", step_queue, queue_is_linearizable,
					      queue_without };
static const struct promise values_promise = { "each value once, in its producer's order", NULL,
					       queue_keeps_values, queue_without };

const struct promise *promise_of(const struct variant *variant, const char **reason)
{
	if (variant->server) {
		*reason = "its operations are those of a server, which is not started for this";
		return NULL;
	}
	if (variant->family == &queue_family)
		return variant->is_linearizable ? &queue_promise : &values_promise;
	if (variant->family == &map_family && variant->is_linearizable)
		return variant->is_blind ? &blind_promise : &map_promise;
	if (variant->family == &map_family && variant->convergence)
		return &convergent_promise;
	if (variant->family == &ordered_family && variant->is_linearizable)
		return variant->scan == SCAN_SNAPSHOT ? &snapshot_promise : &weak_promise;
	if (variant->family->is_cache)
		return &cache_promise;
	if (variant->family == &kvslot_family && variant->flaw != FLAW_RACES)
		return variant->flaw == FLAW_LOSES ? &lossy_promise : &register_promise;
	if (variant->flaw == FLAW_RACES) {
		*reason = "incorrect by design: it promises nothing";
		return NULL;
	}
	*reason = variant->family->keeps_keys ? "declares itself not linearizable"
					      : "its family has no specification";
	return NULL;
}
