#include <string.h>

#include "runners/verify/reduce.h"
#include "runners/verify/team_state.h"

void team_play(struct member *member, unsigned n, enum script_part part)
{
	struct lane *const lane = &member->lanes[n];

	if (!lane->count[part])
		return;
	member->history.calls = lane_part(lane, part);
	member->history.count = lane->count[part];
	member->team->options->variant->run(member->team->instance, member->worker);
}

static struct script_options script_of(struct member *member, const struct round *round)
{
	return (struct script_options){
		.variant = member->team->options->variant,
		.workers = member->team->options->workers,
		.is_crowded = member->team->is_crowded,
		.random = &member->random,
		.first_key = round->first_key,
		.keys = round->keys,
	};
}

/* The keys of a history: next to each other, anywhere in the range. */
static void choose_window(struct team *team, struct round *round)
{
	round->keys = 1 + (unsigned)random_below(&team->windows, EVENT_KEYS_MAX);
	round->first_key = 1 + random_below(&team->windows, team->options->range - EVENT_KEYS_MAX);
	for (unsigned key = 0; key < round->keys; key++)
		round->initial[key] = team->known[round->first_key + key];
}

static void note_window(struct team *team, const struct lane *lane)
{
	if (!team->options->variant->family->keeps_keys)
		return;
	for (unsigned i = 0; i < lane->count[SCRIPT_AFTER]; i++) {
		const struct history_call *const call = &lane->after[i];

		team->known[call->key] = call->took_effect ? call->value : ROUND_ABSENT;
	}
}

void team_begin_round(struct member *member, unsigned n)
{
	struct team *const team = member->team;
	struct round *const round = &team->rounds[n];
	struct lane *const lane = &member->lanes[n];

	memset(lane->count, 0, sizeof(lane->count));
	if (script_first_worker(team->options->variant, team->options->workers, n) != member->index)
		return;
	choose_window(team, round);
	const struct script_options script = script_of(member, round);

	script_before(&script, lane);
	team_play(member, n, SCRIPT_BEFORE);
}

void team_settle(struct member *member, unsigned n)
{
	struct team *const team = member->team;
	const struct convergence *const convergence = team->options->variant->convergence;
	unsigned next = 0;

	if (!convergence || member->index)
		return;
	while (!convergence->settle(team->instance, &team->members[next]->worker->context))
		next = (next + 1) % team->options->workers;
	team->rounds[n].settled = history_stamp(&team->stamps);
}

void team_end_round(struct member *member, unsigned n)
{
	struct team *const team = member->team;
	const struct variant *const variant = team->options->variant;
	const bool is_last =
		script_last_worker(variant, team->options->workers, n) == member->index;
	struct round *const round = &team->rounds[n];
	struct lane *const lane = &member->lanes[n];

	if (!is_last && !variant->convergence)
		return;
	const struct script_options script = script_of(member, round);

	script_after(&script, round->lanes, lane);
	team_play(member, n, SCRIPT_AFTER);
	if (is_last)
		note_window(team, lane);
}

void team_write_among(struct member *member, unsigned n)
{
	const struct script_options script = script_of(member, &member->team->rounds[n]);

	script_among(&script, &member->lanes[n], member->index);
}

static void report(struct team *team, const struct round *round, const struct events *events)
{
	pthread_mutex_lock(&team->finding);
	if (!team->result->has_broken) {
		team->result->has_broken = true;
		team->result->first_key = round->first_key;
		team->result->events = *events;
	}
	pthread_mutex_unlock(&team->finding);
}

void team_check_round(struct member *member, unsigned n)
{
	struct team *const team = member->team;
	const struct round *const round = &team->rounds[n];
	const struct promise *const promise = team->options->promise;
	struct events events;
	uint64_t all;

	round_events(round, &events);
	all = events.count < EVENTS_MAX ? (UINT64_C(1) << events.count) - 1 : UINT64_MAX;
	member->histories++;
	member->calls += events.count;
	if (promise->is_kept(&events, all, member->memo))
		return;
	reduce(&events, promise, member->memo);
	report(team, round, &events);
}
