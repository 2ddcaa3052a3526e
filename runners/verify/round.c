#include "runners/verify/round.h"

#include <string.h>

#include "structures/common/scan.h"

/* Values in the order in which they were met: number n is at [n - 1]. */
struct names {
	unsigned count;
	uint64_t values[EVENTS_MAX + EVENT_KEYS_MAX];
};

static uint8_t name_of(struct names *names, uint64_t value)
{
	unsigned i = 0;

	while (i < names->count && names->values[i] != value)
		i++;
	if (i == names->count)
		names->values[names->count++] = value;
	return (uint8_t)(i + 1);
}

static void insert(struct events *events, const struct event *event)
{
	unsigned at = events->count++;

	while (at && events->of[at - 1].invoked > event->invoked) {
		events->of[at] = events->of[at - 1];
		at--;
	}
	events->of[at] = *event;
}

static struct event event_of(const struct round *round, const struct history_call *call,
			     struct names *names)
{
	/* A put has a value in any case, and so has what was found; no other failure has one. */
	const bool has_value = call->took_effect || call->value;

	return (struct event){
		.invoked = call->invoked,
		.returned = call->returned,
		.operation = call->operation,
		.worker = call->worker,
		.key = (uint8_t)(call->key - round->first_key),
		.value = round->counts ? (uint8_t)call->value
			 : has_value   ? name_of(names, call->value)
				       : EVENT_NO_VALUE,
		.took_effect = call->took_effect,
	};
}

/* What a scan says of the keys of the history: all up to its last one, or to the end of the map. */
static void add_scan(const struct round *round, const struct scan *scan, struct names *names,
		     struct event *event)
{
	uint64_t end = round->first_key + round->keys;

	for (uint64_t i = 0; i < scan->count; i++) {
		const uint64_t key = scan->entries[i].key - round->first_key;

		if (key < round->keys)
			event->seen[key] = name_of(names, scan->entries[i].value);
	}
	if (scan->count == scan->length && scan->entries[scan->count - 1].key < end)
		end = scan->entries[scan->count - 1].key + 1;
	event->covered = (uint8_t)(end - round->first_key);
	event->value = EVENT_NO_VALUE;
}

void round_events(const struct round *round, struct events *events)
{
	struct names names = { 0 };

	memset(&events->initial, 0, sizeof(events->initial));
	events->count = 0;
	events->capacity = round->capacity;
	events->first_key = round->first_key;
	events->settled = round->settled;
	for (unsigned key = 0; key < round->keys; key++)
		if (round->initial[key] != ROUND_ABSENT)
			events->initial.items[key] = name_of(&names, round->initial[key]);
	for (unsigned worker = 0; worker < round->workers; worker++) {
		struct lane *const lane = round->lanes[worker];

		for (unsigned part = 0; part < SCRIPT_PARTS; part++) {
			const struct history_call *const calls = lane_part(lane, part);

			for (unsigned i = 0; i < lane->count[part]; i++) {
				struct event event = event_of(round, &calls[i], &names);

				if (calls[i].scan)
					add_scan(round, calls[i].scan, &names, &event);
				insert(events, &event);
			}
		}
	}
}

unsigned round_calls(const struct round *round)
{
	unsigned calls = 0;

	for (unsigned worker = 0; worker < round->workers; worker++)
		for (unsigned part = 0; part < SCRIPT_PARTS; part++)
			calls += round->lanes[worker]->count[part];
	return calls;
}
